//===- SumDigits.h - Partial sums as digits of keys -------------*- C++ -*-===//
//
// Part of the snnc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A subordinate of a row split sends each sum as one or two signed digits of
// `bits` bits (runtime/abi/CoreHeader.h, "Row split"). How many bits its sums
// have follows from its weights and from how often its sources may spike in a
// tick; how many keys they may take, from those that all subordinates share.
//
//===----------------------------------------------------------------------===//
#ifndef SNNC_PLANNER_SUMDIGITS_H
#define SNNC_PLANNER_SUMDIGITS_H

#include "runtime/machine/MachineModel.h"

#include <algorithm>
#include <cstdint>
#include <span>
#include <vector>

namespace snnc::fabric {

/// The sums of one cell, or of several: from -minus to plus.
struct SumRange {
  uint64_t plus = 0, minus = 0;
  void add(int64_t weight) {
    (weight < 0 ? minus : plus) += weight < 0 ? 0 - uint64_t(weight) : weight;
  }
  /// Of two cells that are added up, the second `times` times.
  void add(const SumRange &more, uint64_t times) {
    plus += more.plus * times;
    minus += more.minus * times;
  }
  /// Of either of two cells.
  void widen(const SumRange &other) {
    plus = std::max(plus, other.plus);
    minus = std::max(minus, other.minus);
  }
  bool operator==(const SumRange &) const = default;
};

struct SumDigits {
  static constexpr uint32_t kMostBits = 24; ///< of a digit

  uint32_t digits = 1; ///< 1 or 2
  uint32_t bits = 1;   ///< of a digit, 1 to kMostBits

  /// What they hold.
  uint64_t most() const;  ///< largest sum
  uint64_t least() const; ///< smallest sum, without its sign
  bool holds(const SumRange &sums) const {
    return sums.plus <= most() && sums.minus <= least();
  }
  /// Keys of one sum.
  uint64_t keys() const { return uint64_t(digits) << bits; }
  bool operator==(const SumDigits &) const = default;
};

/// So many digits with the fewest bits that hold `sums`, which are sums of the
/// array: with two always, one digit may have more bits than kMostBits.
SumDigits leastDigits(uint32_t digits, const SumRange &sums);

/// What `sums` are sent as where one may take 2^keyBits keys: one digit where
/// it fits (no cell sends two packets then), else two with as many bits as the
/// keys allow (few sums need the second then), and never fewer than they need.
SumDigits digitsFor(const SumRange &sums, uint32_t keyBits);

/// A subordinate's cells and what the sums of any of them may be.
struct PartSums {
  uint64_t cells = 0;
  SumRange range;
};

/// The digits of each subordinate so that all of them together take at most
/// `keys` keys, each an aligned power of two; where that cannot be, those with
/// the fewest keys. One digit of the same width for all where it fits.
std::vector<SumDigits> chooseDigits(std::span<const PartSums> parts,
                                    uint64_t keys);

/// Keys that the partial sums of all populations may take: half of those there
/// are. The rest is for spikes.
inline constexpr uint64_t kSumKeys = uint64_t(1) << 31;

/// The sums that a MAC array's accumulator holds, either sign.
SumRange accumulatorRange(const MacArray &mac);

/// What decides whether a partial sum is sent: minus the logarithm of the
/// chance that no spike adds to it in a tick. Of several projections into one
/// receptor these add up. `synapses` of a neuron, from `sources` that each send
/// nothing in a tick with the chance `silent`: as many as a source has, or
/// spread over the sources by chance where they are fewer.
double activityOf(double sources, double synapses, double silent);

/// Packets that `cells` partial sums of that activity send in a tick: a sum of
/// 0 sends none, a share `beyond` of all has a second digit. Weights that
/// cancel out are not looked for.
double expectedSums(double cells, double activity, double beyond = 0);

/// How many partial sums of a subordinate are beyond one digit. A sum is taken
/// as normal, with the mean and the variance that its sources give it between
/// ticks and between neurons; they spike independently of each other.
class SumSpread {
public:
  SumSpread(uint32_t neurons, uint32_t receptors)
      : neurons(neurons), sums(receptors) {}
  /// Weights of `sources`, their sum and the sum of their squares over all
  /// neurons. `scatter`: variance over mean of the spikes of a source.
  void add(uint32_t receptor, double sources, double sum, double square,
           double rate, double scatter);
  /// Share of the sums: none where there is one digit.
  double beyondOne(const SumDigits &digits) const;

private:
  struct Spread {
    double mean = 0, variance = 0;
  };
  double neurons;
  std::vector<Spread> sums; ///< per receptor
};

} // namespace snnc::fabric

#endif // SNNC_PLANNER_SUMDIGITS_H
