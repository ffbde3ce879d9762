//===- ChipMappingTest.cpp - Many chips: random graphs, random damage -----===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "passes/Map/ChipPlacement.h"
#include "passes/Map/MulticastTrees.h"
#include "passes/Map/RouteWalker.h"

#include <algorithm>
#include <gtest/gtest.h>
#include <random>

using namespace snnc;
using namespace snnc::map;

namespace {

/// Populations of random sizes on a damaged machine with few PEs a chip.
class ManyChips : public testing::TestWithParam<unsigned> {
protected:
  void SetUp() override {
    random.seed(GetParam());
    makeMachine();
    makeProblem();
  }

  uint32_t below(uint32_t bound) { return uint32_t(random() % bound); }

  void makeMachine() {
    machine = *builtinMachine("spinnaker2-48");
    machine.pes.resize(3 + below(6));
    unsigned kind = GetParam() % 3;
    machine.layout.boards = kind == 0 ? 1 : 3;
    machine.layout.torus = kind == 2;
    std::vector<ChipCoordinate> chips;
    for (uint32_t board = 0; board < machine.layout.boards; ++board)
      for (ChipCoordinate chip : machine.layout.chipsOf(board))
        chips.push_back(chip);
    for (uint32_t i = 0, n = below(8); i < n; ++i)
      machine.dead.chips.push_back(chips[below(uint32_t(chips.size()))]);
    for (uint32_t i = 0, n = below(30); i < n; ++i) {
      ChipLink link{chips[below(uint32_t(chips.size()))], uint8_t(below(6))};
      if (machine.layout.neighbour(link.chip, link.link))
        machine.dead.links.push_back(link);
      machine.dead.pes.push_back(
          {chips[below(uint32_t(chips.size()))], machine.pes[below(3)]});
    }
    sorted(machine.dead.chips);
    sorted(machine.dead.links);
    sorted(machine.dead.pes);
    dropCutOff(machine);
    ASSERT_TRUE(validate(machine).empty());
    grid.emplace(machine);
  }

  template <typename T> static void sorted(std::vector<T> &all) {
    std::sort(all.begin(), all.end());
    all.erase(std::unique(all.begin(), all.end()), all.end());
  }

  void makeProblem() {
    problem.room.resize(grid->size());
    for (const CoreAddress &core : machine.cores())
      ++problem.room[grid->find(core.chip)];
    uint32_t most = uint32_t(machine.coreCount()) * (1 + below(4)) / 4;
    std::vector<std::vector<uint32_t>> members;
    for (uint32_t slices = 0; slices < most;) {
      uint32_t size = std::min(1 + below(20), most - slices);
      members.emplace_back();
      for (uint32_t i = 0; i < size; ++i) {
        members.back().push_back(slices++);
        problem.group.push_back(uint32_t(members.size() - 1));
      }
    }
    problem.pinned.resize(problem.group.size());
    if (below(2) && !problem.pinned.empty())
      problem.pinned[below(uint32_t(problem.pinned.size()))] = pinnable();
    for (const auto &sources : members) {
      Traffic traffic{sources, 1 + below(50), {}};
      for (uint32_t i = 0, n = below(4); i < n; ++i)
        for (uint32_t slice : members[below(uint32_t(members.size()))])
          traffic.targets.push_back(slice);
      sorted(traffic.targets);
      problem.traffic.push_back(std::move(traffic));
    }
    problem.traffic.push_back({{}, 7, members.front()}); // the host's
  }

  uint32_t pinnable() {
    for (;;)
      if (uint32_t chip = below(grid->size()); problem.room[chip] > 0)
        return chip;
  }

  uint32_t keyOf(size_t traffic, uint32_t source) const {
    return uint32_t(traffic * 4096 + source % 32 * 64);
  }

  std::vector<MulticastFlow> flowsOf(const ChipPlacement &placed) const {
    std::vector<MulticastFlow> flows;
    for (size_t t = 0; t < problem.traffic.size(); ++t) {
      const Traffic &traffic = problem.traffic[t];
      std::map<uint32_t, MulticastFlow> byChip;
      auto add = [&](uint32_t chip, uint32_t key) {
        MulticastFlow &flow = byChip[chip];
        flow.chip = chip;
        flow.packets += traffic.weight;
        flow.targets = traffic.targets;
        flow.keys.emplace_back(key, ~63u);
      };
      if (traffic.sources.empty())
        add(0, keyOf(t, 0));
      for (uint32_t slice : traffic.sources)
        add(placed[slice], keyOf(t, slice));
      for (auto &[chip, flow] : byChip)
        flows.push_back(std::move(flow));
    }
    return flows;
  }

  std::map<ChipCoordinate, std::vector<RouterEntry>>
  tablesOf(const RoutedFlows &routed) const {
    std::map<ChipCoordinate, std::vector<RouterEntry>> tables;
    for (uint32_t chip = 0; chip < grid->size(); ++chip)
      if (!routed.tables[chip].empty())
        tables[grid->at(chip)] = routed.tables[chip];
    return tables;
  }

  /// Packets that do not come to exactly their targets, once each.
  unsigned
  wrongWays(const std::map<ChipCoordinate, std::vector<RouterEntry>> &tables,
            const ChipPlacement &placed) const {
    std::vector<ChipCoordinate> chips;
    for (uint32_t chip : placed)
      chips.push_back(grid->at(chip));
    RouteWalker walker(machine, tables, chips);
    EXPECT_EQ(walker.step(), 64u);
    unsigned wrong = 0;
    for (size_t t = 0; t < problem.traffic.size(); ++t) {
      const Traffic &traffic = problem.traffic[t];
      auto check = [&](uint32_t key, ChipCoordinate from) {
        RouteWalk way = walker.walk(key, from);
        wrong += way.fault || way.cores != traffic.targets;
      };
      if (traffic.sources.empty())
        check(keyOf(t, 0), grid->at(0));
      for (uint32_t slice : traffic.sources)
        check(keyOf(t, slice) + 5, chips[slice]);
    }
    return wrong;
  }

  std::mt19937 random;
  MachineModel machine;
  std::optional<ChipGrid> grid;
  ChipProblem problem;
};

TEST_P(ManyChips, EveryPacketReachesItsTargetsOnce) {
  ChipPlacement placed = placeOnChips(*grid, problem);
  ASSERT_EQ(placed.size(), problem.group.size());
  std::vector<uint32_t> used(grid->size());
  for (uint32_t slice = 0; slice < placed.size(); ++slice) {
    ASSERT_LT(placed[slice], grid->size());
    ++used[placed[slice]];
    if (problem.pinned[slice])
      EXPECT_EQ(placed[slice], *problem.pinned[slice]);
  }
  for (uint32_t chip = 0; chip < grid->size(); ++chip)
    EXPECT_LE(used[chip], problem.room[chip]);
  EXPECT_EQ(placeOnChips(*grid, problem), placed);

  std::vector<MulticastFlow> flows = flowsOf(placed);
  RoutedFlows routed = routeFlows(*grid, flows, placed);
  EXPECT_EQ(wrongWays(tablesOf(routed), placed), 0u);
  // What links carry is what the trees say, on live links only.
  uint64_t carried = 0;
  for (uint32_t chip = 0; chip < grid->size(); ++chip)
    for (unsigned link = 0; link < kLinksPerChip; ++link) {
      carried += routed.load[chip][link];
      if (grid->neighbour(chip, link) == ChipGrid::none)
        EXPECT_EQ(routed.load[chip][link], 0u);
    }
  EXPECT_EQ(carried, routed.hops);
}

TEST_P(ManyChips, WalkerFindsDamage) {
  ChipPlacement placed = placeOnChips(*grid, problem);
  auto tables = tablesOf(routeFlows(*grid, flowsOf(placed), placed));
  std::vector<std::pair<ChipCoordinate, size_t>> busy; // entries that matter
  for (const auto &[chip, entries] : tables)
    for (size_t i = 0; i < entries.size(); ++i)
      if (entries[i].links || !entries[i].targets.empty())
        busy.emplace_back(chip, i);
  ASSERT_FALSE(busy.empty());
  for (unsigned n = 0; n < 20; ++n) {
    auto broken = tables;
    auto [chip, i] = busy[below(uint32_t(busy.size()))];
    RouterEntry &entry = broken[chip][i];
    switch (below(4)) {
    case 0: // no entry
      entry.key = 0xFFFF0000;
      entry.mask = ~63u;
      break;
    case 1: // one link more or less
      entry.links ^= uint8_t(1u << below(kLinksPerChip));
      break;
    case 2: // a core less
      if (entry.targets.empty())
        continue;
      entry.targets.pop_back();
      break;
    case 3: // a core twice
      if (entry.targets.empty())
        continue;
      entry.targets.push_back(entry.targets.back());
      break;
    }
    EXPECT_GT(wrongWays(broken, placed), 0u);
  }
}

INSTANTIATE_TEST_SUITE_P(Random, ManyChips, testing::Range(0u, 24u));

TEST(RouteWalker, NamesEachFault) {
  MachineModel machine = *builtinMachine("spinnaker2-48");
  machine.dead.links = {{{0, 0}, 2}};
  auto walk = [&](std::map<ChipCoordinate, std::vector<RouterEntry>> tables) {
    RouteWalk way = RouteWalker(machine, tables, {{1, 0}}).walk(5, {0, 0});
    return way.fault ? describe(way) : "";
  };
  RouterEntry east{0, ~63u, {}, 1}, west{0, ~63u, {}, 8}, here{0, ~63u, {0}, 0},
      north{0, ~63u, {}, 4};
  EXPECT_EQ(walk({{{0, 0}, {east}}, {{1, 0}, {here}}}), "");
  EXPECT_EQ(walk({{{0, 0}, {east}}}), "chip 1.0 has no route for it");
  EXPECT_EQ(walk({{{0, 0}, {north}}}),
            "chip 0.0 sends it to the N, where no live link is");
  EXPECT_EQ(walk({{{0, 0}, {east}}, {{1, 0}, {west}}}),
            "it comes to chip 0.0 twice");
  EXPECT_EQ(walk({{{0, 0}, {here}}}),
            "the router of chip 0.0 names a core of another chip");
}

/// Among equal ways the emptier one, so that a link's load stays low.
TEST(TreeRouter, SpreadsOverEqualWays) {
  MachineModel machine = *builtinMachine("spinnaker2-48");
  ChipGrid grid(machine);
  TreeRouter router(grid);
  uint32_t from = grid.find({2, 2}), to = grid.find({4, 1}); // E E + S: 3 ways
  for (int i = 0; i < 3; ++i)
    EXPECT_EQ(router.route(from, std::vector<uint32_t>{to}, 10).hops(), 3u);
  EXPECT_LE(router.mostLoad(), 20u);
  MulticastTree tree =
      router.route(from, std::vector<uint32_t>{from, to, to}, 5);
  EXPECT_EQ(tree.hops(), 3u);
  router.remove(tree, 5);
  EXPECT_LE(router.mostLoad(), 20u);
}

} // namespace
