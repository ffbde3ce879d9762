//===- ParadigmPlans.h - Both paradigms, planned and compared -----*- C++
//-*-===//
//
// Part of the snnc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The oracle: one population planned both ways for real, and what makes one
// plan better than the other. The choice of the paradigm, the selector's data
// set and its regret all rank plans here.
//
//===----------------------------------------------------------------------===//
#ifndef SNNC_FABRIC_PARADIGMPLANS_H
#define SNNC_FABRIC_PARADIGMPLANS_H

#include "compiler/Fabric/LayerPlanner.h"
#include "compiler/Fabric/Objective.h"

namespace snnc::fabric {

/// Energy of one int8 multiply-accumulate: 2.77 TOPS/W at 0.5 V are 0.36 pJ an
/// operation, two operations (facts/paradigm_switching.md, section 5).
inline constexpr double kPicojoulePerMac = 0.72;

/// An estimate, never a measurement, in pJ a tick: every core spends its
/// expected cycles active and the tick asleep (machine file, facts A11), the
/// arrays their products. Cores are counted as busy as the busiest.
double energyEstimate(const LayerPlan &plan, const MachineModel &machine,
                      double tickSeconds);

/// Both plans of a population; nothing where it does not fit.
struct ParadigmPlans {
  std::optional<LayerPlan> serial, parallel;
  std::string obstacle; ///< why there is no parallel plan, if not its size

  const std::optional<LayerPlan> &in(bool isParallel) const {
    return isParallel ? parallel : serial;
  }
};

/// Whether the parallel plan is strictly better; false without a parallel plan.
bool prefersParallel(const ParadigmPlans &plans, Objective objective,
                     const MachineModel &machine, double tickSeconds);

/// Plans `node` in one paradigm; its sources count as uncut. Nothing when it
/// does not fit, or not in the planner's tick (`obstacle` says so). An error is
/// emitted where a projection cannot be read.
mlir::FailureOr<std::optional<LayerPlan>> planIn(LayerPlanner &planner,
                                                 uint32_t node, bool parallel,
                                                 std::string &obstacle);

/// Plans `node` both ways and leaves it in the paradigm that it asks for.
mlir::FailureOr<ParadigmPlans> planBoth(LayerPlanner &planner,
                                        const NetworkInfo &info, uint32_t node);

} // namespace snnc::fabric

#endif // SNNC_FABRIC_PARADIGMPLANS_H
