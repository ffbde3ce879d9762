//===- Random.h - Numbers drawn from a counter ------------------*- C++ -*-===//
//
// Part of the snnc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Philox4x32-10 (Salmon, Moraes, Dror, Shaw: "Parallel random numbers: as easy
// as 1, 2, 3", SC'11): a pure function of a counter and a key, so any draw can
// be made anywhere, in any order, by any number of threads. Beside it the few
// functions that turn uniform words into distributions, written with IEEE
// additions, products, quotients and square roots only: the C library's log and
// exp differ from machine to machine, these do not. Free of LLVM.
//
//===----------------------------------------------------------------------===//
#ifndef SNNC_RUNTIME_SUPPORT_RANDOM_H
#define SNNC_RUNTIME_SUPPORT_RANDOM_H

#include <array>
#include <cstdint>
#include <string_view>

namespace snnc {

using PhiloxCounter = std::array<uint32_t, 4>;
using PhiloxKey = std::array<uint32_t, 2>;

/// Ten rounds with the constants of the paper. Inline: 20 million synapses make
/// 20 million calls.
constexpr PhiloxCounter philox4x32(PhiloxCounter c, PhiloxKey key) {
  for (int round = 0; round < 10; ++round) {
    uint64_t a = uint64_t(0xD2511F53) * c[0], b = uint64_t(0xCD9E8D57) * c[2];
    c = {uint32_t(b >> 32) ^ c[1] ^ key[0], uint32_t(b),
         uint32_t(a >> 32) ^ c[3] ^ key[1], uint32_t(a)};
    key[0] += 0x9E3779B9;
    key[1] += 0xBB67AE85;
  }
  return c;
}

/// The key of one stream (a projection, an input) of a seed: two streams of a
/// seed never share a key by construction of the name alone.
PhiloxKey streamKey(uint64_t seed, uint64_t stream);
/// FNV-1a of a name: the stream of a projection or an input.
uint64_t streamOf(std::string_view name);

/// 53 random bits in [0, 1).
constexpr double unitInterval(uint32_t low, uint32_t high) {
  return double((uint64_t(high) << 32 | low) >> 11) * 0x1p-53;
}
/// 32 random bits in (0, 1), never an end: (w + 1/2) / 2^32.
constexpr double openInterval(uint32_t word) {
  return (double(word) + 0.5) * 0x1p-32;
}
/// 0 to n - 1, n >= 1, from 64 random bits (bias below n / 2^64).
constexpr uint32_t below(uint32_t low, uint32_t high, uint32_t n) {
  uint64_t bits = uint64_t(high) << 32 | low;
  return uint32_t((static_cast<unsigned __int128>(bits) * n) >> 64);
}

/// Natural logarithm of a finite x > 0 that is not subnormal, and exponential
/// of |x| <= 700. Within 4e-16 relative (log: of max(|log x|, 1)) of the true
/// value; the same bits everywhere.
double portableLog(double x);
double portableExp(double x);
/// Quantile of the standard normal distribution, 0 < p < 1: Wichura's AS 241
/// (PPND16, Applied Statistics 37, 1988), relative error about 1e-16.
double normalQuantile(double p);
/// Successes among n trials of probability p in [0, 1], by inversion of u in
/// [0, 1) from the mode outward: about 5 sqrt(n p (1 - p)) steps. n at most
/// 2^40; the distribution is within 1e-3 / 2^53 n log n of the true one.
uint64_t binomial(uint64_t n, double p, double u);

} // namespace snnc

#endif // SNNC_RUNTIME_SUPPORT_RANDOM_H
