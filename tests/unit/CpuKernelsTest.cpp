//===- CpuKernelsTest.cpp - Rows added in every encoding ------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "backends/cpu/CpuTarget.h"
#include "backends/cpu/Kernels.h"
#include "backends/cpu/Synapses.h"

#include <gtest/gtest.h>

#include <random>

using namespace snnc;

namespace {

/// `sources` onto 600 neurons, a third of the pairs, some twice.
cpu::RowBlock randomRows(uint32_t sources, bool oneWeight) {
  cpu::RowBlock rows;
  std::vector<int8_t> weights;
  std::mt19937 random(sources);
  for (uint32_t s = 0; s < sources; ++s) {
    rows.segmentBegin.push_back(uint32_t(rows.segments.size()));
    rows.segments.push_back({rows.targets.size(), 2});
    for (uint16_t target = 0; target < 600; ++target)
      for (unsigned k = random() % 6; k >= 4; --k) {
        rows.targets.push_back(target);
        weights.push_back(int8_t(random()) / 2);
      }
  }
  rows.segmentBegin.push_back(uint32_t(rows.segments.size()));
  rows.segments.push_back({rows.targets.size(), 0});
  rows.shortestDelay = rows.longestDelay = 2;
  rows.largest = 128;
  if (oneWeight)
    rows.weights = -7;
  else
    rows.weights = weights;
  return rows;
}

template <typename Sum>
void expectSums(const cpu::RowBlock &rows, uint32_t sources,
                const std::vector<cpu::Volley> &volleys,
                const std::vector<Sum> &wanted) {
  using cpu::Encoding;
  for (auto encoding : {Encoding::Index, Encoding::Bits, Encoding::Dense})
    for (auto set : {VectorSet::Portable, VectorSet::Avx2, VectorSet::Avx512}) {
      cpu::Tuning tuning;
      tuning.encoding = encoding;
      std::vector<Sum> sums(1024);
      cpu::KernelScratch scratch;
      for (const cpu::Block &block :
           cpu::encode(rows, 0, 600, sources, 0.1, false, tuning))
        cpu::addVolleys(sums.data(), 600, block, volleys, scratch,
                        std::min(set, widestVectors()));
      EXPECT_EQ(sums, wanted) << int(encoding) << " " << int(set);
    }
}

/// More rows at once than the counters of bit rows hold, some several times.
TEST(CpuKernels, Agree) {
  for (uint32_t sources : {1u, 7u, 8u, 300u, 700u})
    for (bool oneWeight : {false, true}) {
      cpu::RowBlock rows = randomRows(sources, oneWeight);
      std::vector<cpu::Volley> volleys(2); // one with counts, one without
      std::vector<int32_t> wanted(1024);
      for (uint32_t s = 0; s < sources; ++s) {
        cpu::Volley &volley = volleys[s % 5 == 0];
        volley.sources.push_back(s);
        uint16_t count = 1;
        if (s % 5 == 0)
          volley.counts.push_back(count = s % 10 ? 1 : uint16_t(s + 2));
        volley.total += count;
        volley.most = std::max(volley.most, count);
        for (uint64_t i = rows.segments[s].begin;
             i < rows.segments[s + 1].begin; ++i)
          wanted[rows.targets[i]] += rows.weightAt(i) * count;
      }
      expectSums<int32_t>(rows, sources, volleys, wanted);
      expectSums<int64_t>(rows, sources, volleys,
                          {wanted.begin(), wanted.end()});
    }
}

} // namespace
