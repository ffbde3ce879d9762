//===- Encoding.h - Synapses as bytes of a core ------------------*- C++
//-*-===//
//
// Part of the snnc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The row formats of the serial paradigm, the only place that knows them
// besides the code generator's row loops. `n` is the number of neurons of the
// target slice, align4 rounds up to a multiple of four.
//
// Dense<b>, b = 8 or 16: one row per source, align4(n) signed weights of b
//   bits, row stride align4(n) * b / 8 bytes. Only for blocks with one delay.
// Sparse<w, I, D, W>, I + D + W = w = 16 or 32: one word per synapse. From the
//   low end: I bits target neuron (local to the slice), D bits delay, W bits
//   signed weight. Rows are contiguous. Index: u16[key_count + 1] per source
//   slice, in words relative to the block's first word; row i is the words
//   [index[i], index[i + 1]). Delay of a synapse = block's least delay + field.
//   A row names a target and delay once, unless the encoding says `repeats`.
//
// A block has rows only for the range of sources that its source slices cover,
// which need not begin at 0: what is outside has no synapse into the slice.
//
// Conv<b, shape>, b = 8 or 16: the taps of every output channel that the slice
//   meets (channels first) or all of them (channels last), signed weights of b
//   bits in the order of ConvShape::tap, once for all sources; no index. The
//   core computes the targets from the number of the source and clips them to
//   the slice, which may begin inside a channel. Only for blocks with one
//   delay.
//
// Rows and index start at multiples of 4. Neighbouring source slices share the
// index entry between them when the second then still starts at a multiple of
// 4 bytes, which slices of an even size do.
//
//===----------------------------------------------------------------------===//
#ifndef SNNC_PLANNER_ENCODING_H
#define SNNC_PLANNER_ENCODING_H

#include "compiler/SNN/Connectivity.h"
#include "planner/ConvShape.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace snnc::fabric {

inline constexpr uint64_t align4(uint64_t n) { return (n + 3) & ~uint64_t(3); }

/// Neurons or sources [begin, end).
struct Range {
  uint32_t begin = 0, end = 0;
  uint32_t size() const { return end - begin; }
  bool operator==(const Range &) const = default;
};

/// The least range that holds both; an empty one holds nothing.
Range hull(Range a, Range b);
/// The parts of `slices` inside `range`, in order; those without are left out.
std::vector<Range> clip(std::span<const Range> slices, Range range);

/// The integer synapses of a projection, made row by row. Sources and targets
/// are places on the chip (NeuronOrder.h).
class SynapseView {
public:
  virtual ~SynapseView() = default;
  virtual uint32_t numSources() const = 0;
  virtual uint32_t numTargets() const = 0;
  /// Least and largest delay of any synapse, ticks, at least 1.
  virtual uint32_t minDelay() const = 0;
  virtual uint32_t maxDelay() const = 0;
  /// The convolution that the projection is, if it is one.
  virtual std::optional<ConvShape> conv() const { return std::nullopt; }
  /// Replaces `row` by the synapses of `source`, ascending by target; a target
  /// may appear more than once.
  virtual void row(uint32_t source,
                   std::vector<snn::IntSynapse> &row) const = 0;
};

/// The convolution that `projection` is, as its neurons stand. Nothing for
/// other connectivity, dilated kernels and pools whose windows overlap, leave
/// gaps or begin outside.
std::optional<ConvShape> convOf(snn::ProjectionOp projection);
/// The view of a projection; null and an error at the op when there is none.
std::unique_ptr<SynapseView> viewOf(snn::ProjectionOp projection);

/// One of the formats above.
struct RowEncoding {
  enum class Kind : uint8_t { Dense, Sparse, Conv };
  Kind kind = Kind::Dense;
  unsigned word = 8; ///< bits of a weight (dense, conv) or of a word (sparse)
  unsigned indexBits = 0, delayBits = 0, weightBits = 0; ///< sparse only
  bool repeats = false; ///< sparse: a row may name a target and delay again
  ConvShape conv = {};  ///< conv only

  static RowEncoding dense(unsigned bits) { return {Kind::Dense, bits}; }
  static RowEncoding sparse(unsigned word, unsigned index, unsigned delay,
                            unsigned weight, bool repeats = false) {
    return {Kind::Sparse, word, index, delay, weight, repeats};
  }
  static RowEncoding shared(unsigned bits, const ConvShape &shape) {
    return {Kind::Conv, bits, 0, 0, 0, false, shape};
  }
  bool operator==(const RowEncoding &) const = default;
};
/// "dense<8>", "sparse<16, index = 8, delay = 0, weight = 8>", the latter also
/// with ", repeats = true", "conv<8>".
std::string toText(const RowEncoding &encoding);

/// Output channels whose taps a core with `targets` keeps.
Range channelsOf(const ConvShape &shape, Range targets);
/// Bytes of those taps; `encoding` is a conv.
uint64_t convBytes(const RowEncoding &encoding, Range targets);

/// Exact bytes of a block, each part a multiple of 4.
struct BlockSize {
  uint64_t rows = 0, index = 0;
  uint64_t total() const { return rows + index; }
  bool operator==(const BlockSize &) const = default;
};

/// Where each source slice's index begins, in u16 entries.
struct IndexLayout {
  explicit IndexLayout(std::span<const Range> sourceSlices);
  std::vector<uint32_t> first;
  uint64_t entries = 0;
};

/// What one streaming scan of a projection finds, as prefix sums over the
/// targets: the size of any slice's block is then known in O(1).
class BlockStatistics {
public:
  static BlockStatistics scan(const SynapseView &view);

  uint32_t numSources() const { return sources; }
  uint32_t minDelay() const { return leastDelay; }
  uint32_t maxDelay() const { return largestDelay; }
  /// As if all delays were `by` ticks longer.
  void moveDelays(int64_t by) {
    leastDelay = uint32_t(leastDelay + by);
    largestDelay = uint32_t(largestDelay + by);
  }
  /// Synapses that end in `targets`.
  uint64_t synapses(Range targets) const { return count(Synapses, targets); }

  /// The least range of sources that holds every one with a synapse into
  /// `targets`; empty without synapses. O(targets between the first and the
  /// last with a synapse).
  Range sourcesOf(Range targets) const;

  /// Nothing when `encoding` cannot hold the block: more than one delay or a
  /// sum of weights too wide (dense), an index, delay or weight too wide or
  /// sum of weights too wide (dense), an index, delay or weight too wide, more
  /// words than a u16 counts or repeats that it rules out (sparse), not this
  /// convolution or weights that differ along a channel (conv). `sourceSlices`
  /// follow each other and cover at least sourcesOf(targets).
  std::optional<BlockSize> size(const RowEncoding &encoding, Range targets,
                                std::span<const Range> sourceSlices) const;

  struct Choice {
    RowEncoding encoding;
    BlockSize size;
  };
  /// The smallest legal encoding, the first of dense 8, dense 16, sparse 16,
  /// sparse 32 where they tie. A shared kernel costs more cycles an event, so
  /// it has to be at most half as large. Nothing when none is legal.
  std::optional<Choice> choose(Range targets,
                               std::span<const Range> sourceSlices) const;

private:
  enum Column : uint8_t {
    Synapses,   ///< synapses
    WideWeight, ///< synapses whose weight needs more than 8 bits
    HugeWeight, ///< ... more than 16 bits
    WideSum,    ///< (source, target) pairs whose sum needs more than 8 bits
    HugeSum,    ///< ... more than 16 bits
    Repeats,    ///< (source, target) pairs that name a delay again
    NumColumns
  };
  uint64_t count(Column column, Range targets) const {
    return before(column, targets.end) - before(column, targets.begin);
  }
  uint64_t before(Column column, uint32_t target) const {
    return prefix[column][std::clamp(target, touched.begin, touched.end) -
                          touched.begin];
  }
  void keepTouched();
  void addRow(uint32_t source, std::span<const snn::IntSynapse> row);
  void shareTaps(uint32_t source, std::span<const snn::IntSynapse> row);
  void checkTaps();

  uint32_t sources = 0, leastDelay = 1, largestDelay = 1;
  /// All targets with a synapse: many projections have few, and one entry for
  /// every neuron of each would make their number a square.
  Range touched;
  std::vector<uint64_t> prefix[NumColumns]; ///< of `touched`
  std::vector<Range> reach; ///< per target of `touched`, its sources
  /// Of a convolution whose rows are copies of one kernel, its taps.
  std::optional<ConvShape> shape;
  std::vector<int32_t> taps;
};

/// One block to write.
struct BlockOutput {
  RowEncoding encoding;
  Range targets;
  std::vector<Range> sourceSlices; ///< as for BlockStatistics::size
  /// Exactly the sizes that BlockStatistics::size tells.
  std::span<std::byte> rows, index;
  uint64_t synapses = 0; ///< written
};

/// Writes several blocks of one projection while its rows are read once. False
/// when a size or a value does not fit (a bug: choose() never lets it happen).
bool writeBlocks(const SynapseView &view, std::span<BlockOutput> blocks);

/// The inverse of writeBlocks, source by source from the first one of
/// `sourceSlices`: what the core will add.
/// Targets are local to the slice, zero weights of dense rows and kernels are
/// left out.
std::vector<std::vector<snn::IntSynapse>>
readBlock(const RowEncoding &encoding, Range targets, uint32_t minDelay,
          std::span<const Range> sourceSlices, std::span<const std::byte> rows,
          std::span<const std::byte> index);

} // namespace snnc::fabric

#endif // SNNC_PLANNER_ENCODING_H
