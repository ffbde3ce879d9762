//===- WeightDelayMapTest.cpp - Maps, read back and counted ---------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Random projections become maps; a reader of its own follows scatter table and
// positions to the weights and has to find the synapses, nothing else. Measured
// sizes have to be those of the bytes, merged panels never cost more, and the
// published compression has to be reached.

#include "planner/CycleModel.h"
#include "planner/LayerPlanner.h"
#include "planner/MapCells.h"
#include "runtime/abi/CoreHeader.h"
#include "runtime/emulator/MacDevice.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <cstring>
#include <map>
#include <random>

using namespace snnc;
using namespace snnc::fabric;
using snn::IntSynapse;

namespace {

class ListView : public SynapseView {
public:
  uint32_t targets = 0;
  std::vector<std::vector<IntSynapse>> rows;

  uint32_t numSources() const override { return uint32_t(rows.size()); }
  uint32_t numTargets() const override { return targets; }
  uint32_t minDelay() const override { return 1; }
  uint32_t maxDelay() const override { return 255; }
  void row(uint32_t source, std::vector<IntSynapse> &row) const override {
    row = rows[source];
  }
};

struct RandomMap {
  explicit RandomMap(unsigned seed) : random(seed) {
    format.weightBits = number(0, 1) ? 8 : 16;
    format.batch = 1u << number(0, 2);
    targets = number(1, 200);
    receptors = number(1, 2);
    if (number(0, 4) == 0)
      format.tileNeurons = number(1, 15);
    for (unsigned p = number(0, 3); p-- > 0;) {
      views.push_back(view(number(1, 60)));
      receptorOf.push_back(number(0, receptors - 1));
    }
  }
  uint32_t number(uint32_t low, uint32_t high) {
    return std::uniform_int_distribution<uint32_t>(low, high)(random);
  }
  ListView view(uint32_t sources) {
    ListView result;
    result.targets = targets;
    result.rows.resize(sources);
    uint32_t delays = number(1, 16),
             limit = format.weightBits == 8 ? 127 : 32767;
    std::bernoulli_distribution hit(number(0, 100) / 100.0), twice(0.2);
    for (auto &row : result.rows)
      for (uint32_t t = 0; t < targets; ++t)
        for (bool more = hit(random); more; more = twice(random))
          row.push_back({t, int32_t(number(0, 2 * limit)) - int32_t(limit),
                         number(1, delays)});
    return result;
  }
  MapStatistics scan() const {
    MapStatistics statistics(format, targets, receptors);
    for (size_t p = 0; p < views.size(); ++p)
      statistics.add(views[p], receptorOf[p], uint32_t(p));
    return statistics;
  }
  std::vector<Range> cut(uint32_t tiles) const {
    std::vector<Range> ranges;
    uint32_t chunk = tiles * format.tileNeurons;
    for (uint32_t begin = 0; begin < targets; begin += chunk)
      ranges.push_back({begin, std::min(begin + chunk, targets)});
    return ranges;
  }
  std::optional<EncodedMap> write(const MapLayout &layout, Range slice) const {
    MapWriter writer(layout, slice);
    for (size_t p = 0; p < views.size(); ++p)
      for (uint32_t s = 0; s < views[p].numSources(); ++s)
        writer.add(uint32_t(p), s, receptorOf[p], views[p].rows[s]);
    return writer.finish();
  }

  std::mt19937 random;
  MapFormat format;
  uint32_t targets = 0, receptors = 1;
  std::vector<ListView> views;
  std::vector<uint32_t> receptorOf;
};

/// (source, delay, receptor, neuron) -> weight.
using Effect =
    std::map<std::tuple<uint32_t, uint32_t, uint32_t, uint32_t>, int64_t>;

uint32_t half(const std::vector<std::byte> &bytes, uint64_t i) {
  uint16_t value;
  std::memcpy(&value, bytes.data() + 2 * i, 2);
  return value;
}

/// Numbers of the map's sources over all sources of all projections.
std::vector<uint32_t> sourcesOf(const MapLayout &layout, const RandomMap &net) {
  std::vector<uint32_t> numbers;
  uint32_t first = 0;
  for (size_t p = 0; p < net.views.size(); ++p) {
    Range range = layout.sourcesOf[p];
    EXPECT_EQ(layout.firstSource(uint32_t(p)), numbers.size());
    for (uint32_t s = range.begin; s < range.end; ++s)
      numbers.push_back(first + s);
    first += net.views[p].numSources();
  }
  EXPECT_EQ(numbers.size(), layout.sources);
  return numbers;
}

Effect read(const EncodedMap &map, const RandomMap &net) {
  Effect effect;
  const MapLayout &l = map.layout;
  std::vector<uint32_t> numbers = sourcesOf(l, net);
  for (uint32_t delay = uint32_t(l.firstDelay); delay <= l.lastDelay; ++delay)
    for (uint32_t source = 0; source < l.sources; ++source) {
      uint64_t key = (delay - l.firstDelay) * l.sources + source;
      for (uint32_t i = half(map.scatter, key); i < half(map.scatter, key + 1);
           ++i) {
        uint32_t row = half(map.positions, i);
        for (const MapPanel &panel : l.panels)
          if (row >= panel.firstRow && row - panel.firstRow < panel.rows)
            for (uint32_t c = 0; c < panel.columns; ++c) {
              uint64_t cell =
                  uint64_t(row - panel.firstRow) * panel.columns + c;
              int8_t narrow = 0;
              int16_t wide = 0;
              if (l.format.weightBits == 8)
                std::memcpy(&narrow, &map.weights[panel.weights + cell], 1);
              else
                std::memcpy(&wide, &map.weights[panel.weights + 2 * cell], 2);
              if (narrow || wide)
                effect[{numbers[source], delay, panel.receptor,
                        panel.neurons.begin + c}] += narrow + wide;
            }
      }
    }
  return effect;
}

Effect expected(const RandomMap &net, Range slice) {
  Effect effect;
  uint32_t first = 0;
  for (size_t p = 0; p < net.views.size(); ++p) {
    for (uint32_t s = 0; s < net.views[p].numSources(); ++s)
      for (const IntSynapse &synapse : net.views[p].rows[s])
        if (synapse.target >= slice.begin && synapse.target < slice.end)
          effect[{first + s, synapse.delay, net.receptorOf[p],
                  synapse.target - slice.begin}] += synapse.weight;
    first += net.views[p].numSources();
  }
  std::erase_if(effect, [](auto &item) { return item.second == 0; });
  return effect;
}

class WeightDelayMap : public testing::TestWithParam<unsigned> {};
class SeveralProjections : public WeightDelayMap {};
class SeveralTiles : public WeightDelayMap {};
class SomeSynapses : public WeightDelayMap {};

TEST_P(WeightDelayMap, WhatIsWrittenIsWhatWasMeasuredAndMeant) {
  RandomMap net(GetParam());
  MapStatistics statistics = net.scan();
  uint32_t most = net.format.tileNeurons < 16 ? 1 : 13;
  for (Range slice : net.cut(net.number(1, most))) {
    MapLayout layout = statistics.layout(slice);
    auto map = net.write(layout, slice);
    ASSERT_TRUE(map);
    EXPECT_EQ(map->weights.size(), layout.weightBytes);
    EXPECT_EQ(map->positions.size(), layout.positionBytes());
    EXPECT_EQ(map->scatter.size(), layout.scatterBytes());
    EXPECT_EQ(half(map->scatter, layout.delays() * layout.sources),
              layout.positions);
    ASSERT_EQ(read(*map, net), expected(net, slice));
    uint64_t blocks = 0, rows = 0;
    for (uint32_t p = 0; p < net.views.size(); ++p) {
      blocks += statistics.bytesOf(p, layout, slice);
      rows += statistics.positionsOf(p, layout, slice);
    }
    EXPECT_EQ(blocks, layout.weightBytes + layout.positionBytes());
    EXPECT_EQ(rows, layout.positions);
  }
}

TEST_P(WeightDelayMap, SourcesAreTheLeastRangeThatHoldsAllWithSynapses) {
  RandomMap net(GetParam());
  MapStatistics statistics = net.scan();
  for (Range slice : net.cut(net.format.tileNeurons < 16 ? 1 : 3)) {
    MapLayout layout = statistics.layout(slice);
    for (size_t p = 0; p < net.views.size(); ++p) {
      Range all;
      for (uint32_t s = 0; s < net.views[p].numSources(); ++s)
        for (const IntSynapse &synapse : net.views[p].rows[s])
          if (synapse.target >= slice.begin && synapse.target < slice.end)
            all = hull(all, {s, s + 1});
      EXPECT_EQ(layout.sourcesOf[p], all);
    }
  }
}

TEST_P(SeveralProjections, ProjectionsWithTheSameKeysKnowTheSameSources) {
  RandomMap net(GetParam());
  MapStatistics shared(net.format, net.targets, net.receptors);
  for (size_t p = 0; p < net.views.size(); ++p)
    shared.add(net.views[p], net.receptorOf[p], 0);
  Range slice{0, std::min(net.targets, net.format.tileNeurons)}, all;
  for (Range range : net.scan().layout(slice).sourcesOf)
    all = hull(all, range);
  for (Range range : shared.layout(slice).sourcesOf)
    EXPECT_EQ(range, all);
}

TEST_P(WeightDelayMap, PanelsCoverTheSliceAndAreAligned) {
  RandomMap net(GetParam());
  MapStatistics statistics = net.scan();
  Range slice{0, net.format.tileNeurons < 16
                     ? std::min(net.targets, net.format.tileNeurons)
                     : net.targets};
  MapLayout layout = statistics.layout(slice);
  uint32_t next = 0;
  uint64_t row = 0;
  for (size_t p = 0; p < layout.panels.size(); ++p) {
    const MapPanel &panel = layout.panels[p];
    EXPECT_EQ(panel.receptor, p % net.receptors);
    EXPECT_EQ(panel.neurons.begin, next);
    if (panel.receptor + 1 == net.receptors)
      next = panel.neurons.end;
    EXPECT_LE(panel.neurons.size(), panel.columns);
    EXPECT_LE(panel.columns, 64u);
    EXPECT_EQ(panel.columns % 16, 0u);
    EXPECT_EQ(panel.weights % 16, 0u);
    EXPECT_EQ(panel.firstRow * net.format.operandBytes() % 16, 0u);
    if (panel.shared) {
      EXPECT_LE(panel.firstRow + panel.rows, row);
      continue;
    }
    EXPECT_GE(panel.firstRow, row);
    row = panel.firstRow + panel.rows;
  }
  EXPECT_EQ(next, slice.end);
  EXPECT_LE(row, layout.operandRows);
  EXPECT_EQ(layout.operandBytes() % 16, 0u);
  EXPECT_GE(layout.historySlots(), layout.lastDelay);
  EXPECT_LT(layout.historySlots(), 2 * layout.lastDelay);
  EXPECT_EQ(std::popcount(layout.historySlots()), 1);
}

uint64_t total(const MapLayout &layout) {
  return layout.weightBytes + layout.positionBytes() + layout.operandBytes() +
         layout.panels.size() * sizeof(SnncPanel);
}

TEST_P(SeveralTiles, MergingTilesNeverCostsBytes) {
  RandomMap net(GetParam());
  uint64_t merged = total(net.scan().layout({0, net.targets}));
  for (uint32_t columns : {16, 32, 48}) {
    net.format.maxColumns = columns;
    EXPECT_LE(merged, total(net.scan().layout({0, net.targets}))) << columns;
  }
}

TEST_P(WeightDelayMap, LargestSumIsThatOfABruteForceCount) {
  RandomMap net(GetParam());
  std::map<std::pair<uint32_t, uint32_t>, uint64_t> sums;
  uint64_t largest = 0;
  for (auto &[key, weight] : expected(net, {0, net.targets})) {
    auto [source, delay, receptor, neuron] = key;
    largest = std::max(largest, sums[{receptor, neuron}] +=
                                uint64_t(weight < 0 ? -weight : weight));
  }
  MapStatistics::Sum found = net.scan().largestSum();
  EXPECT_EQ(found.value, largest);
  if (largest)
    EXPECT_EQ((sums[{found.receptor, found.neuron}]), largest);
}

/// Ranges of the sources, scanned one by one: their sum is the scan of all.
TEST_P(WeightDelayMap, RangesOfSourcesAddUp) {
  RandomMap net(GetParam());
  MapStatistics all = net.scan(), sum(net.format, net.targets, net.receptors);
  uint32_t step = net.number(1, 20);
  for (uint32_t begin = 0; begin < 60; begin += step) {
    MapStatistics part(net.format, net.targets, net.receptors);
    for (size_t p = 0; p < net.views.size(); ++p) {
      uint32_t size = net.views[p].numSources();
      part.add(net.views[p], net.receptorOf[p], uint32_t(p), 0,
               {std::min(begin, size), std::min(begin + step, size)});
    }
    sum.merge(part);
  }
  EXPECT_EQ(sum.minDelay(), all.minDelay());
  EXPECT_EQ(sum.maxDelay(), all.maxDelay());
  EXPECT_EQ(sum.largestSum().value, all.largestSum().value);
  for (Range slice : net.cut(net.number(1, 5))) {
    MapLayout expected = all.layout(slice), got = sum.layout(slice);
    EXPECT_EQ(got.panels, expected.panels);
    EXPECT_EQ(got.sourcesOf, expected.sourcesOf);
    EXPECT_EQ(got.positions, expected.positions);
    EXPECT_EQ(got.firstDelay, expected.firstDelay);
    EXPECT_EQ(got.lastDelay, expected.lastDelay);
  }
}

TEST_P(SomeSynapses, RowsOfAnotherNetworkAreRefused) {
  RandomMap net(GetParam());
  Range slice{0, std::min(net.targets, net.format.tileNeurons)};
  MapLayout layout = net.scan().layout(slice);
  for (ListView &view : net.views)
    for (auto &row : view.rows)
      row.clear();
  EXPECT_FALSE(net.write(layout, slice));
}

/// The seeds whose network a test is about.
auto seedsOf(bool (*suits)(const RandomMap &)) {
  std::vector<unsigned> seeds;
  for (unsigned seed = 0; seed < 300; ++seed)
    if (suits(RandomMap(seed)))
      seeds.push_back(seed);
  return testing::ValuesIn(seeds);
}

bool hasSeveralProjections(const RandomMap &net) {
  return net.views.size() >= 2;
}

bool hasSeveralTiles(const RandomMap &net) {
  return net.format.tileNeurons >= 16;
}

bool hasSynapses(const RandomMap &net) {
  uint32_t end = std::min(net.targets, net.format.tileNeurons);
  for (const ListView &view : net.views)
    for (auto &row : view.rows)
      if (!row.empty() && row.front().target < end)
        return true;
  return false;
}

INSTANTIATE_TEST_SUITE_P(Seeds, WeightDelayMap, testing::Range(0u, 300u));
INSTANTIATE_TEST_SUITE_P(Seeds, SeveralProjections,
                         seedsOf(hasSeveralProjections),
                         testing::PrintToStringParamName());
INSTANTIATE_TEST_SUITE_P(Seeds, SeveralTiles, seedsOf(hasSeveralTiles),
                         testing::PrintToStringParamName());
INSTANTIATE_TEST_SUITE_P(Seeds, SomeSynapses, seedsOf(hasSynapses),
                         testing::PrintToStringParamName());

/// One without synapses so far, into one receptor of the default format.
RandomMap oneProjection(uint32_t seed, uint32_t targets) {
  RandomMap net(seed);
  net.format = {};
  net.targets = targets;
  net.receptors = 1;
  net.receptorOf = {0};
  ListView view;
  view.targets = targets;
  net.views = {view};
  return net;
}

TEST(WeightDelayMapSums, ASumBeyondTheWidthTakesMoreRows) {
  RandomMap net = oneProjection(0, 20);
  ListView &view = net.views[0];
  view.rows = {{{3, 127, 2},
                {3, 127, 2},
                {3, 1, 2},
                {5, -100, 2},
                {5, -100, 2},
                {18, 4, 2}}};
  MapLayout layout = net.scan().layout({0, 20});
  EXPECT_EQ(layout.panels.size(), 1u); // fewer bytes than two
  EXPECT_EQ(layout.positions, 3u);     // 255 = 127 + 127 + 1
  auto map = net.write(layout, {0, 20});
  ASSERT_TRUE(map);
  EXPECT_EQ(read(*map, net), expected(net, {0, 20}));
}

TEST(WeightDelayMapSums, ADenseLayerSharesOneOperand) {
  RandomMap net = oneProjection(1, 128);
  ListView &view = net.views[0];
  view.rows.resize(100);
  for (auto &row : view.rows)
    for (uint32_t t = 0; t < 128; ++t)
      row.push_back({t, 1, 1});
  MapLayout layout = net.scan().layout({0, 128});
  ASSERT_EQ(layout.panels.size(), 2u);
  EXPECT_EQ(layout.panels[0].columns, 64u);
  EXPECT_EQ(layout.weightBytes, 100u * 128);
  // Both panels have all rows, hence one operand; one row less, and no more.
  EXPECT_TRUE(layout.panels[1].shared);
  EXPECT_EQ(layout.positions, 100u);
  EXPECT_EQ(layout.operandRows, 112u);
  net.views[0].rows[7].resize(64);
  layout = net.scan().layout({0, 128});
  EXPECT_FALSE(layout.panels[1].shared);
  EXPECT_EQ(layout.positions, 199u);
}

/// How many cells of a tick's product are not 0: planned against spikes drawn
/// 400 times, of Poisson inputs and of neurons, in dense and sparse maps.
TEST(WeightDelayMapSums, ThoseThatAreSentFollowFromTheSynapses) {
  struct Case {
    double density, rate;
    bool isInput;
    uint32_t sources, used; ///< the synapses are into the first `used` targets
  };
  for (const Case &made :
       {Case{1, 0.005, true, 300, 640}, Case{1, 0.005, false, 300, 640},
        Case{1, 0.3, false, 3, 640}, Case{0.05, 0.01, true, 400, 640},
        Case{0.05, 0.01, false, 400, 640}, Case{0.02, 0.8, true, 60, 640},
        Case{0.02, 0.8, false, 60, 640}, Case{0.3, 0.02, true, 100, 224}}) {
    RandomMap net = oneProjection(5, 640);
    ListView &view = net.views[0];
    view.rows.resize(made.sources);
    std::bernoulli_distribution hit(made.density);
    for (auto &row : view.rows)
      for (uint32_t t = 0; t < made.used; ++t)
        if (hit(net.random))
          row.push_back({t, 1, net.number(1, 4)});
    double silent = made.isInput ? std::exp(-made.rate) : 1 - made.rate;
    Range all[] = {{0, made.sources}};
    double planned =
        net.scan().sumsOf({0, net.targets}, all, {&silent, 1}, /*beyond=*/0);
    // Each delay is of a tick of its own.
    std::bernoulli_distribution spikes(1 - silent);
    double sent = 0;
    constexpr int kTicks = 400;
    for (int tick = 0; tick < kTicks; ++tick) {
      std::vector<bool> reached(net.targets);
      for (auto &row : view.rows) {
        std::array<bool, 5> at;
        for (bool &each : at)
          each = spikes(net.random);
        for (const IntSynapse &synapse : row)
          if (at[synapse.delay])
            reached[synapse.target] = true;
      }
      sent += double(std::ranges::count(reached, true)) / kTicks;
    }
    EXPECT_NEAR(planned / sent, 1, 0.06)
        << made.density << " " << made.rate << " " << made.isInput;
  }
}

//===----------------------------------------------------------------------===//
// Compression: everything that the map needs against the plain map of
// sources x delays rows, one byte a column.
//===----------------------------------------------------------------------===//

double compression(uint32_t sources, uint32_t targets, double density,
                   uint32_t delays) {
  RandomMap net = oneProjection(7, targets);
  ListView &view = net.views[0];
  view.rows.resize(sources);
  std::bernoulli_distribution hit(density);
  for (auto &row : view.rows)
    for (uint32_t t = 0; t < targets; ++t)
      if (hit(net.random))
        row.push_back({t, int32_t(net.number(1, 127)), net.number(1, delays)});
  MapLayout layout = net.scan().layout({0, targets});
  return double(total(layout) + layout.scatterBytes()) /
         (double(sources) * delays * ((targets + 15) / 16 * 16));
}

TEST(WeightDelayMapBytes, BalancedRandomNetworkTakesAtMostThirtyPercent) {
  double ratio = compression(500, 500, 0.1, 8);
  RecordProperty("ratio", std::to_string(ratio));
  EXPECT_LE(ratio, 0.30);
  EXPECT_GT(ratio, 0.10) << "a tile of 16 cannot need fewer rows than synapses";
}

TEST(WeightDelayMapBytes, TableOfDensitiesAndDelays) {
  for (uint32_t delays : {1, 4, 8, 16})
    for (double density : {0.05, 0.1, 0.25, 0.5, 1.0}) {
      double ratio = compression(500, 500, density, delays);
      std::printf("500 x 500, density %3.0f %%, delays 1-%-2u: %5.1f %%\n",
                  density * 100, delays, ratio * 100);
      EXPECT_LE(ratio, 1.2) << "indices cost at most a fifth";
    }
  std::printf("2048 x 20, density 100 %%, delays 1-1 : %5.1f %%\n",
              compression(2048, 20, 1, 1) * 100);
  std::printf("2048 x 20, density 10 %%, delays 1-16: %5.1f %%\n",
              compression(2048, 20, 0.1, 16) * 100);
}

TEST(CycleModel, ProductsTakeTheEmulatorsCycles) {
  MacArray mac = builtinMachine(defaultMachineName())->mac;
  for (uint32_t m : {1, 2, 4, 5, 16})
    for (uint32_t n : {16, 32, 64})
      for (uint32_t k : {0, 1, 500, 4000})
        for (bool wide : {false, true})
          EXPECT_EQ(macCycles(mac, m, n, k, wide),
                    emulator::macCycles(mac, m, n, k, wide));
}

TEST(CycleModel, ParallelWinsOnADenseLayerAndLosesOnSilence) {
  MacArray mac = builtinMachine(defaultMachineName())->mac;
  MapLayout layout;
  for (uint32_t p = 0; p < 8; ++p)
    layout.panels.push_back({0, {64 * p, 64 * p + 64}, 64, 500});
  layout.operandRows = 8 * 500;
  double row = 3.9 * 500; // cycles of a dense one
  auto ratio = [&](double rate) {
    CoreWork serial{.neuronCycles = 500 * 14.6,
                    .packets = 500 * rate,
                    .rowCycles = 500 * rate * row};
    CoreWork parallel{.neuronCycles = 500 * 14.6,
                      .packets = 500 * rate,
                      .positions = 8 * 500 * rate};
    return parallelCycles(parallel, mac, layout) / serialCycles(serial);
  };
  EXPECT_LT(ratio(0.1), 0.25);
  EXPECT_GT(ratio(0.001), 1.0);
}

/// Beside an update runs the next panel's product of the first receptor.
TEST(CycleModel, ProductsOfOtherReceptorsAreWaitedFor) {
  MacArray mac = builtinMachine(defaultMachineName())->mac;
  auto product = double(macCycles(mac, 1, 64, 400, false));
  auto waits = [&](uint32_t windows, uint32_t receptors) {
    MapLayout layout;
    for (uint32_t w = 0; w < windows; ++w)
      for (uint32_t r = 0; r < receptors; ++r)
        layout.panels.push_back({r, {64 * w, 64 * w + 64}, 64, 400});
    double updates = windows * 2 * product; // longer than a product each
    double alone = updates + CycleCosts::expected().map +
                   panelCycles(windows * receptors, 1, /*begins=*/true);
    return parallelCycles({.neuronCycles = updates}, mac, layout) - alone -
           CycleCosts::expected().delay; // of one tick
  };
  EXPECT_NEAR(waits(1, 1), product, 1e-6);
  EXPECT_NEAR(waits(4, 1), product, 1e-6);
  EXPECT_NEAR(waits(1, 2), 2 * product, 1e-6);
  EXPECT_NEAR(waits(4, 2), 5 * product, 1e-6);
}

/// Few delays and many are sorted in different ways.
TEST(MapCells, SumsAscendByDelayAndTarget) {
  std::mt19937 random(3);
  std::vector<MapCell> sums;
  for (uint32_t delays : {1u, 2u, 16u, 63u, 64u, 65u, 1000u}) {
    for (size_t length : {0, 1, 3, 200}) {
      std::vector<IntSynapse> row;
      std::map<std::pair<uint32_t, uint32_t>, int64_t> expected;
      for (uint32_t i = 0; i < length; ++i) {
        IntSynapse synapse{i / 3, int32_t(random() % 5) - 2,
                           7 + uint32_t(random() % delays)};
        expected[{synapse.delay, synapse.target}] += synapse.weight;
        row.push_back(synapse);
      }
      std::erase_if(expected, [](auto &sum) { return sum.second == 0; });
      addUp(row, sums);
      ASSERT_EQ(sums.size(), expected.size()) << delays;
      for (size_t i = 0; auto &[place, weight] : expected) {
        EXPECT_EQ(std::pair(sums[i].delay, sums[i].target), place);
        EXPECT_EQ(sums[i++].weight, weight);
      }
    }
  }
}

} // namespace
