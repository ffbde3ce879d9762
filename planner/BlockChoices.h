//===- BlockChoices.h - What any plan knows of a core's blocks --*- C++ -*-===//
//
// Part of the snnc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The encodings of a serial core's blocks that do not depend on how other
// populations are cut. A search asks for those of the same slices again and
// again, and finding them asks every row format.
//
//===----------------------------------------------------------------------===//
#ifndef SNNC_PLANNER_BLOCKCHOICES_H
#define SNNC_PLANNER_BLOCKCHOICES_H

#include "compiler/Rows/BlockStatistics.h"

#include "llvm/ADT/DenseMap.h"
#include "llvm/ADT/STLFunctionalExtras.h"

#include <memory>
#include <optional>
#include <tuple>
#include <vector>

namespace snnc::fabric {

/// Of the blocks of a core, in the order of NetworkNode::incoming.
struct BlockChoices {
  using Each = std::vector<std::optional<BlockStatistics::Choice>>;
  std::vector<Range> sources; ///< LayerPlanner::allSourcesOf
  Each inSram;                ///< smallest
  struct InDram {
    Each least;   ///< bytes in SRAM
    Each fastest; ///< rows
    /// Blocks whose move to DRAM frees bytes of SRAM, most first.
    std::vector<size_t> order;
  };
  std::optional<InDram> inDram;
};

/// Those of the slices asked for of late, as many as kMostBlocks blocks.
class BlockChoicesCache {
public:
  /// Of `targets` of `node`; `near`: of a dominant core's rows. What is not
  /// there, or has no `inDram` that is asked for, `make` makes.
  std::shared_ptr<const BlockChoices>
  get(uint32_t node, bool near, Range targets, bool inDram,
      llvm::function_ref<BlockChoices()> make);
  void clear();

private:
  static constexpr size_t kMostBlocks = size_t(1) << 18; // some 70 MB
  using Slice =
      std::pair<std::pair<uint32_t, uint32_t>, std::pair<uint32_t, uint32_t>>;
  llvm::DenseMap<Slice, std::shared_ptr<const BlockChoices>> known;
  size_t blocks = 0;
};

} // namespace snnc::fabric

#endif // SNNC_PLANNER_BLOCKCHOICES_H
