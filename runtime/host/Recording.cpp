//===- Recording.cpp - What to record and how it is shown -----------------===//
//
// Part of the snnc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "runtime/host/Recording.h"

#include <algorithm>
#include <charconv>
#include <fmt/format.h>
#include <numeric>

namespace snnc::runtime {

/// At most a few names, so that a big network does not flood the terminal.
static std::string listed(const std::vector<std::string> &names) {
  constexpr size_t most = 12;
  if (names.size() <= most)
    return fmt::format("{}", fmt::join(names, ", "));
  return fmt::format("{} and {} more",
                     fmt::join(names.begin(), names.begin() + most, ", "),
                     names.size() - most);
}

static Diagnostic unknown(DiagnosticCode code, const std::string &node,
                          const std::string &wanted, const char *what,
                          const std::vector<std::string> &known) {
  std::vector<std::string> hints;
  for (const std::string &near : nearestNames(wanted, known, 1))
    hints.push_back(fmt::format("did you mean '{}'?", near));
  hints.push_back(
      known.empty() ? fmt::format("there is no {}", what)
                    : fmt::format("each {} there is: {}", what, listed(known)));
  return makeError(code, {"", node, 0, 0},
                   fmt::format("cannot record: there is no {} '{}'", what,
                               wanted.substr(0, 80)),
                   hints);
}

static Expected<size_t> findPopulation(const std::string &name,
                                       const Manifest &manifest) {
  std::vector<std::string> known;
  for (size_t i = 0; i < manifest.populations.size(); ++i) {
    if (manifest.populations[i].name == name)
      return i;
    known.push_back(manifest.populations[i].name);
  }
  for (const InputEntry &input : manifest.inputs)
    if (input.name == name)
      return makeError("SNN0421", {"", name, 0, 0},
                       "cannot record: this is an input, its spikes are those "
                       "of the input file",
                       {fmt::format("record a population: {}", listed(known))});
  return unknown("SNN0421", name, name, "population", known);
}

/// A whole number at the front of `text`, which loses it.
static std::optional<uint64_t> takeNumber(std::string_view &text) {
  uint64_t value = 0;
  auto [end, error] =
      std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc())
    return std::nullopt;
  text.remove_prefix(size_t(end - text.data()));
  return value;
}

/// "[0-9,17]/10" behind a variable's name; false: it is something else.
static bool parseSelection(std::string_view text, uint32_t neurons,
                           RecordRequest &request) {
  if (text.starts_with('[')) {
    do {
      text.remove_prefix(1);
      auto first = takeNumber(text), last = first;
      if (text.starts_with('-')) {
        text.remove_prefix(1);
        last = takeNumber(text);
      }
      if (!first || !last || *first > *last || *last >= neurons ||
          request.neurons.size() + (*last - *first) >= neurons)
        return false;
      for (uint64_t n = *first; n <= *last; ++n)
        request.neurons.push_back(uint32_t(n));
    } while (text.starts_with(','));
    if (!text.starts_with(']'))
      return false;
    text.remove_prefix(1);
  }
  if (text.starts_with('/')) {
    text.remove_prefix(1);
    request.every = takeNumber(text).value_or(0);
  }
  return text.empty() && request.every > 0;
}

static Diagnostic noSelection(const RecordRequest &request,
                              std::string_view selection, uint32_t neurons) {
  if (!request.variableIndex)
    return makeError("SNN0420", {"", request.population, 0, 0},
                     fmt::format("'{}': of spikes all are recorded",
                                 selection.substr(0, 80)),
                     {fmt::format("write '{}'", request.name())});
  return makeError(
      "SNN0420", {"", request.population, 0, 0},
      fmt::format("'{}' does not choose among {} neurons",
                  selection.substr(0, 80), neurons),
      {fmt::format("write '{}[0-{}]/10' for neurons 0 to {} in every tenth "
                   "tick; each neuron once",
                   request.name(), neurons - 1, neurons - 1)});
}

Expected<RecordRequest> parseRecordRequest(const std::string &text,
                                           const Manifest &manifest) {
  size_t colon = text.rfind(':');
  if (colon == std::string::npos || colon == 0 || colon + 1 == text.size())
    return makeError(
        "SNN0420", {},
        fmt::format("'{}' is no recording request", text.substr(0, 80)),
        {fmt::format("write NAME:VARIABLE, for example '{}:spikes'",
                     manifest.populations.empty()
                         ? "lif1"
                         : manifest.populations.front().name)});
  RecordRequest request{text.substr(0, colon), text.substr(colon + 1), 0, {}};
  size_t cut =
      std::min(request.variable.size(), request.variable.find_first_of("[/"));
  std::string selection = request.variable.substr(cut);
  request.variable.resize(cut);
  Expected<size_t> index = findPopulation(request.population, manifest);
  if (!index)
    return index.takeError();
  request.populationIndex = *index;
  const PopulationEntry &population = manifest.populations[*index];
  std::vector<std::string> known;
  if (population.spiking)
    known.push_back(RecordRequest::spikes);
  if (population.spiking && request.variable == RecordRequest::spikes) {
    if (!selection.empty())
      return noSelection(request, selection, population.neurons);
    return request;
  }
  for (size_t i = 0; i < population.variables.size(); ++i) {
    known.push_back(population.variables[i].name);
    if (known.back() == request.variable) {
      request.variableIndex = i;
      if (!selection.empty() &&
          !parseSelection(selection, population.neurons, request))
        return noSelection(request, selection, population.neurons);
      return request;
    }
  }
  Diagnostic error = unknown("SNN0422", request.population, request.variable,
                             "variable", known);
  if (request.variable == RecordRequest::spikes)
    error.notes.push_back("this population is a readout that never spikes");
  return error;
}

std::vector<RecordRequest> everyRequest(const Manifest &manifest) {
  std::vector<RecordRequest> requests;
  for (size_t p = 0; p < manifest.populations.size(); ++p) {
    const PopulationEntry &population = manifest.populations[p];
    if (population.spiking)
      requests.push_back({population.name, RecordRequest::spikes, p, {}});
    for (size_t v = 0; v < population.variables.size(); ++v)
      requests.push_back({population.name, population.variables[v].name, p, v});
  }
  return requests;
}

uint64_t chipTicks(uint64_t ticks, Alignment alignment,
                   std::span<const RecordRequest> requests,
                   const Manifest &manifest) {
  uint32_t latency = 0;
  if (alignment == Alignment::Network)
    for (const RecordRequest &r : requests)
      latency =
          std::max(latency, manifest.populations[r.populationIndex].latency);
  return ticks + latency;
}

std::optional<uint64_t> rowOf(uint64_t chipTick, uint64_t rows,
                              uint32_t latency, Alignment alignment) {
  uint64_t first = alignment == Alignment::Network ? latency : 0;
  if (chipTick < first || chipTick - first >= rows)
    return std::nullopt;
  return chipTick - first;
}

Expected<std::vector<double>> scalesOf(const Bundle &bundle,
                                       const PopulationEntry &population,
                                       const VariableEntry &variable) {
  if (variable.scales.empty())
    return std::vector<double>{variable.scale};
  const std::string *bytes = bundle.entry(variable.scales);
  std::vector<double> scales(population.neurons);
  if (!bytes || bytes->size() != scales.size() * sizeof(double))
    return makeError("SNN0506",
                     {"", population.name + ":" + variable.name, 0, 0},
                     fmt::format("the entry '{}' with {} scales is missing or "
                                 "of another size",
                                 variable.scales, population.neurons),
                     {"compile the network again"});
  std::memcpy(scales.data(), bytes->data(), bytes->size());
  return scales;
}

void toUserUnits(std::span<const float> chip, std::span<const double> scales,
                 std::span<float> user) {
  bool isCommon = scales.size() == 1;
  for (size_t n = 0; n < chip.size(); ++n)
    user[n] = float(double(chip[n]) / scales[isCommon ? 0 : n]);
}

uint64_t countSpikes(const NdArray &raster) {
  std::span<const uint8_t> data = raster.as<uint8_t>();
  return std::accumulate(data.begin(), data.end(), uint64_t(0));
}

} // namespace snnc::runtime
