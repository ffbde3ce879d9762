//===- Poisson.h - Poisson numbers drawn from a counter ---------*- C++ -*-===//
//
// Part of the snnc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// docs/semantics.md S7.4. A drive of one Poisson number a neuron and tick costs
// more than the neuron unless many are drawn at once: one block of four words
// serves four channels, vectors of blocks, and the inversion looked up. The
// numbers are those of the rule, bit for bit.
//
//===----------------------------------------------------------------------===//
#ifndef SNNC_RUNTIME_SUPPORT_POISSON_H
#define SNNC_RUNTIME_SUPPORT_POISSON_H

#include "runtime/support/Random.h"
#include "runtime/support/Vectors.h"

#include <optional>
#include <span>
#include <vector>

namespace snnc {

/// Inversion of the distribution function: k is the number of terms of
/// exp(-mean) * mean^k / k! that fit below u, at most 1000; mean 0 to 100.
uint16_t poissonCount(double mean, double u);

/// The block of words that holds the high or the low bits of the uniform
/// numbers of channels 4 * group to 4 * group + 3; channel c has word c % 4.
enum class DrawBits : uint32_t { High = 0, Low = uint32_t(1) << 31 };
constexpr PhiloxCounter drawWords(PhiloxKey key, uint32_t group, uint64_t tick,
                                  uint32_t sample, DrawBits which) {
  return philox4x32({group | uint32_t(which), uint32_t(tick),
                     uint32_t(tick >> 32), sample},
                    key);
}

/// 53 bits of which `high` are the first 32 and `low` has the others.
constexpr uint64_t uniformBits(uint32_t high, uint32_t low) {
  return uint64_t(high) << 21 | low >> 11;
}

/// The uniform number of a channel, u = bits * 2^-53.
constexpr uint64_t drawBits(PhiloxKey key, uint32_t channel, uint64_t tick,
                            uint32_t sample) {
  auto word = [&](DrawBits which) {
    return drawWords(key, channel / 4, tick, sample, which)[channel % 4];
  };
  return uniformBits(word(DrawBits::High), word(DrawBits::Low));
}

/// poissonCount of one mean as a table.
class PoissonTable {
public:
  explicit PoissonTable(double mean);

  /// For u = bits * 2^-53.
  uint16_t count(uint64_t bits) const {
    uint16_t first = guide[bits >> kRest];
    return first & kUnsettled ? search(bits, first & ~kUnsettled) : first;
  }
  /// From the first 32 bits of u, where they settle it.
  std::optional<uint16_t> countOfHigh(uint32_t high) const {
    uint16_t first = guide[high >> (32 - kGuideBits)];
    if (!(first & kUnsettled))
      return first;
    uint16_t least = search(uniformBits(high, 0), first & ~kUnsettled);
    bool isSettled = least == search(uniformBits(high, UINT32_MAX), least);
    return isSettled ? std::optional(least) : std::nullopt;
  }
  /// u has at least k + 1 spikes from thresholds()[k] * 2^-53 on; ascending.
  std::span<const uint64_t> thresholds() const { return limits; }

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
