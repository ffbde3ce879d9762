//===- Machine.h - The machine that a decision is for -----------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef SNNC_PASSES_DECIDE_MACHINE_H
#define SNNC_PASSES_DECIDE_MACHINE_H

#include "passes/Decide/Passes.h"

namespace snnc::decide {

/// `given`, or the built-in machine `name` (the default one when empty). Null
/// and error SNN1110 at `op` when there is none.
std::shared_ptr<const MachineModel>
resolveMachine(mlir::Operation *op, std::shared_ptr<const MachineModel> given,
               const std::string &name);

} // namespace snnc::decide

#endif // SNNC_PASSES_DECIDE_MACHINE_H
