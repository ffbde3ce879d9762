//===- Poisson.h - Poisson numbers drawn from a counter ---------*- C++ -*-===//
//
// Part of the snnc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// docs/semantics.md S7.4. A drive of one Poisson number a neuron and tick costs
// more than the neuron unless many are drawn at once: one block of four words
// serves eight channels, vectors of blocks, and the inversion looked up. The
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

/// A uniform number has 48 bits, u = bits * 2^-48: the first ones, which nearly
/// always settle a count, are a half of a word of one block, the others a word
/// of another.
inline constexpr unsigned kUniformBits = 48, kFirstBits = 16,
                          kOtherBits = kUniformBits - kFirstBits;
/// Channels that a block serves.
inline constexpr uint32_t kFirstChannels = 8, kOtherChannels = 4;

/// The block with the first bits of channels 8 * group to 8 * group + 7.
constexpr PhiloxCounter firstWords(PhiloxKey key, uint32_t group, uint64_t tick,
                                   uint32_t sample) {
  return philox4x32({group, uint32_t(tick), uint32_t(tick >> 32), sample}, key);
}
/// The block with the others of channels 4 * group to 4 * group + 3.
constexpr PhiloxCounter otherWords(PhiloxKey key, uint32_t group, uint64_t tick,
                                   uint32_t sample) {
  return firstWords(key, group | uint32_t(1) << 31, tick, sample);
}

constexpr uint32_t firstBits(const PhiloxCounter &words, uint32_t channel) {
  uint32_t half = channel % kFirstChannels;
  return words[half / 2] >> (half % 2 * kFirstBits) & 0xFFFF;
}
constexpr uint64_t uniformBits(uint32_t first, uint32_t others) {
  return uint64_t(first) << kOtherBits | others;
}

/// The uniform number of a channel.
constexpr uint64_t drawBits(PhiloxKey key, uint32_t channel, uint64_t tick,
                            uint32_t sample) {
  auto first = firstWords(key, channel / kFirstChannels, tick, sample);
  auto others = otherWords(key, channel / kOtherChannels, tick, sample);
  return uniformBits(firstBits(first, channel),
                     others[channel % kOtherChannels]);
}
constexpr double uniformOf(uint64_t bits) { return double(bits) * 0x1p-48; }

/// poissonCount of one mean as a table.
class PoissonTable {
public:
  explicit PoissonTable(double mean);

  /// For u = uniformOf(bits).
  uint16_t count(uint64_t bits) const {
    uint16_t first = guide[bits >> kRest];
    return first & kUnsettled ? search(bits, first & ~kUnsettled) : first;
  }
  /// By the first 16 bits of u: the count, or the least with kUnsettled where
  /// others decide, too.
  uint16_t guess(uint16_t first) const {
    return guide[first >> (kFirstBits - kGuideBits)];
  }
  static constexpr uint16_t kUnsettled = 0x8000;
  /// From the first 16 bits of u, where they settle it.
  std::optional<uint16_t> countOfFirst(uint32_t first) const {
    uint16_t least = guess(uint16_t(first));
    if (!(least & kUnsettled))
      return least;
    least = search(uniformBits(first, 0), least & ~kUnsettled);
    bool isSettled = least == search(uniformBits(first, UINT32_MAX), least);
    return isSettled ? std::optional(least) : std::nullopt;
  }
  /// u has at least k + 1 spikes from uniformOf(thresholds()[k]) on; ascending.
  std::span<const uint64_t> thresholds() const { return limits; }

private:
  static constexpr unsigned kGuideBits = 12, kRest = kUniformBits - kGuideBits;
  uint16_t search(uint64_t bits, uint16_t k) const {
    while (k < limits.size() && bits >= limits[k])
      ++k;
    return k;
  }

  /// u reaches the sum of the first k + 1 terms from uniformOf(limits[k]) on.
  std::vector<uint64_t> limits;
  std::vector<uint16_t> guide; ///< guess() of the first bits of those
};

/// The counts of channels `first`, `first` + 1, ... of one tick and sample, all
/// with the table's mean.
void drawPoisson(const PoissonTable &table, PhiloxKey key, uint64_t tick,
                 uint32_t sample, uint32_t first, std::span<uint16_t> counts,
                 VectorSet vectors = widestVectors());

} // namespace snnc

#endif // SNNC_RUNTIME_SUPPORT_POISSON_H
