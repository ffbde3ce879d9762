//===- MulticastTrees.cpp - Trees over the links between chips ------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "passes/Map/MulticastTrees.h"

#include <algorithm>
#include <bit>
#include <map>
#include <numeric>
#include <utility>

namespace snnc::map {

uint32_t MulticastTree::hops() const {
  uint32_t sum = 0;
  for (const Node &node : nodes)
    sum += uint32_t(std::popcount(node.links));
  return sum;
}

TreeRouter::TreeRouter(const ChipGrid &grid)
    : grid(grid), carried(grid.size()), steps(grid.size()), inTree(grid.size()),
      wanted(grid.size()), leaving(grid.size()) {}

uint64_t TreeRouter::mostLoad() const {
  uint64_t most = 0;
  for (const auto &links : carried)
    most = std::max(most, *std::max_element(links.begin(), links.end()));
  return most;
}

void TreeRouter::join(uint32_t chip) {
  inTree[chip] = tree;
  leaving[chip] = 0;
  members.push_back(chip);
}

/// Looks at the chip behind a link of `from`, which is a level nearer to the
/// tree.
void TreeRouter::reach(uint32_t from, unsigned link) {
  uint32_t chip = grid.neighbour(from, link);
  if (chip == ChipGrid::none)
    return;
  uint32_t level = steps[from].level + 1;
  // The fullest link of a way counts first, then all of them.
  uint64_t load = std::max(steps[from].load, carried[from][link]);
  Step &step = steps[chip];
  if (step.round == round && (step.level < level || step.load <= load))
    return;
  if (step.round != round)
    next.push_back(chip);
  step = {round, level, from, load, link};
}

/// The target nearest to the tree, by fewest links and least load.
uint32_t TreeRouter::nearestTarget() {
  ++round;
  frontier = members;
  for (uint32_t chip : frontier)
    steps[chip] = {round, 0, chip, 0, 0};
  while (!frontier.empty()) {
    next.clear();
    for (uint32_t chip : frontier)
      for (unsigned link = 0; link < kLinksPerChip; ++link)
        reach(chip, link);
    uint32_t best = ChipGrid::none;
    for (uint32_t chip : next)
      if (wanted[chip] == tree && inTree[chip] != tree &&
          (best == ChipGrid::none || std::pair(steps[chip].load, chip) <
                                         std::pair(steps[best].load, best)))
        best = chip;
    if (best != ChipGrid::none)
      return best;
    std::swap(frontier, next);
  }
  return ChipGrid::none;
}

MulticastTree TreeRouter::route(uint32_t root,
                                std::span<const uint32_t> targets,
                                uint64_t packets) {
  ++tree;
  members.clear();
  size_t left = 0;
  for (uint32_t chip : targets)
    if (chip != root && std::exchange(wanted[chip], tree) != tree)
      ++left;
  join(root);
  while (left > 0) {
    uint32_t chip = nearestTarget();
    if (chip == ChipGrid::none)
      break; // not joined: nobody reaches it
    for (uint8_t out = 0; inTree[chip] != tree;) { // back to the tree
      left -= wanted[chip] == tree;
      join(chip);
      leaving[chip] = out;
      const Step &step = steps[chip];
      out = uint8_t(1u << step.link);
      chip = step.from;
      if (inTree[chip] == tree)
        leaving[chip] |= out;
    }
  }
  MulticastTree grown;
  for (uint32_t chip : members) {
    grown.nodes.push_back({chip, leaving[chip]});
    for (unsigned link = 0; link < kLinksPerChip; ++link)
      if (leaving[chip] >> link & 1)
        carried[chip][link] += packets;
  }
  return grown;
}

void TreeRouter::remove(const MulticastTree &old, uint64_t packets) {
  for (const auto &[chip, links] : old.nodes)
    for (unsigned link = 0; link < kLinksPerChip; ++link)
      if (links >> link & 1)
        carried[chip][link] -= packets;
}

namespace {

/// What one chip's router holds, with numbers for sets of cores.
class ChipTable {
public:
  /// The number of a set of cores.
  uint32_t setOf(std::vector<uint32_t> cores) {
    auto [at, isNew] =
        sets.try_emplace(std::move(cores), uint32_t(sets.size()));
    return at->second;
  }
  void add(const MulticastFlow &flow, uint8_t links, uint32_t set) {
    for (auto [key, mask] : flow.keys)
      entries.push_back({key, mask, {set}, links});
  }
  std::vector<RouterEntry> finish() {
    std::vector<const std::vector<uint32_t> *> byNumber(sets.size());
    for (const auto &[cores, number] : sets)
      byNumber[number] = &cores;
    std::vector<RouterEntry> merged = mergeSiblings(std::move(entries));
    for (RouterEntry &entry : merged)
      entry.targets = *byNumber[entry.targets.front()];
    return merged;
  }

private:
  std::map<std::vector<uint32_t>, uint32_t> sets;
  std::vector<RouterEntry> entries;
};

/// The targets of a flow by chip, both ascending.
std::vector<std::pair<uint32_t, std::vector<uint32_t>>>
byChip(const MulticastFlow &flow, std::span<const uint32_t> chipOfCore) {
  std::map<uint32_t, std::vector<uint32_t>> chips;
  for (uint32_t core : flow.targets)
    chips[chipOfCore[core]].push_back(core);
  return {chips.begin(), chips.end()};
}

} // namespace

RoutedFlows routeFlows(const ChipGrid &grid,
                       std::span<const MulticastFlow> flows,
                       std::span<const uint32_t> chipOfCore) {
  std::vector<uint32_t> order(flows.size());
  std::iota(order.begin(), order.end(), 0);
  std::stable_sort(order.begin(), order.end(), [&](uint32_t a, uint32_t b) {
    return flows[a].packets > flows[b].packets;
  });
  std::vector<std::vector<uint32_t>> chips(flows.size());
  std::vector<MulticastTree> trees(flows.size());
  TreeRouter router(grid);
  constexpr unsigned rounds = 3;
  for (unsigned round = 0; round < rounds; ++round)
    for (uint32_t i : order) {
      const MulticastFlow &flow = flows[i];
      if (round == 0)
        for (uint32_t core : flow.targets)
          if (chips[i].empty() || chips[i].back() != chipOfCore[core])
            chips[i].push_back(chipOfCore[core]);
      router.remove(trees[i], flow.packets);
      MulticastTree tree = router.route(flow.chip, chips[i], flow.packets);
      trees[i] = std::move(tree);
    }
  RoutedFlows routed;
  routed.load = router.load();
  std::vector<ChipTable> tables(grid.size());
  for (uint32_t i = 0; i < flows.size(); ++i) {
    auto targets = byChip(flows[i], chipOfCore);
    for (const auto &[chip, links] : trees[i].nodes) {
      auto at = std::lower_bound(
          targets.begin(), targets.end(), chip,
          [](const auto &one, uint32_t wanted) { return one.first < wanted; });
      bool hasCores = at != targets.end() && at->first == chip;
      ChipTable &table = tables[chip];
      table.add(flows[i], links,
                table.setOf(hasCores ? at->second : std::vector<uint32_t>()));
    }
    routed.hops += uint64_t(trees[i].hops()) * flows[i].packets;
  }
  for (ChipTable &table : tables)
    routed.tables.push_back(table.finish());
  return routed;
}

} // namespace snnc::map
