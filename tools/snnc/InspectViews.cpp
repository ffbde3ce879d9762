//===- InspectViews.cpp - Layers and PEs of a bundle ----------------------===//
//
// Part of the snnc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tools/snnc/InspectViews.h"

#include "runtime/abi/CoreHeader.h"
#include "runtime/support/Text.h"
#include "tools/snnc/Report.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstring>
#include <fmt/format.h>

namespace snnc {

using nlohmann::json;
using runtime::Bundle;
using runtime::CoreEntry;
using runtime::Manifest;

/// The bundle's reader has checked the types of its fields.
json reportOf(const Bundle &bundle, const char *part) {
  const std::string *text = bundle.entry(Bundle::reportName);
  json report = json::parse(text ? *text : "{}", nullptr, false);
  if (!report.is_object() || !report.contains(part) || !report[part].is_array())
    return json::array();
  return report[part];
}

static double tickCycles(const Bundle &bundle) {
  return std::round(bundle.machine.level().clockHz *
                    bundle.manifest.tickSeconds);
}

static const CoreEntry &manifestCore(const Bundle &bundle, uint32_t core) {
  return bundle.manifest.cores[core];
}

json layerViews(const Bundle &bundle) {
  json layers = reportOf(bundle, "layers");
  for (json &layer : layers) {
    // What is added here is never taken from the file.
    for (const char *added :
         {"latency", "slices", "subordinates", "batch", "delay_slots", "draws"})
      layer.erase(added);
    layer["tick_cycles"] = tickCycles(bundle);
    for (const auto &population : bundle.manifest.populations) {
      if (layer.value("name", "") != population.name)
        continue;
      layer["latency"] = population.latency;
      uint32_t batch = 1, slots = 0;
      layer["slices"] = json::array();
      std::vector<uint32_t> cores;
      for (const auto &slice : population.slices) {
        cores.push_back(slice.core);
        const CoreEntry &core = bundle.manifest.cores[slice.core];
        SnncCoreHeader header = bundle.headerOf(core);
        batch = std::max(batch, header.batch);
        slots = std::max({slots, header.ring_slots, header.history_slots});
        layer["slices"].push_back({{"pe", nameOf(core.at)},
                                   {"begin", slice.begin},
                                   {"end", slice.end}});
      }
      for (const auto &part : population.subordinates) {
        SnncCoreHeader header =
            bundle.headerOf(manifestCore(bundle, part.core));
        slots = std::max(slots, header.history_slots);
        layer["subordinates"].push_back(
            {{"pe", nameOf(manifestCore(bundle, part.core).at)},
             {"begin", part.begin},
             {"end", part.end},
             {"sources", header.map_sources}});
      }
      layer["batch"] = batch;
      layer["delay_slots"] = slots;
      layer["draws"] = drivesOf(bundle, cores);
    }
  }
  return layers;
}

/// Whether one of `count` keys from `first` matches a route.
static bool anyMatches(uint32_t first, uint64_t count, uint32_t key,
                       uint32_t mask) {
  if (count == 0 || (key & ~mask))
    return false;
  if ((first & mask) == key)
    return true;
  // The next key that matches shares the longest possible head with `first`,
  // has a 1 for its 0 in the bit behind, and the least tail.
  for (unsigned bit = 0; bit < 32; ++bit) {
    uint64_t low = (uint64_t(1) << bit) - 1, head = ~(low * 2 + 1);
    bool canBeOne = ((key | ~mask) >> bit) & 1;
    if (((first >> bit) & 1) || !canBeOne ||
        ((first & mask) & head) != (key & head))
      continue;
    uint64_t next = (first & head) | (uint64_t(1) << bit) | (key & low);
    return next - first < count;
  }
  return false;
}

/// Keys of a core: one per neuron; those of partial sums are in the report.
static uint64_t keysOf(const json &cores, uint32_t core, uint64_t neurons) {
  return core < cores.size() ? cores[core].value("keys", neurons) : neurons;
}

/// Who sends keys that match a route: inputs, slices and subordinates.
static json sendersOf(const Bundle &bundle, const json &cores, uint32_t key,
                      uint32_t mask) {
  json senders = json::array();
  const Manifest &manifest = bundle.manifest;
  auto matches = [&](uint32_t first, uint64_t count) {
    return anyMatches(first, count, key, mask);
  };
  for (const auto &input : manifest.inputs)
    if (matches(input.keyBase, input.channels))
      senders.push_back(input.name);
  for (const auto &population : manifest.populations)
    for (const auto &slice : population.slices)
      if (SnncCoreHeader header = bundle.headerOf(manifest.cores[slice.core]);
          population.spiking && matches(header.key_base, header.n_neurons))
        senders.push_back(
            fmt::format("{}[{}..{}]", population.name, slice.begin, slice.end));
  for (const auto &population : manifest.populations)
    for (const auto &part : population.subordinates)
      if (SnncCoreHeader header = bundle.headerOf(manifest.cores[part.core]);
          matches(header.key_base, keysOf(cores, part.core, header.n_neurons)))
        senders.push_back(fmt::format("sums of {} for {}[{}..{}]",
                                      nameOf(manifest.cores[part.core].at),
                                      population.name, part.begin, part.end));
  return senders;
}

static void addRoutes(const Bundle &bundle, const json &cores, uint32_t index,
                      const SnncCoreHeader &header, json &view) {
  const Manifest &manifest = bundle.manifest;
  view["routes_in"] = view["routes_out"] = json::array();
  for (const auto &route : manifest.routes) {
    json entry = {{"key", route.key}, {"mask", route.mask}};
    if (std::find(route.cores.begin(), route.cores.end(), index) !=
        route.cores.end()) {
      entry["from"] = sendersOf(bundle, cores, route.key, route.mask);
      view["routes_in"].push_back(entry);
      entry.erase("from");
    }
    if (!anyMatches(header.key_base, view.value("key_count", uint64_t(0)),
                    route.key, route.mask))
      continue;
    entry["to"] = json::array();
    for (uint32_t core : route.cores)
      entry["to"].push_back(nameOf(manifest.cores[core].at));
    view["routes_out"].push_back(entry);
  }
}

json peViews(const Bundle &bundle) {
  const json cores = reportOf(bundle, "cores");
  json views = cores;
  const Manifest &manifest = bundle.manifest;
  for (uint32_t c = 0; c < std::min(views.size(), manifest.cores.size()); ++c) {
    json &view = views[c];
    SnncCoreHeader header = bundle.headerOf(manifest.cores[c]);
    view["id"] = c;
    view["draws"] = drivesOf(bundle, std::array{c});
    view["key_first"] = header.key_base;
    view["key_count"] = keysOf(cores, c, header.n_neurons);
    view["tick_cycles"] = tickCycles(bundle);
    uint64_t used = view.value("used", uint64_t(0)),
             available = view.value("available", uint64_t(0));
    json buffers = view.value("buffers", json::array());
    std::stable_sort(
        buffers.begin(), buffers.end(), [](const json &a, const json &b) {
          return a.value("at", uint64_t(0)) < b.value("at", uint64_t(0));
        });
    view["buffers"] = std::move(buffers);
    view["free"] = available > used ? available - used : 0;
    addRoutes(bundle, cores, c, header, view);
  }
  return views;
}

//===----------------------------------------------------------------------===//
// Tables
//===----------------------------------------------------------------------===//

using Rows = std::vector<std::vector<std::string>>;

static std::string cell(const json &object, const char *key) {
  auto it = object.find(key);
  if (it == object.end())
    return "-";
  if (it->is_string())
    return it->get<std::string>();
  if (it->is_number_float())
    return fmt::format("{:.0f}", it->get<double>());
  if (!it->is_array())
    return it->dump();
  std::string text;
  for (const json &item : *it)
    text += (text.empty() ? "" : ", ") +
            (item.is_string() ? item.get<std::string>() : jsonText(item));
  return text.empty() ? "none" : text;
}

static std::string share(double part, double whole) {
  return whole > 0 ? fmt::format("{:.1f} %", 100 * part / whole) : "-";
}

static std::string shareOf(const json &object, const char *part,
                           const char *whole) {
  return share(object.value(part, 0.0), object.value(whole, 0.0));
}

/// "name  value" lines under a heading.
static void
printFacts(const std::string &heading,
           const std::vector<std::pair<std::string, std::string>> &facts) {
  size_t width = 0;
  for (const auto &fact : facts)
    width = std::max(width, fact.first.size());
  fmt::print("{}\n", heading);
  for (const auto &[name, value] : facts)
    fmt::print("  {:<{}}  {}\n", name, width, value);
}

static void printLayer(const json &layer) {
  printFacts(fmt::format("layer '{}'", layer.value("name", "")),
             {{"model", cell(layer, "model")},
              {"paradigm", cell(layer, "paradigm")},
              {"neurons", cell(layer, "neurons")},
              {"synapses", cell(layer, "synapses")},
              {"PEs", cell(layer, "pes")},
              {"encodings", cell(layer, "encodings")},
              {"latency", cell(layer, "latency") + " tick(s)"},
              {"ticks per product (batch)", cell(layer, "batch")},
              {"delays held", cell(layer, "delay_slots") + " tick(s)"},
              {"draws inputs", cell(layer, "draws")},
              {"cycles per tick, expected",
               fmt::format("{} of {} ({})", cell(layer, "cycles_expected"),
                           cell(layer, "tick_cycles"),
                           shareOf(layer, "cycles_expected", "tick_cycles"))},
              {"cycles per tick, worst",
               fmt::format("{} of {} ({})", cell(layer, "cycles_worst"),
                           cell(layer, "tick_cycles"),
                           shareOf(layer, "cycles_worst", "tick_cycles"))},
              {"bytes", fmt::format("{} of {}", cell(layer, "bytes"),
                                    cell(layer, "limit"))}});
  // Recordings get what is free: no part of `bytes`, but of the limit.
  Rows bytes = {{"structure", "bytes", "of limit"}};
  const json structures = layer.value("bytes_by_structure", json::object());
  for (const auto &[name, count] : structures.items())
    bytes.push_back({name, jsonText(count),
                     share(count.get<double>(), layer.value("limit", 0.0))});
  fmt::print("\n");
  printTable(bytes);
  const json parts = layer.value("subordinates", json::array());
  Rows slices = {{parts.empty() ? "PE" : "dominant PE", "first neuron", "end"}};
  for (const json &slice : layer.value("slices", json::array()))
    slices.push_back(
        {cell(slice, "pe"), cell(slice, "begin"), cell(slice, "end")});
  fmt::print("\n");
  printTable(slices);
  if (parts.empty())
    return;
  Rows rows = {{"subordinate PE", "first neuron", "end", "sources"}};
  for (const json &part : parts)
    rows.push_back({cell(part, "pe"), cell(part, "begin"), cell(part, "end"),
                    cell(part, "sources")});
  fmt::print("\n");
  printTable(rows);
}

void printLayers(const json &layers, bool full) {
  if (full) {
    for (const json &layer : layers)
      printLayer(layer);
    return;
  }
  Rows rows = {{"layer", "paradigm", "PEs", "neurons", "synapses", "bytes",
                "of limit", "cycles/tick", "worst", "of a tick", "batch",
                "latency", "delays", "encodings"}};
  for (const json &layer : layers)
    rows.push_back({cell(layer, "name"), cell(layer, "paradigm"),
                    cell(layer, "pes"), cell(layer, "neurons"),
                    cell(layer, "synapses"), cell(layer, "bytes"),
                    shareOf(layer, "bytes", "limit"),
                    cell(layer, "cycles_expected"), cell(layer, "cycles_worst"),
                    shareOf(layer, "cycles_worst", "tick_cycles"),
                    cell(layer, "batch"), cell(layer, "latency"),
                    cell(layer, "delay_slots"), cell(layer, "encodings")});
  printTable(rows);
}

static void printRoutes(const json &pe, const char *which, const char *end) {
  Rows rows = {{which, "mask", end}};
  for (const json &route : pe.value(which, json::array()))
    rows.push_back({fmt::format("{:#010x}", route.value("key", 0u)),
                    fmt::format("{:#010x}", route.value("mask", 0u)),
                    cell(route, end)});
  fmt::print("\n");
  printTable(rows);
}

/// "parallel", or the core's part in a row split.
static std::string paradigmOf(const json &pe) {
  return pe.contains("role") ? cell(pe, "role") : cell(pe, "paradigm");
}

static void printPe(const json &pe) {
  uint32_t first = pe.value("key_first", 0u), count = pe.value("key_count", 0u);
  printFacts(
      fmt::format("PE {} (number {})", pe.value("pe", ""), cell(pe, "id")),
      {{"population", fmt::format("{} [{}, {})", cell(pe, "population"),
                                  cell(pe, "begin"), cell(pe, "end"))},
       {"paradigm", paradigmOf(pe)},
       {"program", cell(pe, "program")},
       {"encodings", cell(pe, "encodings")},
       {"draws inputs", cell(pe, "draws")},
       {"keys", fmt::format("{:#010x} to {:#010x}", first,
                            first + std::max(count, 1u) - 1)},
       {"cycles per tick",
        fmt::format("{} expected, {} worst, {} available",
                    cell(pe, "cycles_expected"), cell(pe, "cycles_worst"),
                    cell(pe, "tick_cycles"))},
       {"used",
        fmt::format("{} of {} B ({}), free for recording: {} B",
                    cell(pe, "used"), cell(pe, "available"),
                    shareOf(pe, "used", "available"), cell(pe, "free"))}});
  Rows rows = {{"buffer", "at", "bytes", "share"}};
  for (const json &buffer : pe.value("buffers", json::array()))
    rows.push_back(
        {cell(buffer, "name"),
         fmt::format("{:#x}", buffer.value("at", uint64_t(0))),
         cell(buffer, "bytes"),
         share(buffer.value("bytes", 0.0), pe.value("available", 0.0))});
  fmt::print("\n");
  printTable(rows);
  printRoutes(pe, "routes_in", "from");
  printRoutes(pe, "routes_out", "to");
}

void printPes(const json &pes, bool full) {
  if (full) {
    for (const json &pe : pes)
      printPe(pe);
    return;
  }
  Rows rows = {{"PE", "number", "population", "neurons", "paradigm", "program",
                "used", "of limit", "free", "cycles/tick", "worst",
                "keys from"}};
  for (const json &pe : pes)
    rows.push_back({cell(pe, "pe"), cell(pe, "id"), cell(pe, "population"),
                    cell(pe, "begin") + ".." + cell(pe, "end"), paradigmOf(pe),
                    cell(pe, "program"), cell(pe, "used"),
                    shareOf(pe, "used", "available"), cell(pe, "free"),
                    cell(pe, "cycles_expected"), cell(pe, "cycles_worst"),
                    fmt::format("{:#010x}", pe.value("key_first", 0u))});
  printTable(rows);
}

} // namespace snnc
