//===- Compile.h - From a normalised network to a bundle --------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef SNNC_TOOLS_COMPILE_H
#define SNNC_TOOLS_COMPILE_H

#include "passes/Decide/Decision.h"
#include "runtime/bundle/Bundle.h"
#include "runtime/support/Diagnostic.h"
#include "tools/snnc/Framework.h"
#include "tools/snnc/Options.h"

#include "mlir/IR/BuiltinOps.h"

#include <memory>

namespace snnc::s2 {
class PartCache;
}

namespace snnc {

/// The machine that the options name: built in, or a file.
Expected<MachineModel> machineOf(const CompileOptions &options);

/// Error SNN0354 when the synapses alone exceed the machine: before anything is
/// drawn, so that a huge network is refused at once.
mlir::LogicalResult checkCapacity(mlir::ModuleOp module,
                                  const CompileOptions &options,
                                  DiagnosticSink &sink);

/// Normalized -> Decided: serial or parallel per population, and the extra
/// latency that lets parallel ones multiply several ticks at once. `scans`
/// carries what was scanned here to mapNetwork; may be null.
mlir::LogicalResult
decideParadigms(mlir::ModuleOp module, const CompileOptions &options,
                std::shared_ptr<const MachineModel> machine,
                std::shared_ptr<fabric::ScanCache> scans = nullptr);

/// The first step of it alone, with a record per population. Every population
/// is planned in the chosen paradigm.
mlir::FailureOr<std::vector<decide::Decision>>
planParadigms(mlir::ModuleOp module, const CompileOptions &options,
              std::shared_ptr<const MachineModel> machine);

/// Decided -> mapped (fabric) with programs (tick), in place.
mlir::LogicalResult
mapNetwork(mlir::ModuleOp module, const CompileOptions &options,
           std::shared_ptr<const MachineModel> machine,
           std::shared_ptr<fabric::ScanCache> scans = nullptr);

/// Normalized -> bundle in memory. Null after an error, which MLIR's handlers
/// or `sink` have.
/// `dynamics`, what the module was made with, goes to the manifest.
/// `cache` keeps programs for later calls with the same machine.
std::shared_ptr<runtime::Bundle> compileModule(mlir::ModuleOp module,
                                               const CompileOptions &options,
                                               const Dynamics &dynamics,
                                               DiagnosticSink &sink,
                                               s2::PartCache *cache = nullptr);

} // namespace snnc

#endif // SNNC_TOOLS_COMPILE_H
