//===- Random.cpp - Numbers drawn from a counter --------------------------===//
//
// Part of the snnc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "runtime/support/Random.h"

#include "runtime/support/LogTable.h"

#include <bit>
#include <cmath>

namespace snnc {

PhiloxKey streamKey(uint64_t seed, uint64_t stream) {
  // "snnc" sets these draws apart from those of a user's own counters.
  PhiloxCounter c =
      philox4x32({uint32_t(stream), uint32_t(stream >> 32), 0x736E6E63, 0},
                 {uint32_t(seed), uint32_t(seed >> 32)});
  return {c[0], c[1]};
}

uint64_t streamOf(std::string_view name) {
  uint64_t hash = 0xCBF29CE484222325;
  for (unsigned char c : name)
    hash = (hash ^ c) * 0x100000001B3;
  return hash;
}

double portableLog(double x) {
  // x = 2^k m, m = c (1 + r) with |r| < 2^-7.9: eight terms reach 1e-20.
  uint64_t bits = std::bit_cast<uint64_t>(x);
  int64_t k = int64_t(bits >> 52) - 1023;
  double m =
      std::bit_cast<double>((bits & 0xFFFFFFFFFFFFF) | 0x3FF0000000000000);
  unsigned part = unsigned(bits >> 45) & 127;
  double inverse = kLogTable.inverse[part], offset = kLogTable.log[part];
  k += part >> 6;
  double r = m * inverse - 1;
  if (std::abs(x - 1) < 0x1p-7) { // log 1 is 0, and its neighbours small
    r = x - 1;
    offset = 0;
    k = 0;
  }
  double r2 = r * r;
  double low = (1.0 / 3 - r * 0.25) + r2 * (0.2 - r * (1.0 / 6));
  double high = 1.0 / 7 - r * 0.125;
  double tail = r2 * (r * (low + r2 * r2 * high) - 0.5);
  // log 2 in two parts: k * high is exact.
  return double(k) * 0x1.62E42FEFA3800p-1 +
         (offset + (r + (tail + double(k) * 0x1.EF35793C76730p-45)));
}

double portableExp(double x) {
  double k = std::floor(x * 1.4426950408889634 + 0.5);
  double r = (x - k * 0x1.62E42FEFA3800p-1) - k * 0x1.EF35793C76730p-45;
  // |r| < 0.347: fourteen terms of the series reach 1e-18.
  double sum = 1;
  static constexpr double inverse[] = {
      1.0 / 14, 1.0 / 13, 1.0 / 12, 1.0 / 11, 1.0 / 10, 1.0 / 9, 1.0 / 8,
      1.0 / 7,  1.0 / 6,  1.0 / 5,  1.0 / 4,  1.0 / 3,  1.0 / 2, 1.0};
  for (double c : inverse)
    sum = 1 + sum * r * c;
  return std::ldexp(sum, int(k));
}

/// log(k!) by Stirling's series, a table's worth of products below 16.
static double logFactorial(double k) {
  double x = k + 1, shift = 1;
  for (; x < 16; ++x)
    shift *= x;
  double r = 1 / (x * x);
  double series =
      (1.0 / 12 - r * (1.0 / 360 - r * (1.0 / 1260 - r * (1.0 / 1680)))) / x;
  constexpr double halfLogTwoPi = 0.91893853320467274178;
  return (x - 0.5) * portableLog(x) - x + halfLogTwoPi + series -
         portableLog(shift);
}

uint64_t binomial(uint64_t n, double p, double u) {
  if (n == 0 || p <= 0)
    return 0;
  if (p >= 1)
    return n;
  double trials = double(n), odds = p / (1 - p);
  double mode = std::floor((trials + 1) * p);
  double atMode = logFactorial(trials) - logFactorial(mode) -
                  logFactorial(trials - mode) + mode * portableLog(p) +
                  (trials - mode) * portableLog(1 - p);
  double low = mode, high = mode;
  double lowMass = portableExp(atMode), highMass = lowMass;
  u -= lowMass;
  // Ends where u is used up, or where what is left is rounding.
  while (u >= 0 && (lowMass > 1e-20 || highMass > 1e-20)) {
    highMass =
        high < trials ? highMass * (trials - high) / (high + 1) * odds : 0;
    high += 1;
    if ((u -= highMass) < 0)
      return uint64_t(high);
    lowMass = low > 0 ? lowMass * low / ((trials - low + 1) * odds) : 0;
    low -= 1;
    if ((u -= lowMass) < 0)
      return uint64_t(low);
  }
  return uint64_t(mode);
}

} // namespace snnc
