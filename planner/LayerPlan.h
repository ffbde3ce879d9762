//===- LayerPlan.h - What a cut of a population costs -----------*- C++ -*-===//
//
// Part of the snnc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What LayerPlanner finds, for those who compare plans and print them.
//
//===----------------------------------------------------------------------===//
#ifndef SNNC_PLANNER_LAYERPLAN_H
#define SNNC_PLANNER_LAYERPLAN_H

#include "planner/CycleModel.h"

namespace snnc::fabric {

/// What a cut costs.
struct LayerPlan {
  bool parallel = false;
  uint32_t chunk = 0;
  uint64_t pes = 0;
  uint64_t bytes = 0;     ///< least, over all cores (CorePlan::needed)
  CycleEstimate cycles;   ///< of the busiest core, per tick
  uint32_t batch = 1;     ///< parallel: ticks per matrix product
  uint64_t dramBytes = 0; ///< of rows there, over all cores
  uint64_t fetching = 0;  ///< of the PEs, those with rows there
  uint64_t parts = 0;     ///< of the PEs, subordinates of a row split
  double macs = 0;        ///< products of the MAC arrays per tick, all cores
};

} // namespace snnc::fabric

#endif // SNNC_PLANNER_LAYERPLAN_H
