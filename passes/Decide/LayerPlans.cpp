//===- LayerPlans.cpp - Plans of single populations, on demand ------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "passes/Decide/LayerPlans.h"

#include "planner/LayerEstimate.h"

using namespace mlir;
using namespace snnc::fabric;

namespace snnc::decide {

/// Of a plan in that paradigm that may be better than the one in the other.
std::optional<uint64_t> LayerPlans::mostPes(const Decision &decision,
                                            bool parallel) const {
  const Alternative &other = parallel ? decision.serial : decision.parallels;
  Objective objective = ranking.objective();
  bool fewestPes =
      objective == Objective::Pes || objective == Objective::Memory;
  if (!fewestPes || !other.plan || decision.rule == Rule::Oracle)
    return std::nullopt;
  return other.plan->pes;
}

LogicalResult LayerPlans::plan(uint32_t node, bool parallel,
                               Decision &decision) {
  Alternative &alternative = parallel ? decision.parallels : decision.serial;
  if (alternative.planned)
    return success();
  auto plan = planIn(planner, node, parallel, ranking, alternative.obstacle,
                     mostPes(decision, parallel));
  if (planner.mayUseDram(node))
    cutsInDram[node] = planner.cut(node);
  // Other populations see this one as a source, uncut.
  planner.start(node, info.nodes[node].parallel, /*fullRing=*/true);
  planner.forget(node);
  if (failed(plan))
    return failure();
  alternative.planned = true;
  alternative.plan = *plan;
  return success();
}

LogicalResult LayerPlans::estimate(uint32_t node, Decision &decision) {
  auto shape = shapeOf(info, node);
  if (failed(shape))
    return failure();
  for (bool parallel : {false, true}) {
    Alternative &alternative = parallel ? decision.parallels : decision.serial;
    alternative.planned = true;
    if (auto result =
            fabric::estimate(*shape, machine, parallel, ranking, budget()))
      alternative.plan = result->plan;
  }
  return success();
}

LogicalResult LayerPlans::planInDram(uint32_t node, Decision &decision) {
  decision.serial = {};
  planner.allowDram(node);
  planner.setRoom(machine.coreCount());
  LogicalResult planned = plan(node, /*parallel=*/false, decision);
  planner.setRoom(coresBeforeDram());
  return planned;
}

LogicalResult LayerPlans::costInDram(uint32_t node, uint64_t fetching,
                                     Decision &decision) {
  planner.restore(node, cutsInDram.at(node));
  if (failed(planner.scan(node)))
    return failure();
  planner.setFetching(fetching);
  decision.serial.plan->cycles = planner.planOf(node).cycles;
  planner.setFetching(UINT64_MAX);
  planner.start(node, info.nodes[node].parallel, /*fullRing=*/true);
  return success();
}

bool LayerPlans::prefersParallel(const Decision &decision) const {
  ParadigmPlans both{decision.serial.plan, decision.parallels.plan, {}};
  return fabric::prefersParallel(both, ranking);
}

} // namespace snnc::decide
