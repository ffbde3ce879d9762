//===- SpikeList.cpp - A raster as the list of its spikes -----------------===//
//
// Part of the snnc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "runtime/host/SpikeList.h"

#include <algorithm>

namespace snnc::runtime {

static_assert(sizeof(RecordedSpike) == 2 * sizeof(uint32_t));

std::span<const RecordedSpike> SpikeList::ofSample(uint64_t sample) const {
  uint64_t begin = sample == 0 ? 0 : ends[sample - 1];
  auto *all = reinterpret_cast<const RecordedSpike *>(spikes.bytes.data());
  return {all + begin, ends[sample] - begin};
}

SpikeList joined(std::vector<uint64_t> shape,
                 std::vector<std::vector<std::byte>> samples) {
  SpikeList list;
  list.shape = std::move(shape);
  uint64_t spikes = 0;
  for (const std::vector<std::byte> &sample : samples)
    list.ends.push_back(spikes += sample.size() / sizeof(RecordedSpike));
  list.spikes.shape = {spikes, 2};
  if (samples.size() == 1) {
    list.spikes.bytes = std::move(samples.front());
    return list;
  }
  list.spikes.bytes.reserve(spikes * sizeof(RecordedSpike));
  for (std::vector<std::byte> &sample : samples) {
    list.spikes.bytes.insert(list.spikes.bytes.end(), sample.begin(),
                             sample.end());
    std::vector<std::byte>().swap(sample);
  }
  return list;
}

SpikeList listOf(const NdArray &raster) {
  size_t axes = raster.shape.size();
  uint64_t neurons = raster.shape[axes - 1], ticks = raster.shape[axes - 2];
  const uint8_t *row = raster.as<uint8_t>().data();
  std::vector<std::vector<std::byte>> samples(axes > 2 ? raster.shape[0] : 1);
  for (std::vector<std::byte> &sample : samples)
    for (uint64_t t = 0; t < ticks; ++t, row += neurons)
      for (uint64_t n = 0; n < neurons; ++n)
        for (uint8_t k = 0; k < row[n]; ++k) {
          RecordedSpike spike{uint32_t(t), uint32_t(n)};
          auto bytes = std::as_bytes(std::span(&spike, 1));
          sample.insert(sample.end(), bytes.begin(), bytes.end());
        }
  return joined(raster.shape, std::move(samples));
}

bool isSound(const SpikeList &list) {
  size_t axes = list.shape.size();
  bool good = (axes == 2 || axes == 3) && list.spikes.dtype == DType::U32 &&
              list.spikes.shape == std::vector<uint64_t>{list.count(), 2} &&
              list.spikes.size() == 2 * list.count() &&
              list.samples() == (axes == 3 ? list.shape[0] : 1) &&
              std::ranges::is_sorted(list.ends);
  for (uint64_t s = 0; good && s < list.samples(); ++s) {
    auto spikes = list.ofSample(s);
    good = std::ranges::is_sorted(spikes) &&
           std::ranges::all_of(spikes, [&](const RecordedSpike &spike) {
             return spike.tick < list.ticks() && spike.neuron < list.neurons();
           });
  }
  return good;
}

} // namespace snnc::runtime
