//===- Blocks.h - Writing and reading blocks of rows ------------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef SNNC_ROWS_BLOCKS_H
#define SNNC_ROWS_BLOCKS_H

#include "compiler/Rows/RowFormat.h"

namespace snnc::fabric {

/// One block to write.
struct BlockOutput {
  RowEncoding encoding;
  Range targets, sources; ///< as for BlockStatistics::size
  /// Exactly the sizes that BlockStatistics::size tells.
  std::span<std::byte> rows, index;
  uint64_t synapses = 0; ///< written
};

/// Writes several blocks of one projection while its rows are read once. False
/// when a size or a value does not fit (a bug: choose() never lets it happen).
bool writeBlocks(const SynapseView &view, std::span<BlockOutput> blocks);

/// The inverse of writeBlocks, source by source: what the core will add.
/// Targets are local to the slice, zero weights of dense rows and kernels are
/// left out.
std::vector<std::vector<snn::IntSynapse>>
readBlock(const RowEncoding &encoding, Range targets, uint32_t minDelay,
          Range sources, std::span<const std::byte> rows,
          std::span<const std::byte> index);

} // namespace snnc::fabric

#endif // SNNC_ROWS_BLOCKS_H
