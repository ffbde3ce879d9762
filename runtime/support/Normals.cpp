//===- Normals.cpp - Normal numbers drawn from a counter ------------------===//
//
// Part of the snnc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "runtime/support/Normals.h"

#include "runtime/support/PhiloxVectors.h"

#include <algorithm>
#include <cstring>

// Vectors are passed between functions that are all inlined.
#pragma clang diagnostic ignored "-Wpsabi"

namespace snnc {

/// Blocks at a time.
static constexpr uint32_t kBlocks = 16;

/// The numbers of 16 blocks, in the order of the neurons.
static inline SNNC_INLINE void drawBlocks(PhiloxKey key, uint32_t group,
                                          uint32_t tick, uint32_t sample,
                                          float (&out)[4 * kBlocks]) {
  constexpr Words8 ascending = {0, 1, 2, 3, 4, 5, 6, 7};
  Words8 both[2][4];
  for (uint64_t h = 0; h < 2; ++h) {
    both[h][0] = (ascending + (group + 8 * h)) & 0xFFFFFFFF;
    both[h][1] = Words8{} + uint64_t(tick);
    both[h][2] = Words8{} + uint64_t(kNormalMark);
    both[h][3] = Words8{} + uint64_t(sample);
  }
  philoxVectors(both, key);
  for (uint32_t h = 0; h < 2; ++h)
    for (uint32_t w = 0; w < 4; ++w) {
      using Halves8 [[gnu::vector_size(32)]] = uint32_t;
      using Floats8 [[gnu::vector_size(32)]] = float;
      Halves8 word = __builtin_convertvector(both[h][w], Halves8);
      Floats8 m = __builtin_convertvector(word << 1 | 1, Floats8), c[4];
      Halves8 row;
      std::memcpy(&row, &m, sizeof row);
      row = (row >> 23) - 127;
      for (int l = 0; l < 8; ++l)
        for (int k = 0; k < 4; ++k)
          c[k][l] = kNormalTable[row[l]][k];
      Floats8 size = c[0] + m * (c[1] + m * (c[2] + m * c[3]));
      Halves8 bits;
      std::memcpy(&bits, &size, sizeof bits);
      bits ^= word & 0x80000000;
      std::memcpy(&size, &bits, sizeof bits);
      for (uint32_t l = 0; l < 8; ++l)
        out[4 * (8 * h + l) + w] = size[l];
    }
}

void drawNormals(PhiloxKey key, uint32_t tick, uint32_t sample, uint32_t first,
                 std::span<float> numbers, VectorSet vectors) {
  withVectors(vectors, [&]() SNNC_INLINE {
    size_t done = 0;
    while (done < numbers.size()) {
      uint32_t neuron = first + uint32_t(done), lane = neuron % 4;
      float block[4 * kBlocks];
      drawBlocks(key, neuron / 4, tick, sample, block);
      size_t count =
          std::min<size_t>(4 * kBlocks - lane, numbers.size() - done);
      std::memcpy(numbers.data() + done, block + lane, count * sizeof(float));
      done += count;
    }
  });
}

} // namespace snnc
