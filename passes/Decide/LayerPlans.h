//===- LayerPlans.h - Plans of single populations, on demand ----*- C++ -*-===//
//
// Part of the snnc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Asks the exact planner for one paradigm of one population at a time, each at
// most once. Sources count as uncut: slicing may need a few bytes more for
// their table entries.
//
//===----------------------------------------------------------------------===//
#ifndef SNNC_PASSES_DECIDE_LAYERPLANS_H
#define SNNC_PASSES_DECIDE_LAYERPLANS_H

#include "passes/Decide/Decision.h"
#include "planner/DramOrder.h"
#include "planner/LayerPlanner.h"

#include <map>

namespace snnc::decide {

class LayerPlans {
public:
  LayerPlans(const fabric::NetworkInfo &info, const MachineModel &machine,
             fabric::Objective objective, double tickSeconds)
      : info(info), machine(machine), ranking(objective, machine, tickSeconds),
        tickSeconds(tickSeconds),
        planner(info, machine, fabric::CoreLimits(), budget()) {
    planner.setRoom(coresBeforeDram());
  }

  /// Fills `decision`'s alternative of that paradigm unless it is planned.
  /// Fails only where a projection cannot be read (an error is emitted there).
  mlir::LogicalResult plan(uint32_t node, bool parallel, Decision &decision);
  /// Both from closed formulas.
  mlir::LogicalResult estimate(uint32_t node, Decision &decision);
  /// The serial plan anew, with rows in DRAM where they do not fit SRAM. The
  /// closed formulas do not know these.
  mlir::LogicalResult planInDram(uint32_t node, Decision &decision);
  /// States what that plan takes where `fetching` PEs have rows in DRAM.
  mlir::LogicalResult costInDram(uint32_t node, uint64_t fetching,
                                 Decision &decision);

  /// Cores that the network may take before rows go to DRAM: plans of a layer
  /// with many more are not looked for in SRAM.
  uint64_t coresBeforeDram() const {
    return fabric::coresBeforeDram(machine, ranking.objective() ==
                                                fabric::Objective::Cycles);
  }

  /// Whether parallel is the better of two planned alternatives.
  bool prefersParallel(const Decision &decision) const;
  const fabric::NetworkInfo &network() const { return info; }
  const MachineModel &model() const { return machine; }

private:
  /// Cycles that a plan may take of a tick; `memory` does not ask for time.
  double budget() const {
    return ranking.objective() == fabric::Objective::Memory
               ? 0
               : fabric::tickCycles(machine, tickSeconds);
  }

  std::optional<uint64_t> mostPes(const Decision &decision,
                                  bool parallel) const;

  const fabric::NetworkInfo &info;
  const MachineModel &machine;
  fabric::Ranking ranking;
  double tickSeconds;
  fabric::LayerPlanner planner;
  std::map<uint32_t, fabric::LayerCut> cutsInDram; ///< of planInDram()
};

} // namespace snnc::decide

#endif // SNNC_PASSES_DECIDE_LAYERPLANS_H
