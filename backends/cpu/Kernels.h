//===- Kernels.h - What arrives, added to the sums --------------*- C++ -*-===//
//
// Part of the snnc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The time of a network with many synapses is spent here.
//
//===----------------------------------------------------------------------===//
#ifndef SNNC_BACKENDS_CPU_KERNELS_H
#define SNNC_BACKENDS_CPU_KERNELS_H

#include "backends/cpu/Encodings.h"
#include "backends/cpu/History.h"

namespace snnc::cpu {

/// Sums of a partition are followed by room up to a multiple of so many.
inline constexpr size_t kSumsMultiple = 512;

/// Adds the segments `booked` of `rows`; `count` spikes of each source arrive
/// at once. Sum: int32_t where no sum can leave it, int64_t, or double.
template <typename Sum>
void addSegments(Sum *sums, const RowBlock &rows,
                 std::span<const uint32_t> booked, Sum count);

/// Reused from call to call.
struct KernelScratch {
  std::vector<uint32_t> segments;
  std::vector<const Line *> lines;
};

/// Adds what the spikes of `volleys` bring over `block`, of which all delays
/// are one. `neurons` sums. Sum: int32_t where no sum can leave it, or int64_t.
template <typename Sum>
void addVolleys(Sum *sums, uint32_t neurons, const Block &block,
                std::span<const Volley> volleys, KernelScratch &scratch,
                VectorSet vectors);

} // namespace snnc::cpu

#endif // SNNC_BACKENDS_CPU_KERNELS_H
