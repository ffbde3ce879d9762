//===- Listeners.h - Which input spikes the cores want ----------*- C++ -*-===//
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

/// The place of an input's channel: place p has key keyBase + p.
class InputPlaces {
public:
  /// From InputEntry::order. Error SNN0506.
  Status read(const Bundle &bundle);
  uint32_t channelAt(size_t input, uint32_t place) const {
    return channels[input].empty() ? place : channels[input][place];
  }
  uint32_t placeOf(size_t input, uint32_t channel) const {
    return places[input].empty() ? channel : places[input][channel];
  }

private:
  /// Per input; empty: place = channel.
  std::vector<std::vector<uint32_t>> channels, places;
};

class Listeners {
public:
  Listeners(const Bundle &bundle, const InputPlaces &places);

  /// Whether a spike at place `place` of input `input` has to be sent.
  bool heard(size_t input, uint32_t place) const {
    return wanted[input][place];
  }

  /// Error SNN0414 where an input sends more spikes in one tick than a parallel
  /// core can add up: CoreEntry::largestCount of one channel, or more than it
  /// has sources (the room of its history).
  Status checkCounts(const RunInputs &inputs, uint64_t ticks) const;

private:
  /// Places [begin, end) of an input.
  struct Places {
    size_t input = 0;
    uint32_t begin = 0, end = 0;
  };
  /// What a parallel core takes from inputs.
  struct Consumer {
    std::string population;
    uint32_t largestCount = 0;
    int64_t room = 0; ///< of its history, input spikes of one tick
    std::vector<Places> places;
  };
  void addCore(const Bundle &bundle, const CoreEntry &core,
               const std::string &population);
  /// The counts of a tick, per input.
  using Rows = std::vector<std::span<const uint16_t>>;
  Status checkTick(const Consumer &consumer, const Rows &rows,
                   uint64_t tick) const;

  const InputPlaces &order;
  std::span<const InputEntry> entries;
  std::vector<std::vector<bool>> wanted; ///< per input and place
  std::vector<Consumer> consumers;
};

} // namespace snnc::runtime

#endif // SNNC_RUNTIME_HOST_LISTENERS_H
