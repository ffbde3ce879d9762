//===- SliceEmitter.h - Slices as fabric ops --------------------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef SNNC_PASSES_MAP_SLICEEMITTER_H
#define SNNC_PASSES_MAP_SLICEEMITTER_H

#include "planner/LayerPlanner.h"

#include "mlir/IR/Builders.h"

namespace snnc::map {

/// Writes the inputs, slices, blocks, gathers and flows of `plan`, which was
/// scanned, where `builder` stands. Slices of a population with pinned cores
/// (snn::kCoresName) get them in order, subordinates last; error SNN0358 where
/// it has more of them than slices.
mlir::LogicalResult emitSlices(const fabric::NetworkInfo &info,
                const fabric::LayerPlanner &plan, mlir::OpBuilder &builder);

} // namespace snnc::map

#endif // SNNC_PASSES_MAP_SLICEEMITTER_H
