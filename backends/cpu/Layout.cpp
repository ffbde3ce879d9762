//===- Layout.cpp - Which neurons are where -------------------------------===//
//
// Part of the snnc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "backends/cpu/Layout.h"

#include "backends/cpu/Synapses.h"

#include <algorithm>

namespace snnc::cpu {

/// A cache line of float32 and more.
static constexpr uint32_t kMultiple = 64;

static uint32_t roundUp(uint32_t neurons) {
  return (neurons + kMultiple - 1) / kMultiple * kMultiple;
}

static uint32_t partitionFor(const Tuning &tuning, uint32_t neurons,
                             size_t groups) {
  if (tuning.partitionNeurons > 0)
    return std::min(tuning.partitionNeurons, kPartitionNeurons);
  auto each = uint32_t((neurons + groups - 1) / groups);
  return std::clamp(roundUp(each), kMultiple, kPartitionNeurons);
}

Layout::Layout(const std::vector<Population> &populations, const Tuning &tuning,
               unsigned threads) {
  uint64_t neurons = 0;
  for (const Population &population : populations)
    neurons += roundUp(population.neurons);
  uint64_t each = uint64_t(threads) * kPartitionNeurons;
  size_t wanted = threads * std::max<size_t>(1, (neurons + each - 1) / each);
  place(populations, tuning, wanted);
  // Rounding up may have been too much for 16 bits.
  if (std::ranges::max(groups, {}, &Group::neurons).neurons > kPartitionNeurons)
    place(populations, tuning, wanted + threads);
}

void Layout::place(const std::vector<Population> &populations,
                   const Tuning &tuning, size_t wanted) {
  partitionNeurons.clear();
  places.clear();
  groups.assign(wanted, {});
  size_t turn = 0;
  for (const Population &population : populations) {
    uint32_t each = partitionFor(tuning, population.neurons, wanted);
    partitionNeurons.push_back(each);
    auto &own = places.emplace_back((population.neurons + each - 1) / each);
    for (size_t i = 0; i < own.size(); ++i) {
      size_t to = own.size() == wanted ? i : turn++ % wanted;
      own[i] = {uint32_t(to), groups[to].neurons};
      groups[to].neurons +=
          roundUp(std::min(each, uint32_t(population.neurons - i * each)));
    }
  }
}

} // namespace snnc::cpu
