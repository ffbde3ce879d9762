//===- Ranking.cpp - Which of two plans is better -------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "planner/Ranking.h"

#include <utility>

namespace snnc::fabric {

double energyEstimate(const LayerPlan &plan, const MachineModel &machine,
                      double tickSeconds) {
  const PerformanceLevel &level = machine.level();
  double core = plan.cycles.expected * level.activePicojoulePerCycle +
                level.sleepMilliwatt * 1e9 * tickSeconds;
  return double(plan.pes) * core + plan.macs * kPicojoulePerMac;
}

std::array<double, 3> Ranking::of(const LayerPlan &plan) const {
  double pes = double(plan.pes), bytes = double(plan.bytes);
  double cycles = plan.cycles.expected;
  switch (better) {
  case Objective::Pes:
    return {pes, cycles, bytes};
  case Objective::Memory:
    return {pes, bytes, cycles};
  case Objective::Cycles:
    return {cycles, pes, bytes};
  case Objective::Energy:
    return {energyEstimate(plan, *machine, tickSeconds), pes, bytes};
  }
  return {};
}

bool Ranking::isBetter(const LayerPlan &plan, const LayerPlan &other) const {
  auto a = of(plan), b = of(other);
  if (!plan.parallel || !other.parallel)
    return a < b;
  if ((plan.parts > 0) != (other.parts > 0))
    return plan.parts > 0 ? a[0] < b[0] : a[0] <= b[0];
  return std::pair(a[0], a[1]) < std::pair(b[0], b[1]);
}

} // namespace snnc::fabric
