//===- Passes.h - Decide: how each population is computed ---------*- C++
//-*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef SNNC_PASSES_DECIDE_PASSES_H
#define SNNC_PASSES_DECIDE_PASSES_H

#include "compiler/Machine/MachineModel.h"
#include "compiler/SNN/SNN.h"

#include "mlir/IR/BuiltinOps.h"
#include "mlir/Pass/Pass.h"

#include <memory>

namespace snnc::decide {

enum class ParadigmMode : uint8_t { Serial, Parallel, Oracle, CostModel };

#define GEN_PASS_DECL
#include "passes/Decide/Passes.h.inc"

/// The same pass with the driver's machine instead of a built-in one.
std::unique_ptr<mlir::Pass>
createSnnSelectParadigm(std::shared_ptr<const MachineModel> machine,
                        ParadigmMode mode, bool explain = false);

#define GEN_PASS_REGISTRATION
#include "passes/Decide/Passes.h.inc"

} // namespace snnc::decide

#endif // SNNC_PASSES_DECIDE_PASSES_H
