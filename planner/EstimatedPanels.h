//===- EstimatedPanels.h - The map of a core in closed form -----*- C++ -*-===//
//
// Part of the snnc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Sums over the panels of a weight-delay map (WeightDelayMap.h) whose rows are
// expected numbers; a part of LayerEstimate.cpp.
//
//===----------------------------------------------------------------------===//
#ifndef SNNC_PLANNER_ESTIMATEDPANELS_H
#define SNNC_PLANNER_ESTIMATEDPANELS_H

#include "llvm/ADT/ArrayRef.h"

#include <array>
#include <cstdint>

namespace snnc::fabric {

/// Panels of some tiles, as MapLayout counts them.
struct Panels {
  double bytes = 0; ///< what the planner minimises
  double rows = 0, operandRows = 0, weightBytes = 0, columns = 0, count = 0;
  double macCycles = 0, macs = 0, positions = 0, worstPositions = 0;
  double listedRows = 0; ///< of panels that share no other's operand
  std::array<uint32_t, 5> ofTiles{}; ///< panels of so many full tiles
  uint32_t partial = 0;              ///< neurons of the one that is not full

  Panels operator+(const Panels &other) const {
    Panels sum = other;
    for (double Panels::*figure :
         {&Panels::bytes, &Panels::columns, &Panels::count})
      sum.*figure += this->*figure;
    for (double Panels::*figure : kByRows)
      sum.*figure += this->*figure;
    for (size_t t = 0; t < ofTiles.size(); ++t)
      sum.ofTiles[t] += ofTiles[t];
    sum.partial += partial;
    return sum;
  }
  /// The same panels with so many times the rows.
  Panels operator*(double factor) const {
    Panels more = *this;
    more.bytes *= factor;
    for (double Panels::*figure : kByRows)
      more.*figure *= factor;
    return more;
  }

private:
  static const std::array<double Panels::*, 8> kByRows;
};

inline constexpr std::array<double Panels::*, 8> Panels::kByRows = {
    &Panels::rows,           &Panels::operandRows, &Panels::weightBytes,
    &Panels::macCycles,      &Panels::macs,        &Panels::positions,
    &Panels::worstPositions, &Panels::listedRows};

/// How many panels share another's operand when each has all rows with its own
/// probability: all full ones but the first. In the slice that has the fewest
/// of `slices`: the sum over x >= 2 of P(at least x are full)^slices.
double sharingPanels(llvm::ArrayRef<double> full, double slices);

} // namespace snnc::fabric

#endif // SNNC_PLANNER_ESTIMATEDPANELS_H
