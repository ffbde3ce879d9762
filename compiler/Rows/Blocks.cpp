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
        block.targets.end > view.numTargets() ||
        block.sources.begin > block.sources.end ||
        block.sources.end > view.numSources())
      return false;
    BlockBytes<std::byte> bytes{block.targets, block.sources, view.minDelay(),
                                block.rows, block.index};
    writer = block.encoding.format->write(block.encoding.fields, bytes, view);
    return writer != nullptr;
  }
  bool add(uint32_t source, const std::vector<IntSynapse> &row) {
    auto part = within(row, block.targets);
    if (source < block.sources.begin || source >= block.sources.end)
      return part.empty(); // the range misses nothing
    block.synapses += part.size();
    return writer->add(source, part);
  }
  bool end() { return writer->end(); }

private:
  BlockOutput &block;
  std::unique_ptr<BlockWriter> writer;
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
          Range sources, std::span<const std::byte> rows,
          std::span<const std::byte> index) {
  BlockBytes<const std::byte> bytes{targets, sources, minDelay, rows, index};
  std::vector<std::vector<IntSynapse>> result;
  for (uint32_t source = sources.begin; source < sources.end; ++source)
    encoding.format->read(encoding.fields, bytes, source,
                          result.emplace_back());
  return result;
}

} // namespace snnc::fabric
