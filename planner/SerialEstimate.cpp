//===- SerialEstimate.cpp - Synaptic rows in closed form -----------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "planner/Estimator.h"

#include "llvm/ADT/STLExtras.h"

#include <algorithm>
#include <bit>

namespace snnc::fabric {

namespace {
class SerialEstimator : public Estimator {
public:
  using Estimator::Estimator;

private:
  uint32_t unit() const override { return 4; }
  uint32_t leastSlice() const override { return 1; }
  bool isParallel() const override { return false; }
  EstimatedCore core(uint32_t neurons, bool heaviest) const override;

  std::optional<BlockEstimate> block(const EdgeShape &edge, uint32_t neurons,
                                     double synapses, bool heaviest) const;
};

std::optional<BlockEstimate> SerialEstimator::block(const EdgeShape &edge,
                                                    uint32_t n, double synapses,
                                                    bool heaviest) const {
  BlockShape shape;
  shape.neurons = n;
  shape.layerNeurons = uint32_t(layer.neurons);
  shape.bits = edge.bits;
  shape.oneDelay = edge.delays == 1;
  shape.delayBits =
      unsigned(std::bit_width(uint64_t(edge.longest - edge.shortest)));
  shape.rows = sourcesInReach(edge, n, heaviest);
  shape.synapses = synapses;
  shape.heaviest = heaviest;
  shape.conv = &edge.conv;
  return layer.formats.estimate(shape);
}

EstimatedCore SerialEstimator::core(uint32_t n, bool heaviest) const {
  EstimatedCore core;
  core.bytes = commonBytes(n) +
               aligned(double(ringSlots(uint64_t(layer.longestDelay()))) *
                       double(ringSlotBytes(n, layer.receptors)));
  CoreWork work[2];
  RingShape ring{ringSlots(uint64_t(layer.longestDelay())),
                 ringSlotBytes(n, layer.receptors)};
  double synapses = 0, dense = 0;
  llvm::SmallVector<RowEncoding, 4> kinds;
  for (const EdgeShape &edge : layer.edges) {
    double events = edge.sources * edge.density * n *
                    (heaviest ? forSlice(edge.heavySynapses, n) : 1);
    auto rows = block(edge, n, events, heaviest);
    double reached = sourcesInReach(edge, n, heaviest);
    synapses += events;
    if (!rows) { // no legal encoding, as LayerPlanner::demandOf
      core.bytes += aligned(4 * events);
      continue;
    }
    core.bytes += aligned(rows->rows) + aligned(rows->index);
    if (!llvm::is_contained(kinds, rows->encoding))
      kinds.push_back(rows->encoding);
    dense += rows->encoding.format->holdsZeros() ? events : 0;
    for (bool worst : {false, true}) {
      double rate = worst ? edge.worstRate : edge.rate;
      addRows(work[worst], rows->encoding, {reached, n, events, rate, ring});
      if (edge.copies)
        addSender(work[worst],
                  {reached, missedBy(edge, reached), 1, double(edge.copies)},
                  /*parallel=*/false, rate);
    }
  }
  for (CoreWork &each : work) {
    each.gaps = layer.gaps;
    each.shared = layer.shared;
    each.kinds = double(kinds.size());
  }
  work[0].neuronCycles = layer.cycles.expectedOf(n);
  work[1].neuronCycles = layer.cycles.worstOf(n);
  core.cycles = serialEstimate(work[0], work[1]);
  core.denseShare = synapses > 0 ? dense / synapses : 0;
  return core;
}
} // namespace

std::unique_ptr<Estimator> serialEstimator(const LayerShape &layer,
                                           const MachineModel &machine,
                                           double tickCycles, double room) {
  return std::make_unique<SerialEstimator>(layer, machine, tickCycles, room);
}

} // namespace snnc::fabric
