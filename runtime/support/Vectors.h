//===- Vectors.h - Loops for the processor that runs them -------*- C++ -*-===//
//
// Part of the snnc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// One source, several versions: a loop over integers (or over floats that no
// lane mixes) has the same results with vectors of any width, so which version
// runs is never seen in them. Nothing is contracted into fused operations
// (cmake: -ffp-contract=off).
//
//===----------------------------------------------------------------------===//
#ifndef SNNC_RUNTIME_SUPPORT_VECTORS_H
#define SNNC_RUNTIME_SUPPORT_VECTORS_H

#include <cstdint>

namespace snnc {

/// What the versions are compiled for; a wider one has all of the narrower.
enum class VectorSet : uint8_t {
  Portable, ///< what every processor of this architecture has
  Avx2,     ///< AVX2, BMI
  Avx512    ///< AVX-512 F, BW, DQ, VL
};

constexpr const char *nameOf(VectorSet set) {
  return set == VectorSet::Avx512 ? "AVX-512"
         : set == VectorSet::Avx2 ? "AVX2"
                                  : "portable";
}

/// The widest that this processor and this build have.
inline VectorSet widestVectors() {
#if defined(__x86_64__)
  static const VectorSet widest = [] {
    __builtin_cpu_init();
    if (__builtin_cpu_supports("avx512f") &&
        __builtin_cpu_supports("avx512bw") &&
        __builtin_cpu_supports("avx512dq") &&
        __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("bmi2"))
      return VectorSet::Avx512;
    if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("bmi2"))
      return VectorSet::Avx2;
    return VectorSet::Portable;
  }();
  return widest;
#else
  return VectorSet::Portable;
#endif
}

namespace detail {
#if defined(__x86_64__)
template <typename Work>
[[gnu::target("avx512f,avx512bw,avx512dq,avx512vl,avx2,bmi,bmi2"),
  gnu::noinline]] void
withAvx512(const Work &work) {
  work();
}
template <typename Work>
[[gnu::target("avx2,bmi,bmi2"), gnu::noinline]] void
withAvx2(const Work &work) {
  work();
}
#endif
} // namespace detail

/// Calls `work`, a lambda that is declared SNNC_INLINE and calls only what is
/// always inlined, compiled for `set`.
template <typename Work>
void withVectors([[maybe_unused]] VectorSet set, const Work &work) {
#if defined(__x86_64__)
  if (set == VectorSet::Avx512)
    return detail::withAvx512(work);
  if (set == VectorSet::Avx2)
    return detail::withAvx2(work);
#endif
  work();
}

#define SNNC_INLINE __attribute__((always_inline))

/// 512 bits, in as many registers as the processor needs for them.
using Words8 [[gnu::vector_size(64)]] = uint64_t;

} // namespace snnc

#endif // SNNC_RUNTIME_SUPPORT_VECTORS_H
