//===- DrawInputs.cpp - Poisson inputs that cores draw --------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "compiler/SNN/Pins.h"
#include "compiler/Support/Report.h"
#include "passes/Decide/Passes.h"
#include "planner/NetworkInfo.h"
#include "runtime/abi/CoreHeader.h"

#include "llvm/ADT/DenseMap.h"

namespace snnc::decide {
#define GEN_PASS_DEF_FABRICDRAWINPUTS
#include "passes/Decide/Passes.h.inc"

using namespace mlir;

namespace {
struct FabricDrawInputsPass : impl::FabricDrawInputsBase<FabricDrawInputsPass> {
  using FabricDrawInputsBase::FabricDrawInputsBase;

  void runOnOperation() override {
    for (auto network : getOperation().getOps<snn::NetworkOp>()) {
      llvm::DenseMap<Value, unsigned> drives; ///< of a population
      for (auto projection : network.getOps<snn::ProjectionOp>())
        if (projection->hasAttr(snn::kDrawnName))
          ++drives[projection.getTarget()];
      for (auto projection : network.getOps<snn::ProjectionOp>()) {
        unsigned &of = drives[projection.getTarget()];
        if (of >= SNNC_MAX_DRIVES || !mayBeDrawn(projection))
          continue;
        projection->setAttr(snn::kDrawnName, UnitAttr::get(&getContext()));
        ++of;
        ++drawn;
      }
    }
  }

  /// Of what cores could draw, neither what the run at hand gives an array for
  /// nor neurons that stand in an order of their own.
  static bool mayBeDrawn(snn::ProjectionOp projection) {
    if (projection->hasAttr(snn::kDrawnName) ||
        !fabric::drawableMeans(projection))
      return false;
    Operation *input = projection.getSource().getDefiningOp();
    Operation *population = projection.getTarget().getDefiningOp();
    return !input->hasAttr(fabric::kMostSpikesName) &&
           !input->hasAttr(fabric::kOrderName) &&
           !population->hasAttr(fabric::kOrderName);
  }
};
} // namespace
} // namespace snnc::decide
