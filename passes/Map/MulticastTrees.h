//===- MulticastTrees.h - Trees over the links between chips ----*- C++ -*-===//
//
// Part of the snnc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Where packets go from chip to chip, and what every chip's router has to hold
// for that. No IR.
//
//===----------------------------------------------------------------------===//
#ifndef SNNC_PASSES_MAP_MULTICASTTREES_H
#define SNNC_PASSES_MAP_MULTICASTTREES_H

#include "passes/Map/Routing.h"
#include "runtime/machine/ChipGrid.h"

#include <array>
#include <cstdint>
#include <span>
#include <vector>

namespace snnc::map {

/// The chips that packets pass and the links by which they leave each (bits as
/// in RouterEntry::links), the root first.
struct MulticastTree {
  struct Node {
    uint32_t chip = 0;
    uint8_t links = 0;
  };
  std::vector<Node> nodes;
  uint32_t hops() const;
};

/// Grows trees over live links and counts what each link carries.
///
/// A tree grows from its root: again and again the target that is nearest to it
/// joins, over the fewest links (Takahashi and Matsuyama 1980, which NER,
/// Navaridas 2014, approximates in rings); among equal ways the one whose links
/// carry least so far. The search runs over live links, so that a dead one
/// needs no repair.
class TreeRouter {
public:
  explicit TreeRouter(const ChipGrid &grid);

  /// A tree for `packets` packets a tick from chip `root` to `targets`, and
  /// its load on the links. Expects that all of them are joined to each other.
  MulticastTree route(uint32_t root, std::span<const uint32_t> targets,
                      uint64_t packets);
  /// Takes the load of a tree back.
  void remove(const MulticastTree &tree, uint64_t packets);

  /// Packets a tick, by chip and link.
  const std::vector<std::array<uint64_t, kLinksPerChip>> &load() const {
    return carried;
  }
  uint64_t mostLoad() const;

private:
  void join(uint32_t chip);
  uint32_t nearestTarget();
  void reach(uint32_t from, unsigned link);

  const ChipGrid &grid;
  std::vector<std::array<uint64_t, kLinksPerChip>> carried;
  /// Of a chip in the search under way (`round`): on the way from the tree.
  struct Step {
    uint32_t round = 0, level = 0, from = 0;
    uint64_t load = 0;
    unsigned link = 0;
  };
  std::vector<Step> steps;
  std::vector<uint32_t> inTree, wanted; ///< by chip: number of the tree
  std::vector<uint32_t> members;        ///< chips of the tree
  std::vector<uint8_t> leaving;         ///< of a chip in the tree: its links
  std::vector<uint32_t> frontier, next;
  uint32_t round = 0, tree = 0;
};

/// Sources on one chip whose packets go to the same cores.
struct MulticastFlow {
  uint32_t chip = 0;                               ///< of the sources
  std::vector<std::pair<uint32_t, uint32_t>> keys; ///< key, mask
  uint64_t packets = 0;                            ///< a tick, of all sources
  std::vector<uint32_t> targets;                   ///< cores, ascending
};

struct RoutedFlows {
  std::vector<std::vector<RouterEntry>> tables; ///< by chip
  std::vector<std::array<uint64_t, kLinksPerChip>> load;
  uint64_t hops = 0; ///< links of the trees, each times its packets
};

/// Tables for all flows. `chipOfCore`: by the numbers in `targets`. Flows with
/// most packets are routed first, and each again when all are, around what the
/// others load. A flow without targets gets an entry that takes its packets off
/// the network. Tables are merged (mergeSiblings).
RoutedFlows routeFlows(const ChipGrid &grid,
                       std::span<const MulticastFlow> flows,
                       std::span<const uint32_t> chipOfCore);

} // namespace snnc::map

#endif // SNNC_PASSES_MAP_MULTICASTTREES_H
