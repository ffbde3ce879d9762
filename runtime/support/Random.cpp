//===- Random.cpp - Numbers drawn from a counter --------------------------===//
//
// Part of the snnc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "runtime/support/Random.h"

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

/// log m for 1 <= m < 2: 2 artanh(s) with s = (m - 1) / (m + 1) <= 1/3, whose
/// square is below 1/9; 20 terms reach 1e-19.
static constexpr double slowLog(double m) {
  double s = (m - 1) / (m + 1), z = s * s, sum = 0;
  for (int n = 41; n >= 3; n -= 2)
    sum = (sum + 1.0 / n) * z;
  return 2 * s + 2 * s * sum;
}

namespace {
/// 1 / c and log c at the middle c of 128 equal parts of [1, 2).
struct LogTable {
  static constexpr int parts = 128;
  double inverse[parts] = {}, log[parts] = {};
  constexpr LogTable() {
    for (int i = 0; i < parts; ++i) {
      inverse[i] = 1 / (1 + (i + 0.5) / parts);
      // The logarithm of what the rounded inverse stands for.
      log[i] = slowLog(1 / inverse[i]);
      // From 1.5 on the exponent is one more: near 1 from below, its term and
      // this one would cancel otherwise.
      if (i >= parts / 2)
        log[i] -= 0x1.62E42FEFA39EFp-1;
    }
  }
};
constexpr LogTable logTable;
} // namespace

double portableLog(double x) {
  // x = 2^k m, m = c (1 + r) with |r| < 2^-7.9: eight terms reach 1e-20.
  uint64_t bits = std::bit_cast<uint64_t>(x);
  int64_t k = int64_t(bits >> 52) - 1023;
  double m =
      std::bit_cast<double>((bits & 0xFFFFFFFFFFFFF) | 0x3FF0000000000000);
  unsigned part = unsigned(bits >> 45) & 127;
  double inverse = logTable.inverse[part], offset = logTable.log[part];
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

static double horner(const double (&c)[8], double x) {
  double sum = c[7];
  for (int i = 6; i >= 0; --i)
    sum = sum * x + c[i];
  return sum;
}

double normalQuantile(double p) {
  static constexpr double a[] = {
      3.3871328727963666080e0,  1.3314166789178437745e+2,
      1.9715909503065514427e+3, 1.3731693765509461125e+4,
      4.5921953931549871457e+4, 6.7265770927008700853e+4,
      3.3430575583588128105e+4, 2.5090809287301226727e+3};
  static constexpr double b[] = {1.0,
                                 4.2313330701600911252e+1,
                                 6.8718700749205790830e+2,
                                 5.3941960214247511077e+3,
                                 2.1213794301586595867e+4,
                                 3.9307895800092710610e+4,
                                 2.8729085735721942674e+4,
                                 5.2264952788528545610e+3};
  static constexpr double c[] = {
      1.42343711074968357734e0,  4.63033784615654529590e0,
      5.76949722146069140550e0,  3.64784832476320460504e0,
      1.27045825245236838258e0,  2.41780725177450611770e-1,
      2.27238449892691845833e-2, 7.74545014278341407640e-4};
  static constexpr double d[] = {1.0,
                                 2.05319162663775882187e0,
                                 1.67638483018380384940e0,
                                 6.89767334985100004550e-1,
                                 1.48103976427480074590e-1,
                                 1.51986665636164571966e-2,
                                 5.47593808499534494600e-4,
                                 1.05075007164441684324e-9};
  static constexpr double e[] = {
      6.65790464350110377720e0,  5.46378491116411436990e0,
      1.78482653991729133580e0,  2.96560571828504891230e-1,
      2.65321895265761230930e-2, 1.24266094738807843860e-3,
      2.71155556874348757815e-5, 2.01033439929228813265e-7};
  static constexpr double f[] = {1.0,
                                 5.99832206555887937690e-1,
                                 1.36929880922735805310e-1,
                                 1.48753612908506148525e-2,
                                 7.86869131145613259100e-4,
                                 1.84631831751005468180e-5,
                                 1.42151175831644588870e-7,
                                 2.04426310338993978564e-15};
  double q = p - 0.5;
  if (std::abs(q) <= 0.425) {
    double r = 0.180625 - q * q;
    return q * horner(a, r) / horner(b, r);
  }
  double r = std::sqrt(-portableLog(q < 0 ? p : 1 - p));
  double x = r <= 5 ? horner(c, r - 1.6) / horner(d, r - 1.6)
                    : horner(e, r - 5) / horner(f, r - 5);
  return q < 0 ? -x : x;
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
