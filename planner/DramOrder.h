//===- DramOrder.h - Whose rows go to DRAM first ----------------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The rule that the choice of paradigms (passes/Decide/MoveToDram.h) and the
// slicer (passes/Map/Slicer.h) share: as long as a network takes more cores
// than the machine has, the serial population on most of them may have rows in
// DRAM, too.
//
//===----------------------------------------------------------------------===//
#ifndef SNNC_PLANNER_DRAMORDER_H
#define SNNC_PLANNER_DRAMORDER_H

#include "llvm/ADT/STLFunctionalExtras.h"

#include <cstddef>
#include <cstdint>
#include <optional>

namespace snnc::fabric {

/// Of the populations 0 to `count` that `may` admits, serial ones that have
/// been given no DRAM yet, the first of those on most cores.
inline std::optional<size_t>
nextForDram(size_t count, llvm::function_ref<bool(size_t)> may,
            llvm::function_ref<uint64_t(size_t)> coresOf) {
  std::optional<size_t> next;
  for (size_t i = 0; i < count; ++i)
    if (may(i) && (!next || coresOf(i) > coresOf(*next)))
      next = i;
  return next;
}

} // namespace snnc::fabric

#endif // SNNC_PLANNER_DRAMORDER_H
