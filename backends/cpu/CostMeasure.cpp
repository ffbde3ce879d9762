//===- CostMeasure.cpp - Encodings timed on this computer -----------------===//
//
// Part of the snnc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "backends/cpu/Costs.h"
#include "backends/cpu/Kernels.h"

#include <algorithm>
#include <ctime>
#include <limits>

namespace snnc::cpu {

namespace {

/// Rows that the nearest caches do not hold, as those of a network that is
/// worth a choice.
constexpr uint32_t kNeurons = 4096;
constexpr uint32_t kSources = 8192, kFewSources = 2048; ///< few: of dense rows
constexpr uint32_t kGap = 10;     ///< every so manieth pair is connected
constexpr uint32_t kShortRow = 4; ///< synapses
constexpr uint32_t kManySpikes = 64, kFewSpikes = 2; ///< of a tick
constexpr int kPasses = 5;

struct Timer {
  static double now() { // ns of this thread
    timespec time{};
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
    return double(time.tv_sec) * 1e9 + double(time.tv_nsec);
  }
};

/// Rows of `sources` with a synapse about every `gap` targets, of weights up to
/// `largest`; 0: all have one.
RowBlock someRows(uint32_t sources, uint32_t gap, int32_t largest) {
  RowBlock rows;
  std::vector<int8_t> weights;
  uint32_t random = 1;
  auto next = [&] {
    random = random * 1664525u + 1013904223u;
    return random >> 16;
  };
  for (uint32_t s = 0; s < sources; ++s) {
    rows.segmentBegin.push_back(s);
    rows.segments.push_back({rows.targets.size(), 1});
    for (uint32_t t = next() % gap; t < kNeurons; t += 1 + next() % (2 * gap))
      rows.targets.push_back(uint16_t(t));
  }
  rows.segmentBegin.push_back(sources);
  rows.segments.push_back({rows.targets.size(), 0});
  rows.shortestDelay = rows.longestDelay = 1;
  rows.largest = std::max(1, largest);
  if (largest == 0) {
    rows.weights = 3;
    return rows;
  }
  for (size_t i = 0; i < rows.targets.size(); ++i)
    weights.push_back(int8_t(next() % 100));
  rows.weights = std::move(weights);
  return rows;
}

/// ns of a pass in which every source spikes once, `spikes` of them in a tick.
double timeOf(RowBlock rows, Encoding encoding, uint32_t spikes,
              VectorSet vectors) {
  auto sources = uint32_t(rows.segmentBegin.size() - 1);
  Tuning tuning;
  tuning.encoding = encoding;
  std::vector<Block> blocks =
      encode(std::move(rows), 0, kNeurons, sources, 0, false, tuning);
  std::vector<int32_t> sums(kNeurons + kSumsMultiple);
  KernelScratch scratch;
  Volley volley;
  double least = std::numeric_limits<double>::infinity();
  for (int pass = 0; pass < kPasses; ++pass) {
    std::ranges::fill(sums, 0);
    double began = Timer::now();
    for (uint32_t tick = 0; tick < sources / spikes; ++tick) {
      volley.clear();
      for (uint32_t i = 0; i < spikes; ++i) // spread over all
        volley.sources.push_back(i * (sources / spikes) + tick);
      volley.total = spikes;
      volley.most = 1;
      for (const Block &block : blocks)
        addVolleys(sums.data(), kNeurons, block, std::span(&volley, 1), scratch,
                   vectors);
    }
    least = std::min(least, Timer::now() - began);
  }
  return least;
}

/// ns of a neuron whose one input spikes.
double diagonalTime(VectorSet vectors) {
  Block block;
  block.rows = DiagonalRows{0, std::vector<int16_t>(kNeurons, 3)};
  std::vector<uint16_t> counts(kNeurons, 1);
  std::vector<int32_t> sums(kNeurons + kSumsMultiple);
  KernelScratch scratch;
  Volley volley;
  volley.row = counts;
  volley.total = kNeurons;
  double least = std::numeric_limits<double>::infinity();
  constexpr int times = 64;
  for (int pass = 0; pass < kPasses; ++pass) {
    double began = Timer::now();
    for (int i = 0; i < times; ++i)
      addVolleys(sums.data(), kNeurons, block, std::span(&volley, 1), scratch,
                 vectors);
    least = std::min(least, Timer::now() - began);
  }
  return least / times / kNeurons;
}

/// What can come out of a difference of two measurements.
double positive(double value) { return std::max(value, 0.001); }

void measureIndex(Costs &costs, VectorSet vectors) {
  auto timed = [&](uint32_t gap, int32_t largest) {
    RowBlock rows = someRows(kSources, gap, largest);
    auto synapses = double(rows.targets.size());
    return std::pair(synapses, timeOf(std::move(rows), Encoding::Index,
                                      kManySpikes, vectors));
  };
  auto [many, longTime] = timed(kGap, 0);
  auto [few, shortTime] = timed(kNeurons / kShortRow, 0);
  costs.indexSynapse = positive((longTime - shortTime) / (many - few));
  costs.indexRow = positive((shortTime - few * costs.indexSynapse) / kSources);
  costs.weightByte = positive((timed(kGap, 100).second - longTime) / many);
}

void measureBits(Costs &costs, VectorSet vectors) {
  auto perLine = [&](uint32_t spikes) { // ns of a tick and line
    return timeOf(someRows(kSources, kGap, 0), Encoding::Bits, spikes,
                  vectors) /
           (double(kSources) / spikes) / (kNeurons / 512);
  };
  double few = perLine(kFewSpikes), many = perLine(kManySpikes);
  costs.bitLine = positive((many - few) / (kManySpikes - kFewSpikes));
  costs.bitTick = positive(few - kFewSpikes * costs.bitLine);
}

} // namespace

Costs measureCosts(VectorSet vectors) {
  Costs costs;
  costs.measured = true;
  measureIndex(costs, vectors);
  measureBits(costs, vectors);
  auto dense = [&](int32_t largest) {
    return timeOf(someRows(kFewSources, kGap, largest), Encoding::Dense,
                  kManySpikes, vectors) /
           kFewSources / kNeurons;
  };
  costs.densePair8 = positive(dense(100));
  costs.densePair16 = positive(dense(1000));
  costs.diagonalNeuron = positive(diagonalTime(vectors));
  return costs;
}

} // namespace snnc::cpu
