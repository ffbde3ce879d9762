//===- ConvRowsTest.cpp - Kernels that a core keeps once ------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "backends/spinnaker2/Formats/Formats.h"
#include "backends/spinnaker2/Formats/conv/Conv.h"
#include "compiler/Rows/BlockStatistics.h"
#include "compiler/Rows/Blocks.h"
#include "planner/ConvFields.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <random>
#include <utility>

using namespace snnc;
using namespace snnc::fabric;
using snn::IntSynapse;

namespace {

/// A random convolution, its rows by the definition of cross-correlation:
/// out[co][oy][ox] = sum kernel[co][ci][ky][kx] in[ci][oy s - p + ky][...].
struct RandomConv : SynapseView {
  std::mt19937 random;
  ConvShape shape;
  bool say = true; ///< whether conv() tells the shape
  std::vector<std::vector<IntSynapse>> rows;

  explicit RandomConv(unsigned seed) : random(seed) {
    shape.groups = number(1, 2);
    uint32_t perGroup[2] = {number(1, 3), number(1, 3)};
    shape.source[0] = shape.groups * perGroup[0];
    shape.out[0] = shape.groups * perGroup[1];
    for (unsigned a = 0; a < 2; ++a) {
      shape.pool[a] = number(1, 2);
      shape.stride[a] = number(1, 3);
      shape.kernel[a] = number(1, 5);
      shape.padding[a] = number(0, 2);
      shape.in[a] = number(shape.kernel[a], 9);
      // The last cells may belong to no window of the pool.
      shape.source[a + 1] =
          shape.in[a] * shape.pool[a] + number(0, shape.pool[a] - 1);
      uint32_t after = number(0, 2); // padding at the end, not necessarily even
      shape.out[a + 1] =
          (shape.in[a] + shape.padding[a] + after - shape.kernel[a]) /
              shape.stride[a] +
          1;
    }
    int limit = number(0, 1) ? 127 : 3000;
    std::vector<int> kernel(shape.out[0] * perGroup[0] * shape.kernel[0] *
                            shape.kernel[1]);
    for (int &weight : kernel)
      weight = number(0, 3) ? int(number(0, 2 * limit)) - limit : 0;
    fill(kernel, perGroup[0], perGroup[1]);
    shape.channelsLast = number(0, 1);
    if (shape.channelsLast)
      standLast();
  }

  /// From channels first to channels last.
  void standLast() {
    auto place = [](uint32_t neuron, const std::array<uint32_t, 3> &map) {
      uint32_t plane = map[1] * map[2];
      return neuron % plane * map[0] + neuron / plane;
    };
    std::vector<std::vector<IntSynapse>> moved(rows.size());
    for (uint32_t source = 0; source < rows.size(); ++source) {
      auto &row = moved[place(source, shape.source)] = rows[source];
      for (IntSynapse &synapse : row)
        synapse.target = place(synapse.target, shape.out);
      std::sort(row.begin(), row.end(),
                [](auto &a, auto &b) { return a.target < b.target; });
    }
    rows = std::move(moved);
  }

  void fill(const std::vector<int> &kernel, uint32_t inGroup,
            uint32_t outGroup) {
    rows.resize(shape.source[0] * shape.source[1] * shape.source[2]);
    for (uint32_t to = 0; to < numTargets(); ++to) {
      uint32_t ox = to % shape.out[2], oy = to / shape.out[2] % shape.out[1],
               co = to / shape.outPlane();
      size_t at = size_t(co) * inGroup * shape.kernel[0] * shape.kernel[1];
      for (uint32_t c = 0; c < inGroup; ++c)
        for (uint32_t ky = 0; ky < shape.kernel[0]; ++ky)
          for (uint32_t kx = 0; kx < shape.kernel[1]; ++kx)
            connect(co / outGroup * inGroup + c,
                    int(oy * shape.stride[0] + ky) - int(shape.padding[0]),
                    int(ox * shape.stride[1] + kx) - int(shape.padding[1]), to,
                    kernel[at++]);
    }
  }

  void connect(uint32_t c, int y, int x, uint32_t to, int weight) {
    if (y < 0 || x < 0 || y >= int(shape.in[0]) || x >= int(shape.in[1]) ||
        weight == 0)
      return;
    for (uint32_t dy = 0; dy < shape.pool[0]; ++dy)
      for (uint32_t dx = 0; dx < shape.pool[1]; ++dx)
        rows[(c * shape.source[1] + y * shape.pool[0] + dy) * shape.source[2] +
             x * shape.pool[1] + dx]
            .push_back({to, weight, 2});
  }

  uint32_t number(uint32_t low, uint32_t high) {
    return std::uniform_int_distribution<uint32_t>(low, high)(random);
  }
  uint32_t numSources() const override { return uint32_t(rows.size()); }
  uint32_t numTargets() const override {
    return shape.out[0] * shape.outPlane();
  }
  uint32_t minDelay() const override { return 2; }
  uint32_t maxDelay() const override { return 2; }
  std::optional<ConvShape> conv() const override {
    return say ? std::optional(shape) : std::nullopt;
  }
  void row(uint32_t source, std::vector<IntSynapse> &row) const override {
    row = rows[source];
  }
};

std::map<uint32_t, int64_t> sumsPerTarget(const std::vector<IntSynapse> &row,
                                          Range targets) {
  std::map<uint32_t, int64_t> sums;
  for (const IntSynapse &synapse : row)
    if (synapse.target >= targets.begin && synapse.target < targets.end)
      sums[synapse.target - targets.begin] += synapse.weight;
  return sums;
}

class ConvRows : public testing::TestWithParam<unsigned> {};
class BusyConvRows : public ConvRows {};

TEST_P(ConvRows, ReadsBackInAnySlice) {
  RandomConv conv(GetParam());
  auto stats = BlockStatistics::scan(conv, s2::rowFormats());
  for (unsigned attempt = 0; attempt < 4; ++attempt) {
    Range targets;
    targets.begin = conv.number(0, conv.numTargets() - 1);
    targets.end = conv.number(targets.begin + 1, conv.numTargets());
    Range sources{0, conv.numSources()};
    auto encoding = s2::conv(16, conv.shape);
    auto size = stats.size(encoding, targets, sources);
    ASSERT_TRUE(size);
    EXPECT_EQ(size->index, 0u);
    std::vector<std::byte> rows(size->rows);
    BlockOutput output{encoding, targets, sources, rows, {}};
    ASSERT_TRUE(writeBlocks(conv, {&output, 1}));
    EXPECT_EQ(output.synapses, stats.synapses(targets));
    auto read = readBlock(encoding, targets, 2, sources, rows, {});
    for (uint32_t s = 0; s < conv.numSources(); ++s)
      ASSERT_EQ(sumsPerTarget(read[s], {0, targets.size()}),
                sumsPerTarget(conv.rows[s], targets))
          << "source " << s;
    std::vector<std::byte> longer(size->rows + 4);
    BlockOutput wrong{encoding, targets, sources, longer, {}};
    EXPECT_FALSE(writeBlocks(conv, {&wrong, 1})) << "the size is exact";
    auto best = stats.choose(targets, sources);
    ASSERT_TRUE(best);
    conv.say = false;
    auto other =
        BlockStatistics::scan(conv, s2::rowFormats()).choose(targets, sources);
    conv.say = true;
    bool half = 2 * size->total() <= other->size.total();
    if (half) {
      EXPECT_EQ(best->encoding.format, &s2::convRows());
    }
    EXPECT_LE(best->size.total(), other->size.total());
  }
}

auto busyRow(RandomConv &conv) {
  return std::find_if(conv.rows.begin(), conv.rows.end(),
                      [](auto &row) { return row.size() > 1; });
}

TEST_P(BusyConvRows, RowsThatAreNoCopiesOfAKernelAreNotShared) {
  RandomConv conv(GetParam());
  Range all{0, conv.numTargets()};
  Range sources{0, conv.numSources()};
  auto busy = busyRow(conv);
  auto legal = [&] {
    return BlockStatistics::scan(conv, s2::rowFormats())
        .size(s2::conv(16, conv.shape), all, sources)
        .has_value();
  };
  ASSERT_TRUE(legal());
  // A synapse less; if its tap has no other pair, it is another kernel.
  IntSynapse last = busy->back();
  TapFinder finder(conv.shape);
  finder.from(uint32_t(busy - conv.rows.begin()));
  auto tap = finder.tap(last.target);
  unsigned pairs = 0;
  for (uint32_t s = 0; s < conv.numSources(); ++s) {
    finder.from(s);
    for (const IntSynapse &synapse : conv.rows[s])
      pairs += finder.tap(synapse.target) == tap;
  }
  busy->pop_back();
  EXPECT_EQ(legal(), pairs == 1);
  last.weight += last.weight == 1 ? -2 : -1;
  busy->push_back(last);
  EXPECT_EQ(legal(), pairs == 1);
}

/// The same convolution without a weight of 0.
RandomConv withoutZeros(unsigned seed) {
  RandomConv conv(seed);
  for (auto &row : conv.rows)
    row.clear();
  std::vector<int> ones(conv.shape.taps(), 1);
  bool last = std::exchange(conv.shape.channelsLast, false);
  conv.fill(ones, conv.shape.inPerGroup(), conv.shape.outPerGroup());
  conv.shape.channelsLast = last;
  if (last)
    conv.standLast();
  return conv;
}

TEST_P(ConvRows, FieldsAreWhereTheSynapsesAre) {
  RandomConv conv = withoutZeros(GetParam());
  auto stats = BlockStatistics::scan(conv, s2::rowFormats());
  ConvFields fields(conv.shape);
  for (uint32_t t = 0; t < conv.numTargets(); ++t) {
    auto field = fields.fieldOf(t);
    EXPECT_EQ(field.cells() * fields.sourcesPerCell(),
              stats.synapses({t, t + 1}));
    EXPECT_EQ(fields.placesOf(field), stats.sourcesOf({t, t + 1}));
  }
  EdgeShape edge;
  edge.sources = conv.numSources();
  fillByFields(conv.shape, edge);
  double synapses = double(stats.synapses({0, conv.numTargets()}));
  EXPECT_NEAR(edge.density * edge.sources * conv.numTargets(), synapses,
              1e-9 * synapses);
  // Rows of full one-tile panels, and the range that reaches one.
  double rows = 0, reached = 0, longest = 0, anywhere = 0;
  uint32_t panels = std::max(1u, conv.numTargets() / kTileNeurons);
  for (uint32_t p = 0; p < panels; ++p) {
    Range targets{p * kTileNeurons,
                  std::min((p + 1) * kTileNeurons, conv.numTargets())};
    for (auto &row : conv.rows)
      rows += !sumsPerTarget(row, targets).empty();
    double length = stats.sourcesOf(targets).size();
    reached += length;
    longest = std::max(longest, length);
  }
  for (auto &row : conv.rows)
    anywhere += !row.empty();
  EXPECT_NEAR(edge.filled[0], rows / panels / edge.sources, 1e-12);
  EXPECT_NEAR(edge.filledAnywhere, anywhere / edge.sources, 1e-12);
  EXPECT_NEAR(edge.reach[0], reached / panels / edge.sources, 1e-12);
  if (reached > 0) {
    EXPECT_NEAR(edge.heavyReach[0], longest * panels / reached, 1e-9);
  }
}

std::vector<unsigned> busySeeds() {
  std::vector<unsigned> seeds;
  for (unsigned seed = 0; seed < 60; ++seed)
    if (RandomConv conv(seed); busyRow(conv) != conv.rows.end())
      seeds.push_back(seed);
  return seeds;
}

INSTANTIATE_TEST_SUITE_P(Seeds, ConvRows, testing::Range(0u, 60u));
INSTANTIATE_TEST_SUITE_P(Seeds, BusyConvRows, testing::ValuesIn(busySeeds()),
                         testing::PrintToStringParamName());

} // namespace
