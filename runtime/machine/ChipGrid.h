//===- ChipGrid.h - The chips of a machine and their links ------*- C++ -*-===//
//
// Part of the snnc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Chips stand on a triangular mesh: every chip has six links, numbered
// 0 E (+1, 0), 1 NE (+1, +1), 2 N (0, +1), 3 W, 4 SW, 5 S. A board of 48 chips
// is a hexagon; three boards fill a tile of 12 x 12 chips without a gap
// ("triad"), and tiles fill the machine, row by row. What stands here follows
// SpiNNMachine (machine.py, spinnaker_triad_geometry.py, version_48_chips.py).
//
//===----------------------------------------------------------------------===//
#ifndef SNNC_RUNTIME_MACHINE_CHIPGRID_H
#define SNNC_RUNTIME_MACHINE_CHIPGRID_H

#include "runtime/machine/CoreAddress.h"

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

namespace snnc {

struct MachineModel;

inline constexpr unsigned kLinksPerChip = 6;
inline constexpr std::array<std::string_view, kLinksPerChip> kLinkNames = {
    "E", "NE", "N", "W", "SW", "S"};
/// The other end's number of the same link.
constexpr unsigned oppositeLink(unsigned link) {
  return (link + kLinksPerChip / 2) % kLinksPerChip;
}

/// Coordinates of chips have 8 bits each: 20 x 20 tiles of three boards.
inline constexpr uint32_t kMostBoards = 1200;

/// How many boards of how many chips, and whether the outermost chips are
/// linked around the edges.
struct BoardLayout {
  uint32_t chips = 1;  ///< of a board: 1 or 48
  uint32_t boards = 1; ///< more than one only of 48 chips
  bool torus = false;

  /// Columns and rows of chips, holes included. One board: 1 x 1 or 8 x 8; n
  /// boards: t = ceil(n / 3) tiles, ceil(sqrt(t)) beside each other; an open
  /// machine is 4 chips wider and higher than its tiles.
  uint32_t width() const;
  uint32_t height() const;
  /// The board of a chip, dead or not; nothing where no chip stands.
  std::optional<uint32_t> boardOf(ChipCoordinate chip) const;
  /// Where the board's own chip (0, 0) stands, which has the Ethernet.
  ChipCoordinate originOf(uint32_t board) const;
  /// The chips of a board, each linked to the one before.
  std::vector<ChipCoordinate> chipsOf(uint32_t board) const;
  /// The chip at the other end of a link; nothing at an open edge or a hole.
  std::optional<ChipCoordinate> neighbour(ChipCoordinate chip,
                                          unsigned link) const;
  /// Links on a shortest way, were no chip or link dead or missing:
  /// max(|dx|, |dy|) where dx and dy have one sign, else |dx| + |dy|; on a
  /// torus the least over the ways around.
  uint32_t distance(ChipCoordinate a, ChipCoordinate b) const;

  bool operator==(const BoardLayout &) const = default;
};

/// The live chips of a machine under dense numbers, in allocation order: board
/// by board, neighbours behind each other. A snapshot of the model.
class ChipGrid {
public:
  static constexpr uint32_t none = UINT32_MAX;

  explicit ChipGrid(const MachineModel &machine);

  uint32_t size() const { return uint32_t(chips.size()); }
  ChipCoordinate at(uint32_t chip) const { return chips[chip]; }
  uint32_t boardOf(uint32_t chip) const { return boards[chip]; }
  /// `none` where no live chip stands.
  uint32_t find(ChipCoordinate chip) const;
  /// The chip behind a live link; `none` where there is none.
  uint32_t neighbour(uint32_t chip, unsigned link) const {
    return links[chip][link];
  }
  uint32_t distance(uint32_t a, uint32_t b) const {
    return layout.distance(chips[a], chips[b]);
  }
  /// Chips by their distance from the first over live links; without those
  /// that no live link joins to it.
  std::vector<uint32_t> outward() const;
  /// Those.
  std::vector<ChipCoordinate> cutOff() const;

private:
  BoardLayout layout;
  std::vector<ChipCoordinate> chips;
  std::vector<uint32_t> boards, byPlace; ///< `byPlace`: row by row
  std::vector<std::array<uint32_t, kLinksPerChip>> links;
};

} // namespace snnc

#endif // SNNC_RUNTIME_MACHINE_CHIPGRID_H
