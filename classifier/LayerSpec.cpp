//===- LayerSpec.cpp - The layers of the data sets ------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "classifier/LayerSpec.h"

#include <algorithm>
#include <cmath>

namespace snnc::selector {

const char *nameOf(LayerSet set) {
  return set == LayerSet::Grid ? "grid" : "wide";
}

const char *nameOf(Structure structure) {
  constexpr const char *names[] = {"random", "banded", "block", "conv",
                                   "trained"};
  return names[size_t(structure)];
}

uint32_t Draw::word() {
  if (next == words.size()) {
    words = philox4x32({uint32_t(block), uint32_t(block >> 32), 0, 0}, key);
    ++block;
    next = 0;
  }
  return words[next++];
}

double Draw::unit() {
  uint32_t low = word();
  return unitInterval(low, word());
}

uint32_t Draw::number(uint32_t low, uint32_t high) {
  uint32_t bits = word();
  return low + below(bits, word(), high - low + 1);
}

double Draw::logUniform(double low, double high) {
  double log = portableLog(low);
  return portableExp(log + unit() * (portableLog(high) - log));
}

/// A whole number, log-uniform over [1, high].
static uint32_t logNumber(Draw &draw, uint32_t high) {
  return std::clamp(uint32_t(draw.logUniform(1, high + 1.0)), 1u, high);
}

static LayerSpec gridLayer(uint64_t index, Draw &draw) {
  LayerSpec spec;
  uint64_t rest = index % kGridLayers;
  auto take = [&](uint32_t count) {
    auto digit = uint32_t(rest % count);
    rest /= count;
    return digit;
  };
  spec.delays = 1 + take(16);
  spec.density = 0.1 * (1 + take(10));
  spec.targets = 50 * (1 + take(10));
  spec.sources = 50 * (1 + take(10));
  spec.rate = draw.logUniform(0.01, 0.2);
  return spec;
}

/// A convolution whose maps have at most 4,096 cells each.
static ConvSpec drawConv(Draw &draw) {
  ConvSpec c;
  for (;;) {
    c.pooled = draw.chance(0.3);
    c.channels = 1u << draw.number(0, 5);
    c.outChannels = 1u << draw.number(0, 5);
    c.size = draw.number(2, 32); // of the map that the kernel sees
    c.kernel = draw.chance(0.7) ? 3 : 5;
    c.stride = draw.number(1, 2);
    c.padding = draw.chance(0.7) ? c.kernel / 2 : 0;
    c.channelsLast = draw.chance(0.8);
    if (c.size + 2 * c.padding < c.kernel)
      continue;
    c.outSize = (c.size + 2 * c.padding - c.kernel) / c.stride + 1;
    uint32_t seen = c.size * (c.pooled ? 2 : 1);
    if (c.channels * seen * seen <= 4096 &&
        c.outChannels * c.outSize * c.outSize <= 4096)
      return c;
  }
}

static void drawShape(LayerSpec &spec, Draw &draw) {
  spec.density = draw.logUniform(0.001, 1);
  if (spec.structure == Structure::Conv) {
    spec.conv = drawConv(draw);
    uint32_t seen = spec.conv.size * (spec.conv.pooled ? 2 : 1);
    spec.sources = spec.conv.channels * seen * seen;
    spec.targets =
        spec.conv.outChannels * spec.conv.outSize * spec.conv.outSize;
    double field = spec.conv.kernel / double(spec.conv.size);
    spec.density = std::min(1.0, field * field);
    return;
  }
  spec.sources = logNumber(draw, 4096);
  spec.targets = logNumber(draw, 4096);
}

static void drawMore(LayerSpec &spec, Draw &draw) {
  if (!draw.chance(0.25))
    return;
  spec.more.recurrent = draw.chance(0.4);
  spec.more.sources =
      spec.more.recurrent ? spec.targets : logNumber(draw, 4096);
  spec.more.density = draw.logUniform(0.001, 1);
}

static LayerSpec wideLayer(Draw &draw) {
  constexpr Structure structures[] = {Structure::Random, Structure::Random,
                                      Structure::Banded, Structure::Block,
                                      Structure::Conv,   Structure::Trained};
  for (;;) {
    LayerSpec spec;
    spec.structure = structures[draw.number(0, 5)];
    drawShape(spec, draw);
    drawMore(spec, draw);
    double synapses =
        double(spec.sources) * spec.targets * spec.density +
        double(spec.more.sources) * spec.targets * spec.more.density;
    // Pruned weights are stored, too.
    if (spec.structure == Structure::Trained)
      synapses = std::max(synapses, double(spec.sources) * spec.targets);
    if (synapses > kMostSynapses)
      continue;
    spec.delays = logNumber(draw, 64);
    spec.delayPerSource = draw.chance(0.3);
    spec.rate = draw.logUniform(0.0001, 0.5);
    spec.bits = draw.chance(0.15) ? 16 : 8;
    spec.neuron = NeuronKind(draw.number(0, 5));
    spec.arrayParams = draw.number(0, 3);
    return spec;
  }
}

LayerSpec makeLayer(LayerSet set, uint64_t index, uint64_t seed) {
  Draw draw(seed, streamOf(nameOf(set)) + index);
  LayerSpec spec =
      set == LayerSet::Grid ? gridLayer(index, draw) : wideLayer(draw);
  spec.set = set;
  spec.index = index;
  spec.seed = uint64_t(draw.word()) << 32 | draw.word();
  return spec;
}

} // namespace snnc::selector
