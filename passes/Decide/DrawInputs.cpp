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
        if (projection->hasAttr(snn::kDrawnName) || !isFree(projection))
          continue;
        fabric::DriveObstacle why;
        if (!fabric::drawableMeans(projection, &why)) {
          explainLeft(projection, why);
        } else if (of >= SNNC_MAX_DRIVES) {
          explainLeft(projection,
                      {"the cores draw " + std::to_string(SNNC_MAX_DRIVES) +
                           " inputs of these neurons already",
                       "join inputs of the same weight: their rates add up"});
        } else {
          projection->setAttr(snn::kDrawnName, UnitAttr::get(&getContext()));
          ++of;
          ++drawn;
        }
      }
    }
  }

  /// Neither what the run at hand gives an array for nor neurons that stand in
  /// an order of their own.
  static bool isFree(snn::ProjectionOp projection) {
    Operation *input = projection.getSource().getDefiningOp();
    Operation *population = projection.getTarget().getDefiningOp();
    return !input->hasAttr(fabric::kMostSpikesName) &&
           !input->hasAttr(fabric::kOrderName) &&
           !population->hasAttr(fabric::kOrderName);
  }

  /// Of a Poisson input; nothing to say of another.
  void explainLeft(snn::ProjectionOp projection,
                   const fabric::DriveObstacle &why) {
    if (!explain || why.reason.empty())
      return;
    auto input = projection.getSource().getDefiningOp<snn::InputOp>();
    InFlightDiagnostic remark = projection.emitRemark()
                                << "Poisson input '" << input.getName()
                                << "' reaches population '"
                                << projection.targetPopulation().getName()
                                << "' as packets, because " << why.reason;
    attachHelp(remark) << why.change
                       << "; then the cores draw it, without packets";
  }
};
} // namespace
} // namespace snnc::decide
