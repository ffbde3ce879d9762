//===- Firing.cpp - How often neurons fire in a recorded raster -----------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "tools/snnc/Firing.h"

#include <algorithm>
#include <cstring>
#include <span>

namespace snnc {

namespace {

/// One sample of a raster.
struct Sample {
  const uint8_t *raster;
  uint64_t ticks, neurons;

  bool fires(uint64_t tick, uint64_t neuron) const {
    return raster[tick * neurons + neuron] != 0;
  }
  void addSpikes(std::span<uint64_t> counts) const {
    for (uint64_t t = 0; t < ticks; ++t)
      addSpikes(t, counts);
  }
  /// Most words of eight neurons are silent.
  void addSpikes(uint64_t tick, std::span<uint64_t> counts) const {
    const uint8_t *row = raster + tick * neurons;
    uint64_t n = 0;
    for (uint64_t eight; n + 8 <= neurons; n += 8) {
      std::memcpy(&eight, row + n, sizeof eight);
      for (uint64_t i = n; eight != 0 && i < n + 8; ++i)
        counts[i] += row[i] != 0;
    }
    for (; n < neurons; ++n)
      counts[n] += row[n] != 0;
  }
  /// The tick since which the neuron fires in every tick; `ticks`: none.
  uint64_t firesSince(uint64_t neuron) const {
    uint64_t tick = ticks;
    while (tick > 0 && fires(tick - 1, neuron))
      --tick;
    return tick;
  }
};

/// One sample of a list of spikes.
class ListedSample {
public:
  ListedSample(const runtime::SpikeList &list, uint64_t sample)
      : spikes(list.ofSample(sample)), ticks(list.ticks()),
        since(list.neurons(), ticks) {
    for (auto spike = spikes.rbegin(); spike != spikes.rend(); ++spike)
      if (spike->tick + 1 == since[spike->neuron])
        --since[spike->neuron];
  }
  void addSpikes(std::span<uint64_t> counts) const {
    for (const runtime::RecordedSpike &spike : spikes)
      ++counts[spike.neuron];
  }
  uint64_t firesSince(uint64_t neuron) const { return since[neuron]; }

private:
  std::span<const runtime::RecordedSpike> spikes;
  uint64_t ticks;
  std::vector<uint64_t> since; ///< of each neuron, as Sample::firesSince
};

/// `result` has samples, ticks and neurons; `sampleOf(s)` is a sample.
template <typename SampleOf> Firing sum(Firing result, SampleOf sampleOf) {
  uint64_t ticks = result.ticks, neurons = result.neurons;
  std::vector<uint64_t> total(neurons, 0), first(neurons, ticks);
  std::vector<uint8_t> saturated(neurons, ticks >= kFewestTicks);
  std::vector<uint64_t> count(neurons);
  for (uint64_t s = 0; s < result.samples; ++s) {
    auto sample = sampleOf(s);
    std::fill(count.begin(), count.end(), 0);
    sample.addSpikes(count);
    for (uint64_t n = 0; n < neurons; ++n) {
      total[n] += count[n];
      // Counts rule nearly all of them out; columns are slow to read.
      bool may = saturated[n] && 2 * count[n] >= ticks;
      uint64_t since = may ? sample.firesSince(n) : ticks;
      saturated[n] = may && 2 * since <= ticks && count[n] == ticks - since;
      if (s == 0)
        first[n] = since;
    }
  }
  for (uint64_t n = 0; n < neurons; ++n) {
    result.spikes += total[n];
    result.silentNeurons += total[n] == 0;
  }
  result.saturatedNeurons =
      result.samples ? std::count(saturated.begin(), saturated.end(), 1) : 0;
  if (result.saturatedNeurons > 0) {
    auto found = std::find(saturated.begin(), saturated.end(), 1);
    result.exampleNeuron = uint64_t(found - saturated.begin());
    result.exampleTick = first[result.exampleNeuron];
  }
  return result;
}

} // namespace

Firing firingOf(const runtime::NdArray &raster) {
  Firing shape;
  size_t axes = raster.shape.size();
  shape.neurons = raster.shape[axes - 1];
  shape.ticks = raster.shape[axes - 2];
  shape.samples = axes > 2 ? raster.shape[0] : 1;
  return sum(shape, [&](uint64_t s) {
    return Sample{raster.as<uint8_t>().data() + s * shape.ticks * shape.neurons,
                  shape.ticks, shape.neurons};
  });
}

Firing firingOf(const runtime::SpikeList &list) {
  Firing shape;
  shape.neurons = list.neurons();
  shape.ticks = list.ticks();
  shape.samples = list.samples();
  return sum(shape, [&](uint64_t s) { return ListedSample(list, s); });
}

} // namespace snnc
