//===- CountLimit.cpp - Spikes of one source that a map adds up -----------===//
//
// Part of the snnc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "backends/spinnaker2/Image/CountLimit.h"

#include <algorithm>
#include <cstring>

namespace snnc::s2 {

/// Larger of the sum of a column's positive and of its negative weights.
template <typename T>
static int64_t largestSum(const fabric::EncodedMap &map,
                          const fabric::MapPanel &panel) {
  std::vector<int64_t> plus(panel.columns), minus(panel.columns);
  const std::byte *at = map.weights.data() + panel.weights;
  for (uint64_t i = 0; i < uint64_t(panel.rows) * panel.columns; ++i) {
    T weight;
    std::memcpy(&weight, at + i * sizeof(T), sizeof(T));
    (weight > 0 ? plus : minus)[i % panel.columns] += std::abs(int64_t(weight));
  }
  int64_t largest = 0;
  for (uint32_t c = 0; c < panel.columns; ++c)
    largest = std::max({largest, plus[c], minus[c]});
  return largest;
}

uint32_t largestCount(const fabric::EncodedMap &map, const MacArray &mac) {
  bool wide = map.layout.format.weightBits == 16;
  int64_t operand = wide ? INT16_MAX : INT8_MAX, largest = 0;
  for (const fabric::MapPanel &panel : map.layout.panels)
    largest = std::max(largest, wide ? largestSum<int16_t>(map, panel)
                                     : largestSum<int8_t>(map, panel));
  uint32_t bits = std::clamp(mac.accumulatorBits, 1u, 32u);
  int64_t limit = (int64_t(1) << (bits - 1)) - 1;
  int64_t fits = largest ? limit / largest : operand;
  return uint32_t(std::clamp<int64_t>(fits, 1, operand));
}

} // namespace snnc::s2
