//===- Encodings.h - Ways to hold the synapses of a block -------*- C++ -*-===//
//
// Part of the snnc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The paradigm question on this machine: what one projection has into one
// partition is held in the way that costs least time per spike. Sums of
// integers do not depend on the order of their terms, so the encoding is never
// seen in the results; in float every block has index rows, which keep the
// order of S4.4.
//
//===----------------------------------------------------------------------===//
#ifndef SNNC_BACKENDS_CPU_ENCODINGS_H
#define SNNC_BACKENDS_CPU_ENCODINGS_H

#include "backends/cpu/CpuTarget.h"
#include "backends/cpu/Synapses.h"
#include "runtime/support/Vectors.h"

namespace snnc::cpu {

/// A cache line, so that rows of them begin on one.
struct alignas(64) Line {
  std::array<uint64_t, 8> words{};
};

/// Pairs that are connected, a bit each; all synapses have one weight and one
/// delay. What a pair has beyond its first synapse stands in index rows.
struct BitRows {
  size_t lines = 0;       ///< of a row: 512 targets each
  std::vector<Line> bits; ///< sources x lines
  int32_t weight = 0;
};

/// Every pair, sources x stride; all synapses have one delay.
struct DenseRows {
  size_t stride = 0; ///< targets of a row, a multiple of 64
  std::variant<std::vector<int8_t>, std::vector<int16_t>> weights;
};

/// Source `first` + n has one synapse, onto neuron n of the partition; all have
/// one delay.
struct DiagonalRows {
  uint32_t first = 0;
  /// One for all, or one each.
  std::variant<int32_t, std::vector<int16_t>> weights;
};

/// What an encoding would take.
struct Estimate {
  Encoding encoding = Encoding::Index;
  double time = 0;  ///< ns, when every source spikes once
  double bytes = 0; ///< of all rows
};

/// What one projection has into one partition, or the projections of a source
/// into a group.
struct Block {
  size_t group = 0;                 ///< of the partition
  uint32_t offset = 0, neurons = 0; ///< in the group's sums
  unsigned receptor = 0;
  uint32_t shortestDelay = 0, longestDelay = 0; ///< ticks
  int64_t largest = 0;                          ///< as RowBlock::largest
  uint64_t synapses = 0;
  std::string name;                ///< of its projections
  std::vector<Estimate> estimates; ///< where they are asked for (Tuning)
  std::variant<RowBlock, BitRows, DenseRows, DiagonalRows> rows;

  Encoding encoding() const { return Encoding(rows.index()); }
  uint64_t bytes() const;
};

/// What is known of a block before it is encoded.
struct BlockShape {
  uint64_t sources = 0, neurons = 0, synapses = 0;
  double spikes = 1; ///< of all sources in a tick, expected
  bool oneDelay = false, oneWeight = false, diagonal = false, floats = false;
  unsigned weightBytes = 0; ///< of an index row: 0, 1, 2
};

/// Of all that are possible for `shape`, index rows first.
std::vector<Estimate> estimates(const BlockShape &shape, const Costs &costs);

/// Could `shape` be held so?
bool isPossible(Encoding encoding, const BlockShape &shape);

/// The one of least time that does not take too many bytes for it.
Encoding cheapest(const BlockShape &shape, const Costs &costs);

/// The rows in the encoding that `tuning` wants; two blocks where bit rows
/// leave something over. `firstNeuron` of the partition, `neurons` in it;
/// `rate`: spikes of a source in a tick, expected.
std::vector<Block> encode(RowBlock rows, uint32_t firstNeuron, uint32_t neurons,
                          uint32_t sources, double rate, bool floats,
                          const Tuning &tuning);

} // namespace snnc::cpu

#endif // SNNC_BACKENDS_CPU_ENCODINGS_H
