//===- Machines.cpp - Damaged machines of the property test ---------------===//
//
// Part of the snnc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tests/property/Machines.h"

#include "tests/property/NetworkSpec.h"

#include <algorithm>

namespace snnc::property {

template <typename T> static void makeSet(std::vector<T> &all) {
  std::sort(all.begin(), all.end());
  all.erase(std::unique(all.begin(), all.end()), all.end());
}

/// The chips that are not among the first `live`, which are linked.
static void keepFirst(MachineModel &machine, uint32_t live) {
  std::vector<ChipCoordinate> chips = machine.layout.chipsOf(0);
  machine.dead.chips.assign(chips.begin() + live, chips.end());
}

/// At random, with no chip of the machine left alone by it.
static void damage(MachineModel &machine, uint32_t chipCount, Draw &draw) {
  std::vector<ChipCoordinate> chips;
  for (uint32_t board = 0; board < machine.layout.boards; ++board)
    for (ChipCoordinate chip : machine.layout.chipsOf(board))
      chips.push_back(chip);
  for (uint32_t i = 0, n = draw.whole(0, chipCount / 6); i < n; ++i)
    machine.dead.chips.push_back(draw.of(chips));
  for (uint32_t i = 0, n = draw.whole(0, 30); i < n; ++i) {
    ChipLink link{draw.of(chips), uint8_t(draw.whole(0, kLinksPerChip - 1))};
    if (chipCount >= 48 && machine.layout.neighbour(link.chip, link.link))
      machine.dead.links.push_back(link);
    CoreAddress core{draw.of(chips), draw.of(machine.pes)};
    machine.dead.pes.push_back(core);
  }
  makeSet(machine.dead.chips);
  makeSet(machine.dead.links);
  makeSet(machine.dead.pes);
  dropCutOff(machine);
}

/// PEs a chip, at least: a network is cut into some 60 cores (Generate.cpp), so
/// that the smallest machines of every size are tight. More of whole boards, of
/// which a third may be dead.
static uint32_t fewestPes(uint32_t chips) {
  return chips == 1 ? 80 : chips < 48 ? 64 / chips : chips == 48 ? 2 : 1;
}

MachineModel machineOf(uint64_t seed, uint32_t chips) {
  Draw draw(seed * 0x9E3779B97F4A7C15 + 3 + chips);
  MachineModel machine =
      *builtinMachine(chips == 1 ? "spinnaker2-1" : "spinnaker2-48");
  machine.name = "damaged";
  uint32_t fewest = fewestPes(chips);
  machine.pes.resize(
      std::min<size_t>(machine.pes.size(), draw.whole(fewest, 2 * fewest + 2)));
  machine.layout.boards = chips > 48 ? 3 : 1;
  machine.layout.torus = chips > 48 && draw.chance(0.5);
  if (chips > 1 && chips < 48)
    keepFirst(machine, chips);
  damage(machine, chips, draw);
  return machine;
}

} // namespace snnc::property
