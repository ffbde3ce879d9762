//===- MapAlgorithmsTest.cpp - Placement and router entries ---------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "passes/Map/Placement.h"
#include "passes/Map/Routing.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <bit>
#include <random>

using namespace snnc;
using namespace snnc::map;

namespace {

MachineModel machine() {
  auto model = builtinMachine(defaultMachineName());
  EXPECT_TRUE(bool(model));
  return *model;
}

uint32_t number(std::mt19937 &random, uint32_t low, uint32_t high) {
  return std::uniform_int_distribution<uint32_t>(low, high)(random);
}

/// Populations of some slices each, flows from one population to some others.
PlacementProblem randomProblem(unsigned seed) {
  std::mt19937 random(seed);
  PlacementProblem problem;
  problem.cores = machine().cores();
  std::vector<std::vector<uint32_t>> groups;
  uint32_t total = number(random, 1, uint32_t(problem.cores.size()));
  while (problem.group.size() < total) {
    auto &members = groups.emplace_back();
    for (uint32_t i = number(random, 1, 9); i && problem.group.size() < total;
         --i) {
      members.push_back(uint32_t(problem.group.size()));
      problem.group.push_back(uint32_t(groups.size() - 1));
    }
  }
  for (size_t flow = 0; flow < groups.size(); ++flow) {
    auto &entry = problem.flows.emplace_back();
    entry.weight = number(random, 1, 1000);
    for (uint32_t fan = number(random, 1, 3); fan; --fan)
      for (uint32_t slice :
           groups[number(random, 0, uint32_t(groups.size() - 1))])
        if (std::find(entry.targets.begin(), entry.targets.end(), slice) ==
            entry.targets.end())
          entry.targets.push_back(slice);
  }
  std::vector<uint32_t> free(problem.cores.size());
  for (uint32_t i = 0; i < free.size(); ++i)
    free[i] = i;
  std::shuffle(free.begin(), free.end(), random);
  for (size_t slice = 0; slice < problem.group.size(); ++slice)
    problem.pinned.push_back(
        number(random, 0, 9) == 0 ? std::optional(free[slice]) : std::nullopt);
  return problem;
}

class PlacementProperty : public testing::TestWithParam<unsigned> {};

TEST_P(PlacementProperty, IsASolutionAndBeatsChance) {
  PlacementProblem problem = randomProblem(GetParam());
  ASSERT_EQ(check(problem), std::nullopt);
  Placement placement = place(problem);
  EXPECT_EQ(verify(problem, placement), std::nullopt);
  EXPECT_EQ(place(problem), placement) << "deterministic";
  // Against ten shuffles of the same cores that leave pinned slices alone.
  std::mt19937 random(GetParam());
  for (unsigned i = 0; i < 10; ++i) {
    Placement other = placement;
    std::vector<uint32_t> loose;
    for (uint32_t slice = 0; slice < other.size(); ++slice)
      if (!problem.pinned[slice])
        loose.push_back(slice);
    for (size_t k = loose.size(); k > 1; --k)
      std::swap(other[loose[k - 1]],
                other[loose[number(random, 0, uint32_t(k - 1))]]);
    EXPECT_LE(quadsReached(problem, placement), quadsReached(problem, other));
  }
}

INSTANTIATE_TEST_SUITE_P(Random, PlacementProperty, testing::Range(0u, 60u));

TEST(Placement, APopulationOfFourTakesOneQuad) {
  PlacementProblem problem;
  problem.cores = machine().cores();
  problem.group = {0, 1, 1, 1, 1};
  problem.pinned.resize(5);
  problem.flows = {{100, {1, 2, 3, 4}}, {1, {0}}};
  Placement placement = place(problem);
  EXPECT_EQ(quadsReached(problem, placement, false), 2u);
}

TEST(Placement, ThePopulationThatReceivesMostIsNearestToTheRouter) {
  PlacementProblem problem;
  problem.cores = machine().cores();
  problem.group = {0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2};
  problem.pinned.resize(12);
  problem.flows = {
      {1, {0, 1, 2, 3}}, {100, {4, 5, 6, 7}}, {10, {8, 9, 10, 11}}};
  Placement unaware = place(problem);
  problem.router = machine().router.nodes;
  Placement placement = place(problem);
  EXPECT_EQ(verify(problem, placement), std::nullopt);
  // Six quads are one hop away: (3, 3), (3, 4), (5, 3), (5, 4), (4, 2), (4, 5).
  EXPECT_EQ(hopsFromRouter(problem, placement), 111u);
  EXPECT_GT(hopsFromRouter(problem, unaware), 111u);
  EXPECT_EQ(quadsReached(problem, placement), quadsReached(problem, unaware));
}

TEST(Placement, QuadsOfTwoChipsAreTwo) {
  PlacementProblem problem;
  for (uint16_t chip : {0, 1})
    for (uint8_t p : {0, 1})
      problem.cores.push_back({{0, chip}, {7, 6, p}});
  problem.group = {0, 0, 1, 1};
  problem.pinned.resize(4);
  problem.pinned[3] = 0;
  problem.flows = {{10, {0, 1}}, {1, {2, 3}}};
  Placement placement = place(problem);
  EXPECT_EQ(verify(problem, placement), std::nullopt);
  EXPECT_EQ(placement, (Placement{2, 3, 1, 0}));
  EXPECT_EQ(quadsReached(problem, placement, false), 2u);
}

TEST(Placement, FindsWhatIsWrongWithAProblem) {
  PlacementProblem problem;
  problem.cores = {{{}, {1, 1, 0}}, {{}, {1, 1, 1}}};
  problem.group = {0, 0, 0};
  problem.pinned.resize(3);
  EXPECT_EQ(check(problem), "3 cores needed, the machine has 2");
  problem.group = {0, 0};
  problem.pinned = {1, 1};
  EXPECT_NE(check(problem), std::nullopt);
  problem.pinned = {1, 7};
  EXPECT_NE(check(problem), std::nullopt);
  problem.pinned = {1, std::nullopt};
  EXPECT_EQ(check(problem), std::nullopt);
  EXPECT_EQ(place(problem), (Placement{1, 0}));
  EXPECT_NE(verify(problem, {0, 1}), std::nullopt) << "moved a pinned slice";
  EXPECT_NE(verify(problem, {1, 1}), std::nullopt) << "two on one core";
}

//===----------------------------------------------------------------------===//
// Routing
//===----------------------------------------------------------------------===//

class RoutingProperty : public testing::TestWithParam<unsigned> {};

/// Disjoint aligned blocks of keys below 1024 with few different targets.
std::vector<RouterEntry> randomEntries(std::mt19937 &random) {
  std::vector<RouterEntry> entries;
  for (uint32_t key = 0; key < 1024;) {
    uint32_t size = 1u << number(random, 0, 5);
    while (key % size || key + size > 1024)
      size /= 2;
    if (number(random, 0, 4))
      entries.push_back({key, ~(size - 1), {number(random, 0, 2)}});
    key += size;
  }
  std::shuffle(entries.begin(), entries.end(), random);
  return entries;
}

TEST_P(RoutingProperty, MergingKeepsEveryKeyWhereItWent) {
  std::mt19937 random(GetParam());
  auto entries = randomEntries(random);
  auto merged = mergeSiblings(entries);
  EXPECT_LE(merged.size(), entries.size());
  RouterLookup before(entries), after(merged);
  for (uint32_t key = 0; key < 2048; ++key) {
    int64_t a = before.find(key), b = after.find(key);
    ASSERT_EQ(a < 0, b < 0) << key;
    if (a >= 0) {
      ASSERT_EQ(entries[a].targets, merged[b].targets) << key;
    }
  }
  EXPECT_EQ(mergeSiblings(merged), merged) << "nothing left to merge";
}

INSTANTIATE_TEST_SUITE_P(Random, RoutingProperty, testing::Range(0u, 60u));

TEST(Routing, EqualSiblingsBecomeOneEntry) {
  std::vector<RouterEntry> four;
  for (uint32_t i : {3u, 1u, 0u, 2u})
    four.push_back({i * 16, ~15u, {7}});
  EXPECT_EQ(mergeSiblings(four), (std::vector<RouterEntry>{{0, ~63u, {7}}}));
  four[0].targets = {8};
  EXPECT_EQ(mergeSiblings(four).size(), 3u);
}

TEST(Routing, FirstMatchWins) {
  RouterLookup router({{0x10, ~15u, {1}}, {0, 0, {2}}, {0x10, ~0u, {3}}});
  EXPECT_EQ(router.find(0x10), 0);
  EXPECT_EQ(router.find(0x25), 1);
}

} // namespace
