//===- EncodingTest.cpp - Row encodings and the core planner --------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Properties over seeded random blocks: the measured size is the written size,
// and reading back gives the synapses that went in.

#include "backends/spinnaker2/Formats/Formats.h"
#include "backends/spinnaker2/Formats/bitmap/Bitmap.h"
#include "backends/spinnaker2/Formats/dense/Dense.h"
#include "backends/spinnaker2/Formats/sparse/Sparse.h"
#include "backends/spinnaker2/Formats/strided/Strided.h"
#include "compiler/Rows/BlockStatistics.h"
#include "compiler/Rows/Blocks.h"
#include "planner/CorePlanner.h"
#include "runtime/abi/CoreHeader.h"
#include "tests/formats/PairRows.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <random>

using namespace snnc;
using namespace snnc::fabric;
using snn::IntSynapse;

namespace {

/// Synapses held as they are.
struct ListView : SynapseView {
  std::vector<std::vector<IntSynapse>> rows;
  uint32_t targets = 0, least = 1, largest = 1;

  uint32_t numSources() const override { return uint32_t(rows.size()); }
  uint32_t numTargets() const override { return targets; }
  uint32_t minDelay() const override { return least; }
  uint32_t maxDelay() const override { return largest; }
  void row(uint32_t source, std::vector<IntSynapse> &row) const override {
    row = rows[source];
  }
};

struct RandomBlock {
  std::mt19937 random;
  ListView view;
  Range targets, known;

  explicit RandomBlock(unsigned seed) : random(seed) {
    view.targets = number(1, 300);
    view.rows.resize(number(1, 90));
    view.least = number(1, 3);
    view.largest = view.least + (number(0, 1) ? 0 : number(1, 9));
    int limit = number(0, 1) ? 127 : 32767;
    double density = number(0, 100) / 100.0;
    bool repeats = number(0, 3) == 0;
    for (auto &row : view.rows)
      if (number(0, 9) > 0) // some sources without synapses
        fill(row, limit, density, repeats);
    targets.begin = number(0, view.targets - 1);
    targets.end = number(targets.begin + 1, view.targets);
    known =
        number(0, 1)
            ? Range{0, view.numSources()}
            : BlockStatistics::scan(view, s2::rowFormats()).sourcesOf(targets);
  }

  uint32_t number(uint32_t low, uint32_t high) {
    return std::uniform_int_distribution<uint32_t>(low, high)(random);
  }

  void fill(std::vector<IntSynapse> &row, int limit, double density,
            bool repeats) {
    std::bernoulli_distribution hit(density);
    std::uniform_int_distribution<int> weight(-limit, limit);
    for (uint32_t t = 0; t < view.targets; ++t)
      for (unsigned copies = hit(random) ? (repeats ? number(1, 2) : 1) : 0;
           copies; --copies)
        row.push_back({t, weight(random), number(view.least, view.largest)});
  }
};

/// (target, delay) -> sum of weights: what the core adds.
using Sums = std::map<std::pair<uint32_t, uint32_t>, int64_t>;

Sums sumsOf(const std::vector<IntSynapse> &row, Range targets) {
  Sums sums;
  for (const IntSynapse &synapse : row)
    if (synapse.target >= targets.begin && synapse.target < targets.end)
      sums[{synapse.target - targets.begin, synapse.delay}] += synapse.weight;
  std::erase_if(sums, [](auto &entry) { return entry.second == 0; });
  return sums;
}

/// All formats worth trying, legal or not.
std::vector<RowEncoding> candidates(uint32_t delaySpan) {
  unsigned delay = unsigned(std::bit_width(delaySpan));
  return {s2::dense(8),
          s2::dense(16),
          s2::sparse(16, 8 - delay, delay, 8),
          s2::sparse(32, 24 - delay, delay, 8),
          s2::sparse(32, 16 - delay, delay, 16),
          s2::sparse(32, 16 - delay, delay, 16, /*repeats=*/true),
          s2::dense(8, /*fetched=*/true),
          s2::dense(16, /*fetched=*/true),
          s2::sparse(16, 8 - delay, delay, 8, false, /*fetched=*/true),
          s2::sparse(32, 24 - delay, delay, 8, false, /*fetched=*/true),
          s2::sparse(32, 16 - delay, delay, 16, true, /*fetched=*/true),
          s2::strided({16, 8 - delay, delay, 8}, 32, 0, /*fetched=*/true),
          s2::strided({32, 16 - delay, delay, 16, true}, 16, 0, true),
          s2::strided({32, 16 - delay, delay, 16, true}, 256, 0, true),
          s2::strided({32, 16 - delay, delay, 16, true}, 4, 1, false),
          s2::bitmap({16, 8 - delay, delay, 8}, 90),
          s2::bitmap({32, 16 - delay, delay, 16, true}, 90),
          {&tests::pairRows(), {8}}};
}

struct Written {
  std::vector<std::byte> rows, index;
  uint64_t synapses = 0;
};

std::optional<Written> write(const RandomBlock &block,
                             const RowEncoding &encoding, BlockSize size) {
  Written bytes{std::vector<std::byte>(size.rows),
                std::vector<std::byte>(size.index), 0};
  BlockOutput output{encoding, block.targets, block.known, bytes.rows,
                     bytes.index};
  if (!writeBlocks(block.view, {&output, 1}))
    return std::nullopt;
  bytes.synapses = output.synapses;
  return bytes;
}

class EncodingProperty : public testing::TestWithParam<unsigned> {};

TEST_P(EncodingProperty, MeasuredIsWrittenAndReadBack) {
  RandomBlock block(GetParam());
  auto stats = BlockStatistics::scan(block.view, s2::rowFormats());
  unsigned legal = 0;
  for (const RowEncoding &encoding :
       candidates(block.view.largest - block.view.least)) {
    auto size = stats.size(encoding, block.targets, block.known);
    if (!size)
      continue;
    ++legal;
    auto bytes = write(block, encoding, *size);
    ASSERT_TRUE(bytes) << toText(encoding);
    EXPECT_EQ(bytes->synapses, stats.synapses(block.targets));
    // One byte group more or less is refused: the size is exact.
    BlockSize wrong{size->rows + 4, size->index};
    EXPECT_FALSE(write(block, encoding, wrong)) << toText(encoding);
    auto read = readBlock(encoding, block.targets, block.view.least,
                          block.known, bytes->rows, bytes->index);
    ASSERT_EQ(read.size(), block.known.size());
    for (uint32_t s = 0; s < block.view.rows.size(); ++s)
      ASSERT_EQ(
          s - block.known.begin < read.size()
              ? sumsOf(read[s - block.known.begin], {0, block.targets.size()})
              : Sums(),
          sumsOf(block.view.rows[s], block.targets))
          << toText(encoding) << " source " << s;
  }
  EXPECT_GE(legal, 1u);
}

TEST_P(EncodingProperty, ChoiceIsTheSmallestLegalOne) {
  RandomBlock block(GetParam());
  auto stats = BlockStatistics::scan(block.view, s2::rowFormats());
  auto best = stats.choose(block.targets, block.known);
  ASSERT_TRUE(best);
  EXPECT_EQ(stats.size(best->encoding, block.targets, block.known), best->size);
  for (const RowEncoding &encoding :
       candidates(block.view.largest - block.view.least)) {
    if (isFetched(encoding))
      continue;
    if (auto size = stats.size(encoding, block.targets, block.known)) {
      EXPECT_LE(best->size.total(), size->total()) << toText(encoding);
      if (best->encoding.format == &s2::sparseRows() &&
          encoding.format == &s2::denseRows()) {
        EXPECT_LT(best->size.total(), size->total()) << "ties go to dense";
      }
    }
  }
}

/// Rows in DRAM: every transfer is as long as a row buffer at most.
TEST_P(EncodingProperty, TransfersFitTheirBuffer) {
  RandomBlock block(GetParam());
  auto stats = BlockStatistics::scan(block.view, s2::rowFormats());
  auto best = stats.choose(block.targets, block.known, RowsIn::Dram);
  ASSERT_TRUE(best);
  ASSERT_TRUE(isFetched(best->encoding));
  uint64_t most = best->encoding.format->longestTransfer(best->encoding.fields,
                                                         stats, block.targets);
  EXPECT_EQ(most % kTransferUnit, 0u);
  if (best->encoding.format != &s2::sparseRows())
    return;
  uint64_t at = 0, width = best->encoding.fields[0] / 8, needed = 0;
  for (uint32_t s = block.known.begin; s < block.known.end; ++s) {
    uint64_t end = at;
    for (const IntSynapse &synapse : block.view.rows[s])
      if (synapse.target >= block.targets.begin &&
          synapse.target < block.targets.end)
        end += width;
    uint64_t first = at / kTransferUnit * kTransferUnit;
    needed = std::max(needed, (end - first + kTransferUnit - 1) /
                                  kTransferUnit * kTransferUnit);
    at = end;
  }
  EXPECT_LE(needed, most);
}

TEST_P(EncodingProperty, IllegalEncodingsCannotBeWritten) {
  RandomBlock block(GetParam());
  auto stats = BlockStatistics::scan(block.view, s2::rowFormats());
  uint64_t entries = uint64_t(block.known.size()) + 1;
  for (const RowEncoding &encoding :
       candidates(block.view.largest - block.view.least)) {
    if (stats.size(encoding, block.targets, block.known))
      continue;
    unsigned width = encoding.fields[0] / 8;
    bool dense = encoding.format == &s2::denseRows();
    if (block.known.size() == 0)
      continue; // nothing to write is legal in every width
    if (isFetched(encoding) || encoding.format == &s2::stridedRows() ||
        encoding.format == &s2::bitmapRows())
      continue; // sizes of their own
    BlockSize size{dense ? block.known.size() * align4(block.targets.size()) *
                               width
                         : align4(stats.synapses(block.targets) * width),
                   dense ? 0 : align4(entries * 2)};
    EXPECT_FALSE(write(block, encoding, size)) << toText(encoding);
  }
}

/// What is proposed for either place is legal somewhere, holds the block and is
/// read back.
TEST_P(EncodingProperty, ProposedIsWrittenAndReadBack) {
  RandomBlock block(GetParam());
  auto stats = BlockStatistics::scan(block.view, s2::rowFormats());
  for (RowsIn place : {RowsIn::Sram, RowsIn::Dram})
    for (const auto &choice : stats.legal(block.targets, block.known, place)) {
      EXPECT_EQ(isFetched(choice.encoding), place == RowsIn::Dram);
      EXPECT_EQ(choice.size.index, choice.encoding.format->indexBytes(
                                       choice.encoding.fields, block.known));
      auto bytes = write(block, choice.encoding, choice.size);
      ASSERT_TRUE(bytes) << toText(choice.encoding);
      auto read = readBlock(choice.encoding, block.targets, block.view.least,
                            block.known, bytes->rows, bytes->index);
      for (uint32_t s = block.known.begin; s < block.known.end; ++s)
        ASSERT_EQ(
            sumsOf(read[s - block.known.begin], {0, block.targets.size()}),
            sumsOf(block.view.rows[s], block.targets))
            << toText(choice.encoding) << " source " << s;
    }
}

INSTANTIATE_TEST_SUITE_P(Random, EncodingProperty, testing::Range(0u, 200u));

TEST(Encoding, SparseWordHasIndexLowAndWeightHigh) {
  ListView view;
  view.targets = 5;
  view.least = 2;
  view.largest = 4;
  view.rows = {{{3, -2, 4}}, {}, {{0, 127, 2}, {4, 1, 3}}};
  std::vector<std::byte> rows(8), index(8);
  auto encoding = s2::sparse(16, 6, 2, 8);
  BlockOutput output{encoding, {0, 5}, {0, 3}, rows, index};
  ASSERT_TRUE(writeBlocks(view, {&output, 1}));
  EXPECT_EQ(output.synapses, 3u);
  auto half = [](const std::vector<std::byte> &bytes, unsigned i) {
    return unsigned(bytes[2 * i]) | unsigned(bytes[2 * i + 1]) << 8;
  };
  EXPECT_EQ(half(rows, 0), 0xFE00u | 2u << 6 | 3u);
  EXPECT_EQ(half(rows, 1), 0x7F00u);
  EXPECT_EQ(half(rows, 2), 0x0100u | 1u << 6 | 4u);
  const unsigned starts[] = {0, 1, 1, 3};
  for (unsigned i = 0; i < 4; ++i)
    EXPECT_EQ(half(index, i), starts[i]);
}

/// A group of 32 sources begins anew; more words than a u16 counts.
TEST(Encoding, RowsInDramMayHaveMoreWordsThanTheirIndexCounts) {
  ListView view;
  view.targets = 1500;
  view.rows.resize(100);
  for (uint32_t s = 0; s < view.rows.size(); ++s)
    for (uint32_t t = s % 3; t < view.targets; t += 1 + s % 2)
      view.rows[s].push_back({t, int32_t(s % 100) + 1, 1});
  auto stats = BlockStatistics::scan(view, s2::rowFormats());
  Range all{0, view.targets};
  Range sources{0, 100};
  EXPECT_GT(stats.synapses(all), uint64_t(UINT16_MAX));
  EXPECT_FALSE(stats.size(s2::sparse(32, 24, 0, 8), all, sources));
  auto encoding = s2::sparse(32, 24, 0, 8, false, /*fetched=*/true);
  auto size = stats.size(encoding, all, sources);
  ASSERT_TRUE(size);
  EXPECT_EQ(size->rows, 4 * stats.synapses(all));
  EXPECT_EQ(size->index, 3 * 72u + 4 + 12); // 3 * 32 and 4 sources
  std::vector<std::byte> rows(size->rows), index(size->index);
  BlockOutput output{encoding, all, sources, rows, index};
  ASSERT_TRUE(writeBlocks(view, {&output, 1}));
  auto read = readBlock(encoding, all, 1, sources, rows, index);
  ASSERT_EQ(read.size(), view.rows.size());
  for (size_t s = 0; s < read.size(); ++s)
    EXPECT_EQ(sumsOf(read[s], all), sumsOf(view.rows[s], all)) << s;
}

TEST(Encoding, DenseRowsArePaddedToFourTargets) {
  ListView view;
  view.targets = 5;
  view.rows = {{{1, -1, 1}}, {{4, 5, 1}}};
  std::vector<std::byte> rows(16);
  BlockOutput output{s2::dense(8), {0, 5}, {0, 2}, rows, {}};
  ASSERT_TRUE(writeBlocks(view, {&output, 1}));
  EXPECT_EQ(output.synapses, 2u);
  EXPECT_EQ(rows[1], std::byte(0xFF));
  EXPECT_EQ(rows[8 + 4], std::byte(5));
}

/// Equal rows: no index, in either place; a row's address is arithmetic.
TEST(Encoding, EqualRowsHaveNoIndex) {
  ListView view;
  view.targets = 40;
  view.largest = 3;
  for (uint32_t s = 0; s < 50; ++s)
    view.rows.push_back({{s % 38, 3, 1 + s % 3}, {s % 38 + 2, -7, 2}});
  auto stats = BlockStatistics::scan(view, s2::rowFormats());
  auto best = stats.choose({0, 40}, {0, 50});
  ASSERT_TRUE(best);
  EXPECT_EQ(toText(best->encoding), "strided<16, index = 6, delay = 2, "
                                    "weight = 8, stride = 4, length = 2>");
  EXPECT_EQ(best->size.total(), 50 * 4u);
  auto there = stats.legal({0, 40}, {0, 50}, RowsIn::Dram);
  ASSERT_GE(there.size(), 1u);
  EXPECT_EQ(toText(there[0].encoding),
            "strided<16, index = 6, delay = 2, weight = 8, stride = 16, "
            "length = 2, dram = true>");
  EXPECT_EQ(there[0].size, (BlockSize{50 * 16, 0}));
}

/// 18,000 sources of which 700 have a synapse here: a bit and half a place for
/// the others.
TEST(Encoding, FewRowsOfManySourcesHaveASmallIndex) {
  ListView view;
  view.targets = 64;
  view.rows.resize(18000);
  for (uint32_t s = 0; s < 18000; s += 26)
    view.rows[s] = {{s % 64, int32_t(s % 100) + 1, 1}};
  view.rows[26].push_back({63, 5, 1});
  auto stats = BlockStatistics::scan(view, s2::rowFormats());
  auto best = stats.choose({0, 64}, {0, 18000});
  ASSERT_TRUE(best);
  EXPECT_EQ(best->encoding.format->name(), "bitmap");
  uint64_t groups = 563, synapses = 694;
  EXPECT_EQ(best->size.index, 4 * groups + align4(2 * (groups + synapses + 1)));
  EXPECT_EQ(best->size.rows, 2 * synapses);
}

/// A row that is longer than the others goes on behind them.
TEST(Encoding, LongRowsGoOnBehindTheOthers) {
  ListView view;
  view.targets = 200;
  view.rows.resize(300);
  for (uint32_t s = 0; s < 300; ++s)
    for (uint32_t t = s % 7; t < (s == 11 ? 200 : 30); t += 7)
      view.rows[s].push_back({t, int32_t(t) - 90, 1});
  auto stats = BlockStatistics::scan(view, s2::rowFormats());
  Range all{0, 200}, sources{0, 300};
  auto encoding = s2::strided({16, 8, 0, 8}, 16, 0, /*fetched=*/true);
  auto size = stats.size(encoding, all, sources);
  ASSERT_TRUE(size);
  EXPECT_EQ(size->rows, (300 + stats.synapses(all) / 6) * 16);
  std::vector<std::byte> rows(size->rows);
  BlockOutput output{encoding, all, sources, rows, {}};
  ASSERT_TRUE(writeBlocks(view, {&output, 1}));
  auto read = readBlock(encoding, all, 1, sources, rows, {});
  ASSERT_EQ(read.size(), view.rows.size());
  for (size_t s = 0; s < read.size(); ++s)
    EXPECT_EQ(sumsOf(read[s], all), sumsOf(view.rows[s], all)) << s;
}

TEST(Encoding, TooManyWordsForTheIndexAreRefused) {
  ListView view;
  view.targets = 1;
  view.least = 1;
  view.largest = 2; // no dense rows
  view.rows.assign(70000, {{0, 1, 1}});
  view.rows[7].push_back({0, 1, 2}); // not all of one length
  auto stats = BlockStatistics::scan(view, s2::rowFormats());
  EXPECT_FALSE(stats.choose({0, 1}, {0, 70000}));
}

//===----------------------------------------------------------------------===//
// CorePlanner
//===----------------------------------------------------------------------===//

SramLayout sram() {
  SramLayout layout;
  layout.bytes = 0x20000;
  layout.program = {0, 0x2000};
  layout.stack = {0x1F000, 0x20000};
  layout.alignment = 16;
  return layout;
}

CoreDemand demand(uint32_t neurons, uint64_t rows, uint64_t sources) {
  CoreDemand demand;
  demand.neurons = neurons;
  demand.states = {"v", "i"};
  demand.arrayParams = {"threshold"};
  demand.blocks = {{0, rows, 0, 1}};
  demand.sources = sources;
  demand.maxDelay = 5;
  return demand;
}

uint64_t bytesOf(const CorePlan &plan, const std::string &name) {
  for (const PlannedBuffer &buffer : plan.buffers)
    if (buffer.name == name)
      return buffer.bytes;
  ADD_FAILURE() << "no buffer " << name;
  return 0;
}

TEST(CorePlanner, EveryStructureToTheByte) {
  CorePlan plan = planCore(demand(38, 480, 12), sram());
  ASSERT_TRUE(plan.fits());
  EXPECT_EQ(bytesOf(plan, "header"), sizeof(SnncCoreHeader));
  EXPECT_EQ(bytesOf(plan, "table"), sizeof(SnncTableEntry));
  EXPECT_EQ(bytesOf(plan, "rows"), 480u);
  EXPECT_EQ(bytesOf(plan, "param.threshold"), 38u * 4);
  EXPECT_EQ(bytesOf(plan, "state.i"), 38u * 4);
  EXPECT_EQ(bytesOf(plan, "ring"), 8u * 40 * 4) << "delay 5: eight slots";
  EXPECT_EQ(bytesOf(plan, "spikes"), 8u);
  EXPECT_EQ(plan.fifoCapacity, 24u) << "two ticks of every source";
  uint64_t sum = 0;
  for (const PlannedBuffer &buffer : plan.buffers)
    sum += (buffer.bytes + 15) / 16 * 16;
  EXPECT_EQ(sum, plan.available) << "the record window takes what is left";
}

TEST(CorePlanner, SeveralSpikesOfAChannelHaveRoom) {
  CoreDemand busy = demand(38, 480, 12);
  busy.morePackets = 88;
  CorePlan plan = planCore(busy, sram());
  EXPECT_EQ(plan.fifoCapacity, 200u) << "two ticks of every packet";
  EXPECT_EQ(plan.fifoSafe, 100u);
  busy.likelyPackets = 30; // the sources are known to be less active
  EXPECT_EQ(planCore(busy, sram()).fifoSafe, 30u);
}

TEST(CorePlanner, FitsExactlyUpToTheLimit) {
  uint64_t rows = 0;
  CorePlan plan = planCore(demand(64, rows, 4000), sram());
  rows = plan.available - plan.needed;
  plan = planCore(demand(64, rows, 4000), sram());
  EXPECT_TRUE(plan.fits());
  EXPECT_EQ(plan.fifoCapacity, 512u) << "the shortest packet ring";
  EXPECT_LT(plan.fifoCapacity, plan.fifoSafe);
  EXPECT_EQ(bytesOf(plan, "record"), 528u) << "one tick: 8 + 2 * 256, aligned";
  EXPECT_FALSE(planCore(demand(64, rows + 1, 4000), sram()).fits());
}

TEST(CorePlanner, HostileNumbersDoNotWrap) {
  CoreDemand huge = demand(UINT32_MAX, UINT32_MAX, UINT32_MAX);
  huge.maxDelay = UINT64_MAX;
  huge.receptors = 2;
  EXPECT_FALSE(planCore(huge, sram()).fits());
}

TEST(CorePlanner, LargestStructureComesFirst) {
  auto parts = bytesByStructure(demand(38, 90000, 12));
  EXPECT_EQ(parts.front().first, "synapse rows");
  EXPECT_EQ(parts.front().second, 90000u);
  EXPECT_TRUE(std::is_sorted(parts.begin(), parts.end(), [](auto &a, auto &b) {
    return a.second > b.second;
  }));
}

} // namespace
