//===- Fetching.cpp - Who reads a chip's DRAM -----------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "compiler/Fabric/Fetching.h"

#include "llvm/ADT/SmallPtrSet.h"

#include <map>

using namespace mlir;

namespace snnc::fabric {

uint64_t mostFetching(MachineOp op) {
  std::map<ChipCoordinate, llvm::SmallPtrSet<Operation *, 8>> fetching;
  for (BufferOp buffer : op.getOps<BufferOp>())
    if (auto slice = buffer.getSlice().getDefiningOp<SliceOp>();
        slice && buffer.getDram() && slice.getAtAttr())
      fetching[addressOf(slice.getAtAttr()).chip].insert(slice);
  uint64_t most = 0;
  for (auto &[chip, slices] : fetching)
    most = std::max<uint64_t>(most, slices.size());
  return most;
}

} // namespace snnc::fabric
