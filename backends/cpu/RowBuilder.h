//===- RowBuilder.h - A block while it is made ------------------*- C++ -*-===//
//
// Part of the snnc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Two walks over the same synapses: one that counts how many a source has of
// each delay, one that writes them where they stay. Where there are more delays
// than that is worth, rows are ordered at the end.
//
//===----------------------------------------------------------------------===//
#ifndef SNNC_BACKENDS_CPU_ROWBUILDER_H
#define SNNC_BACKENDS_CPU_ROWBUILDER_H

#include "backends/cpu/SynapseWalk.h"
#include "backends/cpu/Synapses.h"

#include <limits>

namespace snnc::cpu {

class RowBuilder {
public:
  /// No delay is outside of `bounds`; about so many synapses.
  RowBuilder(uint32_t sources, std::pair<uint32_t, uint32_t> bounds,
             uint64_t synapses, bool floats);

  /// Entries [begin, end) of a batch. Every synapse once, before layOut().
  void count(const EntryBatch &batch, size_t begin, size_t end);
  /// After the count: room for all of it. False: there was nothing.
  bool layOut();
  /// Every synapse again, in the same order; targets are `shift` more than the
  /// block's numbers for them.
  void add(const EntryBatch &batch, size_t begin, size_t end, uint32_t shift);
  /// Rows become segments.
  void finish();

  RowBlock block;

private:
  size_t cellOf(uint32_t source, uint32_t delay) const {
    return width == 1 ? source : size_t(source) * width + (delay - firstDelay);
  }
  void countWeights(const EntryBatch &batch, size_t begin, size_t end);
  uint64_t *place(const EntryBatch &batch, size_t begin, size_t end);
  void sortRow(uint64_t begin, uint64_t end);
  void addSegments(uint32_t source, uint64_t end);
  int64_t largestSum(uint64_t begin, uint64_t end) const;

  uint32_t sources, firstDelay;
  size_t width; ///< delays that are told apart while counting, or 1
  bool sorts;   ///< rows are ordered by `delays` at the end
  bool floats;
  uint64_t synapses = 0;
  uint32_t shortest = std::numeric_limits<uint32_t>::max();
  int32_t lowest = std::numeric_limits<int32_t>::max(),
          highest = std::numeric_limits<int32_t>::min();
  float first = 0;
  bool allEqual = true;
  /// Of a source and delay: how many, then where in the row the next one goes.
  std::vector<uint32_t> cells;
  std::vector<uint64_t> rowBegin; ///< per source and one more
  std::vector<uint16_t> delays;   ///< per synapse, where rows are sorted
  uint64_t places[snn::SynapseBatch::kMost];
  std::vector<uint32_t> order;
  std::vector<uint16_t> scratch16;
  std::vector<int8_t> scratchInt8;
  std::vector<int16_t> scratchInt16;
  std::vector<float> scratchFloat;
};

} // namespace snnc::cpu

#endif // SNNC_BACKENDS_CPU_ROWBUILDER_H
