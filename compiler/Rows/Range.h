//===- Range.h - Neighbouring neurons or sources ----------------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef SNNC_ROWS_RANGE_H
#define SNNC_ROWS_RANGE_H

#include <cstdint>
#include <span>
#include <vector>

namespace snnc::fabric {

inline constexpr uint64_t align4(uint64_t n) { return (n + 3) & ~uint64_t(3); }

/// Neurons or sources [begin, end).
struct Range {
  uint32_t begin = 0, end = 0;
  uint32_t size() const { return end - begin; }
  bool operator==(const Range &) const = default;
};

/// The least range that holds both; an empty one holds nothing.
Range hull(Range a, Range b);
/// The parts of `slices` inside `range`, in order; those without are left out.
std::vector<Range> clip(std::span<const Range> slices, Range range);

} // namespace snnc::fabric

#endif // SNNC_ROWS_RANGE_H
