//===- ParadigmPlans.cpp - Both paradigms, planned and compared -----------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "compiler/Fabric/ParadigmPlans.h"

#include <fmt/format.h>

#include <array>

using namespace mlir;

namespace snnc::fabric {

double energyEstimate(const LayerPlan &plan, const MachineModel &machine,
                      double tickSeconds) {
  const PerformanceLevel &level = machine.level();
  double core = plan.cycles.expected * level.activePicojoulePerCycle +
                level.sleepMilliwatt * 1e9 * tickSeconds;
  return double(plan.pes) * core + plan.macs * kPicojoulePerMac;
}

/// Smaller is better, element by element.
static std::array<double, 3> rank(const LayerPlan &plan, Objective objective,
                                  const MachineModel &machine,
                                  double tickSeconds) {
  double pes = double(plan.pes), bytes = double(plan.bytes);
  double cycles = plan.cycles.expected;
  switch (objective) {
  case Objective::Pes:
    return {pes, cycles, bytes};
  case Objective::Memory:
    return {pes, bytes, cycles};
  case Objective::Cycles:
    return {cycles, pes, bytes};
  case Objective::Energy:
    return {energyEstimate(plan, machine, tickSeconds), pes, bytes};
  }
  return {};
}

bool prefersParallel(const ParadigmPlans &plans, Objective objective,
                     const MachineModel &machine, double tickSeconds) {
  if (!plans.parallel || !plans.serial)
    return plans.parallel.has_value();
  return rank(*plans.parallel, objective, machine, tickSeconds) <
         rank(*plans.serial, objective, machine, tickSeconds);
}

/// The plan as a row split when it needs fewer cores than `columns`, or there
/// is no other; the planner is left in it then.
static std::optional<LayerPlan>
planRows(LayerPlanner &planner, uint32_t node,
         const std::optional<LayerPlan> &columns) {
  if (!planner.mayRowSplit(node) ||
      (columns && !planner.mayPay(node, columns->pes)))
    return std::nullopt;
  if (failed(planner.startRows(node)) || !planner.shrink(node))
    return std::nullopt;
  LayerPlan rows = planner.planOf(node);
  if (columns && columns->pes <= rows.pes)
    return std::nullopt;
  return rows;
}

FailureOr<std::optional<LayerPlan>> planIn(LayerPlanner &planner, uint32_t node,
                                           bool parallel,
                                           std::string &obstacle) {
  planner.start(node, parallel, /*fullRing=*/true);
  if (failed(planner.scan(node)))
    return failure();
  if (parallel && !planner.sumFits(node)) {
    obstacle =
        fmt::format("its weights may add up to {}, beyond the MAC array's "
                    "accumulator ({})",
                    planner.map(node).largestSum().value, planner.sumLimit());
    return std::optional<LayerPlan>();
  }
  // Ticks per product: the fewest cores, then cycles; rings of full length
  // where they fit at all.
  std::vector<uint32_t> batches =
      parallel ? planner.batches(node) : std::vector<uint32_t>{1};
  std::optional<LayerPlan> best;
  auto plan = [&](uint32_t batch, bool fullRing) -> std::optional<LayerPlan> {
    planner.start(node, parallel, fullRing);
    if (parallel)
      planner.setBatch(node, batch);
    return planner.shrink(node) ? std::optional(planner.planOf(node))
                                : std::nullopt;
  };
  for (bool fullRing : {true, false}) {
    for (uint32_t batch : batches)
      if (auto found = plan(batch, fullRing);
          found && (!best || std::pair(found->pes, found->cycles.expected) <
                                 std::pair(best->pes, best->cycles.expected)))
        best = found;
    if (best && planner.exceedsSources(node))
      best.reset();
    if (!best)
      continue;
    if (auto rows = planRows(planner, node, best))
      return rows;
    if (parallel) // leave the planner in the best one
      plan(best->batch, fullRing);
    return best;
  }
  if (parallel)
    if (auto rows = planRows(planner, node, std::nullopt))
      return rows;
  planner.start(node, parallel, /*fullRing=*/false);
  if (planner.shrink(node, Limits::Bytes)) {
    uint32_t least = planner.smallestSlice(node);
    obstacle = fmt::format("too slow: {} neuron(s) take {:.0f} cycles of a "
                           "tick, {:.0f} fit",
                           least, planner.cyclesOf(node, {0, least}).peak,
                           planner.tickCycles());
  }
  return std::optional<LayerPlan>();
}

FailureOr<ParadigmPlans> planBoth(LayerPlanner &planner,
                                  const NetworkInfo &info, uint32_t node) {
  ParadigmPlans both;
  for (bool parallel : {false, true}) {
    auto plan = planIn(planner, node, parallel, both.obstacle);
    if (failed(plan))
      return failure();
    (parallel ? both.parallel : both.serial) = *plan;
  }
  planner.start(node, info.nodes[node].parallel, /*fullRing=*/true);
  return both;
}

} // namespace snnc::fabric
