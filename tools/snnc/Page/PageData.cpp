//===- PageData.cpp - A bundle as the page shows it -----------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "tools/snnc/Page/PageData.h"

#include "runtime/emulator/RouterMesh.h"
#include "runtime/machine/ChipGrid.h"
#include "tools/snnc/InspectViews.h"

#include <algorithm>
#include <cmath>
#include <cstring>

namespace snnc::page {

using nlohmann::json;
using runtime::Bundle;
using runtime::Manifest;

namespace {

/// What the buffers of a core are for, in the order of the page's bars.
enum class Use : uint8_t { Synapses, Neurons, Sums, Mac, Packets, Other };
constexpr const char *kUses[] = {"synapses",  "neurons", "ring buffers",
                                 "MAC array", "packets", "other"};

/// `name`: as fabric-layout calls them (passes/Map).
Use useOf(std::string_view name) {
  auto begins = [&](std::string_view head) { return name.starts_with(head); };
  if (begins("rows") || begins("index") || begins("weights") ||
      begins("scatter") || begins("positions") || begins("panels") ||
      begins("table"))
    return Use::Synapses;
  if (begins("param") || begins("state") || begins("spikes") ||
      begins("drives"))
    return Use::Neurons;
  if (begins("ring"))
    return Use::Sums;
  if (begins("operand") || begins("output") || begins("history"))
    return Use::Mac;
  return begins("fifo") ? Use::Packets : Use::Other;
}

/// Chips and PEs by the numbers that the page uses.
struct Places {
  explicit Places(const MachineModel &machine) : grid(machine) {
    for (uint32_t i = 0; i < machine.pes.size(); ++i)
      pes.emplace(machine.pes[i], i);
  }
  ChipGrid grid;
  std::map<PeCoordinate, uint32_t> pes;
};

} // namespace

static json machineOf(const MachineModel &machine, const Places &places) {
  json chips = json::array(), pes = json::array(), dead = json::array();
  for (uint32_t c = 0; c < places.grid.size(); ++c)
    chips.push_back(
        {places.grid.at(c).x, places.grid.at(c).y, places.grid.boardOf(c)});
  for (const PeCoordinate &pe : machine.pes)
    pes.push_back({pe.x, pe.y, pe.p});
  for (const CoreAddress &pe : machine.dead.pes) {
    auto at = places.pes.find(pe.pe);
    uint32_t chip = places.grid.find(pe.chip);
    if (at != places.pes.end() && chip != ChipGrid::none)
      dead.push_back({chip, at->second});
  }
  return {{"chips", chips}, {"pes", pes}, {"dead", dead}};
}

/// Bytes of a core's buffers by use; records by themselves, as they take what
/// is free.
static std::array<uint64_t, std::size(kUses)> usesOf(const json &core,
                                                     uint64_t &record) {
  std::array<uint64_t, std::size(kUses)> uses{};
  for (const json &buffer : core.value("buffers", json::array())) {
    std::string name = buffer.value("name", "");
    uint64_t bytes = buffer.value("bytes", uint64_t(0));
    (name == "record" ? record : uses[size_t(useOf(name))]) += bytes;
  }
  return uses;
}

/// One entry a core: "chip", "pe", "layer" (place in "layers"), "role" (0
/// serial, 1 parallel, 2 dominant, 3 subordinate), "begin", "end", "used",
/// "available", "record", "expected" and "worst" cycles; "uses": by use, in the
/// order of "use_names".
static json columnsOf(const Bundle &bundle, const Places &places,
                      const json &cores, const json &layers) {
  std::map<std::string, size_t> layerOf;
  for (size_t i = 0; i < layers.size(); ++i)
    layerOf.emplace(layers[i].value("name", ""), i);
  json out = {{"use_names", kUses}};
  for (const char *column :
       {"chip", "pe", "layer", "role", "begin", "end", "used", "available",
        "record", "expected", "worst"})
    out[column] = json::array();
  out["uses"] = json(std::vector<json>(std::size(kUses), json::array()));
  const auto &entries = bundle.manifest.cores;
  for (size_t c = 0; c < std::min(cores.size(), entries.size()); ++c) {
    const json &core = cores[c];
    auto pe = places.pes.find(entries[c].at.pe);
    auto layer = layerOf.find(core.value("population", ""));
    std::string role = core.value("role", "");
    bool parallel = core.value("paradigm", "") == "parallel";
    uint64_t record = 0;
    auto uses = usesOf(core, record);
    out["chip"].push_back(places.grid.find(entries[c].at.chip));
    out["pe"].push_back(pe == places.pes.end() ? 0 : pe->second);
    out["layer"].push_back(layer == layerOf.end() ? -1
                                                  : int64_t(layer->second));
    out["role"].push_back(role.empty()         ? int(parallel)
                          : role == "dominant" ? 2
                                               : 3);
    for (const char *key : {"begin", "end", "used", "available"})
      out[key].push_back(core.value(key, uint64_t(0)));
    out["record"].push_back(record);
    out["expected"].push_back(std::round(core.value("cycles_expected", 0.0)));
    out["worst"].push_back(std::round(core.value("cycles_worst", 0.0)));
    for (size_t use = 0; use < uses.size(); ++use)
      out["uses"][use].push_back(uses[use]);
  }
  return out;
}

json describeBundle(const Bundle &bundle) {
  const Manifest &manifest = bundle.manifest;
  Places places(bundle.machine);
  json layers = layerViews(bundle);
  for (json &layer : layers) {
    layer.erase("slices"); // the cores say the same
    layer.erase("subordinates");
  }
  json page = machineOf(bundle.machine, places);
  page["cores"] = columnsOf(bundle, places, reportOf(bundle, "cores"), layers);
  page["layers"] = std::move(layers);
  page["network"] = manifest.network;
  page["machine"] = bundle.machine.name;
  page["compiler"] = manifest.compilerVersion;
  page["options"] = manifest.options;
  page["tick_seconds"] = manifest.tickSeconds;
  page["tick_cycles"] =
      std::round(bundle.machine.level().clockHz * manifest.tickSeconds);
  page["dt_seconds"] = manifest.dtSeconds;
  page["latency"] = manifest.latency;
  page["available_pes"] = bundle.machine.coreCount();
  page["inputs"] = json::array();
  for (const auto &input : manifest.inputs)
    page["inputs"].push_back(
        {{"name", input.name}, {"channels", input.channels}});
  return page;
}

//===----------------------------------------------------------------------===//
// Routes
//===----------------------------------------------------------------------===//

namespace {
/// Keys that a chip sends.
struct Sender {
  ChipCoordinate chip;
  uint32_t first = 0;
  uint64_t keys = 0;
};
} // namespace

static std::vector<Sender> sendersOf(const Bundle &bundle) {
  const Manifest &manifest = bundle.manifest;
  const json cores = reportOf(bundle, "cores");
  std::vector<Sender> all;
  for (const auto &input : manifest.inputs)
    if (input.drawn.empty())
      all.push_back({bundle.machine.hostChip(), input.keyBase, input.channels});
  auto add = [&](uint32_t core) {
    const runtime::CoreEntry &entry = manifest.cores[core];
    SnncCoreHeader header = bundle.headerOf(entry);
    uint64_t keys = header.n_neurons;
    if (core < cores.size())
      keys = cores[core].value("keys", keys);
    all.push_back({entry.at.chip, header.key_base, keys});
  };
  for (const auto &population : manifest.populations) {
    if (population.spiking)
      for (const auto &slice : population.slices)
        add(slice.core);
    for (const auto &part : population.subordinates)
      add(part.core);
  }
  return all;
}

json describeRoutes(const Bundle &bundle) {
  constexpr uint64_t kMostKeys = 1'000'000; // well below a second
  emulator::RouterMesh routers;
  if (Status fine =
          routers.load(bundle.manifest, bundle.machine, /*isTimed=*/false);
      !fine)
    return {{"problem", fine.error().message}};
  std::vector<Sender> senders = sendersOf(bundle);
  uint64_t keys = 0;
  for (const Sender &sender : senders)
    keys += sender.keys;
  uint64_t every = keys / kMostKeys + 1;
  std::vector<uint64_t> reached(bundle.manifest.cores.size());
  for (const Sender &sender : senders)
    for (uint64_t key = 0; key < sender.keys; key += every)
      for (uint32_t core : routers.send(uint32_t(sender.first + key),
                                        routers.chipOf(sender.chip)))
        reached[core] += every;
  routers.endTick();
  ChipGrid grid(bundle.machine);
  json links = json::array();
  for (const runtime::LinkStatistics &link : routers.links())
    links.push_back(
        {grid.find(link.link.chip), link.link.link, link.packets * every});
  std::vector<uint64_t> entries(grid.size());
  for (const runtime::RouteEntry &route : bundle.manifest.routes)
    if (uint32_t chip = grid.find(route.chip); chip != ChipGrid::none)
      ++entries[chip];
  json page = {{"links", links},
               {"reached", reached},
               {"entries", entries},
               {"limit", bundle.machine.router.entries},
               {"every", every}};
  if (bundle.machine.link)
    page["link_packets"] =
        bundle.machine.link->packets(bundle.manifest.tickSeconds);
  return page;
}

} // namespace snnc::page
