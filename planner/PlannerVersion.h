//===- PlannerVersion.h - What trained models are trained on ----*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef SNNC_PLANNER_PLANNERVERSION_H
#define SNNC_PLANNER_PLANNERVERSION_H

namespace snnc::fabric {

/// Bump this whenever a plan can change for the same layer and machine: sizes
/// (CorePlanner, row formats, WeightDelayMap, core header), cycle constants
/// (CycleModel, row formats), the search of LayerPlanner, the closed formulas
/// or features. The shipped selector models were trained on plans of one
/// version and are refused by every other; retrain them with `snnc selector
/// train`.
inline constexpr unsigned kPlannerVersion = 12;

} // namespace snnc::fabric

#endif // SNNC_PLANNER_PLANNERVERSION_H
