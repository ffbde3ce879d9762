//===- PageResults.cpp - Results as the page shows them -------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "tools/snnc/Page/PageData.h"

#include "runtime/support/Text.h"

#include <algorithm>
#include <cmath>
#include <fmt/format.h>

namespace snnc::page {

using nlohmann::json;
using runtime::ArrayMap;
using runtime::DType;
using runtime::Manifest;
using runtime::NdArray;
using runtime::PopulationEntry;

namespace {

/// What a browser draws without a wait, over all populations and samples.
constexpr uint64_t kMostSpikes = 200'000, kMostSamples = 16;
constexpr uint64_t kMostBins = 1000, kMostPoints = 4000, kMostTraces = 8;

struct Spike {
  uint32_t tick = 0, neuron = 0;
  uint16_t count = 1;
  auto operator<=>(const Spike &) const = default;
};

/// Spikes of a population, sample by sample.
struct Spikes {
  std::vector<std::vector<Spike>> samples;
  uint64_t ticks = 0, total = 0;
};

} // namespace

/// [samples x] ticks x neurons..., the neurons' axes as one; nothing where the
/// array has another shape.
struct Grid {
  uint64_t samples = 1, ticks = 0;
};
static std::optional<Grid> gridOf(const NdArray &array, uint64_t neurons) {
  uint64_t inner = 1;
  size_t axis = array.shape.size();
  do
    inner *= axis > 0 ? array.shape[--axis] : 0;
  while (inner > 0 && inner < neurons);
  if (inner != neurons || axis == 0)
    return std::nullopt;
  Grid grid{1, array.shape[--axis]};
  while (axis > 0)
    grid.samples *= array.shape[--axis];
  return grid;
}

/// Whole numbers, a row (tick, neuron) for each spike, as --events has them.
static std::optional<Spikes> fromList(const NdArray &array, uint64_t neurons) {
  if (array.isFloat() || array.shape.size() != 2 || array.shape[1] != 2)
    return std::nullopt;
  Spikes spikes;
  spikes.samples.resize(1);
  for (uint64_t row = 0; row < array.shape[0]; ++row) {
    double tick = array.at(2 * row), neuron = array.at(2 * row + 1);
    if (!(tick >= 0 && tick < 4e9 && neuron >= 0 && neuron < double(neurons)))
      return std::nullopt;
    spikes.samples[0].push_back({uint32_t(tick), uint32_t(neuron), 1});
    spikes.ticks = std::max(spikes.ticks, uint64_t(tick) + 1);
  }
  spikes.total = array.shape[0];
  std::ranges::sort(spikes.samples[0]);
  return spikes;
}

static std::optional<Spikes> spikesOf(const NdArray &array, uint64_t neurons) {
  auto grid = gridOf(array, neurons);
  bool isDense = grid && !array.isFloat() &&
                 (array.dtype == DType::U8 || array.dtype == DType::Bool);
  if (!isDense) {
    if (auto list = fromList(array, neurons))
      return list;
    if (!grid || array.isFloat())
      return std::nullopt;
  }
  Spikes spikes;
  spikes.ticks = grid->ticks;
  spikes.samples.resize(grid->samples);
  uint64_t place = 0;
  for (auto &sample : spikes.samples)
    for (uint32_t tick = 0; tick < grid->ticks; ++tick)
      for (uint32_t neuron = 0; neuron < neurons; ++neuron, ++place)
        if (double count = array.at(place); count > 0) {
          sample.push_back({tick, neuron, uint16_t(std::min(count, 65535.0))});
          spikes.total += uint64_t(count);
        }
  return spikes;
}

/// Mean rate over neurons and samples, Hz, in bins of `bin` ticks.
static json ratesOf(const Spikes &spikes, uint64_t neurons, double dtSeconds,
                    uint64_t bin) {
  std::vector<double> bins((spikes.ticks + bin - 1) / bin);
  for (const auto &sample : spikes.samples)
    for (const Spike &spike : sample)
      bins[spike.tick / bin] += spike.count;
  for (size_t i = 0; i < bins.size(); ++i) {
    uint64_t ticks = std::min(bin, spikes.ticks - i * bin);
    double seconds = double(ticks) * (dtSeconds > 0 ? dtSeconds : 1);
    bins[i] /= seconds * double(neurons * spikes.samples.size());
  }
  return bins;
}

/// Every `every`-th neuron: what is shown is all of what those did.
static json rasterOf(const std::vector<Spike> &sample, uint64_t every) {
  json ticks = json::array(), neurons = json::array();
  for (const Spike &spike : sample)
    if (spike.neuron % every == 0) {
      ticks.push_back(spike.tick);
      neurons.push_back(spike.neuron);
    }
  return {{"tick", ticks}, {"neuron", neurons}};
}

/// What of a state a run kept: these neurons, a row every so many ticks.
struct Choice {
  std::vector<uint64_t> neurons;
  uint64_t every = 1;
};

/// As the results' meta says (runtime::chosenOf); it is a file's, so that
/// anything may stand there: what is no choice of the population is all of it.
static Choice choiceOf(const json &meta, const std::string &name,
                       uint64_t neurons) {
  Choice all;
  for (uint64_t i = 0; i < neurons; ++i)
    all.neurons.push_back(i);
  auto chosen = meta.find("chosen");
  if (chosen == meta.end() || !chosen->is_object() || !chosen->contains(name))
    return all;
  const json &own = (*chosen)[name];
  Choice choice;
  if (!own.is_object() || !own.contains("every") || !own.contains("neurons") ||
      !own["every"].is_number_unsigned() || !own["neurons"].is_array())
    return all;
  choice.every = own["every"].get<uint64_t>();
  for (const json &neuron : own["neurons"])
    if (neuron.is_number_unsigned() && neuron.get<uint64_t>() < neurons)
      choice.neurons.push_back(neuron.get<uint64_t>());
  if (choice.every == 0 || choice.every > UINT32_MAX ||
      choice.neurons.size() != own["neurons"].size())
    return all;
  if (choice.neurons.empty())
    choice.neurons = std::move(all.neurons);
  return choice;
}

static json traceOf(const std::string &name, const NdArray &array,
                    const Grid &grid, const Choice &choice, uint64_t shown) {
  uint64_t every =
      std::max<uint64_t>(1, (grid.ticks + kMostPoints - 1) / kMostPoints);
  uint64_t neurons = choice.neurons.size();
  std::vector<uint64_t> columns, chosen;
  uint64_t traces = std::min(kMostTraces, neurons);
  for (uint64_t i = 0; i < traces; ++i) {
    columns.push_back(i * neurons / traces);
    chosen.push_back(choice.neurons[columns.back()]);
  }
  json values = json::array();
  for (uint64_t s = 0; s < std::min(shown, grid.samples); ++s) {
    json sample = json::array();
    for (uint64_t neuron : columns) {
      json line = json::array();
      for (uint64_t tick = 0; tick < grid.ticks; tick += every) {
        double value = array.at((s * grid.ticks + tick) * neurons + neuron);
        // Five digits are more than a screen has.
        line.push_back(std::isfinite(value)
                           ? json::parse(fmt::format("{:.5g}", value))
                           : json());
      }
      sample.push_back(line);
    }
    values.push_back(sample);
  }
  return {{"name", name},        {"neurons", chosen},
          {"recorded", neurons}, {"every", every * choice.every},
          {"ticks", grid.ticks}, {"values", values}};
}

static json metaOf(const ArrayMap &arrays) {
  auto found = arrays.find("meta");
  if (found == arrays.end() || found->second.dtype != DType::U8)
    return json::object();
  auto text = found->second.as<uint8_t>();
  json meta = json::parse(text.begin(), text.end(), nullptr, false);
  return meta.is_object() ? meta : json::object();
}

static json populationOf(const PopulationEntry &population,
                         const Spikes &spikes, const Manifest &manifest,
                         uint64_t shown, uint64_t every) {
  uint64_t bin =
      std::max<uint64_t>(1, (spikes.ticks + kMostBins - 1) / kMostBins);
  json page = {
      {"name", population.name},
      {"neurons", population.neurons},
      {"spikes", spikes.total},
      {"samples", spikes.samples.size()},
      {"every", every},
      {"bin", bin},
      {"rates", ratesOf(spikes, population.neurons, manifest.dtSeconds, bin)},
      {"rasters", json::array()}};
  std::vector<uint64_t> perNeuron(population.neurons);
  for (const auto &sample : spikes.samples)
    for (const Spike &spike : sample)
      perNeuron[spike.neuron] += spike.count;
  page["silent"] = std::ranges::count(perNeuron, 0u);
  for (uint64_t s = 0; s < std::min<uint64_t>(shown, spikes.samples.size());
       ++s)
    page["rasters"].push_back(rasterOf(spikes.samples[s], every));
  return page;
}

/// The rasters' spikes are bounded over all populations: samples first, then
/// every so many neurons.
static std::pair<uint64_t, uint64_t>
thinning(const std::vector<std::pair<const PopulationEntry *, Spikes>> &all) {
  uint64_t samples = 1, first = 0, sum = 0, shown = 0;
  for (const auto &[population, spikes] : all) {
    samples = std::max<uint64_t>(samples, spikes.samples.size());
    first += spikes.samples.empty() ? 0 : spikes.samples[0].size();
  }
  for (; shown < std::min(samples, kMostSamples); ++shown) {
    uint64_t more = 0;
    for (const auto &[population, spikes] : all)
      if (shown < spikes.samples.size())
        more += spikes.samples[shown].size();
    if (shown > 0 && sum + more > kMostSpikes)
      break;
    sum += more;
  }
  return {shown, first / kMostSpikes + 1};
}

Expected<json> describeResults(const ArrayMap &arrays, const Manifest &manifest,
                               const std::string &file) {
  std::vector<std::pair<const PopulationEntry *, Spikes>> spikes;
  json page = {{"meta", metaOf(arrays)},
               {"populations", json::array()},
               {"traces", json::array()},
               {"left_out", json::array()}};
  std::vector<std::string> names;
  for (const PopulationEntry &population : manifest.populations) {
    names.push_back(population.name);
    auto found = arrays.find(population.name + ":spikes");
    if (found == arrays.end())
      continue;
    if (auto some = spikesOf(found->second, population.neurons))
      spikes.emplace_back(&population, std::move(*some));
    else
      page["left_out"].push_back(found->first);
  }
  auto [shown, every] = thinning(spikes);
  uint64_t ticks = 0, samples = 1;
  for (const auto &[population, some] : spikes) {
    page["populations"].push_back(
        populationOf(*population, some, manifest, shown, every));
    ticks = std::max(ticks, some.ticks);
    samples = std::max<uint64_t>(samples, some.samples.size());
  }
  for (const PopulationEntry &population : manifest.populations)
    for (const auto &variable : population.variables) {
      std::string name = population.name + ":" + variable.name;
      auto found = arrays.find(name);
      if (found == arrays.end())
        continue;
      Choice choice = choiceOf(page["meta"], name, population.neurons);
      auto grid = gridOf(found->second, choice.neurons.size());
      if (!grid || !found->second.isFloat()) {
        page["left_out"].push_back(name);
        continue;
      }
      page["traces"].push_back(
          traceOf(name, found->second, *grid, choice, shown));
      ticks = std::max(ticks, grid->ticks * choice.every);
      samples = std::max(samples, grid->samples);
    }
  if (page["populations"].empty() && page["traces"].empty())
    return makeError(
        "SNN0449", {file, "", 0, 0},
        fmt::format("the {} array(s) are of none of the bundle's "
                    "populations ({})",
                    arrays.size(),
                    printable(fmt::format("{}", fmt::join(names, ", ")))),
        {"give what `snnc run` wrote of this bundle with -o"});
  page["ticks"] = ticks;
  page["samples"] = samples;
  page["shown"] = shown;
  return page;
}

} // namespace snnc::page
