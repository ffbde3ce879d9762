//===- Ranking.h - Which of two plans is better -----------------*- C++ -*-===//
//
// Part of the snnc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// One order for all who compare plans: the plans of one paradigm, both
// paradigms, the closed formulas, the selector's data set and its regret.
//
//===----------------------------------------------------------------------===//
#ifndef SNNC_PLANNER_RANKING_H
#define SNNC_PLANNER_RANKING_H

#include "planner/LayerPlan.h"
#include "planner/Objective.h"

#include <array>

namespace snnc::fabric {

/// Energy of one int8 multiply-accumulate: 2.77 TOPS/W at 0.5 V are 0.36 pJ an
/// operation, two operations (facts/paradigm_switching.md, section 5).
inline constexpr double kPicojoulePerMac = 0.72;

/// An estimate, never a measurement, in pJ a tick: every core spends its
/// expected cycles active and the tick asleep (machine file, facts A11), the
/// arrays their products. Cores are counted as busy as the busiest.
double energyEstimate(const LayerPlan &plan, const MachineModel &machine,
                      double tickSeconds);

class Ranking {
public:
  /// `tickSeconds`: real time of a tick, for the energy.
  Ranking(Objective objective, const MachineModel &machine, double tickSeconds)
      : better(objective), machine(&machine), tickSeconds(tickSeconds) {}

  Objective objective() const { return better; }
  /// Smaller is better, element by element.
  std::array<double, 3> of(const LayerPlan &plan) const;

  /// Whether `plan` is strictly better than `other`. Of two parallel plans a
  /// row split has to be better by the objective itself: ties do not pay for
  /// its extra tick of latency. Two numbers of ticks a product are compared by
  /// the first two counts; ties stay with the one that was looked at first.
  bool isBetter(const LayerPlan &plan, const LayerPlan &other) const;

private:
  Objective better;
  const MachineModel *machine;
  double tickSeconds;
};

} // namespace snnc::fabric

#endif // SNNC_PLANNER_RANKING_H
