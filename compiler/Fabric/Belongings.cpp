//===- Belongings.cpp - What belongs to each slice ------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "compiler/Fabric/Belongings.h"

#include "llvm/ADT/STLExtras.h"

using namespace mlir;

namespace snnc::fabric {

Belongings::Belongings(MachineOp op) {
  for (Operation &part : op.getBody().front())
    if (auto block = dyn_cast<BlockOp>(part)) {
      slices[block.getTarget()].blocks.push_back(block);
      if (block.getSource())
        sources[block.getSource()];
    } else if (auto buffer = dyn_cast<BufferOp>(part))
      slices[buffer.getSlice()].buffers.push_back(buffer);
    else if (auto gather = dyn_cast<GatherOp>(part))
      slices[gather.getTarget()].gather = gather;
  for (auto &[handle, parts] : sources) {
    for (Value member : membersOf(handle))
      parts.push_back(infoOf(member));
    llvm::stable_sort(parts, [](const SliceInfo &a, const SliceInfo &b) {
      return a.begin < b.begin;
    });
  }
}

const Belongings::Of &Belongings::of(SliceOp slice) const {
  auto it = slices.find(slice.getSlice());
  return it == slices.end() ? nothing : it->second;
}

llvm::ArrayRef<SliceInfo> Belongings::sourcesOf(BlockOp block) const {
  auto found = sources.find(block.getSource());
  if (!block.getSource() || found == sources.end())
    return {};
  llvm::ArrayRef<SliceInfo> all = found->second;
  if (!block.getFirst())
    return all;
  uint64_t first = *block.getFirst(), last = *block.getLast();
  auto begin = llvm::partition_point(
      all, [&](const SliceInfo &slice) { return slice.end <= first; });
  auto end =
      std::partition_point(begin, all.end(), [&](const SliceInfo &slice) {
        return slice.begin < last;
      });
  return {begin, end};
}

Range Belongings::knownBy(BlockOp block) const {
  llvm::ArrayRef<SliceInfo> slices = sourcesOf(block);
  if (slices.empty())
    return {};
  Range known{slices.front().begin, slices.back().end};
  if (block.getFirst())
    known = {std::max(known.begin, uint32_t(*block.getFirst())),
             std::min(known.end, uint32_t(*block.getLast()))};
  return known.begin < known.end ? known : Range{};
}

llvm::SmallVector<Attribute> rowEncodingsOf(const Belongings::Of &slice) {
  llvm::SmallVector<Attribute> encodings;
  for (BlockOp block : slice.blocks)
    if (Attribute encoding = loopEncodingOf(block);
        !llvm::is_contained(encodings, encoding))
      encodings.push_back(encoding);
  if (GatherOp gather = slice.gather)
    for (auto sums : gather.getEncodings().getAsRange<SumsAttr>()) {
      // Shifts by constants where all sums are alike.
      Attribute encoding =
          llvm::all_equal(gather.getEncodings()) ? sums : loopEncodingOf(sums);
      if (!llvm::is_contained(encodings, encoding))
        encodings.push_back(encoding);
    }
  return encodings;
}

} // namespace snnc::fabric
