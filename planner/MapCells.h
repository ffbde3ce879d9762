//===- MapCells.h - Sums of a weight-delay map ------------------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef SNNC_PLANNER_MAPCELLS_H
#define SNNC_PLANNER_MAPCELLS_H

#include "planner/WeightDelayMap.h"

namespace snnc::fabric {

/// Rows of a panel that `sum` needs: a row holds one weight per column, a sum
/// beyond the width needs more of them.
uint64_t copiesFor(int64_t sum, unsigned bits);

/// The sums of one source's synapses, which ascend by target, by delay, then
/// target; sums of 0 are left out.
void addUp(std::span<const snn::IntSynapse> row, std::vector<MapCell> &sums);

} // namespace snnc::fabric

#endif // SNNC_PLANNER_MAPCELLS_H
