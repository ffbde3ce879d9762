//===- Blocks.cpp - Writing and reading blocks of rows --------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "compiler/Rows/Blocks.h"

#include <algorithm>

using snnc::snn::IntSynapse;

namespace snnc::fabric {

/// The part of an ascending row that ends in `targets`.
static std::span<const IntSynapse> within(const std::vector<IntSynapse> &row,
                                          Range targets) {
  auto below = [](const IntSynapse &synapse, uint32_t target) {
    return synapse.target < target;
  };
  auto first = std::lower_bound(row.begin(), row.end(), targets.begin, below);
  auto last = std::lower_bound(first, row.end(), targets.end, below);
  return {first, last};
}

namespace {
/// Gives one block the rows that are its own; every member function returns
/// whether they fit.
class BlockFiller {
public:
  explicit BlockFiller(BlockOutput &block) : block(block) {
    std::fill(block.rows.begin(), block.rows.end(), std::byte(0));
    std::fill(block.index.begin(), block.index.end(), std::byte(0));
  }

  bool begin(const SynapseView &view) {
    if (block.targets.begin >= block.targets.end ||
        block.targets.end > view.numTargets() || !covers(view.numSources()))
      return false;
    BlockBytes<std::byte> bytes{block.targets, block.sourceSlices,
                                view.minDelay(), block.rows, block.index};
    writer = block.encoding.format->write(block.encoding.fields, bytes, view);
    return writer != nullptr;
  }
  bool add(uint32_t source, const std::vector<IntSynapse> &row) {
    auto part = within(row, block.targets);
    const auto &slices = block.sourceSlices;
    if (slice == slices.size() || source < slices[slice].begin)
      return part.empty(); // the range misses nothing
    RowPlace place{source, slice};
    slice += source + 1 == slices[slice].end;
    block.synapses += part.size();
    return writer->add(place, part);
  }
  bool end() { return writer->end(); }

private:
  /// The slices are [a, b), [b, c), ... inside the sources.
  bool covers(uint32_t sources) const {
    const auto &slices = block.sourceSlices;
    for (size_t i = 0; i < slices.size(); ++i)
      if (slices[i].end <= slices[i].begin || slices[i].end > sources ||
          (i > 0 && slices[i].begin != slices[i - 1].end))
        return false;
    return true;
  }

  BlockOutput &block;
  std::unique_ptr<BlockWriter> writer;
  size_t slice = 0; ///< of the next source
};
} // namespace

bool writeBlocks(const SynapseView &view, std::span<BlockOutput> blocks) {
  std::vector<BlockFiller> fillers;
  for (BlockOutput &block : blocks)
    if (!fillers.emplace_back(block).begin(view))
      return false;
  std::vector<IntSynapse> row;
  for (uint32_t source = 0; source < view.numSources(); ++source) {
    view.row(source, row);
    for (BlockFiller &filler : fillers)
      if (!filler.add(source, row))
        return false;
  }
  return std::all_of(fillers.begin(), fillers.end(),
                     [](BlockFiller &filler) { return filler.end(); });
}

std::vector<std::vector<IntSynapse>>
readBlock(const RowEncoding &encoding, Range targets, uint32_t minDelay,
          std::span<const Range> sourceSlices, std::span<const std::byte> rows,
          std::span<const std::byte> index) {
  BlockBytes<const std::byte> bytes{targets, sourceSlices, minDelay, rows,
                                    index};
  std::vector<std::vector<IntSynapse>> result;
  for (size_t slice = 0; slice < sourceSlices.size(); ++slice)
    for (uint32_t source = sourceSlices[slice].begin;
         source < sourceSlices[slice].end; ++source)
      encoding.format->read(encoding.fields, bytes, {source, slice},
                            result.emplace_back());
  return result;
}

} // namespace snnc::fabric
