//===- RecordingTest.cpp - Requests, rows and units of recordings, drives -===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "RuntimeFixtures.h"

#include <gtest/gtest.h>

using namespace snnc;
using namespace snnc::runtime;
using namespace snnc::runtime::test;

/// S7.4, whatever part is asked for: one mean, a mean a channel (more of them
/// than have a table), and a mean a tick and channel, silent at the end.
TEST(DriveTest, AnyPartIsTheRule) {
  constexpr uint32_t channels = 100;
  constexpr uint64_t sample = 3;
  PhiloxKey key = streamKey(9, streamOf("noise"));
  std::vector<double> each, table;
  for (uint32_t c = 0; c < 4 * channels; ++c)
    table.push_back(c % 7 == 0 ? 0 : 0.05 * (c / 3));
  each.assign(table.begin(), table.begin() + channels);
  struct Case {
    std::vector<double> means;
    bool hasTicks;
  };
  for (const Case &c :
       {Case{{1.5}, false}, Case{each, false}, Case{table, true}}) {
    PoissonDrive drive(key, channels, c.means, c.hasTicks);
    for (uint64_t tick :
         {uint64_t(0), uint64_t(3), uint64_t(4), uint64_t(7) << 32})
      for (auto [first, count] : {std::pair(0u, channels),
                                  {17u, 1u},
                                  {40u, 60u},
                                  {99u, 1u},
                                  {5u, 0u}}) {
        std::vector<uint16_t> counts(count, 77);
        drive.draw(tick, sample, first, counts);
        for (uint32_t i = 0; i < count; ++i) {
          uint64_t at = (c.hasTicks ? tick * channels : 0) + first + i;
          double mean = c.means.size() == 1   ? c.means[0]
                        : at < c.means.size() ? c.means[at]
                                              : 0;
          uint64_t bits = drawBits(key, first + i, tick, sample);
          ASSERT_EQ(counts[i], poissonCount(mean, uniformOf(bits)))
              << tick << " " << first + i;
        }
      }
  }
}

TEST(RecordingTest, EveryRequestParsesBack) {
  Bundle b = makeBundle();
  std::vector<std::string> names;
  for (const RecordRequest &r : everyRequest(b.manifest)) {
    auto again = parseRecordRequest(r.name(), b.manifest);
    ASSERT_TRUE(again) << toText(again.error());
    EXPECT_EQ(again->populationIndex, r.populationIndex);
    EXPECT_EQ(again->variableIndex, r.variableIndex);
    names.push_back(r.name());
  }
  EXPECT_EQ(names, (std::vector<std::string>{"lif1.lif:spikes", "lif1.lif:v",
                                             "lif1.lif:i", "out:put:v"}));
}

TEST(RecordingTest, RowOf) {
  EXPECT_EQ(rowOf(0, 3, 1, Alignment::Network), std::nullopt);
  EXPECT_EQ(rowOf(1, 3, 1, Alignment::Network), 0u);
  EXPECT_EQ(rowOf(3, 3, 1, Alignment::Network), 2u);
  EXPECT_EQ(rowOf(4, 3, 1, Alignment::Network), std::nullopt);
  EXPECT_EQ(rowOf(0, 3, 1, Alignment::Chip), 0u);
  EXPECT_EQ(rowOf(2, 3, 1, Alignment::Chip), 2u);
  EXPECT_EQ(rowOf(3, 3, 1, Alignment::Chip), std::nullopt);
  EXPECT_EQ(rowOf(8, 1, 9, Alignment::Network), std::nullopt);
}

TEST(RecordingTest, UserUnitsRoundOnce) {
  std::vector<float> chip = {3, 1e30f}, user(2);
  toUserUnits(chip, std::vector<double>{3.0, 0.1}, user);
  EXPECT_EQ(user, (std::vector<float>{1, float(double(1e30f) / 0.1)}));
  toUserUnits(chip, std::vector<double>{3.0}, user);
  EXPECT_EQ(user, (std::vector<float>{1, float(double(1e30f) / 3.0)}));
}
