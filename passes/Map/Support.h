//===- Support.h - What the mapping passes share ----------------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef SNNC_PASSES_MAP_SUPPORT_H
#define SNNC_PASSES_MAP_SUPPORT_H

#include "passes/Map/Passes.h"

#include <string>

namespace snnc::map {

/// `given`, or the built-in machine `name` (the default one when empty). Null
/// and error SNN0350 at `op` when there is none.
MachinePtr resolveMachine(mlir::Operation *op, MachinePtr given,
                          llvm::StringRef name);

/// Whether `op` was made for `machine`; else error SNN0350.
bool checkTarget(fabric::MachineOp op, const MachineModel &machine);

/// 118784 -> "118,784".
std::string grouped(uint64_t number);

/// "neurons [0, 38) of 'lif1'", for messages.
std::string describe(fabric::SliceOp slice);

/// The core of a slice as the user writes it: "(7, 6, 0)".
std::string describe(fabric::PeAttr pe);

fabric::PeAttr toAttr(mlir::MLIRContext *context, PeCoordinate pe);
/// Nothing when a number does not fit a coordinate.
std::optional<PeCoordinate> coordinateOf(fabric::PeAttr pe);

/// "name 1,024 B, other 512 B": the first `limit` entries.
std::string
listBytes(const std::vector<std::pair<std::string, uint64_t>> &entries,
          size_t limit = 4);

} // namespace snnc::map

#endif // SNNC_PASSES_MAP_SUPPORT_H
