//===- Estimator.cpp - The search for the slices of a layer --------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "planner/Estimator.h"

#include "runtime/abi/CoreHeader.h"

#include <algorithm>

namespace snnc::fabric {

/// One of the shape's figures for slices of `n` targets.
double forSlice(const std::array<double, kReaches> &figures, uint32_t n) {
  double place = std::log2(std::max(1.0, n / double(kTileNeurons)));
  auto below = std::min(size_t(place), kReaches - 1);
  auto above = std::min(below + 1, kReaches - 1);
  double part = above > below ? place - double(below) : 0;
  return figures[below] + part * (figures[above] - figures[below]);
}

/// Sources of the range that reaches a slice of `n` targets.
double sourcesInReach(const EdgeShape &edge, uint32_t n, bool heaviest) {
  double share =
      forSlice(edge.reach, n) * (heaviest ? forSlice(edge.heavyReach, n) : 1);
  return std::max(1.0, edge.sources * std::min(1.0, share));
}

double missedBy(const EdgeShape &edge, double reached) {
  double most = kRouteUnit - 1; // at both ends half of it
  return edge.inputRate > 0 ? std::min(most, edge.sources - reached) : 0;
}

/// Of all sources, those whose packets reach a core.
static double arrivingAt(const LayerShape &layer, uint32_t n) {
  double sum = 0;
  for (const EdgeShape &edge : layer.edges) {
    double reached = sourcesInReach(edge, n, /*heaviest=*/false);
    sum += edge.inputRate > 0 ? reached + missedBy(edge, reached)
                              : double(edge.sources);
  }
  return sum;
}

/// Header, table, parameters, states, spikes, packet ring, recorded tick.
double Estimator::commonBytes(uint32_t n) const {
  double sources = arrivingAt(layer, n);
  double ring = std::max(512.0, fullRing ? sources : std::floor(sources / 8));
  double packets = std::min(std::max(2 * sources, 4.0), ring);
  double spikes = double(spikeBytes(n));
  return aligned(sizeof(SnncCoreHeader)) +
         aligned(double(layer.edges.size()) * sizeof(SnncTableEntry)) +
         aligned(4.0 * n) * (layer.arrayParams + layer.states) +
         aligned(layer.driveBytes + layer.driveBytesEach * n) +
         aligned(spikes) + aligned(spikes + 4.0 * n * layer.states) +
         aligned(4 * packets);
}

/// The largest slice that fits, a multiple of unit() where there are several;
/// 0: none.
uint32_t Estimator::largestChunk() const {
  uint32_t size = uint32_t(layer.neurons);
  if (fits(core(size)))
    return size;
  uint32_t high = (size + unit() - 1) / unit(), low = 1;
  if (high <= 1 || !fits(core(unit()))) {
    for (uint32_t few : {2u, 1u})
      if (few >= leastSlice() && few < size && fits(core(few)))
        return few;
    return 0;
  }
  while (high - low > 1) {
    uint32_t middle = low + (high - low) / 2;
    (fits(core(middle * unit())) ? low : high) = middle;
  }
  return low * unit();
}

LayerEstimate Estimator::describe(uint32_t chunk) const {
  uint32_t size = uint32_t(layer.neurons);
  uint32_t count = (size + chunk - 1) / chunk, even = chunkFor(count);
  if (fits(core(even)))
    chunk = even;
  EstimatedCore full = core(chunk, true), mean = core(chunk, false);
  LayerEstimate result;
  uint32_t pes = (size + chunk - 1) / chunk, last = size - (pes - 1) * chunk;
  double share = size / double(chunk);
  double bytes = (pes - 1) * mean.bytes + core(last, pes == 1).bytes;
  result.plan = {isParallel(),    chunk,       pes,
                 uint64_t(bytes), full.cycles, layer.batch};
  result.fill = full.bytes / available;
  result.busy = tickCycles > 0 ? full.cycles.peak / tickCycles : 0;
  result.plan.macs = mean.macs * share;
  result.mapRows = mean.mapRows * share;
  result.mapColumns = mean.mapColumns * share;
  result.denseShare = full.denseShare;
  result.sums = mean.sums * share;
  return result;
}

std::optional<LayerEstimate> Estimator::run(bool full) {
  fullRing = full;
  uint32_t chunk = largestChunk();
  return chunk ? std::optional(describe(chunk)) : std::nullopt;
}

} // namespace snnc::fabric
