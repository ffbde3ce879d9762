//===- CostModel.h - Both paradigms in closed form ----------------*- C++
//-*-===//
//
// Part of the snnc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Cores, bytes and cycles of a layer from its shapes, densities and delays
// alone, as if synapses were spread evenly: no synapse is placed, no encoding
// tried. With S sources, density p and D different delays, a tile of 16 neurons
// has S * D * (1 - (1 - p / D)^16) rows.
//
//===----------------------------------------------------------------------===//
#ifndef SNNC_PASSES_DECIDE_COSTMODEL_H
#define SNNC_PASSES_DECIDE_COSTMODEL_H

#include "compiler/Fabric/LayerPlanner.h"

namespace snnc::decide {

/// One projection as the formulas see it.
struct EdgeShape {
  double sources = 0;
  double density = 0; ///< synapses / (sources * targets)
  double delays = 1;  ///< number of different delays
  double longest = 1; ///< ticks
  double rate = 0.05; ///< spikes per source and tick
  unsigned bits = 8;
};

struct LayerShape {
  double neurons = 0;
  unsigned receptors = 1;
  double neuronBytes = 0; ///< states and parameters, per neuron
  std::vector<EdgeShape> edges;
};

/// Nothing and an error at a projection when its synapses cannot be counted.
mlir::FailureOr<LayerShape> shapeOf(const fabric::NetworkInfo &info,
                                    uint32_t node);

/// Nothing when not even one neuron (serial) or tile (parallel) fits a core.
/// `chunk` is left 0.
std::optional<fabric::LayerPlan>
estimate(const LayerShape &layer, const MachineModel &machine, bool parallel);

} // namespace snnc::decide

#endif // SNNC_PASSES_DECIDE_COSTMODEL_H
