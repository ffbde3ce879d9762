//===- Inputs.h - The user's arrays as spikes of every input -----*- C++
//-*-===//
//
// Part of the snnc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Shared by the session and the reference interpreter, so that both are fed
// the same integers and refuse the same mistakes.
//
//===----------------------------------------------------------------------===//
#ifndef SNNC_RUNTIME_HOST_INPUTS_H
#define SNNC_RUNTIME_HOST_INPUTS_H

#include "runtime/bundle/Bundle.h"
#include "runtime/io/SpikeTrain.h"

namespace snnc::runtime {

struct RunInputs {
  bool hasSamplesAxis = false; ///< the results get a leading samples axis
  uint64_t samples = 1;
  uint64_t ticks = 0; ///< of the arrays; 0: the network has no input
  std::vector<SpikeInput> trains; ///< one for each InputEntry, in that order
  /// After toPlaces(): channel by place of each input; empty: place = channel.
  std::vector<std::vector<uint32_t>> channels;

  /// Puts the trains in the order of the bundle's inputs (InputEntry::order), in
  /// which place p has key keyBase + p. Error SNN0506.
  Status toPlaces(const Bundle &bundle);
  /// The user's channel at a place.
  uint32_t channelAt(size_t input, uint32_t place) const {
    return input < channels.size() && !channels[input].empty()
               ? channels[input][place]
               : place;
  }

  /// Appends the keys that the host sends in `tick`: a count k repeats its key
  /// k times. Past the end of the arrays the inputs are silent.
  /// `heard(input, channel)` says whether anybody listens.
  template <typename Heard>
  void keysOf(std::span<const InputEntry> inputs, uint64_t sample,
              uint64_t tick, const Heard &heard,
              std::vector<uint32_t> &keys) const {
    if (tick >= ticks)
      return;
    for (size_t i = 0; i < trains.size(); ++i) {
      std::span<const uint16_t> row = trains[i].samples[sample].row(tick);
      for (uint32_t c = 0; c < row.size(); ++c)
        if (row[c] && heard(i, c))
          keys.insert(keys.end(), row[c], inputs[i].keyBase + c);
    }
  }
};

/// Every input of the network needs an array of ticks x channels, or of samples
/// x ticks x channels, all with equal ticks and samples. The name "" stands for
/// the only input. Errors SNN0410 (names), SNN0411 (shapes), SNN0412 (values).
Expected<RunInputs> resolveInputs(std::span<const InputEntry> inputs,
                                  const ArrayMap &arrays);

} // namespace snnc::runtime

#endif // SNNC_RUNTIME_HOST_INPUTS_H
