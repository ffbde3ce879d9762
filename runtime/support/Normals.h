//===- Normals.h - Normal numbers drawn from a counter ----------*- C++ -*-===//
//
// Part of the snnc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// docs/semantics.md S3.7: a standard normal number of float32 for each neuron
// and tick, cheap for a core without float64, logarithm or table of any size:
// one word of Philox4x32-10, one conversion, a polynomial of degree 3.
//
//===----------------------------------------------------------------------===//
#ifndef SNNC_RUNTIME_SUPPORT_NORMALS_H
#define SNNC_RUNTIME_SUPPORT_NORMALS_H

#include "runtime/support/NormalTable.h"
#include "runtime/support/Random.h"
#include "runtime/support/Vectors.h"

#include <bit>
#include <span>

namespace snnc {

/// Third word of the counter: no other draw of a key has it.
inline constexpr uint32_t kNormalMark = 0x6D726F6E; // "norm"

/// The block for neurons 4 * group to 4 * group + 3; neuron n has word n % 4.
constexpr PhiloxCounter normalWords(PhiloxKey key, uint32_t group,
                                    uint32_t tick, uint32_t sample) {
  return philox4x32({group, tick, kNormalMark, sample}, key);
}

/// The number of a word: its first bit is the sign, the others and one more are
/// m of kNormalTable.
constexpr float normalOf(uint32_t word) {
  float m = float(word << 1 | 1);
  const float(&c)[4] = kNormalTable[(std::bit_cast<uint32_t>(m) >> 23) - 127];
  float size = c[0] + m * (c[1] + m * (c[2] + m * c[3]));
  return std::bit_cast<float>(std::bit_cast<uint32_t>(size) ^
                              (word & 0x80000000));
}

/// Of neurons `first`, `first` + 1, ... in one tick and sample.
void drawNormals(PhiloxKey key, uint32_t tick, uint32_t sample, uint32_t first,
                 std::span<float> numbers, VectorSet vectors = widestVectors());

} // namespace snnc

#endif // SNNC_RUNTIME_SUPPORT_NORMALS_H
