//===- KernelProbe.cpp - Whether rows are copies of one kernel ------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "backends/spinnaker2/Formats/conv/KernelProbe.h"

#include "compiler/Rows/BlockStatistics.h"

using snnc::snn::IntSynapse;

namespace snnc::s2 {

/// Notes the row's weights as taps; a weight that contradicts them, or that no
/// tap explains, is none of a shared kernel.
void KernelProbe::add(uint32_t source, std::span<const IntSynapse> row) {
  if (!found)
    return;
  finder.from(source);
  for (const IntSynapse &synapse : row) {
    auto tap = finder.tap(synapse.target);
    if (!tap || (taps[*tap] != 0 && taps[*tap] != synapse.weight)) {
      found.reset();
      return;
    }
    taps[*tap] = synapse.weight;
  }
}

/// Every synapse has its tap; are there synapses wherever a tap reaches?
/// Counted tap by tap from the pairs of coordinates that it joins.
void KernelProbe::end(const fabric::BlockStatistics &statistics) {
  if (!found)
    return;
  const fabric::ConvShape &shape = *found;
  auto pairs = [&](uint32_t reversed, unsigned axis) {
    uint64_t count = 0;
    int64_t k = int64_t(shape.kernel[axis]) - 1 - reversed;
    for (int64_t o = 0; o < shape.out[axis + 1]; ++o) {
      int64_t at = o * shape.stride[axis] + k - shape.padding[axis];
      if (0 <= at && at < shape.in[axis])
        count += shape.pool[axis];
    }
    return count;
  };
  uint64_t expected = 0;
  for (uint64_t tap = 0; tap < taps.size(); ++tap) {
    if (taps[tap] == 0)
      continue;
    uint64_t place = shape.channelsLast ? tap / shape.out[0] : tap;
    expected += pairs(uint32_t(place / shape.kernel[1] % shape.kernel[0]), 0) *
                pairs(uint32_t(place % shape.kernel[1]), 1);
  }
  if (expected != statistics.synapses({0, UINT32_MAX}))
    found.reset();
  taps = {};
}

} // namespace snnc::s2
