//===- SlicedLayers.h - What fabric-slice made of a network ----*- C++ -*-===//
//
// Part of the snnc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// For `snnc check --plan`: the plans by which the paradigm was chosen know the
// mean tick alone; cores to spare are room for ticks above it, and slices of
// other populations are entries of a core's table. Of a network that does not
// fit, for the search for a machine that would do.
//
//===----------------------------------------------------------------------===//
#ifndef SNNC_PASSES_MAP_SLICEDLAYERS_H
#define SNNC_PASSES_MAP_SLICEDLAYERS_H

#include "planner/LayerPlan.h"

#include <functional>
#include <map>
#include <string>

namespace snnc::map {

struct SlicedLayers {
  /// Whether plans() is wanted: it keeps what was scanned of the network.
  bool keepsPlans = false;
  using Plans = std::map<std::string, fabric::LayerPlan>; ///< by population
  /// The cut network's plans when so many PEs of a chip fetch rows from its
  /// DRAM, which its placement says (fabric::mostFetching).
  std::function<Plans(uint64_t fetching)> plans;
  /// Of a network that was refused: the PEs that it takes, where the machine's
  /// number of them is why and somebody counted them; else 0.
  uint64_t wanted = 0;
};

} // namespace snnc::map

#endif // SNNC_PASSES_MAP_SLICEDLAYERS_H
