//===- FloatCheck.cpp - The integer network against the float one ---------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "tools/snnc/FloatCheck.h"

#include "tools/snnc/Report.h"

#include <algorithm>
#include <cmath>
#include <fmt/format.h>

namespace snnc {

using runtime::Divergence;
using runtime::NdArray;

//===----------------------------------------------------------------------===//
// Measures
//===----------------------------------------------------------------------===//

double StateError::share() const {
  if (rms == 0)
    return 0;
  return before > 0 ? std::min(1.0, rms / before) : 1.0;
}

double LayerComparison::equalSpikes() const {
  uint64_t all = before.spikes + after.spikes;
  return all ? 2 * double(shared) / double(all) : 1.0;
}

double LayerComparison::differing() const {
  if (hasSpikes)
    return 1 - equalSpikes();
  double largest = 0;
  for (const StateError &state : states)
    largest = std::max(largest, state.share());
  return largest;
}

/// Spikes that both rasters have, and the first that only one has.
static void compareSpikes(const NdArray &before, const NdArray &after,
                          LayerComparison &layer) {
  layer.hasSpikes = true;
  layer.before = firingOf(before);
  layer.after = firingOf(after);
  std::span<const uint8_t> x = before.as<uint8_t>(), y = after.as<uint8_t>();
  for (size_t i = 0; i < x.size(); ++i) {
    layer.shared += std::min(x[i], y[i]);
    if (x[i] == y[i] || layer.first)
      continue;
    uint64_t row = i / layer.neurons, ticks = layer.before.ticks;
    layer.first =
        Divergence{row / ticks, row % ticks,  layer.name,  i % layer.neurons,
                   "spikes",    double(x[i]), double(y[i])};
  }
}

static StateError compareStates(const std::string &variable,
                                const NdArray &before, const NdArray &after) {
  StateError error{variable, 0, 0, 0};
  std::span<const float> x = before.as<float>(), y = after.as<float>();
  for (size_t i = 0; i < x.size(); ++i) {
    double difference = double(y[i]) - double(x[i]);
    error.largest = std::max(error.largest, std::abs(difference));
    error.rms += difference * difference;
    error.before += double(x[i]) * double(x[i]);
  }
  double count = double(std::max<size_t>(1, x.size()));
  error.rms = std::sqrt(error.rms / count);
  error.before = std::sqrt(error.before / count);
  return error;
}

static Diagnostic incomparable(const std::string &name, std::string message) {
  return makeError("SNN0430", {"", name, 0, 0}, std::move(message),
                   {"leave --record out to compare everything"});
}

Expected<std::vector<LayerComparison>>
compareLayers(const runtime::Manifest &manifest,
              const runtime::ArrayMap &before, const runtime::ArrayMap &after) {
  std::vector<LayerComparison> layers;
  for (const runtime::RecordRequest &request : everyRequest(manifest)) {
    auto x = before.find(request.name()), y = after.find(request.name());
    if (x == before.end() || y == after.end())
      continue;
    if (x->second.shape != y->second.shape ||
        x->second.dtype != y->second.dtype || x->second.shape.size() < 2)
      return incomparable(request.name(),
                          fmt::format("the float network's {} is {}, the "
                                      "integer network's {}",
                                      request.variable,
                                      runtime::shapeText(x->second.shape),
                                      runtime::shapeText(y->second.shape)));
    if (layers.empty() || layers.back().name != request.population) {
      LayerComparison &layer = layers.emplace_back();
      layer.name = request.population;
      layer.neurons = x->second.shape.back();
    }
    if (request.variableIndex)
      layers.back().states.push_back(
          compareStates(request.variable, x->second, y->second));
    else
      compareSpikes(x->second, y->second, layers.back());
  }
  if (layers.empty())
    return incomparable("", "the two runs have no recording in common");
  return layers;
}

bool withinTolerance(const std::vector<LayerComparison> &layers,
                     double tolerance) {
  return std::ranges::all_of(layers, [&](const LayerComparison &layer) {
    return layer.differing() <= tolerance;
  });
}

//===----------------------------------------------------------------------===//
// Text and JSON
//===----------------------------------------------------------------------===//

static std::string percent(double share) {
  return fmt::format("{:.2f} %", 100 * share);
}

/// "hidden: sample 3, tick 12, neuron 5: 1 spike before, 0 after".
static std::string firstText(const Divergence &d) {
  return fmt::format("{}: sample {}, tick {}, neuron {}: {} spike(s) before, "
                     "{} after",
                     d.population, d.sample, d.tick, d.neuron, d.a, d.b);
}

static void printSpikes(const std::vector<LayerComparison> &layers) {
  std::vector<std::vector<std::string>> rows = {
      {"layer", "neurons", "spikes before", "after", "rate before", "after",
       "equal spikes"}};
  for (const LayerComparison &layer : layers)
    if (layer.hasSpikes)
      rows.push_back({layer.name, std::to_string(layer.neurons),
                      std::to_string(layer.before.spikes),
                      std::to_string(layer.after.spikes),
                      fmt::format("{:.5f}", layer.before.rate()),
                      fmt::format("{:.5f}", layer.after.rate()),
                      percent(layer.equalSpikes())});
  if (rows.size() > 1) {
    printTable(rows);
    fmt::print("(rate: spikes of a neuron in a tick; equal spikes: 2 * spikes "
               "at the same place / (before + after))\n\n");
  }
}

static void printStates(const std::vector<LayerComparison> &layers) {
  std::vector<std::vector<std::string>> rows = {
      {"state", "max error", "RMS error", "RMS before"}};
  for (const LayerComparison &layer : layers)
    for (const StateError &state : layer.states)
      rows.push_back({layer.name + ":" + state.variable,
                      fmt::format("{:.6g}", state.largest),
                      fmt::format("{:.6g}", state.rms),
                      fmt::format("{:.6g}", state.before)});
  if (rows.size() > 1) {
    printTable(rows);
    fmt::print("\n");
  }
}

void printFloatCheck(const FloatCheckHead &head,
                     const std::vector<LayerComparison> &layers) {
  fmt::print("before: float on reference; after: integers on {}; {} sample(s) "
             "of {} tick(s)\n\n",
             head.backend, head.samples, head.ticks);
  printSpikes(layers);
  printStates(layers);
  bool differ = false;
  for (const LayerComparison &layer : layers) {
    if (!layer.first)
      continue;
    if (!std::exchange(differ, true))
      fmt::print("first divergence of each layer:\n");
    fmt::print("  {}\n", firstText(*layer.first));
  }
  for (const LayerComparison &layer : layers) {
    if (layer.wentSilent())
      fmt::print("went silent: {} ({} spikes before, none after)\n", layer.name,
                 layer.before.spikes);
    if (layer.saturates())
      fmt::print("saturated: {} ({} neurons of {} fire in every tick, {} "
                 "before)\n",
                 layer.name, layer.after.saturatedNeurons, layer.neurons,
                 layer.before.saturatedNeurons);
  }
  auto worst =
      std::ranges::max_element(layers, {}, &LayerComparison::differing);
  fmt::print("largest difference: {} of {} '{}', tolerance {}\n",
             percent(worst->differing()),
             worst->hasSpikes ? "the spikes of" : "the states' RMS in",
             worst->name, percent(head.tolerance));
}

static nlohmann::json toJson(const Divergence &d) {
  return {{"sample", d.sample}, {"tick", d.tick}, {"population", d.population},
          {"neuron", d.neuron}, {"before", d.a},  {"after", d.b}};
}

static nlohmann::json toJson(const Firing &firing) {
  return {{"spikes", firing.spikes},
          {"rate", firing.rate()},
          {"silent_neurons", firing.silentNeurons},
          {"saturated_neurons", firing.saturatedNeurons}};
}

static nlohmann::json toJson(const LayerComparison &layer) {
  nlohmann::json json = {{"name", layer.name},
                         {"neurons", layer.neurons},
                         {"differing", layer.differing()},
                         {"states", nlohmann::json::array()}};
  if (layer.hasSpikes) {
    json["before"] = toJson(layer.before);
    json["after"] = toJson(layer.after);
    json["shared_spikes"] = layer.shared;
    json["equal_spikes"] = layer.equalSpikes();
    json["went_silent"] = layer.wentSilent();
    json["saturated"] = layer.saturates();
    json["first_divergence"] =
        layer.first ? toJson(*layer.first) : nlohmann::json();
  }
  for (const StateError &state : layer.states)
    json["states"].push_back({{"variable", state.variable},
                              {"max_error", state.largest},
                              {"rms_error", state.rms},
                              {"rms_before", state.before}});
  return json;
}

nlohmann::json toJson(const FloatCheckHead &head,
                      const std::vector<LayerComparison> &layers) {
  nlohmann::json list = nlohmann::json::array();
  for (const LayerComparison &layer : layers)
    list.push_back(toJson(layer));
  return {{"backend", head.backend},
          {"samples", head.samples},
          {"ticks", head.ticks},
          {"tolerance", head.tolerance},
          {"within_tolerance", withinTolerance(layers, head.tolerance)},
          {"layers", std::move(list)}};
}

} // namespace snnc
