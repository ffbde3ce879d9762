//===- ChipPlacement.h - Slices to chips as a problem -----------*- C++ -*-===//
//
// Part of the snnc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The upper half of placement on a machine of several chips; Placement.h is the
// lower one, quads on a chip. The cost of a placement is the number of links
// that packets take. Dense integer ids, no IR.
//
//===----------------------------------------------------------------------===//
#ifndef SNNC_PASSES_MAP_CHIPPLACEMENT_H
#define SNNC_PASSES_MAP_CHIPPLACEMENT_H

#include "runtime/machine/ChipGrid.h"

#include <cstdint>
#include <optional>
#include <vector>

namespace snnc::map {

/// Slices whose packets all go to the same slices.
struct Traffic {
  std::vector<uint32_t> sources; ///< slices; none: the host sends
  uint64_t weight = 1;           ///< packets a tick at most, of each source
  std::vector<uint32_t> targets; ///< slices
};

struct ChipProblem {
  std::vector<uint32_t> room;  ///< per chip of the grid: usable cores
  std::vector<uint32_t> group; ///< per slice: its population
  std::vector<Traffic> traffic;
  /// Per slice: the chip that the user pinned it to.
  std::vector<std::optional<uint32_t>> pinned;
};

/// Per slice: its chip.
using ChipPlacement = std::vector<uint32_t>;

/// A placement with room for every slice, on chips near the host's; what fits
/// one chip is on one. Expects that the cores suffice.
///
/// Populations are put into an order by recursive bisection (METIS) of the
/// graph of packets and laid out over chips that are neighbours of each other;
/// then simulated annealing moves and swaps parts of populations. Its cost of a
/// population is (its cores x the minimum spanning tree of its target chips +
/// each core's way to the nearest of them) x packets. Deterministic.
ChipPlacement placeOnChips(const ChipGrid &grid, const ChipProblem &problem);

} // namespace snnc::map

#endif // SNNC_PASSES_MAP_CHIPPLACEMENT_H
