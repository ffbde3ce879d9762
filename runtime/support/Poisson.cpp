//===- Poisson.cpp - Poisson numbers drawn from a counter -----------------===//
//
// Part of the snnc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "runtime/support/Poisson.h"

#include "runtime/support/PhiloxVectors.h"

#include <bit>
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
    double limit = std::ceil(sum * 0x1p48); // exact: u is a multiple of 2^-48
    if (limit >= 0x1p48)
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

/// The first bits of 16 blocks, in the order of the channels.
static_assert(std::endian::native == std::endian::little);
static inline SNNC_INLINE void firstBitsOfBlocks(PhiloxKey key, uint64_t group,
                                                 uint64_t tick, uint32_t sample,
                                                 uint64_t (&bits)[16][2]) {
  constexpr Words8 ascending = {0, 1, 2, 3, 4, 5, 6, 7};
  Words8 c[2][4];
  for (uint64_t h = 0; h < 2; ++h) {
    c[h][0] = ascending + (group + 8 * h);
    c[h][1] = Words8{} + (tick & 0xFFFFFFFF);
    c[h][2] = Words8{} + (tick >> 32);
    c[h][3] = Words8{} + uint64_t(sample);
  }
  philoxVectors(c, key);
  for (size_t h = 0; h < 2; ++h) {
    Words8 low = c[h][0] | c[h][1] << 32, high = c[h][2] | c[h][3] << 32;
    for (size_t block = 0; block < 8; ++block) {
      bits[8 * h + block][0] = low[block];
      bits[8 * h + block][1] = high[block];
    }
  }
}

void drawPoisson(const PoissonTable &table, PhiloxKey key, uint64_t tick,
                 uint32_t sample, uint32_t first, std::span<uint16_t> counts,
                 VectorSet vectors) {
  constexpr size_t kChannels = 16 * kFirstChannels;
  uint64_t end = uint64_t(first) + counts.size();
  withVectors(vectors, [&]() SNNC_INLINE {
    for (uint64_t at = first / kFirstChannels * kFirstChannels; at < end;
         at += kChannels) {
      alignas(64) uint64_t blocks[16][2];
      firstBitsOfBlocks(key, at / kFirstChannels, tick, sample, blocks);
      uint16_t bits[kChannels];
      __builtin_memcpy(bits, blocks, sizeof bits);
      uint64_t begin = at < first ? first : at;
      uint64_t stop = end < at + kChannels ? end : at + kChannels;
      uint16_t *out = counts.data() + (begin - first);
      size_t skipped = begin - at, n = stop - begin;
      uint16_t all = 0;
      for (size_t i = 0; i < n; ++i)
        all |= out[i] = table.guess(bits[skipped + i]);
      if (!(all & PoissonTable::kUnsettled))
        continue;
      for (size_t i = 0; i < n; ++i) {
        if (!(out[i] & PoissonTable::kUnsettled))
          continue;
        auto count = table.countOfFirst(bits[skipped + i]);
        auto channel = uint32_t(begin + i);
        out[i] =
            count ? *count : table.count(drawBits(key, channel, tick, sample));
      }
    }
  });
}

} // namespace snnc
