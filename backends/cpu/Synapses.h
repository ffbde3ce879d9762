//===- Synapses.h - Rows of synapses in this computer's memory --*- C++ -*-===//
//
// Part of the snnc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A partition is a range of up to 65,536 neurons of a population, so that a
// target takes 16 bits; so has a group of partitions (Layout.h) where it has no
// more neurons. A block holds what one projection has into one partition, or
// all that the projections of one source have into one group, by source and
// delay (compressed sparse rows): 2 bytes for the target and 0, 1, 2 or 4 for
// the weight. Made in two walks over the projections, one that counts and one
// that writes.
//
//===----------------------------------------------------------------------===//
#ifndef SNNC_BACKENDS_CPU_SYNAPSES_H
#define SNNC_BACKENDS_CPU_SYNAPSES_H

#include "backends/cpu/Network.h"
#include "compiler/Target/Target.h"

#include <variant>

namespace snnc::cpu {

inline constexpr uint32_t kPartitionNeurons = 65536;

/// Synapses of one source that share a delay; the row is made of such
/// segments, one behind the other.
struct Segment {
  uint64_t begin : 48; ///< in RowBlock::targets; the next one's is the end
  uint64_t delay : 16; ///< ticks
};

struct RowBlock {
  size_t partition = 0; ///< which of the blocks that were asked for
  unsigned receptor = 0;
  /// Per source and one more: the first of its segments.
  std::vector<uint32_t> segmentBegin;
  std::vector<Segment> segments; ///< and one more, at the end of all
  /// Relative to the partition or group; in a segment ascending for each
  /// projection.
  std::vector<uint16_t> targets;
  /// One for all synapses, or one each in the narrowest type.
  std::variant<int32_t, float, std::vector<int8_t>, std::vector<int16_t>,
               std::vector<float>>
      weights;
  uint32_t shortestDelay = 0, longestDelay = 0; ///< ticks
  /// The most that |sum| for one neuron can grow by when a segment arrives once
  /// (integers only).
  int64_t largest = 0;

  uint64_t bytes() const;
  /// The integer of synapse i; 0 where weights are floats.
  int32_t weightAt(uint64_t i) const;
};

/// What of a projection goes into blocks.
struct RowSource {
  snn::ProjectionOp op;
  uint32_t first = 0, last = 0; ///< targets [first, last)
  uint32_t each = 1;            ///< targets of a piece
  struct Piece {
    size_t block = 0;
    uint32_t offset = 0; ///< in the block, of the piece's first target
  };
  std::vector<Piece> pieces;
};

/// The blocks of projections of one source population, receptor and precision,
/// which can all be opened (SynapseWalk) and no two of which have a target in
/// common. Blocks without a synapse are left out. Several threads may make
/// different ones. std::bad_alloc.
std::vector<RowBlock> makeRows(llvm::ArrayRef<RowSource> from,
                               target::Precision precision, size_t blocks);

/// One projection in partitions of `neurons`. Errors at the op: SNN0303,
/// SNN0304.
mlir::FailureOr<std::vector<RowBlock>>
buildRows(snn::ProjectionOp projection, target::Precision precision,
          uint32_t neurons = kPartitionNeurons);

struct RowEstimate {
  target::Piece held;
  uint64_t whileBuilt = 0; ///< bytes on top, given back after the build
};

/// What makeRows will need: the expectation where synapses are drawn, at most
/// so much where they are stored. Nothing is drawn or read for it.
RowEstimate estimateRows(snn::ProjectionOp projection,
                         target::Precision precision);

} // namespace snnc::cpu

#endif // SNNC_BACKENDS_CPU_SYNAPSES_H
