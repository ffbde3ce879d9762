//===- LayerEstimate.h - Both paradigms in closed form ----------*- C++ -*-===//
//
// Part of the snnc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Cores, bytes and cycles of a layer from its shape alone: what LayerPlanner
// would find if every slice had exactly the expected number of synapses and of
// map rows. No synapse is made; the sizes are the formulas of CorePlanner.h,
// the row formats and WeightDelayMap.h, the cycles those of CycleModel.h.
//
//===----------------------------------------------------------------------===//
#ifndef SNNC_PLANNER_LAYERESTIMATE_H
#define SNNC_PLANNER_LAYERESTIMATE_H

#include "planner/LayerShape.h"
#include "planner/Ranking.h"

#include <span>

namespace snnc::fabric {

struct LayerEstimate {
  LayerPlan plan;
  double fill = 0; ///< bytes of the fullest core / bytes a core has
  /// The same with one core less, of the number of ticks a product that needs
  /// least; 0 with one core.
  double tighter = 0;
  /// The same of the nearest other number of ticks a product that would take
  /// fewer cycles but does not fit so many cores; 0: there is none.
  double faster = 0;
  double busy = 0; ///< CycleEstimate::peak / cycles of a tick
  /// Parallel: rows and columns of the map's panels, all cores.
  double mapRows = 0, mapColumns = 0;
  /// Serial: share of the synapses that are stored in dense rows.
  double denseShare = 0;
  double sums = 0; ///< row split: digits of partial sums a tick, expected
};

/// The largest sum of the MAC array that the layer may have over the largest
/// that its accumulator holds.
double sumShare(const LayerShape &layer, const MachineModel &machine);

/// The best plan by `ranking`. Nothing when not even one neuron (serial) or
/// tile (parallel) fits a core, or finishes its tick of `tickCycles` cycles (0:
/// any time is fine), or where its sums are too large (sumShare). A core is
/// taken to have `room` times its bytes: how firm the estimate is.
std::optional<LayerEstimate> estimate(const LayerShape &layer,
                                      const MachineModel &machine,
                                      bool parallel, const Ranking &ranking,
                                      double tickCycles = 0, double room = 1);

struct RankedEstimates {
  std::vector<std::optional<LayerEstimate>> best; ///< by each ranking
  /// Whether the length of a tick ruled anything out: all is the same without
  /// it otherwise.
  bool timeMattered = false;
};

/// The same by each of several rankings, for little more.
RankedEstimates estimates(const LayerShape &layer, const MachineModel &machine,
                          bool parallel, std::span<const Ranking> rankings,
                          double tickCycles = 0, double room = 1);

} // namespace snnc::fabric

#endif // SNNC_PLANNER_LAYERESTIMATE_H
