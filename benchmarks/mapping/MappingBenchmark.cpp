//===- MappingBenchmark.cpp - Populations onto many chips -----------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// usage: mapping-benchmark GRAPH.json MACHINE.yaml
// GRAPH: {"pops": [{"name": s, "cores": n}], "edges": [[source, target], ...]},
// every core of a population sends to every core of its targets. Places, gives
// keys (256 a core), routes, and walks a packet of every core through the
// tables; prints one JSON line of seconds and of what came out.
//
//===----------------------------------------------------------------------===//

#include "passes/Map/ChipPlacement.h"
#include "passes/Map/MulticastTrees.h"
#include "passes/Map/RouteWalker.h"

#include <algorithm>
#include <bit>
#include <chrono>
#include <cstdio>
#include <fstream>
#include <nlohmann/json.hpp>
#include <numeric>

using namespace snnc;
using nlohmann::json;

namespace {

constexpr uint32_t kKeysPerCore = 256;

double seconds() {
  return std::chrono::duration<double>(
             std::chrono::steady_clock::now().time_since_epoch())
      .count();
}

struct Graph {
  std::vector<uint32_t> first; ///< core of each population, and the end
  std::vector<std::vector<uint32_t>> targets; ///< populations, of each

  explicit Graph(const json &file) : targets(file["pops"].size()) {
    first.push_back(0);
    for (const json &pop : file["pops"])
      first.push_back(first.back() + pop["cores"].get<uint32_t>());
    for (const json &edge : file["edges"])
      targets.at(edge[0]).push_back(edge[1]);
  }
  uint32_t cores() const { return first.back(); }
  std::vector<uint32_t> coresOf(uint32_t pop) const {
    std::vector<uint32_t> all(first[pop + 1] - first[pop]);
    std::iota(all.begin(), all.end(), first[pop]);
    return all;
  }
  std::vector<uint32_t> targetCores(uint32_t pop) const {
    std::vector<uint32_t> all;
    for (uint32_t target : targets[pop])
      for (uint32_t core : coresOf(target))
        all.push_back(core);
    std::sort(all.begin(), all.end());
    all.erase(std::unique(all.begin(), all.end()), all.end());
    return all;
  }
};

/// The first key of each core: one aligned block for a population.
std::vector<uint32_t> keysOf(const Graph &graph) {
  std::vector<uint32_t> keys;
  uint32_t next = 0;
  for (size_t pop = 0; pop < graph.targets.size(); ++pop) {
    uint32_t count = graph.first[pop + 1] - graph.first[pop];
    uint32_t block = std::bit_ceil(count) * kKeysPerCore;
    next = (next + block - 1) / block * block;
    for (uint32_t i = 0; i < count; ++i)
      keys.push_back(next + i * kKeysPerCore);
    next += block;
  }
  return keys;
}

map::ChipProblem problemOf(const Graph &graph, const ChipGrid &grid,
                           const MachineModel &machine) {
  map::ChipProblem problem;
  problem.room.resize(grid.size());
  for (const CoreAddress &core : machine.cores())
    ++problem.room[grid.find(core.chip)];
  problem.pinned.resize(graph.cores());
  for (uint32_t pop = 0; pop < graph.targets.size(); ++pop) {
    std::vector<uint32_t> own = graph.coresOf(pop);
    problem.group.insert(problem.group.end(), own.size(), pop);
    problem.traffic.push_back({own, 1, graph.targetCores(pop)});
  }
  return problem;
}

std::vector<map::MulticastFlow> flowsOf(const Graph &graph,
                                        const map::ChipPlacement &chips,
                                        const std::vector<uint32_t> &keys) {
  std::vector<map::MulticastFlow> flows;
  for (uint32_t pop = 0; pop < graph.targets.size(); ++pop) {
    std::map<uint32_t, std::vector<map::RouterEntry>> byChip;
    for (uint32_t core : graph.coresOf(pop))
      byChip[chips[core]].push_back({keys[core], ~(kKeysPerCore - 1), {}, 0});
    std::vector<uint32_t> targets = graph.targetCores(pop);
    for (auto &[chip, entries] : byChip) {
      map::MulticastFlow flow{chip, {}, entries.size(), targets};
      for (const map::RouterEntry &entry : map::mergeSiblings(entries))
        flow.keys.emplace_back(entry.key, entry.mask);
      flows.push_back(std::move(flow));
    }
  }
  return flows;
}

/// Packets that do not reach exactly their targets once.
uint32_t wrongWays(const Graph &graph, const MachineModel &machine,
                   const ChipGrid &grid, const map::ChipPlacement &chips,
                   const std::vector<uint32_t> &keys,
                   const map::RoutedFlows &routed) {
  std::map<ChipCoordinate, std::vector<map::RouterEntry>> tables;
  for (uint32_t chip = 0; chip < grid.size(); ++chip)
    tables[grid.at(chip)] = routed.tables[chip];
  std::vector<ChipCoordinate> places;
  for (uint32_t chip : chips)
    places.push_back(grid.at(chip));
  map::RouteWalker walker(machine, tables, places);
  uint32_t wrong = 0;
  for (uint32_t pop = 0; pop < graph.targets.size(); ++pop) {
    std::vector<uint32_t> targets = graph.targetCores(pop);
    for (uint32_t core : graph.coresOf(pop)) {
      map::RouteWalk way =
          walker.walk(keys[core] + core % kKeysPerCore, places[core]);
      wrong += way.fault || way.cores != targets;
    }
  }
  return wrong;
}

json loadsOf(const map::RoutedFlows &routed) {
  uint64_t most = 0, sum = 0, used = 0;
  for (const auto &links : routed.load)
    for (uint64_t load : links) {
      most = std::max(most, load);
      sum += load;
      used += load > 0;
    }
  return {{"max", most},
          {"mean", double(sum) / double(std::max<uint64_t>(1, used))},
          {"links", used}};
}

} // namespace

int main(int argc, char **argv) {
  if (argc != 3)
    return std::fputs("usage: mapping-benchmark GRAPH.json MACHINE.yaml\n",
                      stderr),
           2;
  auto machine = loadMachine(argv[2]);
  if (!machine)
    return std::fprintf(stderr, "%s\n", machine.error().message.c_str()), 2;
  Graph graph(json::parse(std::ifstream(argv[1])));
  double start = seconds();
  ChipGrid grid(*machine);
  map::ChipProblem problem = problemOf(graph, grid, *machine);
  map::ChipPlacement chips = map::placeOnChips(grid, problem);
  double placed = seconds();
  std::vector<uint32_t> keys = keysOf(graph);
  map::RoutedFlows routed =
      map::routeFlows(grid, flowsOf(graph, chips, keys), chips);
  double done = seconds();
  size_t most = 0, all = 0;
  for (const auto &table : routed.tables) {
    most = std::max(most, table.size());
    all += table.size();
  }
  std::vector<uint32_t> used = chips;
  std::sort(used.begin(), used.end());
  json line = {
      {"seconds",
       {{"place", placed - start},
        {"route", done - placed},
        {"total", done - start}}},
      {"chips", std::unique(used.begin(), used.end()) - used.begin()},
      {"hops", routed.hops},
      {"load", loadsOf(routed)},
      {"entries", {{"max", most}, {"sum", all}}},
      {"wrong", wrongWays(graph, *machine, grid, chips, keys, routed)}};
  std::puts(line.dump().c_str());
  return line["wrong"] != 0;
}
