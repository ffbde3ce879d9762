//===- ChipViews.cpp - Chips and links of a bundle ------------------------===//
//
// Part of the snnc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tools/snnc/ChipViews.h"

#include "passes/Map/LinkLoad.h"
#include "tools/snnc/InspectViews.h"
#include "tools/snnc/Report.h"

#include <algorithm>
#include <charconv>
#include <fmt/format.h>

namespace snnc {

using nlohmann::json;
using runtime::Bundle;
using runtime::CoreEntry;
using runtime::Manifest;

namespace {

/// Everybody who sends packets, and what the plan expects of them.
class Senders {
public:
  explicit Senders(const Bundle &bundle) : bundle(bundle) {
    const Manifest &manifest = bundle.manifest;
    json inputs = reportOf(bundle, "inputs"),
         layers = reportOf(bundle, "layers");
    for (const runtime::InputEntry &input : manifest.inputs)
      if (input.drawn.empty())
        add(input.name, {bundle.machine.hostChip(), input.keyBase,
                         input.channels, 1, loadOf(inputs, input.name)});
    for (const runtime::PopulationEntry &population : manifest.populations) {
      if (population.spiking)
        for (const runtime::SliceEntry &slice : population.slices)
          addSlice(population, slice, loadOf(layers, population.name));
      for (const runtime::SliceEntry &part : population.subordinates)
        addSums(population, part);
    }
  }

  std::vector<std::string> names;
  std::vector<map::KeySender> senders;

private:
  /// "rate" and "worst_rate" of a layer or an input; both 0 where a bundle was
  /// made before they were written.
  static map::LinkLoad loadOf(const json &entries, const std::string &name) {
    for (const json &entry : entries)
      if (entry.value("name", "") == name)
        return {entry.value("rate", 0.0), entry.value("worst_rate", 0.0)};
    return {};
  }

  void add(std::string name, const map::KeySender &sender) {
    names.push_back(std::move(name));
    senders.push_back(sender);
  }

  void addSlice(const runtime::PopulationEntry &population,
                const runtime::SliceEntry &slice, map::LinkLoad each) {
    const CoreEntry &core = bundle.manifest.cores[slice.core];
    SnncCoreHeader header = bundle.headerOf(core);
    add(fmt::format("{}[{}..{}]", population.name, slice.begin, slice.end),
        {core.at.chip, header.key_base, header.n_neurons, 1, each});
  }

  /// Each digit of a sum is a packet unless it is 0; all are counted.
  void addSums(const runtime::PopulationEntry &population,
               const runtime::SliceEntry &part) {
    const CoreEntry &core = bundle.manifest.cores[part.core];
    SnncCoreHeader header = bundle.headerOf(core);
    uint64_t keys = 0, digits = 0;
    if (part.core < cores.size()) {
      keys = cores[part.core].value("keys", uint64_t(0));
      digits = cores[part.core].value("sums", uint64_t(0));
    }
    if (digits == 0 || keys < digits)
      return;
    add(fmt::format("sums of {} for {}[{}..{}]", nameOf(core.at),
                    population.name, part.begin, part.end),
        {core.at.chip, header.key_base, keys, uint32_t(keys / digits), {1, 1}});
  }

  const Bundle &bundle;
  json cores = reportOf(bundle, "cores");
};

std::map<ChipCoordinate, std::vector<map::RouterEntry>>
tablesOf(const Manifest &manifest) {
  std::map<ChipCoordinate, std::vector<map::RouterEntry>> tables;
  for (const runtime::RouteEntry &route : manifest.routes)
    tables[route.chip].push_back(
        {route.key, route.mask, route.cores, route.links});
  return tables;
}

} // namespace

json linkViews(const Bundle &bundle) {
  Senders senders(bundle);
  auto tables = tablesOf(bundle.manifest);
  std::vector<ChipCoordinate> chipOfCore;
  for (const CoreEntry &core : bundle.manifest.cores)
    chipOfCore.push_back(core.at.chip);
  map::RouteWalker walker(bundle.machine, tables, std::move(chipOfCore));
  json room;
  if (bundle.machine.link)
    room = bundle.machine.link->packets(bundle.manifest.tickSeconds);
  json views = json::array();
  for (const auto &[link, carried] :
       map::flowsOverLinks(walker, senders.senders)) {
    map::LinkLoad sum = map::loadOf(carried);
    json flows = json::array();
    for (const map::LinkFlow &flow : carried)
      flows.push_back({{"from", senders.names[flow.sender]},
                       {"key", flow.key},
                       {"keys", flow.keys},
                       {"expected", flow.load.expected},
                       {"worst", flow.load.worst}});
    auto to = bundle.machine.neighbour(link.chip, link.link);
    views.push_back({{"link", nameOf(link)},
                     {"to", to ? nameOf(*to) : ""},
                     {"expected", sum.expected},
                     {"worst", sum.worst},
                     {"room", room},
                     {"flows", std::move(flows)}});
  }
  return views;
}

namespace {
/// What one chip holds.
struct ChipContent {
  struct Layer {
    uint64_t pes = 0, neurons = 0, bytes = 0;
  };
  uint64_t pes = 0, bytes = 0, available = 0, entries = 0;
  std::map<std::string, Layer> layers;
  json links = json::array();
};
} // namespace

json chipViews(const Bundle &bundle) {
  const Manifest &manifest = bundle.manifest;
  std::map<ChipCoordinate, ChipContent> chips;
  json cores = reportOf(bundle, "cores");
  for (size_t c = 0; c < manifest.cores.size(); ++c) {
    ChipContent &chip = chips[manifest.cores[c].at.chip];
    ++chip.pes;
    json core = c < cores.size() ? cores[c] : json::object();
    uint64_t used = core.value("used", uint64_t(0));
    chip.bytes += used;
    chip.available += core.value("available", uint64_t(0));
    ChipContent::Layer &layer = chip.layers[core.value("population", "")];
    ++layer.pes;
    layer.bytes += used;
    if (core.value("role", "") != "subordinate")
      layer.neurons +=
          core.value("end", uint64_t(0)) - core.value("begin", uint64_t(0));
  }
  for (const runtime::RouteEntry &route : manifest.routes)
    ++chips[route.chip].entries;
  for (json link : linkViews(bundle)) {
    std::string name = link["link"];
    link.erase("flows");
    for (auto &[at, chip] : chips)
      if (name.substr(0, name.find('/')) == nameOf(at))
        chip.links.push_back(link);
  }
  json views = json::array();
  for (auto &[at, chip] : chips) {
    json populations = json::array();
    for (const auto &[name, layer] : chip.layers)
      populations.push_back({{"name", name},
                             {"pes", layer.pes},
                             {"neurons", layer.neurons},
                             {"bytes", layer.bytes}});
    views.push_back({{"chip", nameOf(at)},
                     {"pes", chip.pes},
                     {"bytes", chip.bytes},
                     {"available", chip.available},
                     {"entries", chip.entries},
                     {"entries_limit", bundle.machine.router.entries},
                     {"populations", std::move(populations)},
                     {"links", std::move(chip.links)}});
  }
  return views;
}

//===----------------------------------------------------------------------===//
// Names and tables
//===----------------------------------------------------------------------===//

std::string chipName(const std::string &text) {
  std::string name = text;
  std::replace(name.begin(), name.end(), ',', '.');
  return name;
}

std::string linkName(const std::string &text) {
  std::string name = chipName(text);
  size_t second = name.find_first_of("./", name.find('.') + 1);
  if (name.find('.') == std::string::npos || second == std::string::npos)
    return text;
  name[second] = '/';
  std::string direction = name.substr(second + 1);
  for (char &c : direction)
    c = char(std::toupper(static_cast<unsigned char>(c)));
  unsigned number = kLinksPerChip;
  const char *end = direction.data() + direction.size();
  if (auto [at, error] = std::from_chars(direction.data(), end, number);
      error == std::errc() && at == end && number < kLinksPerChip)
    direction = kLinkNames[number];
  return name.substr(0, second + 1) + direction;
}

static std::string packets(const json &object, const char *key) {
  return fmt::format("{:.6g}", object.value(key, 0.0));
}

static std::string roomOf(const json &link) {
  return link["room"].is_number()
             ? fmt::format("{:.0f}", link["room"].get<double>())
             : "-";
}

static std::string shareOf(const json &link, const char *key) {
  if (!link["room"].is_number() || link["room"].get<double>() <= 0)
    return "-";
  return fmt::format("{:.2f} %",
                     100 * link.value(key, 0.0) / link["room"].get<double>());
}

static std::string count(const json &object, const char *key) {
  return std::to_string(object.value(key, uint64_t(0)));
}

static void printLinkTable(const json &links) {
  std::vector<std::vector<std::string>> rows = {
      {"link", "to chip", "packets/tick", "worst", "carries", "of that",
       "worst of that"}};
  for (const json &link : links)
    rows.push_back({link.value("link", ""), link.value("to", ""),
                    packets(link, "expected"), packets(link, "worst"),
                    roomOf(link), shareOf(link, "expected"),
                    shareOf(link, "worst")});
  printTable(rows);
}

void printLinks(const json &links, bool full) {
  printLinkTable(links);
  if (!full)
    return;
  for (const json &link : links) {
    std::vector<std::vector<std::string>> rows = {
        {"from", "keys from", "keys", "packets/tick", "worst"}};
    for (const json &flow : link["flows"])
      rows.push_back({flow.value("from", ""),
                      fmt::format("{:#010x}", flow.value("key", 0u)),
                      count(flow, "keys"), packets(flow, "expected"),
                      packets(flow, "worst")});
    fmt::print("\n");
    printTable(rows);
  }
}

void printChips(const json &chips, bool full) {
  std::vector<std::vector<std::string>> rows = {
      {"chip", "PEs", "bytes", "of PEs'", "table entries", "of", "layers"}};
  for (const json &chip : chips) {
    std::string names;
    for (const json &layer : chip["populations"])
      names += (names.empty() ? "" : ", ") + layer.value("name", "");
    rows.push_back({chip.value("chip", ""), count(chip, "pes"),
                    count(chip, "bytes"), count(chip, "available"),
                    count(chip, "entries"), count(chip, "entries_limit"),
                    names.empty() ? "none" : names});
  }
  printTable(rows);
  if (!full)
    return;
  for (const json &chip : chips) {
    rows = {{"layer", "PEs", "neurons", "bytes"}};
    for (const json &layer : chip["populations"])
      rows.push_back({layer.value("name", ""), count(layer, "pes"),
                      count(layer, "neurons"), count(layer, "bytes")});
    fmt::print("\n");
    printTable(rows);
    if (!chip["links"].empty()) {
      fmt::print("\n");
      printLinkTable(chip["links"]);
    }
  }
}

} // namespace snnc
