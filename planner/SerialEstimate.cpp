//===- SerialEstimate.cpp - Synaptic rows in closed form -----------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "planner/Estimator.h"

#include "llvm/ADT/STLExtras.h"

#include <algorithm>

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

  using Kind = RowEncoding::Kind;
  struct Block {
    double bytes = 0, index = 0;
    Kind kind = Kind::Sparse;
    double total() const { return bytes + index; }
  };
  Block block(const EdgeShape &edge, uint32_t neurons, double synapses,
              bool heaviest) const;
  double kernelBytes(const EdgeShape &edge, uint32_t neurons,
                     bool heaviest) const;
};

/// Of the slice that meets most channels, or of the mean one.
double SerialEstimator::kernelBytes(const EdgeShape &edge, uint32_t n,
                                    bool heaviest) const {
  RowEncoding encoding = RowEncoding::shared(edge.bits, *edge.conv);
  auto size = uint32_t(layer.neurons);
  if (edge.conv->channelsLast || n >= size)
    return double(convBytes(encoding, {0, std::min(n, size)}));
  double most = 0, sum = 0, count = 0;
  for (uint32_t begin = 0; begin < size; begin += n, ++count) {
    double bytes =
        double(convBytes(encoding, {begin, std::min(size, begin + n)}));
    most = std::max(most, bytes);
    sum += bytes;
  }
  return heaviest ? most : sum / count;
}

/// The smallest of the formats of Encoding.h.
SerialEstimator::Block SerialEstimator::block(const EdgeShape &edge, uint32_t n,
                                              double synapses,
                                              bool heaviest) const {
  double rows = sourcesInReach(edge, n, heaviest);
  Block best{INFINITY};
  if (edge.delays == 1)
    best = {rows * double(align4(n)) * edge.bits / 8, 0, Kind::Dense};
  unsigned delayBits =
      unsigned(std::bit_width(uint64_t(edge.longest - edge.shortest)));
  for (unsigned word : {16u, 32u}) {
    unsigned used = delayBits + edge.bits;
    if (used >= word || uint64_t(n - 1) >> (word - used) ||
        synapses > UINT16_MAX)
      continue;
    Block sparse{4 * std::ceil(synapses * word / 32),
                 4 * std::ceil((rows + 1) / 2)};
    if (sparse.total() < best.total())
      best = sparse;
  }
  if (edge.conv && edge.delays == 1) { // as BlockStatistics::choose
    double bytes = kernelBytes(edge, n, heaviest);
    if (2 * bytes <= best.total())
      best = {bytes, 0, Kind::Conv};
  }
  if (std::isinf(best.bytes))
    best.bytes = 4 * synapses; // no legal encoding, as LayerPlanner::demandOf
  return best;
}

EstimatedCore SerialEstimator::core(uint32_t n, bool heaviest) const {
  EstimatedCore core;
  core.bytes = commonBytes(n) +
               aligned(double(ringSlots(uint64_t(layer.longestDelay()))) *
                       double(ringSlotBytes(n, layer.receptors)));
  CoreWork work[2];
  double synapses = 0, dense = 0;
  for (const EdgeShape &edge : layer.edges) {
    double events = edge.sources * edge.density * n *
                    (heaviest ? forSlice(edge.heavySynapses, n) : 1);
    Block rows = block(edge, n, events, heaviest);
    double reached = sourcesInReach(edge, n, heaviest);
    core.bytes += aligned(rows.bytes) + aligned(rows.index);
    synapses += events;
    dense += rows.kind == Kind::Dense ? events : 0;
    for (bool worst : {false, true}) {
      double rate = worst ? std::max(1.0, edge.rate) : edge.rate;
      work[worst].packets += reached * rate;
      if (rows.kind == Kind::Dense) {
        work[worst].denseEvents += reached * double(align4(n)) * rate;
      } else if (rows.kind == Kind::Conv) {
        work[worst].convEvents += events * rate;
        work[worst].convRuns += reached * edge.conv->runs(n) * rate;
      } else {
        work[worst].sparseEvents += events * rate;
      }
    }
  }
  work[0].neurons = work[1].neurons = n;
  double cycles = serialCycles(work[0]);
  core.cycles = {cycles, serialCycles(work[1]), cycles};
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
