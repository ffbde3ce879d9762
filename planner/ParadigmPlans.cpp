//===- ParadigmPlans.cpp - Both paradigms, planned and compared -----------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "planner/ParadigmPlans.h"

#include "planner/LayerPlanner.h"

#include <fmt/format.h>

#include <algorithm>

using namespace mlir;

namespace snnc::fabric {

bool prefersParallel(const ParadigmPlans &plans, const Ranking &ranking) {
  if (!plans.parallel || !plans.serial)
    return plans.parallel.has_value();
  return ranking.isBetter(*plans.parallel, *plans.serial);
}

const LayerPlan *PlanCandidates::best(const Ranking &ranking) const {
  const LayerPlan *best = nullptr;
  for (const LayerPlan &plan : plans)
    if (!best || ranking.isBetter(plan, *best))
      best = &plan;
  return best;
}

/// The plan as a row split when it needs fewer cores than `columns`, or there
/// is no other; the planner is left in it then. Where dominant cores have to
/// keep rows as well, only where there is no other.
static std::optional<LayerPlan> planRows(LayerPlanner &planner, uint32_t node,
                                         std::optional<uint64_t> columns,
                                         std::optional<uint64_t> most) {
  if (!planner.mayRowSplit(node) ||
      (columns && (planner.hasNear(node) || !planner.mayPay(node, *columns))))
    return std::nullopt;
  planner.setMostOfRows(
      std::min(columns ? *columns - 1 : UINT64_MAX, most.value_or(UINT64_MAX)));
  bool found = succeeded(planner.startRows(node)) && planner.shrink(node);
  planner.setMostOfRows(UINT64_MAX);
  // Without a subordinate, as where all synapses are rows of dominant cores,
  // nothing is multiplied.
  if (!found || planner.cut(node).parts.empty())
    return std::nullopt;
  return planner.planOf(node);
}

/// The plan by columns of so many ticks a product; the planner is left in it.
static std::optional<LayerPlan> planColumns(LayerPlanner &planner,
                                            uint32_t node, bool parallel,
                                            uint32_t batch, bool fullRing) {
  planner.start(node, parallel, fullRing);
  if (parallel)
    planner.setBatch(node, batch);
  if (!planner.shrink(node) || planner.exceedsSources(node))
    return std::nullopt;
  return planner.planOf(node);
}

/// Why nothing fits, where that is the time of a tick.
static std::string slowness(LayerPlanner &planner, uint32_t node,
                            bool parallel) {
  planner.start(node, parallel, /*fullRing=*/false);
  if (!planner.shrink(node, Limits::Bytes))
    return {};
  uint32_t least = planner.smallestSlice(node);
  return fmt::format("too slow: {} neuron(s) take {:.0f} cycles of a tick, "
                     "{:.0f} fit",
                     least, planner.cyclesOf(node, {0, least}).peak,
                     planner.tickCycles());
}

FailureOr<PlanCandidates> candidatesIn(LayerPlanner &planner, uint32_t node,
                                       bool parallel,
                                       std::optional<uint64_t> most) {
  planner.start(node, parallel, /*fullRing=*/true);
  if (failed(planner.scan(node)))
    return failure();
  PlanCandidates found;
  if (parallel && !planner.sumFits(node)) {
    found.obstacle =
        fmt::format("its weights may add up to {}, beyond the MAC array's "
                    "accumulator ({})",
                    planner.map(node).largestSum().value, planner.sumLimit());
    return found;
  }
  std::vector<uint32_t> batches =
      parallel ? planner.batches(node) : std::vector<uint32_t>{1};
  std::optional<uint64_t> fewest;
  for (bool fullRing : {true, false}) {
    if (fewest)
      break;
    found.fullRing = fullRing;
    for (uint32_t batch : batches)
      if (auto plan = planColumns(planner, node, parallel, batch, fullRing)) {
        fewest = std::min(fewest.value_or(plan->pes), plan->pes);
        found.plans.push_back(*plan);
      }
  }
  if (parallel)
    if (auto rows = planRows(planner, node, fewest, most))
      found.plans.push_back(*rows);
  if (found.plans.empty())
    found.obstacle = most ? fmt::format("does not fit the {} PE(s) of serial", *most)
                          : slowness(planner, node, parallel);
  return found;
}

FailureOr<std::optional<LayerPlan>> planIn(LayerPlanner &planner, uint32_t node,
                                           bool parallel,
                                           const Ranking &ranking,
                                           std::string &obstacle,
                                           std::optional<uint64_t> most) {
  auto found = candidatesIn(planner, node, parallel, most);
  if (failed(found))
    return failure();
  obstacle = found->obstacle;
  const LayerPlan *best = found->best(ranking);
  if (!best)
    return std::optional<LayerPlan>();
  if (parallel && (best->parts == 0 || !planner.cut(node).rows))
    planColumns(planner, node, parallel, best->batch, found->fullRing);
  return std::optional(*best);
}

} // namespace snnc::fabric
