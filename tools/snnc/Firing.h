//===- Firing.h - How often neurons fire in a recorded raster ---*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef SNNC_TOOLS_FIRING_H
#define SNNC_TOOLS_FIRING_H

#include "runtime/host/SpikeList.h"

namespace snnc {

/// Runs shorter than this say nothing about silence or saturation.
inline constexpr uint64_t kFewestTicks = 10;

struct Firing {
  uint64_t samples = 1, ticks = 0, neurons = 0;
  uint64_t spikes = 0;
  uint64_t silentNeurons = 0; ///< never fire, in no sample
  /// Fire in every tick from their first spike to the end of the run, which
  /// begins in its first half, in every sample of kFewestTicks or more.
  uint64_t saturatedNeurons = 0;
  uint64_t exampleNeuron = 0,
           exampleTick = 0; ///< the first of those, since when

  /// Spikes of a neuron in a tick, on average.
  double rate() const {
    uint64_t places = samples * ticks * neurons;
    return places ? double(spikes) / double(places) : 0;
  }
  bool isSilent() const { return neurons > 0 && spikes == 0; }
};

/// Of [samples x] ticks x neurons, uint8.
Firing firingOf(const runtime::NdArray &raster);
/// Of the same as a list.
Firing firingOf(const runtime::SpikeList &list);

} // namespace snnc

#endif // SNNC_TOOLS_FIRING_H
