//===- LayerSpec.h - The layers of the data sets ----------------*- C++ -*-===//
//
// Part of the snnc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// grid: every combination of sources and targets 50, 100 .. 500, density 10 %,
//   20 % .. 100 % and delay range 1 .. 16: 16,000 layers of LIF neurons,
//   synapses spread by chance, delays uniform in 1 .. range, int8 weights. The
//   rate, which the published grid does not name, is drawn per layer,
//   log-uniform in 1 % .. 20 %.
// wide: 1 .. 4,096 neurons a side, density 0.1 .. 100 %, delays 1 .. 64, rates
//   0.01 .. 50 % (all log-uniform), five structures, several neuron models,
//   8 and 16 bits, a second or a recurrent projection in some. A draw with more
//   than kMostSynapses synapses is drawn again.
//
// A layer is a pure function of (set, seed, index): any part of a set can be
// made anywhere.
//
//===----------------------------------------------------------------------===//
#ifndef SNNC_CLASSIFIER_LAYERSPEC_H
#define SNNC_CLASSIFIER_LAYERSPEC_H

#include "runtime/support/Random.h"

#include <array>
#include <cstdint>
#include <string_view>

namespace snnc::selector {

enum class LayerSet : uint8_t { Grid, Wide };
inline constexpr uint64_t kGridLayers = 16000;
inline constexpr uint64_t kWideLayers = 8000; ///< default
inline constexpr double kMostSynapses = 1 << 20;
/// "grid", "wide".
const char *nameOf(LayerSet set);

enum class Structure : uint8_t {
  Random,  ///< every pair with the same probability
  Banded,  ///< sources reach the targets around their own place
  Block,   ///< groups of sources reach groups of targets
  Conv,    ///< a shared kernel, some behind a pooling window
  Trained, ///< normal weights, small ones pruned, sources of unequal strength
};
/// "random", "banded", "block", "conv", "trained".
const char *nameOf(Structure structure);

/// The models of the data sets (LayerNetwork.cpp).
enum class NeuronKind : uint8_t {
  If,
  Lif,
  CubaLif,
  TwoReceptors,
  Refractory, ///< one receptor from here on
  Conductance,
};

/// C x H x W maps, behind a 2 x 2 pooling window where `pooled`.
struct ConvSpec {
  uint32_t channels = 0, size = 0, outChannels = 0, outSize = 0;
  uint32_t kernel = 0, stride = 1, padding = 0;
  bool pooled = false;
  bool channelsLast = false; ///< as fabric-order leaves most convolutions
};

/// A projection beside the first: random, by chance.
struct MoreSynapses {
  uint32_t sources = 0; ///< 0: none
  bool recurrent = false;
  double density = 0;
};

struct LayerSpec {
  LayerSet set = LayerSet::Grid;
  uint64_t index = 0;
  Structure structure = Structure::Random;
  uint32_t sources = 1, targets = 1;
  double density = 1;
  uint32_t delays = 1;         ///< delays 1 .. this
  bool delayPerSource = false; ///< stored weights: one delay per source
  double rate = 0.05;          ///< spikes per source and tick
  unsigned bits = 8;
  NeuronKind neuron = NeuronKind::Lif;
  unsigned arrayParams = 0;
  ConvSpec conv;
  MoreSynapses more;
  uint64_t seed = 0; ///< of the synapses
};

LayerSpec makeLayer(LayerSet set, uint64_t index, uint64_t seed);

/// Numbers of one stream, in order.
class Draw {
public:
  Draw(uint64_t seed, uint64_t stream) : key(streamKey(seed, stream)) {}
  double unit(); ///< in [0, 1)
  uint32_t word();
  /// `low` to `high`, both included.
  uint32_t number(uint32_t low, uint32_t high);
  double logUniform(double low, double high);
  bool chance(double probability) { return unit() < probability; }
  double normal() { return normalQuantile(openInterval(word())); }

private:
  PhiloxKey key;
  PhiloxCounter words{};
  uint32_t next = 4;
  uint64_t block = 0;
};

} // namespace snnc::selector

#endif // SNNC_CLASSIFIER_LAYERSPEC_H
