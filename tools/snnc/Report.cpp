//===- Report.cpp - Tables for people, JSON for programs ------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// report.json: {"layers": [{"name", "neurons", "synapses", "pes", "bytes",
// "limit", "quantization": {...}}], "cores": [{"pe", "population", "begin",
// "end", "program", "buffers": [{"name", "bytes", "at"}]}]}.

#include "tools/snnc/Report.h"

#include "runtime/support/Text.h"
#include "tools/snnc/InspectViews.h"
#include "tools/snnc/LinkReport.h"
#include "tools/snnc/Overruns.h"
#include "tools/snnc/PeCycles.h"

#include <algorithm>
#include <fmt/format.h>

namespace snnc {

using runtime::Bundle;
using runtime::Manifest;
using runtime::PopulationEntry;
using runtime::RunResult;

static nlohmann::json reportOf(const Bundle &bundle) {
  const std::string *text = bundle.entry(Bundle::reportName);
  auto json = nlohmann::json::parse(text ? *text : "{}", nullptr, false);
  return json.is_object() ? json : nlohmann::json::object();
}

void printTable(const std::vector<std::vector<std::string>> &rows) {
  std::vector<size_t> widths;
  for (const auto &row : rows)
    for (size_t c = 0; c < row.size(); ++c) {
      if (c == widths.size())
        widths.push_back(0);
      widths[c] = std::max(widths[c], row[c].size());
    }
  for (size_t r = 0; r < rows.size(); ++r) {
    std::string line;
    for (size_t c = 0; c < rows[r].size(); ++c)
      line += c == 0 ? fmt::format("{:<{}}", rows[r][c], widths[c])
                     : fmt::format("  {:>{}}", rows[r][c], widths[c]);
    fmt::print("{}\n", line);
    if (r == 0)
      fmt::print("{:-<{}}\n", "", line.size());
  }
}

template <typename T>
static T valueOr(const nlohmann::json &object, const char *key, T otherwise) {
  auto it = object.find(key);
  return it != object.end() && it->is_number() ? it->get<T>() : otherwise;
}

static std::string textOr(const nlohmann::json &object, const char *key) {
  auto it = object.find(key);
  return it != object.end() && it->is_string() ? it->get<std::string>() : "";
}

/// What a table says, and null in JSON, where a number is not known: 0 would be
/// a measurement.
static const std::string kUnknown = "-";

static nlohmann::json knownOr(bool known, const nlohmann::json &value) {
  return known ? value : nlohmann::json();
}

static std::vector<std::string> layerCells(const nlohmann::json &layer) {
  uint64_t bytes = valueOr<uint64_t>(layer, "bytes", 0),
           limit = valueOr<uint64_t>(layer, "limit", 0);
  // Without a bundle nothing is known of the chip.
  auto known = [&](const char *key) {
    return layer.contains(key)
               ? std::to_string(valueOr<uint64_t>(layer, key, 0))
               : kUnknown;
  };
  return {textOr(layer, "name"), known("neurons"), known("synapses"),
          known("pes"),
          layer.contains("bytes") ? fmt::format("{} of {}", bytes, limit)
                                  : kUnknown};
}

static const std::vector<std::string> kLayerHeader = {
    "layer", "neurons", "synapses", "PEs", "bytes of limit"};

static const std::vector<std::string> kWeightHeader = {
    "weights", "SNR dB", "sum error", "underflow", "saturated"};

/// What quantisation did.
static std::vector<std::string> weightCells(const nlohmann::json &layer) {
  auto q = layer.value("quantization", nlohmann::json::object());
  if (valueOr<uint64_t>(q, "bits", 0) == 0) // not known, or no weights
    return std::vector<std::string>(kWeightHeader.size(), kUnknown);
  return {fmt::format("int{}", valueOr<uint64_t>(q, "bits", 0)),
          q.contains("snr_db") && q["snr_db"].is_number()
              ? fmt::format("{:.1f}", q["snr_db"].get<double>())
              : "exact",
          fmt::format("{:.2f} %", 100 * valueOr<double>(q, "sum_error", 0)),
          std::to_string(valueOr<uint64_t>(q, "underflow", 0)),
          std::to_string(valueOr<uint64_t>(q, "saturated", 0))};
}

static void append(std::vector<std::string> &cells,
                   const std::vector<std::string> &more) {
  cells.insert(cells.end(), more.begin(), more.end());
}

void printCompileReport(const Bundle &bundle, bool json) {
  nlohmann::json report = reportOf(bundle);
  if (json) {
    report["inputs"] = inputViews(bundle);
    fmt::print("{}\n", jsonText(report, 2));
    return;
  }
  std::vector<std::vector<std::string>> rows = {kLayerHeader};
  append(rows[0], kWeightHeader);
  append(rows[0], {"paradigm", "cycles/tick", "worst"});
  auto layers = report.value("layers", nlohmann::json::array());
  bool inDram = std::any_of(
      layers.begin(), layers.end(),
      [](const nlohmann::json &layer) { return layer.contains("dram_bytes"); });
  if (inDram)
    rows[0].push_back("rows in DRAM");
  for (const auto &layer : layers) {
    auto cells = layerCells(layer);
    append(cells, weightCells(layer));
    // The planner's estimates for the layer's busiest PE.
    cells.push_back(textOr(layer, "paradigm"));
    for (const char *key : {"cycles_expected", "cycles_worst"})
      cells.push_back(fmt::format("{:.0f}", valueOr<double>(layer, key, 0)));
    if (layer.contains("dram_bytes"))
      cells.push_back(fmt::format("{} of {}",
                                  valueOr<uint64_t>(layer, "dram_bytes", 0),
                                  valueOr<uint64_t>(layer, "dram_limit", 0)));
    rows.push_back(cells);
  }
  printTable(rows);
}

/// Mean and worst cycles per tick over a population's PEs; the work of their
/// MAC arrays together, over the run.
struct PopulationCycles {
  double mean = 0;
  uint64_t worst = 0;
  uint64_t macCycles = 0, macProducts = 0;
};

static PopulationCycles cyclesOf(const Manifest &manifest,
                                 const PopulationEntry &population,
                                 const RunResult &result) {
  PopulationCycles cycles;
  uint64_t ticks = std::max<uint64_t>(1, result.chipTicks * result.samples);
  for (const runtime::SliceEntry &slice : population.slices)
    for (const runtime::PeStatistics &pe : result.statistics.pes)
      if (pe.at == manifest.cores[slice.core].at) {
        cycles.mean = std::max(cycles.mean, double(pe.cycles) / double(ticks));
        cycles.worst = std::max(cycles.worst, pe.worstTickCycles);
        cycles.macCycles += pe.macCycles;
        cycles.macProducts += pe.macProducts;
      }
  return cycles;
}

void printRunReport(const Manifest &manifest, const Bundle *bundle,
                    const RunResult &result, bool json) {
  nlohmann::json report = bundle ? reportOf(*bundle) : nlohmann::json::object();
  auto layers = report.value("layers", nlohmann::json::array());
  std::vector<std::vector<std::string>> rows = {kLayerHeader};
  append(rows[0], {"weights", "SNR dB", "sum error", "spikes", "cycles/tick",
                   "worst", "of a tick"});
  nlohmann::json out = nlohmann::json::array();
  // Only the emulated chip counts cycles; only cores send packets.
  double budget = result.statistics.tickCycles;
  bool isTimed = budget > 0, hasPackets = !result.statistics.pes.empty();
  // As spikes travel, as in the compile report.
  std::vector<PopulationEntry> populations = manifest.populations;
  std::stable_sort(populations.begin(), populations.end(),
                   [](const PopulationEntry &a, const PopulationEntry &b) {
                     return a.latency < b.latency;
                   });
  for (const PopulationEntry &population : populations) {
    nlohmann::json layer = {{"name", population.name},
                            {"neurons", population.neurons}};
    for (const auto &known : layers)
      if (textOr(known, "name") == population.name)
        layer = known;
    PopulationCycles cycles = cyclesOf(manifest, population, result);
    auto spikes = result.spikeTotals.find(population.name);
    auto cells = layerCells(layer);
    auto lost = weightCells(layer);
    cells.insert(cells.end(), lost.begin(), lost.begin() + 3);
    cells.push_back(spikes == result.spikeTotals.end()
                        ? kUnknown
                        : std::to_string(spikes->second));
    cells.push_back(isTimed ? fmt::format("{:.0f}", cycles.mean) : kUnknown);
    cells.push_back(isTimed ? std::to_string(cycles.worst) : kUnknown);
    cells.push_back(
        isTimed ? fmt::format("{:.1f} %", 100 * double(cycles.worst) / budget)
                : kUnknown);
    rows.push_back(cells);
    layer["cycles_per_tick"] = knownOr(isTimed, cycles.mean);
    layer["worst_cycles_per_tick"] = knownOr(isTimed, cycles.worst);
    if (cycles.macCycles) {
      layer["mac_cycles"] = cycles.macCycles;
      layer["mac_products"] = cycles.macProducts;
    }
    if (spikes != result.spikeTotals.end())
      layer["spikes"] = spikes->second;
    out.push_back(layer);
  }
  auto overruns = overrunsOf(manifest, result.statistics);
  if (json) {
    fmt::print(
        "{}\n",
        jsonText(
            nlohmann::json{
                {"layers", out},
                {"chip_ticks", result.chipTicks * result.samples},
                {"tick_cycles", knownOr(isTimed, budget)},
                {"packets",
                 knownOr(hasPackets, result.statistics.packetsRouted)},
                {"overruns", knownOr(isTimed, result.verdict.overruns)},
                {"overrun_pes", toJson(overruns, budget)},
                {"pes", peCycles(manifest,
                                 report.value("cores", nlohmann::json::array()),
                                 result)},
                {"lost_packets",
                 knownOr(hasPackets, result.verdict.lostPackets())},
                {"link_packets", knownOr(result.statistics.linkPackets > 0,
                                         result.statistics.linkPackets)},
                {"links", linksToJson(result.statistics)},
                {"routers", routersToJson(result.statistics)}},
            2));
    return;
  }
  printTable(rows);
  if (!overruns.empty()) {
    fmt::print("\n");
    printTable(overrunTable(overruns, budget));
  }
  printLinkUse(result.statistics);
}

void printMemory(const Bundle &bundle, bool json) {
  nlohmann::json cores =
      reportOf(bundle).value("cores", nlohmann::json::array());
  if (json) {
    fmt::print("{}\n", jsonText(cores, 2));
    return;
  }
  std::vector<std::vector<std::string>> rows = {
      {"PE", "population", "neurons", "program", "structure", "bytes", "at"}};
  for (const auto &core : cores)
    for (const auto &buffer : core.value("buffers", nlohmann::json::array()))
      rows.push_back(
          {textOr(core, "pe"), textOr(core, "population"),
           fmt::format("{}..{}", valueOr<uint64_t>(core, "begin", 0),
                       valueOr<uint64_t>(core, "end", 0)),
           textOr(core, "program"), textOr(buffer, "name"),
           std::to_string(valueOr<uint64_t>(buffer, "bytes", 0)),
           fmt::format("{:#x}", valueOr<uint64_t>(buffer, "at", 0))});
  printTable(rows);
}

} // namespace snnc
