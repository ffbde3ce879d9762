//===- Listeners.h - Which input spikes the cores want -------------*- C++
//-*-===//
//
// Part of the snnc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Read from the routing table and from the population tables in the core
// images. A channel that no table wants and no route carries is not sent: it
// has no synapse, so nothing is lost.
//
//===----------------------------------------------------------------------===//
#ifndef SNNC_RUNTIME_HOST_LISTENERS_H
#define SNNC_RUNTIME_HOST_LISTENERS_H

#include "runtime/host/Inputs.h"

namespace snnc::runtime {

class Listeners {
public:
  explicit Listeners(const Bundle &bundle);

  /// Whether a spike of channel `channel` of input `input` has to be sent.
  bool heard(size_t input, uint32_t channel) const {
    return wanted[input][channel];
  }

  /// Error SNN0414 where an input sends more spikes in one tick than a parallel
  /// core can add up: CoreEntry::largestCount of one channel, or more than it
  /// has sources (the room of its history).
  Status checkCounts(const RunInputs &inputs, uint64_t ticks) const;

private:
  /// Channels [begin, end) of an input.
  struct Channels {
    size_t input = 0;
    uint32_t begin = 0, end = 0;
  };
  /// What a parallel core takes from inputs.
  struct Consumer {
    std::string population;
    uint32_t largestCount = 0;
    int64_t room = 0; ///< of its history, input spikes of one tick
    std::vector<Channels> channels;
  };
  void addCore(const Bundle &bundle, const CoreEntry &core,
               const std::string &population);
  Status checkTick(const Consumer &consumer, const RunInputs &inputs,
                   uint64_t sample, uint64_t tick) const;

  std::span<const InputEntry> entries;
  std::vector<std::vector<bool>> wanted; ///< per input and channel
  std::vector<Consumer> consumers;
};

} // namespace snnc::runtime

#endif // SNNC_RUNTIME_HOST_LISTENERS_H
