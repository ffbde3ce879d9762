//===- ChipAnnealer.h - Better chips for parts of populations ---*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef SNNC_PASSES_MAP_CHIPANNEALER_H
#define SNNC_PASSES_MAP_CHIPANNEALER_H

#include "runtime/machine/ChipGrid.h"

#include <cstdint>
#include <random>
#include <vector>

namespace snnc::map {

/// So many cores of a part on a chip.
struct ChipPiece {
  uint32_t chip = 0, count = 0;
};

/// Packets from each core of a part (or of the host) to all cores of others.
struct ChipNet {
  static constexpr uint32_t host = UINT32_MAX;
  uint32_t source = host;
  std::vector<uint32_t> targets; ///< parts, ascending
  double weight = 1;             ///< packets a tick of one source core
};

/// Simulated annealing over `pieces`: moves cores of a part to another chip,
/// against cores of another part where there is no room, and swaps parts of one
/// size. Cost: ChipPlacement.h. The number of steps follows from the sizes of
/// the problem, never from a clock.
class ChipAnnealer {
public:
  ChipAnnealer(const ChipGrid &grid, const std::vector<ChipNet> &nets,
               std::vector<std::vector<ChipPiece>> pieces,
               std::vector<bool> isPinned, std::vector<uint32_t> free);
  void run();
  const std::vector<std::vector<ChipPiece>> &pieces() const { return placed; }
  double cost() const;

private:
  struct Change { ///< of the number of a part's cores on a chip
    uint32_t part, chip;
    int32_t count;
  };

  uint32_t below(uint32_t bound) { return uint32_t(random() % bound); }
  double chance() { return double(random() >> 11) * 0x1p-53; }
  uint32_t distance(uint32_t a, uint32_t b) const;
  double costOf(const ChipNet &net);
  double costAround();
  void apply(const Change &change);
  bool propose();
  uint32_t wishFor(uint32_t part, uint32_t from);
  void exchange(uint32_t part, const ChipPiece &piece, uint32_t to);
  bool swapParts(uint32_t part);
  void step(double temperature);

  const ChipGrid &grid;
  const std::vector<ChipNet> &nets;
  std::vector<std::vector<ChipPiece>> placed; ///< of each part
  std::vector<bool> isPinned;
  std::vector<uint32_t> free;
  std::vector<std::vector<uint32_t>> onChip; ///< parts, in no order
  std::vector<std::vector<uint32_t>> netsOf; ///< of each part
  std::vector<uint32_t> movable;             ///< parts
  std::vector<double> costs;                 ///< of each net
  std::vector<uint16_t> distances;           ///< where the machine is small
  std::mt19937_64 random{1};
  uint64_t work = 0; ///< distances looked at
  // Of a step:
  std::vector<Change> changes;
  std::vector<uint32_t> touched; ///< nets
  std::vector<double> before;
  double lastDelta = 0;
  // Of costOf():
  std::vector<uint32_t> seen, chips, nearest;
  uint32_t stamp = 0;
  std::vector<uint32_t> netSeen;
  uint32_t netStamp = 0;
};

} // namespace snnc::map

#endif // SNNC_PASSES_MAP_CHIPANNEALER_H
