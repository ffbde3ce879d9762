//===- RowEstimate.cpp - What rows will need, before they are made --------===//
//
// Part of the snnc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "backends/cpu/Synapses.h"

#include "compiler/SNN/Connectivity.h"
#include "compiler/SNN/ParamValues.h"

#include <algorithm>
#include <cmath>

using namespace mlir;
using namespace snnc::snn;

namespace snnc::cpu {

/// Expected number of synapses, or at most so many where weights are stored.
static double expectedSynapses(ProjectionOp projection) {
  double sources = double(projection.numSources()),
         targets = double(projection.numTargets());
  Attribute weights = projection.getWeights();
  double perCell = 1; // windows that hold a source
  if (PoolAttr pool = projection.getPoolAttr()) {
    perCell = double(pool.getKernel()[0] * pool.getKernel()[1]);
    auto shape = pool.pooledShape();
    sources = double(shape[0] * shape[1] * shape[2]);
  }
  if (auto list = dyn_cast<ListAttr>(weights))
    return double(list.getSources().getType().getNumElements());
  if (auto rows = dyn_cast<CsrAttr>(weights))
    return double(rows.getTargets().getType().getNumElements());
  if (auto rule = dyn_cast<ProceduralAttr>(weights))
    return rule.expectedSynapses(sources, targets);
  if (isa<OneToOneAttr>(weights))
    return targets * perCell;
  if (auto conv = dyn_cast<ConvAttr>(weights))
    return double(elementsOf(conv.getWeights())) * perCell *
           double(conv.getOut()[1] * conv.getOut()[2]);
  return sources * targets * perCell;
}

/// Bytes of a weight where nothing was drawn yet.
static double weightBytes(ProjectionOp projection,
                          target::Precision precision) {
  auto rule = dyn_cast<ProceduralAttr>(projection.getWeights());
  bool isConstant = rule && rule.getWeight().getKind() == DistKind::Constant;
  if (precision == target::Precision::Float)
    return isConstant ? 0 : 4;
  QuantAttr quant = projection.getQuantAttr();
  auto scales = quant ? ParamValues::get(quant.getScales(),
                                         size_t(projection.numTargets()),
                                         projection.getContext())
                      : std::nullopt;
  if (isConstant && scales && scales->uniform())
    return 0;
  return quant && quant.getBits() == 16 ? 2 : 1;
}

/// So many delays there can be; a normal distribution does not reach its bounds
/// where they are far away.
static double delaysOf(ProjectionOp projection) {
  if (auto rule = dyn_cast<ProceduralAttr>(projection.getWeights())) {
    Drawer draw(rule.getDelay());
    auto own =
        ParamValues::get(projection.getDelay(), size_t(projection.numSources()),
                         projection.getContext());
    if (own && own->uniform())
      return 1 + draw(0xffffffff) - draw(0);
  }
  return 1 + longestDelay(projection).value_or(1) -
         shortestDelay(projection).value_or(1);
}

RowEstimate estimateRows(ProjectionOp projection, target::Precision precision) {
  double synapses = expectedSynapses(projection);
  double sources = double(projection.numSources());
  double partitions =
      std::ceil(double(projection.numTargets()) / double(kPartitionNeurons));
  double delays = delaysOf(projection);
  double segments = std::min(synapses, sources * partitions * delays);
  RowEstimate estimate;
  estimate.held.name = projection.getName().str();
  estimate.held.synapses = uint64_t(synapses);
  estimate.held.bytes =
      uint64_t(synapses * (2 + weightBytes(projection, precision)) +
               segments * sizeof(Segment) + 4 * sources * partitions);
  // Counts by source and delay, or delays until rows are ordered by them; index
  // rows until they are bits.
  bool isOneWeight = weightBytes(projection, precision) == 0;
  double ordering =
      delays > 1 ? std::min(4 * sources * delays, 2 * synapses) : 0;
  estimate.whileBuilt = uint64_t(isOneWeight ? 2 * synapses : ordering);
  return estimate;
}

} // namespace snnc::cpu
