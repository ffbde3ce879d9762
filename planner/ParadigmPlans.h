//===- ParadigmPlans.h - Both paradigms, planned and compared ---*- C++ -*-===//
//
// Part of the snnc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The oracle: one population planned both ways for real. The choice of the
// paradigm and the selector's data set ask here.
//
//===----------------------------------------------------------------------===//
#ifndef SNNC_PLANNER_PARADIGMPLANS_H
#define SNNC_PLANNER_PARADIGMPLANS_H

#include "planner/Ranking.h"

#include "mlir/Support/LogicalResult.h"

#include <optional>
#include <string>
#include <vector>

namespace snnc::fabric {

class LayerPlanner;

/// Both plans of a population; nothing where it does not fit.
struct ParadigmPlans {
  std::optional<LayerPlan> serial, parallel;
  std::string obstacle; ///< why there is no parallel plan, if not its size

  const std::optional<LayerPlan> &in(bool isParallel) const {
    return isParallel ? parallel : serial;
  }
};

/// Whether the parallel plan is strictly better; false without a parallel plan.
bool prefersParallel(const ParadigmPlans &plans, const Ranking &ranking);

/// What there is to choose from within one paradigm.
struct PlanCandidates {
  /// One per number of ticks per product that fits, then a row split where it
  /// takes fewer cores than any of them, or nothing else fits.
  std::vector<LayerPlan> plans;
  bool fullRing = true; ///< packet rings of full length, where they fit at all
  std::string obstacle; ///< why there is none

  /// Null without plans.
  const LayerPlan *best(const Ranking &ranking) const;
};

/// Plans `node` in one paradigm; its sources count as uncut. Without a plan it
/// does not fit, or not in the planner's tick (the obstacle says so). An error
/// is emitted where a projection cannot be read.
/// `most`: row splits of more PEs are not looked for, which takes longest.
mlir::FailureOr<PlanCandidates>
candidatesIn(LayerPlanner &planner, uint32_t node, bool parallel,
             std::optional<uint64_t> most = std::nullopt);

/// The best of them; the planner is left in it.
mlir::FailureOr<std::optional<LayerPlan>>
planIn(LayerPlanner &planner, uint32_t node, bool parallel,
       const Ranking &ranking, std::string &obstacle,
       std::optional<uint64_t> most = std::nullopt);

} // namespace snnc::fabric

#endif // SNNC_PLANNER_PARADIGMPLANS_H
