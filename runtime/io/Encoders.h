//===- Encoders.h - Analog values to spikes on the host ---------*- C++ -*-===//
//
// Part of the snnc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Inputs of a network are spikes. These named encoders make them from analog
// values x, for T ticks. Every one is a pure function of its arguments.
//
//   rate     x in [0, 1]. One spike in tick t with probability x: it is sent
//            when u(seed, sample, t, channel) < x, where u is the 53-bit
//            uniform number of Philox4x32-10 (Salmon et al., SC'11) with the
//            counter (channel, t, t >> 32, sample) and the key
//            streamKey(seed, streamOf(input's name)). So the value of one
//            channel never depends on the others, and no two inputs draw the
//            same.
//   latency  x in [0, 1]. x > 0 sends one spike, in tick
//            round((1 - x) * (T - 1)), half up; x = 0 never spikes.
//   delta    x(t) any finite value. A reference r starts at x(0). From t = 1:
//            k = trunc((x(t) - r) / threshold); r += k * threshold. k > 0 sends
//            k spikes on the channel; k < 0 sends -k spikes on the channel's
//            falling twin when `fallingChannels`, else none.
//
//===----------------------------------------------------------------------===//
#ifndef SNNC_RUNTIME_IO_ENCODERS_H
#define SNNC_RUNTIME_IO_ENCODERS_H

#include "runtime/io/SpikeTrain.h"
#include "runtime/support/Random.h"

#include <array>

namespace snnc::runtime {

enum class Encoder { Rate, Latency, Delta };

struct EncoderOptions {
  Encoder kind = Encoder::Rate;
  uint64_t ticks = 0; ///< T where the values have no time axis
  uint64_t seed = 0;  ///< rate
  /// True: the axis before the channels is time (always so for delta); false:
  /// one value a channel, held for `ticks` ticks (always so for latency).
  bool timeAxis = false;
  double threshold = 0; ///< delta, in units of x, > 0
  /// delta: the output has twice the channels, rising ones first.
  bool fallingChannels = false;
};

/// "rate", "latency", "delta".
const char *name(Encoder encoder);

/// `analog` is [samples x] [ticks x] channels; the result is uint8
/// [samples x] ticks x channels. `channels` describes the analog values, so
/// with falling channels half of what the network's input has.
/// Errors SNN0411 (shape), SNN0413 (options, values out of range).
Expected<NdArray> encode(const NdArray &analog, const ChannelShape &channels,
                         const EncoderOptions &options);

/// The generator of the rate encoder lives in runtime/support/Random.h.
using snnc::philox4x32;

} // namespace snnc::runtime

#endif // SNNC_RUNTIME_IO_ENCODERS_H
