//===- SpikeList.h - A raster as the list of its spikes ---------*- C++ -*-===//
//
// Part of the snnc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What a run of many ticks keeps of a population that spikes now and then: 8
// bytes a spike in place of a byte a neuron and tick.
//
//===----------------------------------------------------------------------===//
#ifndef SNNC_RUNTIME_HOST_SPIKELIST_H
#define SNNC_RUNTIME_HOST_SPIKELIST_H

#include "runtime/Device.h"
#include "runtime/io/NdArray.h"

#include <map>
#include <string>

namespace snnc::runtime {

struct SpikeList {
  /// Of the raster: ticks x neurons, or samples x ticks x neurons.
  std::vector<uint64_t> shape;
  /// uint32 [spikes x 2], tick and neuron: sample after sample, ascending in
  /// each. A count of k is k rows.
  NdArray spikes{{0, 2}, DType::U32, {}};
  /// Of every sample, the number of spikes up to its end.
  std::vector<uint64_t> ends;

  std::span<const RecordedSpike> ofSample(uint64_t sample) const;
  uint64_t samples() const { return ends.size(); }
  uint64_t ticks() const { return shape[shape.size() - 2]; }
  uint64_t neurons() const { return shape.back(); }
  uint64_t count() const { return ends.empty() ? 0 : ends.back(); }
};

/// By "population:spikes".
using SpikeLists = std::map<std::string, SpikeList>;

/// Of a raster, uint8 [samples x] ticks x neurons, at most 2^32 ticks.
SpikeList listOf(const NdArray &raster);

/// Whether `list` is one: its shape has two or three axes, all others agree
/// with it, and its spikes are inside and ascend.
bool isSound(const SpikeList &list);

/// For lists that come with the run, sample by sample, on one thread each. The
/// bytes of the only sample are not copied.
SpikeList joined(std::vector<uint64_t> shape,
                 std::vector<std::vector<std::byte>> samples);

} // namespace snnc::runtime

#endif // SNNC_RUNTIME_HOST_SPIKELIST_H
