//===- MoveToDram.cpp - Networks that SRAM does not hold ------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "passes/Decide/MoveToDram.h"

#include "passes/Decide/LayerPlans.h"

#include "planner/DramOrder.h"

#include <vector>

using namespace mlir;

namespace snnc::decide {

/// What the chosen plan takes; more than any machine has where there is none.
static uint64_t coresOf(const Decision &decision) {
  const std::optional<fabric::LayerPlan> &plan = decision.chosen().plan;
  return plan ? plan->pes : uint64_t(1) << 40;
}

static bool mayMove(const LayerPlans &plans, const OpenChoice &choice) {
  bool pinnedParallel =
      choice.decision.rule == Rule::Pinned && choice.decision.parallel;
  return !pinnedParallel &&
         !plans.network().nodes[choice.node].incoming.empty();
}

/// Plans are looked for one by one; only now is it known how many PEs share a
/// chip's DRAM.
static LogicalResult costInDram(LayerPlans &plans,
                                llvm::MutableArrayRef<OpenChoice> choices) {
  auto fetches = [](const OpenChoice &choice) {
    const Decision &decision = choice.decision;
    return !decision.parallel && decision.serial.plan
               ? decision.serial.plan->fetching
               : 0;
  };
  uint64_t fetching = 0;
  for (const OpenChoice &choice : choices)
    fetching += fetches(choice);
  for (OpenChoice &choice : choices)
    if (fetches(choice) &&
        failed(plans.costInDram(choice.node, fetching, choice.decision)))
      return failure();
  return success();
}

LogicalResult moveToDram(LayerPlans &plans, bool estimated,
                         llvm::MutableArrayRef<OpenChoice> choices) {
  if (!plans.model().hasDram())
    return success();
  std::vector<OpenChoice *> movable;
  uint64_t cores = 0;
  for (OpenChoice &choice : choices) {
    Decision &decision = choice.decision;
    if (!decision.chosen().planned &&
        failed(estimated
                   ? plans.estimate(choice.node, decision)
                   : plans.plan(choice.node, decision.parallel, decision)))
      return failure();
    cores += coresOf(decision);
    if (mayMove(plans, choice))
      movable.push_back(&choice);
  }
  fabric::sortForDram<OpenChoice *>(
      movable, [](OpenChoice *choice) { return coresOf(choice->decision); });
  for (OpenChoice *choice : movable) {
    if (cores <= plans.coresBeforeDram())
      break;
    Decision &decision = choice->decision;
    uint64_t before = coresOf(decision);
    Alternative inSram = decision.serial;
    if (failed(plans.planInDram(choice->node, decision)))
      return failure();
    const std::optional<fabric::LayerPlan> &there = decision.serial.plan;
    if (!there || there->pes >= before) {
      decision.serial = inSram;
      continue;
    }
    cores -= before - there->pes;
    if (decision.parallel)
      decision.rule = Rule::Dram;
    decision.parallel = false;
  }
  return costInDram(plans, choices);
}

} // namespace snnc::decide
