//===- PhiloxVectors.h - Philox4x32-10 on many counters ---------*- C++ -*-===//
//
// Part of the snnc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
#ifndef SNNC_RUNTIME_SUPPORT_PHILOXVECTORS_H
#define SNNC_RUNTIME_SUPPORT_PHILOXVECTORS_H

#include "runtime/support/Random.h"
#include "runtime/support/Vectors.h"

namespace snnc {

/// philox4x32 of twice eight counters, c[h][w] word w of eight, 32 bits of each
/// in 64. Two at a time: their rounds overlap in the processor.
inline SNNC_INLINE void philoxVectors(Words8 (&c)[2][4], PhiloxKey key) {
  constexpr uint64_t low = 0xFFFFFFFF;
  for (int round = 0; round < 10; ++round) {
    for (auto &[c0, c1, c2, c3] : c) {
      Words8 a = (c0 & low) * 0xD2511F53, b = (c2 & low) * 0xCD9E8D57;
      c0 = (b >> 32) ^ c1 ^ uint64_t(key[0]);
      c1 = b & low;
      c2 = (a >> 32) ^ c3 ^ uint64_t(key[1]);
      c3 = a & low;
    }
    key = {key[0] + 0x9E3779B9, key[1] + 0xBB67AE85};
  }
}

} // namespace snnc

#endif // SNNC_RUNTIME_SUPPORT_PHILOXVECTORS_H
