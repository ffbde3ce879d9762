//===- Draws.h - Many random numbers at once --------------------*- C++ -*-===//
//
// Part of the snnc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What Random.h draws one by one, in vectors: the same numbers, bit for bit.
//
//===----------------------------------------------------------------------===//
#ifndef SNNC_RUNTIME_SUPPORT_DRAWS_H
#define SNNC_RUNTIME_SUPPORT_DRAWS_H

#include "runtime/support/Random.h"
#include "runtime/support/Vectors.h"

#include <cstddef>

namespace snnc {

/// Counters of one batch.
inline constexpr size_t kDraws = 128;

/// Words 0 to 3 of each counter's result.
struct DrawnWords {
  alignas(64) uint32_t word[4][kDraws];
};

/// philox4x32({first + i, owner, 0, 0}, key) for i = 0 .. kDraws - 1.
void drawWords(PhiloxKey key, uint32_t first, uint32_t owner, DrawnWords &out,
               VectorSet vectors = widestVectors());

/// normalQuantile(openInterval(words[i])) for i < count <= kDraws.
void normalQuantiles(const uint32_t *words, size_t count, double *out,
                     VectorSet vectors = widestVectors());

} // namespace snnc

#endif // SNNC_RUNTIME_SUPPORT_DRAWS_H
