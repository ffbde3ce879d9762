//===- Poisson.cpp - Poisson numbers drawn from a counter -----------------===//
//
// Part of the snnc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "runtime/support/Poisson.h"

#include "runtime/support/PhiloxVectors.h"

#include <cmath>

namespace snnc {

static constexpr uint16_t kMostSpikes = 1000;

uint16_t poissonCount(double mean, double u) {
  double term = portableExp(-mean), sum = term;
  uint16_t k = 0;
  while (u >= sum && k < kMostSpikes) {
    ++k;
    term *= mean / k;
    sum += term;
  }
  return k;
}

PoissonTable::PoissonTable(double mean) : guide(size_t(1) << kGuideBits) {
  double term = portableExp(-mean), sum = term;
  for (uint16_t k = 0; k < kMostSpikes;) {
    double limit = std::ceil(sum * 0x1p53); // exact: u is a multiple of 2^-53
    if (limit >= 0x1p53)
      break;
    limits.push_back(uint64_t(limit));
    ++k;
    term *= mean / k;
    sum += term;
  }
  for (uint64_t g = 0; g < guide.size(); ++g) {
    uint16_t low = search(g << kRest, g ? guide[g - 1] & ~kUnsettled : 0);
    uint16_t high = search(((g + 1) << kRest) - 1, low);
    guide[g] = low == high ? low : uint16_t(low | kUnsettled);
  }
}

void drawPoisson(const PoissonTable &table, PhiloxKey key, uint64_t tick,
                 uint32_t sample, uint32_t first, std::span<uint16_t> counts,
                 VectorSet vectors) {
  constexpr size_t kChannels = 64; // of twice eight blocks
  constexpr Words8 ascending = {0, 1, 2, 3, 4, 5, 6, 7};
  uint64_t end = uint64_t(first) + counts.size();
  withVectors(vectors, [&]() SNNC_INLINE {
    for (uint64_t at = first / 4 * 4; at < end; at += kChannels) {
      Words8 c[2][4];
      for (uint64_t h = 0; h < 2; ++h) {
        c[h][0] = ascending + (at / 4 + 8 * h);
        c[h][1] = Words8{} + (tick & 0xFFFFFFFF);
        c[h][2] = Words8{} + (tick >> 32);
        c[h][3] = Words8{} + uint64_t(sample);
      }
      philoxVectors(c, key);
      alignas(64) uint64_t high[2][4][8];
      __builtin_memcpy(high, c, sizeof high);
      for (uint64_t channel = at < first ? first : at,
                    stop = end < at + kChannels ? end : at + kChannels;
           channel < stop; ++channel) {
        size_t group = (channel - at) / 4, word = channel % 4;
        auto bits = uint32_t(high[group / 8][word][group % 8]);
        auto count = table.countOfHigh(bits);
        counts[channel - first] =
            count ? *count
                  : table.count(drawBits(key, uint32_t(channel), tick, sample));
      }
    }
  });
}

} // namespace snnc
