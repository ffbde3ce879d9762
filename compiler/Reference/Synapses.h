//===- Synapses.h - What a spike does, either precision ---------*- C++ -*-===//
//
// Part of the snnc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Private to the interpreter: the rows of one projection, made on the first
// spike of each source and kept, and the sums that wait for their tick.
//
//===----------------------------------------------------------------------===//
#ifndef SNNC_REFERENCE_SYNAPSES_H
#define SNNC_REFERENCE_SYNAPSES_H

#include "compiler/SNN/Connectivity.h"

namespace snnc::reference {

enum class Precision {
  Float,     ///< weights as the user gave them, float32
  Quantized, ///< the integers of snn-quantize
};

/// Everything one source sends (S4.1).
struct Row {
  struct Entry {
    uint32_t target;
    uint32_t delay; ///< ticks
    union {
      int32_t integer; ///< Precision::Quantized
      float real;      ///< Precision::Float
    };
  };
  std::vector<Entry> entries;
};

class Synapses {
public:
  /// Null when an error was emitted at the projection (SNN0303, SNN0304).
  static std::unique_ptr<Synapses> create(snn::ProjectionOp projection,
                                          Precision precision);
  uint32_t maxDelay() const { return longest; }
  uint32_t numSources() const { return uint32_t(rows.size()); }
  /// Valid until the next call.
  const Row &row(uint32_t source);

private:
  void fill(uint32_t source, Row &row) const;

  /// Rows beyond so many synapses are made again on every spike, so that a huge
  /// matrix does not fill the memory (12 bytes each).
  static constexpr size_t kKeptSynapses = size_t(1) << 27;

  std::unique_ptr<snn::IntConnectivity> integers;
  std::unique_ptr<snn::Connectivity> reals;
  std::vector<uint32_t> delays; ///< Float: one, or one for each source
  std::vector<std::unique_ptr<Row>> rows;
  Row scratch;
  size_t kept = 0;
  uint32_t longest = 1;
};

/// Weight sums of the coming ticks, for one receptor of one population (S4.2).
template <typename Sum> class SumRing {
public:
  void resize(size_t neuronCount, uint32_t maxDelay) {
    neurons = neuronCount;
    depth = size_t(maxDelay) + 1;
    sums.assign(neurons * depth, Sum(0));
  }
  void clear() { std::fill(sums.begin(), sums.end(), Sum(0)); }
  Sum *slot(uint64_t tick) { return sums.data() + (tick % depth) * neurons; }

private:
  size_t neurons = 0, depth = 1;
  std::vector<Sum> sums;
};

} // namespace snnc::reference

#endif // SNNC_REFERENCE_SYNAPSES_H
