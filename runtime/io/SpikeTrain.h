//===- SpikeTrain.h - Input spikes of one run -------------------*- C++ -*-===//
//
// Part of the snnc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The session and the reference interpreter are fed the same integers: how
// many spikes each channel sends in each tick.
//
//===----------------------------------------------------------------------===//
#ifndef SNNC_RUNTIME_IO_SPIKETRAIN_H
#define SNNC_RUNTIME_IO_SPIKETRAIN_H

#include "runtime/io/NdArray.h"
#include "runtime/support/Diagnostic.h"

namespace snnc::runtime {

/// Counts per tick and channel, row-major; a count k sends the key k times.
struct SpikeTrain {
  uint64_t ticks = 0;
  uint32_t channels = 0;
  std::vector<uint16_t> counts; ///< ticks x channels

  std::span<const uint16_t> row(uint64_t tick) const {
    return std::span(counts).subspan(tick * channels, channels);
  }
};

/// The input of a run: one train, or one for each sample.
struct SpikeInput {
  bool hasSamplesAxis = false; ///< results get the axis as well
  std::vector<SpikeTrain> samples;
};

/// What an input accepts: `channels` in one axis or spread over `shape`.
struct ChannelShape {
  std::string name; ///< of the input, for messages
  uint32_t channels = 0;
  std::vector<uint32_t> shape; ///< empty: {channels}
};

/// How many axes of `array` stand before the channel axes; nothing when its
/// last axes are neither `shape` nor {channels}. Prefers `shape`. An input of
/// one channel needs no channel axis: {ticks} has one axis before it.
std::optional<size_t> leadingAxes(const NdArray &array,
                                  const ChannelShape &channels);

/// ticks x channels or samples x ticks x channels, of any element type whose
/// values are integers from 0 to 65535. Errors SNN0411 (shape) and SNN0412
/// (values) name the input, the first bad element and the encoders.
Expected<SpikeInput> toSpikeInput(const NdArray &array,
                                  const ChannelShape &channels);

} // namespace snnc::runtime

#endif // SNNC_RUNTIME_IO_SPIKETRAIN_H
