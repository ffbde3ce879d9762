//===- Poisson.h - Poisson numbers drawn from a counter ---------*- C++ -*-===//
//
// Part of the snnc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// docs/semantics.md S7.4. A drive of one Poisson number a neuron and tick costs
// more than the neuron unless many are drawn at once: vectors of counters, and
// the inversion looked up. The numbers are those of the rule, bit for bit.
//
//===----------------------------------------------------------------------===//
#ifndef SNNC_RUNTIME_SUPPORT_POISSON_H
#define SNNC_RUNTIME_SUPPORT_POISSON_H

#include "runtime/support/Random.h"
#include "runtime/support/Vectors.h"

#include <span>
#include <vector>

namespace snnc {

/// Inversion of the distribution function: k is the number of terms of
/// exp(-mean) * mean^k / k! that fit below u, at most 1000; mean 0 to 100.
uint16_t poissonCount(double mean, double u);

/// poissonCount of one mean as a table.
class PoissonTable {
public:
  explicit PoissonTable(double mean);

  /// For u = bits * 2^-53.
  uint16_t count(uint64_t bits) const {
    uint16_t first = guide[bits >> kRest];
    return first & kUnsettled ? search(bits, first & ~kUnsettled) : first;
  }

private:
  static constexpr unsigned kGuideBits = 12, kRest = 53 - kGuideBits;
  static constexpr uint16_t kUnsettled = 0x8000;
  uint16_t search(uint64_t bits, uint16_t k) const {
    while (k < limits.size() && bits >= limits[k])
      ++k;
    return k;
  }

  /// u reaches the sum of the first k + 1 terms from limits[k] * 2^-53 on.
  std::vector<uint64_t> limits;
  /// By the first bits of u: the count, or the least with kUnsettled where the
  /// rest of u decides.
  std::vector<uint16_t> guide;
};

/// The counts of channels `first`, `first` + 1, ... of one tick and sample, all
/// with the table's mean.
void drawPoisson(const PoissonTable &table, PhiloxKey key, uint64_t tick,
                 uint32_t sample, uint32_t first, std::span<uint16_t> counts,
                 VectorSet vectors = widestVectors());

} // namespace snnc

#endif // SNNC_RUNTIME_SUPPORT_POISSON_H
