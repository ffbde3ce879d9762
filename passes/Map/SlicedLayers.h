//===- SlicedLayers.h - What fabric-slice made of a network ----*- C++ -*-===//
//
// Part of the snnc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// For `snnc check --plan`: the plans by which the paradigm was chosen know the
// mean tick alone; cores to spare are room for ticks above it, and slices of
// other populations are entries of a core's table.
//
//===----------------------------------------------------------------------===//
#ifndef SNNC_PASSES_MAP_SLICEDLAYERS_H
#define SNNC_PASSES_MAP_SLICEDLAYERS_H

#include "planner/LayerPlanner.h"

#include <map>
#include <string>

namespace snnc::map {

/// By population.
using SlicedLayers = std::map<std::string, fabric::LayerPlan>;

} // namespace snnc::map

#endif // SNNC_PASSES_MAP_SLICEDLAYERS_H
