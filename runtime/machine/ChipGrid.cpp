//===- ChipGrid.cpp - The chips of a machine and their links --------------===//
//
// Part of the snnc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "runtime/machine/ChipGrid.h"

#include "runtime/machine/MachineModel.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>

namespace snnc {

namespace {

constexpr int32_t kTile = 12;    ///< chips of a tile's side
constexpr int32_t kOverhang = 4; ///< of an open machine beyond its tiles
constexpr int32_t kSide = 8;     ///< of the square around a board
/// Where the three boards of a tile begin.
constexpr int32_t kOrigins[3][2] = {{0, 0}, {4, 8}, {8, 4}};
constexpr int32_t kSteps[kLinksPerChip][2] = {{1, 0},  {1, 1},   {0, 1},
                                              {-1, 0}, {-1, -1}, {0, -1}};

uint32_t tilesOf(uint32_t boards) { return (boards + 2) / 3; }

uint32_t columnsOf(uint32_t boards) {
  return uint32_t(std::ceil(std::sqrt(double(tilesOf(boards)))));
}

/// Of a board's own coordinates.
bool inHexagon(int32_t x, int32_t y) {
  return x >= 0 && x < kSide && y >= std::max(0, x - 4) &&
         y <= std::min(kSide - 1, x + 3);
}

int32_t wrapped(int32_t value, int32_t size) {
  return (value % size + size) % size;
}

uint32_t meshDistance(int32_t dx, int32_t dy) {
  bool sameSign = (dx >= 0) == (dy >= 0);
  return uint32_t(sameSign ? std::max(std::abs(dx), std::abs(dy))
                           : std::abs(dx) + std::abs(dy));
}

} // namespace

uint32_t BoardLayout::width() const {
  if (chips == 1)
    return 1;
  if (boards == 1)
    return kSide;
  return columnsOf(boards) * kTile + (torus ? 0 : kOverhang);
}

uint32_t BoardLayout::height() const {
  if (chips == 1)
    return 1;
  if (boards == 1)
    return kSide;
  uint32_t columns = columnsOf(boards);
  uint32_t rows = (tilesOf(boards) + columns - 1) / columns;
  return rows * kTile + (torus ? 0 : kOverhang);
}

std::optional<uint32_t> BoardLayout::boardOf(ChipCoordinate chip) const {
  int32_t wide = int32_t(width()), high = int32_t(height());
  if (chip.x >= wide || chip.y >= high)
    return std::nullopt;
  if (chips == 1)
    return 0;
  for (uint32_t k = 0; k < 3; ++k) {
    int32_t x = chip.x - kOrigins[k][0], y = chip.y - kOrigins[k][1];
    if (torus) {
      x = wrapped(x, wide);
      y = wrapped(y, high);
    }
    if (x < 0 || y < 0 || !inHexagon(x % kTile, y % kTile))
      continue;
    uint32_t column = uint32_t(x / kTile), row = uint32_t(y / kTile);
    if (column >= columnsOf(boards))
      continue;
    uint32_t board = (row * columnsOf(boards) + column) * 3 + k;
    if (board < boards)
      return board;
  }
  return std::nullopt;
}

ChipCoordinate BoardLayout::originOf(uint32_t board) const {
  uint32_t tile = board / 3, columns = columnsOf(boards);
  return {uint16_t(tile % columns * kTile + uint32_t(kOrigins[board % 3][0])),
          uint16_t(tile / columns * kTile + uint32_t(kOrigins[board % 3][1]))};
}

std::vector<ChipCoordinate> BoardLayout::chipsOf(uint32_t board) const {
  if (chips == 1)
    return {{}};
  ChipCoordinate origin = originOf(board);
  std::vector<ChipCoordinate> all;
  for (int32_t x = 0; x < kSide; ++x)
    for (int32_t i = 0; i < kSide; ++i) {
      int32_t y = x % 2 ? kSide - 1 - i : i; // up and down in turn
      if (inHexagon(x, y))
        all.push_back(
            {uint16_t((origin.x + uint32_t(x)) % (torus ? width() : 65536)),
             uint16_t((origin.y + uint32_t(y)) % (torus ? height() : 65536))});
    }
  return all;
}

std::optional<ChipCoordinate> BoardLayout::neighbour(ChipCoordinate chip,
                                                     unsigned link) const {
  int32_t x = chip.x + kSteps[link][0], y = chip.y + kSteps[link][1];
  if (torus) {
    x = wrapped(x, int32_t(width()));
    y = wrapped(y, int32_t(height()));
  }
  if (x < 0 || y < 0 || x > UINT16_MAX || y > UINT16_MAX)
    return std::nullopt;
  ChipCoordinate other{uint16_t(x), uint16_t(y)};
  if (other == chip || !boardOf(other))
    return std::nullopt;
  return other;
}

uint32_t BoardLayout::distance(ChipCoordinate a, ChipCoordinate b) const {
  int32_t dx = b.x - a.x, dy = b.y - a.y;
  if (!torus)
    return meshDistance(dx, dy);
  int32_t wide = int32_t(width()), high = int32_t(height());
  dx = wrapped(dx, wide);
  dy = wrapped(dy, high);
  return std::min({meshDistance(dx, dy), meshDistance(dx - wide, dy),
                   meshDistance(dx, dy - high),
                   meshDistance(dx - wide, dy - high)});
}

ChipGrid::ChipGrid(const MachineModel &machine) : layout(machine.layout) {
  byPlace.assign(size_t(layout.width()) * layout.height(), none);
  for (uint32_t board = 0; board < layout.boards; ++board)
    for (ChipCoordinate chip : layout.chipsOf(board)) {
      if (!machine.has(chip))
        continue;
      byPlace[size_t(chip.y) * layout.width() + chip.x] = size();
      chips.push_back(chip);
      boards.push_back(board);
    }
  links.resize(chips.size());
  for (uint32_t chip = 0; chip < size(); ++chip)
    for (unsigned link = 0; link < kLinksPerChip; ++link) {
      links[chip][link] = none;
      if (auto other = machine.neighbour(chips[chip], link))
        links[chip][link] = find(*other);
    }
}

uint32_t ChipGrid::find(ChipCoordinate chip) const {
  return chip.x < layout.width() && chip.y < layout.height()
             ? byPlace[size_t(chip.y) * layout.width() + chip.x]
             : none;
}

std::vector<uint32_t> ChipGrid::outward() const {
  std::vector<bool> seen(size());
  std::vector<uint32_t> order;
  auto add = [&](uint32_t chip) {
    if (chip != none && !seen[chip]) {
      seen[chip] = true;
      order.push_back(chip);
    }
  };
  if (size() > 0)
    add(0);
  for (size_t i = 0; i < order.size(); ++i)
    for (unsigned link = 0; link < kLinksPerChip; ++link)
      add(neighbour(order[i], link));
  return order;
}

std::vector<ChipCoordinate> ChipGrid::cutOff() const {
  std::vector<bool> reached(size());
  for (uint32_t chip : outward())
    reached[chip] = true;
  std::vector<ChipCoordinate> all;
  for (uint32_t chip = 0; chip < size(); ++chip)
    if (!reached[chip])
      all.push_back(chips[chip]);
  return all;
}

} // namespace snnc
