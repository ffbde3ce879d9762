//===- SumDigits.cpp - Partial sums as digits of keys ---------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "planner/SumDigits.h"

#include <bit>
#include <cmath>

namespace snnc::fabric {

/// Half of a digit's values.
static uint64_t half(uint32_t bits) { return uint64_t(1) << (bits - 1); }

// The digits are -half .. half - 1: all that two of them write is without gaps.
uint64_t SumDigits::most() const {
  uint64_t digit = half(bits) - 1;
  return digits == 1 ? digit : (digit << bits) + digit;
}

uint64_t SumDigits::least() const {
  uint64_t digit = half(bits);
  return digits == 1 ? digit : (digit << bits) + digit;
}

SumDigits leastDigits(uint32_t digits, const SumRange &sums) {
  SumDigits found{digits, 1};
  while (!found.holds(sums) && found.bits <= SumDigits::kMostBits)
    ++found.bits;
  return found;
}

SumDigits digitsFor(const SumRange &sums, uint32_t keyBits) {
  SumDigits one = leastDigits(1, sums), two = leastDigits(2, sums);
  if (one.bits <= std::min(keyBits, SumDigits::kMostBits))
    return one;
  // As many as one digit needs hold every sum in the first.
  two.bits = std::max(two.bits, std::min(keyBits ? keyBits - 1 : 0, one.bits));
  two.bits = std::min(two.bits, SumDigits::kMostBits);
  return two.keys() < one.keys() || one.bits > SumDigits::kMostBits ? two : one;
}

std::vector<SumDigits> chooseDigits(std::span<const PartSums> parts,
                                    uint64_t keys) {
  std::vector<SumDigits> found(parts.size());
  for (uint32_t bits = SumDigits::kMostBits; bits > 0; --bits) {
    uint64_t all = 0;
    for (size_t i = 0; i < parts.size(); ++i) {
      found[i] = digitsFor(parts[i].range, bits);
      all += std::bit_ceil(parts[i].cells * found[i].keys());
    }
    if (all <= keys)
      break;
  }
  // All alike where that costs no second digit: a core that adds them up shifts
  // by constants then.
  SumDigits alike;
  uint64_t all = 0;
  for (const SumDigits &each : found)
    alike = {std::max(alike.digits, each.digits),
             std::max(alike.bits, each.bits)};
  for (const PartSums &part : parts)
    all += std::bit_ceil(part.cells * alike.keys());
  if (alike.digits == 1 && all <= keys)
    found.assign(parts.size(), alike);
  return found;
}

SumRange accumulatorRange(const MacArray &mac) {
  uint64_t end = half(std::clamp(mac.accumulatorBits, 1u, 32u));
  return {end - 1, end};
}

double activityOf(double sources, double synapses, double silent) {
  if (sources <= 0 || synapses <= 0)
    return 0;
  double share = synapses / sources;
  return share < 1 ? -sources * std::log1p(-share * (1 - silent))
                   : -synapses * std::log(silent);
}

double expectedSums(double cells, double activity, double beyond) {
  return cells * (1 - std::exp(-activity) + beyond);
}

void SumSpread::add(uint32_t receptor, double sources, double sum,
                    double square, double rate, double scatter) {
  if (sources <= 0)
    return;
  Spread &spread = sums[receptor];
  double mean = sum / neurons, squares = square / neurons;
  spread.mean += rate * mean;
  spread.variance += rate * scatter * squares;
  spread.variance +=
      rate * rate * std::max(0.0, squares - mean * mean / sources);
}

double SumSpread::beyondOne(const SumDigits &digits) const {
  if (digits.digits == 1)
    return 0;
  double limit = double(half(digits.bits)), share = 0;
  for (const Spread &spread : sums) {
    double unit = std::sqrt(2 * std::max(1.0, spread.variance));
    share += std::erfc((limit - spread.mean) / unit) / 2 +
             std::erfc((limit + spread.mean) / unit) / 2;
  }
  return share / double(std::max<size_t>(1, sums.size()));
}

} // namespace snnc::fabric
