//===- BlockStatistics.h - What one scan of a projection finds --*- C++ -*-===//
//
// Part of the snnc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
#ifndef SNNC_ROWS_BLOCKSTATISTICS_H
#define SNNC_ROWS_BLOCKSTATISTICS_H

#include "compiler/Rows/RowFormat.h"

#include <algorithm>

namespace snnc::fabric {

/// What one streaming scan of a projection finds, as prefix sums over the
/// targets: the size of any slice's block is then known in O(1).
class BlockStatistics {
public:
  /// The formats' probes see the rows too; `formats` are copied.
  static BlockStatistics scan(const SynapseView &view,
                              const RowFormats &formats);

  uint32_t numSources() const { return sources; }
  uint32_t minDelay() const { return leastDelay; }
  uint32_t maxDelay() const { return largestDelay; }
  bool oneDelay() const { return leastDelay == largestDelay; }
  /// Synapses that end in `targets`.
  uint64_t synapses(Range targets) const { return count(Synapses, targets); }
  /// Those whose weight needs more than `bits`, 8 or 16.
  uint64_t wideWeights(unsigned bits, Range targets) const {
    return count(bits == 8 ? WideWeight : HugeWeight, targets);
  }
  /// (source, target) pairs the sum of whose weights does.
  uint64_t wideSums(unsigned bits, Range targets) const {
    return count(bits == 8 ? WideSum : HugeSum, targets);
  }
  /// (source, target) pairs that name a delay again.
  uint64_t repeats(Range targets) const { return count(Repeats, targets); }
  /// No fewer than the synapses of any source into `targets`.
  uint64_t longestRow(Range targets) const {
    return std::min(largestRow, count(MostOfPair, targets));
  }
  /// What `format` noted; null without a probe.
  const RowProbe *probeOf(const RowFormat &format) const;

  /// The least range of sources that holds every one with a synapse into
  /// `targets`; empty without synapses. O(targets between the first and the
  /// last with a synapse).
  Range sourcesOf(Range targets) const;

  /// RowFormat::size.
  std::optional<BlockSize> size(const RowEncoding &encoding, Range targets,
                                Range sources) const {
    return encoding.format->size(encoding.fields, *this, targets, sources);
  }

  struct Choice {
    RowEncoding encoding;
    BlockSize size;
  };
  /// The smallest legal encoding of the formats that were given to scan(), the
  /// first where they tie, unless a format asks for more
  /// (RowFormat::isBetter). Nothing when none is legal.
  std::optional<Choice> choose(Range targets, Range sources,
                               RowsIn place = RowsIn::Sram) const;
  /// All legal encodings, in the order of the formats.
  std::vector<Choice> legal(Range targets, Range sources, RowsIn place) const;

private:
  enum Column : uint8_t {
    Synapses,   ///< synapses
    WideWeight, ///< synapses whose weight needs more than 8 bits
    HugeWeight, ///< ... more than 16 bits
    WideSum,    ///< (source, target) pairs whose sum needs more than 8 bits
    HugeSum,    ///< ... more than 16 bits
    Repeats,    ///< (source, target) pairs that name a delay again
    MostOfPair, ///< most synapses of one source
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

  RowFormats formats;
  uint32_t sources = 0, leastDelay = 1, largestDelay = 1;
  uint64_t largestRow = 0; ///< synapses of one source
  /// All targets with a synapse: many projections have few, and one entry for
  /// every neuron of each would make their number a square.
  Range touched;
  std::vector<uint64_t> prefix[NumColumns]; ///< of `touched`
  std::vector<Range> reach; ///< per target of `touched`, its sources
  /// Of the formats that have one.
  std::vector<std::pair<const RowFormat *, std::shared_ptr<RowProbe>>> probes;
};

/// Whether synapses of one source and target name a delay more than once.
bool repeatsDelay(std::span<const snn::IntSynapse> synapses);

} // namespace snnc::fabric

#endif // SNNC_ROWS_BLOCKSTATISTICS_H
