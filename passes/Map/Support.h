//===- Support.h - What the mapping passes share ----------------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef SNNC_PASSES_MAP_SUPPORT_H
#define SNNC_PASSES_MAP_SUPPORT_H

#include "passes/Map/Passes.h"
#include "planner/Capacity.h"

#include <string>

namespace snnc::map {

/// `given`, or the built-in machine `name` (the default one when empty). Null
/// and error SNN0350 at `op` when there is none.
MachinePtr resolveMachine(mlir::Operation *op, MachinePtr given,
                          llvm::StringRef name);

/// `act` on every mapping of `module`, with the machine (resolveMachine) that
/// it is for. Failure, reported, where there is no such machine, a mapping is
/// for another (SNN0350), or `act` fails.
mlir::LogicalResult
forEachMapping(mlir::ModuleOp module, MachinePtr given, llvm::StringRef name,
               llvm::function_ref<mlir::LogicalResult(fabric::MachineOp,
                                                      const MachineModel &)>
                   act);

using fabric::grouped;

/// "neurons [0, 38) of 'lif1'", for messages.
std::string describe(fabric::SliceOp slice);

/// The cores of `op` that slices are on and that routes name, numbered in the
/// order of their addresses: what RouterEntry::targets are made of.
class CoreNumbers {
public:
  explicit CoreNumbers(fabric::MachineOp op);
  uint32_t numberOf(fabric::PeAttr pe) const;
  uint32_t size() const { return uint32_t(cores.size()); }
  const CoreAddress &address(uint32_t number) const { return cores[number]; }

private:
  std::vector<CoreAddress> cores;
};

/// "name 1,024 B, other 512 B": the first `limit` entries.
std::string
listBytes(const std::vector<std::pair<std::string, uint64_t>> &entries,
          size_t limit = 4);

} // namespace snnc::map

#endif // SNNC_PASSES_MAP_SUPPORT_H
