//===- NetworkSpec.cpp - A network of the property test as YAML -----------===//
//
// Part of the snnc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tests/property/NetworkSpec.h"

#include "runtime/support/Random.h"

#include <algorithm>
#include <cmath>
#include <fmt/format.h>

namespace snnc::property {

uint32_t Draw::whole(uint32_t low, uint32_t high) {
  return low + uint32_t(engine() % (uint64_t(high) - low + 1));
}

double Draw::real(double low, double high) {
  return low + (high - low) * double(engine() >> 44) / double(1 << 20);
}

uint32_t Draw::skewed(uint32_t low, uint32_t high) {
  double at = std::exp(real(std::log(double(low)), std::log(high + 1.0)));
  return std::clamp(uint32_t(at), low, high);
}

static uint32_t product(const std::vector<uint32_t> &shape) {
  uint32_t elements = 1;
  for (uint32_t extent : shape)
    elements *= extent;
  return elements;
}

const std::vector<uint32_t> &NetworkSpec::shapeOf(uint32_t signal) const {
  return signal < inputs.size() ? inputs[signal].shape
                                : populations[signal - inputs.size()].shape;
}

uint32_t NetworkSpec::sizeOf(uint32_t signal) const {
  return product(shapeOf(signal));
}

std::string NetworkSpec::nameOf(uint32_t signal) const {
  return signal < inputs.size() ? fmt::format("in{}", signal)
                                : fmt::format("p{}", signal - inputs.size());
}

uint64_t NetworkSpec::neurons() const {
  uint64_t all = 0;
  for (const PopulationSpec &population : populations)
    all += product(population.shape);
  return all;
}

//===----------------------------------------------------------------------===//
// Numbers that are listed: a pure function of the salt and the place
//===----------------------------------------------------------------------===//

/// Uniform in [0, 1), by place.
static double noise(uint32_t salt, uint32_t a, uint32_t b, uint32_t what) {
  PhiloxCounter w = philox4x32({a, b, what, 0}, {salt, 0x5EED});
  return unitInterval(w[0], w[1]);
}

static double listedWeight(const ProjectionSpec &p, uint32_t a, uint32_t b) {
  double size = p.weightKind == "constant" ? 1 : noise(p.salt, a, b, 1);
  bool negative = noise(p.salt, a, b, 2) < p.balance;
  return (negative ? -p.weight : p.weight) * size;
}

std::string number(double value) { return fmt::format("{:.6g}", value); }

static std::string listText(const ProjectionSpec &p, uint32_t sources,
                            uint32_t targets) {
  std::string rows;
  for (uint32_t s = 0; s < sources; ++s)
    for (uint32_t t = 0; t < targets; ++t) {
      // A list has one row at least.
      if (noise(p.salt, s, t, 3) >= p.amount && s + t > 0)
        continue;
      // Now and then a pair has two synapses.
      uint32_t copies = p.multapses && noise(p.salt, s, t, 4) < 0.05 ? 2 : 1;
      for (uint32_t c = 0; c < copies; ++c)
        rows += fmt::format("{}[{}, {}, {}, {}]", rows.empty() ? "" : ", ", s,
                            t, number(listedWeight(p, s + c, t)),
                            p.leastDelay +
                                uint32_t(noise(p.salt, s + c, t, 5) *
                                         (p.largestDelay - p.leastDelay + 1)));
    }
  return "[" + rows + "]";
}

static std::string matrixText(const ProjectionSpec &p, uint32_t sources,
                              uint32_t targets) {
  std::string rows;
  for (uint32_t t = 0; t < targets; ++t) {
    std::string row;
    for (uint32_t s = 0; s < sources; ++s) {
      bool there = noise(p.salt, s, t, 3) < p.amount;
      row += fmt::format("{}{}", s ? ", " : "",
                         there ? number(listedWeight(p, s, t)) : "0");
    }
    rows += fmt::format("{}[{}]", t ? ", " : "", row);
  }
  return "[" + rows + "]";
}

static std::string kernelText(const ProjectionSpec &p) {
  const auto &k = p.conv.kernel;
  std::string text;
  for (uint32_t o = 0; o < k[0]; ++o) {
    text += o ? ", [" : "[";
    for (uint32_t i = 0; i < k[1]; ++i) {
      text += i ? ", [" : "[";
      for (uint32_t y = 0; y < k[2]; ++y) {
        text += y ? ", [" : "[";
        for (uint32_t x = 0; x < k[3]; ++x)
          text +=
              (x ? ", " : "") + number(listedWeight(p, o * 64 + i, y * 64 + x));
        text += "]";
      }
      text += "]";
    }
    text += "]";
  }
  return "[" + text + "]";
}

//===----------------------------------------------------------------------===//
// YAML
//===----------------------------------------------------------------------===//

/// Models of the file's own: two receptors, and functions that are expanded.
/// The receptors' scales meet in a sum, or gains (odd seeds) take them.
static constexpr const char *kBalanced[] = {R"(models:
  balanced:
    receptors: [exc, inh]
    states: {v: 0.0, g: 0.0}
    params: {alpha: 0.9, threshold: 1.0}
    equations:
      - g = g * 0.5 + inh
      - v = v * alpha + exc + g
)",
                                            R"(models:
  balanced:
    receptors: [exc, inh]
    states: {v: 0.0, g: 0.0}
    params: {alpha: 0.9, threshold: 1.0, ge: 1.5, gi: 0.5}
    equations:
      - g = g * 0.5 + inh
      - v = v * alpha + ge * exc + gi * g
)"};
static constexpr const char *kModels = R"(    spike: v > threshold
    reset:
      - v = v - threshold
  curved:
    states: {v: 0.1}
    params: {threshold: 1.0}
    equations:
      - v = exp(-abs(v)) * 0.5 + log(1 + abs(input)) + min(input, 0.5)
    spike: v > threshold and input > 0
    reset:
      - v = 0
)";

static std::string shapeText(const std::vector<uint32_t> &shape) {
  if (shape.size() == 1)
    return fmt::format("size: {}", shape[0]);
  return fmt::format("shape: [{}]", fmt::join(shape, ", "));
}

static std::string mapText(const std::vector<Setting> &settings) {
  std::string text;
  for (const auto &[key, value] : settings)
    text += fmt::format("{}{}: {}", text.empty() ? "" : ", ", key, value);
  return "{" + text + "}";
}

static std::string inputText(const InputSpec &input, uint32_t salt,
                             uint32_t ticks) {
  std::string text = shapeText(input.shape);
  if (input.kind == InputSpec::Kind::Poisson)
    return text + fmt::format(", kind: poisson, rate: {{per_tick: {}}}",
                              number(input.rate));
  if (input.kind == InputSpec::Kind::Array)
    return text;
  std::string rows;
  for (uint32_t t = 0; t < ticks; ++t)
    for (uint32_t c = 0; c < product(input.shape); ++c)
      if (noise(salt, t, c, 6) < input.rate)
        rows += fmt::format("{}[{}, {}]", rows.empty() ? "" : ", ", t, c);
  return text + fmt::format(", kind: spike_list, spikes: [{}]", rows);
}

static std::string weightText(const ProjectionSpec &p) {
  double w = p.weight;
  // The negative share of the range.
  double low = -2 * w * p.balance, high = 2 * w * (1 - p.balance);
  if (p.weightKind == "constant")
    return number(p.balance > 0.5 ? -w : w);
  if (p.weightKind == "normal")
    return fmt::format("{{dist: normal, mean: {}, std: {}}}",
                       number(w * (1 - 2 * p.balance)), number(w / 2));
  if (p.weightKind == "lognormal")
    return fmt::format("{{dist: lognormal, mean: {}, std: 0.5, max: {}}}",
                       number(std::log(w)), number(4 * w));
  return fmt::format("{{dist: uniform, low: {}, high: {}}}", number(low),
                     number(high));
}

static std::string connectorText(const NetworkSpec &spec,
                                 const ProjectionSpec &p) {
  uint32_t sources = spec.sizeOf(p.from),
           targets = spec.sizeOf(uint32_t(spec.inputs.size()) + p.to);
  switch (p.kind) {
  case ProjectionSpec::Kind::AllToAll:
    return "all_to_all, weight: " + weightText(p);
  case ProjectionSpec::Kind::OneToOne:
    return "one_to_one, weight: " + weightText(p);
  case ProjectionSpec::Kind::Probability:
    return fmt::format("{{fixed_probability: {}}}, weight: {}",
                       number(p.amount), weightText(p));
  case ProjectionSpec::Kind::InDegree:
    return fmt::format("{{fixed_indegree: {}}}, weight: {}", uint32_t(p.amount),
                       weightText(p));
  case ProjectionSpec::Kind::OutDegree:
    return fmt::format("{{fixed_outdegree: {}}}, weight: {}",
                       uint32_t(p.amount), weightText(p));
  case ProjectionSpec::Kind::List:
    return fmt::format("{{list: {}}}", listText(p, sources, targets));
  case ProjectionSpec::Kind::Matrix:
    return "all_to_all, weight: " + matrixText(p, sources, targets);
  case ProjectionSpec::Kind::Conv:
    return fmt::format("{{conv2d: {{kernel: {}, stride: {}, padding: {}, "
                       "groups: {}}}}}",
                       kernelText(p), p.conv.stride, p.conv.padding,
                       p.conv.groups);
  }
  return "";
}

static std::string delayText(const ProjectionSpec &p) {
  if (p.kind == ProjectionSpec::Kind::List)
    return ""; // a column of the list
  if (p.leastDelay == p.largestDelay)
    return fmt::format(", delay: {}", p.leastDelay);
  return fmt::format(", delay: {{dist: uniform_int, low: {}, high: {}}}",
                     p.leastDelay, p.largestDelay);
}

static bool isDrawn(ProjectionSpec::Kind kind) {
  return kind != ProjectionSpec::Kind::List &&
         kind != ProjectionSpec::Kind::Matrix &&
         kind != ProjectionSpec::Kind::Conv;
}

std::string NetworkSpec::toYaml() const {
  std::string text =
      fmt::format("network: {{name: seed{0}, seed: {0}}}\n", seed);
  auto uses = [&](const char *model) {
    return std::any_of(populations.begin(), populations.end(),
                       [&](const auto &p) { return p.model == model; });
  };
  if (uses("balanced") || uses("curved"))
    text += std::string(kBalanced[seed % 2]) + kModels;
  if (!inputs.empty())
    text += "inputs:\n";
  for (uint32_t i = 0; i < inputs.size(); ++i)
    text += fmt::format("  {}: {{{}}}\n", nameOf(i),
                        inputText(inputs[i], uint32_t(seed) + i, ticks));
  text += "populations:\n";
  for (uint32_t p = 0; p < populations.size(); ++p) {
    const PopulationSpec &population = populations[p];
    text +=
        fmt::format("  {}: {{{}, model: {}, params: {}, initial: {}}}\n",
                    nameOf(uint32_t(inputs.size()) + p),
                    shapeText(population.shape), population.model,
                    mapText(population.params), mapText(population.initial));
  }
  std::string drives;
  for (uint32_t p = 0; p < populations.size(); ++p)
    if (populations[p].noise > 0)
      drives += fmt::format(
          "  n{0}: {{to: p{0}, kind: noise, mean: {1}, std: {2}{3}}}\n", p,
          number(populations[p].noise / 4), number(populations[p].noise),
          populations[p].noisyParam ? ", parameter: threshold" : "");
  if (!drives.empty())
    text += "drives:\n" + drives;
  text += "projections:\n";
  for (size_t i = 0; i < projections.size(); ++i) {
    const ProjectionSpec &p = projections[i];
    text += fmt::format("  - {{name: e{}, from: {}, to: p{}, connector: {}{}",
                        i, nameOf(p.from), p.to, connectorText(*this, p),
                        delayText(p));
    if (!p.receptor.empty())
      text += ", receptor: " + p.receptor;
    if (isDrawn(p.kind) && !p.autapses && p.from == inputs.size() + p.to)
      text += ", autapses: false";
    if (isDrawn(p.kind) && !p.multapses)
      text += ", multapses: false";
    text += "}\n";
  }
  return text;
}

runtime::ArrayMap NetworkSpec::arrays() const {
  runtime::ArrayMap all;
  for (uint32_t i = 0; i < inputs.size(); ++i) {
    const InputSpec &input = inputs[i];
    if (input.kind != InputSpec::Kind::Array)
      continue;
    uint32_t channels = product(input.shape);
    std::vector<uint16_t> counts;
    for (uint32_t s = 0; s < samples; ++s)
      for (uint32_t t = 0; t < ticks; ++t)
        for (uint32_t c = 0; c < channels; ++c) {
          uint32_t salt = uint32_t(seed) * 977 + i;
          bool spike = noise(salt, s * ticks + t, c, 7) < input.rate;
          double more = noise(salt, s * ticks + t, c, 8);
          counts.push_back(
              spike ? uint16_t(1 + more * more * more * input.largestCount)
                    : uint16_t(0));
          counts.back() =
              std::min<uint16_t>(counts.back(), uint16_t(input.largestCount));
        }
    std::vector<uint64_t> shape{ticks, channels};
    if (samples > 1)
      shape.insert(shape.begin(), samples);
    all[nameOf(i)] = runtime::NdArray::of(shape, counts);
  }
  return all;
}

} // namespace snnc::property
