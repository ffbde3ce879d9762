//===- Passes.h - From pe to LLVM for an Armv7E-M core -----------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef SNNC_BACKENDS_SPINNAKER2_S2_PASSES_H
#define SNNC_BACKENDS_SPINNAKER2_S2_PASSES_H

#include "backends/spinnaker2/S2/S2.h"
#include "compiler/Pe/Pe.h"
#include "runtime/machine/MachineModel.h"

#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/IR/PatternMatch.h"
#include "mlir/Pass/Pass.h"

namespace snnc::s2 {

#define GEN_PASS_DECL
#include "backends/spinnaker2/S2/Passes.h.inc"

#define GEN_PASS_REGISTRATION
#include "backends/spinnaker2/S2/Passes.h.inc"

/// pe ops to s2, without those that pe-expand takes.
/// `headerAddress`: of the core header.
void populatePeToS2Patterns(mlir::RewritePatternSet &patterns,
                            uint32_t headerAddress);
/// s2 ops to LLVM's; `machine` outlives the patterns.
void populateS2ToLLVMPatterns(mlir::RewritePatternSet &patterns,
                              const MachineModel &machine);

/// convert-pe-to-s2 and convert-s2-to-llvm, for a machine that may be the
/// user's own.
mlir::LogicalResult lowerPeToS2(mlir::Operation *root, uint32_t headerAddress);
mlir::LogicalResult lowerS2ToLLVM(mlir::Operation *root,
                                  const MachineModel &machine);

/// Adds the start-up function @start: it opens the devices and then sleeps from
/// tick to tick, each of which calls `handlers` in turn, functions of other
/// modules that take the core.
void addStart(mlir::ModuleOp module, llvm::ArrayRef<std::string> handlers,
              uint32_t headerAddress);

} // namespace snnc::s2

#endif // SNNC_BACKENDS_SPINNAKER2_S2_PASSES_H
