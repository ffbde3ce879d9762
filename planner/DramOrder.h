//===- DramOrder.h - Whose rows go to DRAM first ----------------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The rule that the choice of paradigms (passes/Decide/MoveToDram.h) and the
// slicer (passes/Map/Slicer.h) share: as long as a network takes more cores
// than there is room for, the serial population on most of them may have rows
// in DRAM, too. Room is one chip before it is all chips of the machine, unless
// cycles count more than cores.
//
//===----------------------------------------------------------------------===//
#ifndef SNNC_PLANNER_DRAMORDER_H
#define SNNC_PLANNER_DRAMORDER_H

#include "runtime/machine/MachineModel.h"

#include "llvm/ADT/STLFunctionalExtras.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace snnc::fabric {

/// Cores that a network may take with all rows in SRAM before fewer cores with
/// rows in DRAM are looked for; `spread`: all of the machine's.
inline uint64_t coresBeforeDram(const MachineModel &machine, bool spread) {
  uint64_t chip = machine.pes.size();
  return spread || !machine.hasDram() ? machine.coreCount()
                                      : std::min(machine.coreCount(), chip);
}

/// The serial populations `movable`, those on most cores first; of as many the
/// one that stood first.
template <typename Node>
void sortForDram(std::vector<Node> &movable,
                 llvm::function_ref<uint64_t(Node)> coresOf) {
  std::stable_sort(movable.begin(), movable.end(),
                   [&](Node a, Node b) { return coresOf(a) > coresOf(b); });
}

/// The fewest of `steps` that make `fits` true of what they lead to, or all.
/// More steps keep it true; none at all is not asked for and counts as false.
inline size_t fewest(size_t steps, llvm::function_ref<bool(size_t)> fits) {
  size_t low = 0, high = steps; // `high` may fit, `low` does not
  while (high - low > 1) {
    size_t middle = low + (high - low) / 2;
    (fits(middle) ? high : low) = middle;
  }
  return high;
}

} // namespace snnc::fabric

#endif // SNNC_PLANNER_DRAMORDER_H
