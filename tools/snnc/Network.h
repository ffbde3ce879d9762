//===- Network.h - From a file to a normalised network ----------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef SNNC_TOOLS_NETWORK_H
#define SNNC_TOOLS_NETWORK_H

#include "compiler/SNN/SNN.h"
#include "compiler/Target/Target.h"
#include "runtime/support/Diagnostic.h"
#include "tools/snnc/Framework.h"
#include "tools/snnc/Options.h"

#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/OwningOpRef.h"

#include <functional>
#include <memory>

namespace snnc {

/// A context with every dialect of snnc registered, single threaded: networks
/// are small, threads cost more than they bring.
std::unique_ptr<mlir::MLIRContext> createContext();

/// Once `stop` is true no more passes of the context begin, and what compiles
/// fails; an empty function: they do.
void stopPassesWhen(mlir::MLIRContext &context, std::function<bool()> stop);

/// An imported network and what its file says about time.
struct ImportedNetwork {
  mlir::OwningOpRef<mlir::ModuleOp> module;
  double dt = 0;     ///< implied by the file or given by the user; 0: unknown
  Dynamics dynamics; ///< of a NIR file's neurons
};

/// Reads a NIR file (phase Imported) or a YAML file (in ticks already);
/// findings go to `sink`. Null module after an error.
ImportedNetwork importNetwork(const std::string &path,
                              const NetworkOptions &options,
                              mlir::MLIRContext *context, DiagnosticSink &sink);

/// Reports SNN0384 (usage) for each option of the command line that is among
/// `useless`, or that is none of `useful` when `useless` is empty: `what`, for
/// example "a bundle", has no place for it. True when there is none.
bool acceptsOptions(const std::string &path, const NetworkOptions &options,
                    const std::string &what,
                    const std::vector<std::string> &useless,
                    const std::vector<std::string> &useful,
                    const std::string &hint, DiagnosticSink &sink);

/// The first half of normalizeNetwork(): one-tick models, nothing rounded.
mlir::LogicalResult discretizeNetwork(mlir::ModuleOp module, double dt,
                                      const Dynamics &dynamics,
                                      const NetworkOptions &options);

/// Imported -> Normalized. `quantized` false stops before integers (for the
/// float reference). `threads` of this computer; 0: all.
mlir::LogicalResult normalizeNetwork(mlir::ModuleOp module, double dt,
                                     const Dynamics &dynamics,
                                     const NetworkOptions &options,
                                     bool quantized, unsigned threads = 0);

using target::networkOf;

} // namespace snnc

#endif // SNNC_TOOLS_NETWORK_H
