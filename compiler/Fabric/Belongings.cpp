//===- Belongings.cpp - What belongs to each slice ------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "compiler/Fabric/Belongings.h"

#include "llvm/ADT/STLExtras.h"

using namespace mlir;

namespace snnc::fabric {

Belongings::Belongings(MachineOp op) {
  for (Operation &part : op.getBody().front())
    if (auto block = dyn_cast<BlockOp>(part))
      slices[block.getTarget()].blocks.push_back(block);
    else if (auto buffer = dyn_cast<BufferOp>(part))
      slices[buffer.getSlice()].buffers.push_back(buffer);
    else if (auto gather = dyn_cast<GatherOp>(part))
      slices[gather.getTarget()].gather = gather;
}

const Belongings::Of &Belongings::of(SliceOp slice) const {
  auto it = slices.find(slice.getSlice());
  return it == slices.end() ? nothing : it->second;
}

llvm::SmallVector<Attribute> rowEncodingsOf(const Belongings::Of &slice) {
  llvm::SmallVector<Attribute> encodings;
  for (BlockOp block : slice.blocks)
    if (Attribute encoding = loopEncodingOf(block);
        !llvm::is_contained(encodings, encoding))
      encodings.push_back(encoding);
  if (GatherOp gather = slice.gather)
    encodings.push_back(gather.getEncoding());
  return encodings;
}

} // namespace snnc::fabric
