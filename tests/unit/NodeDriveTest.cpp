//===- NodeDriveTest.cpp - Counts as a core without float64 finds them ----===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "planner/NodeDrive.h"
#include "runtime/abi/CoreHeader.h"
#include "runtime/support/Poisson.h"

#include <gtest/gtest.h>

#include <random>
#include <utility>

using namespace snnc;
using namespace snnc::fabric;

namespace {

/// The steps of passes/Program/DriveLoop.cpp on one table.
uint32_t countOf(const std::vector<uint32_t> &table, uint64_t bits) {
  auto first = uint32_t(bits >> kOtherBits), others = uint32_t(bits);
  uint32_t count = table[0], most = table[1];
  uint32_t bin = first >> (kFirstBits - SNNC_DRIVE_GUIDE_BITS);
  uint32_t entry = table[2 + bin / 4] >> (8 * (bin % 4)) & 0xFF;
  if (entry < SNNC_DRIVE_UNSETTLED)
    return entry;
  const uint32_t *limits = table.data() + sizeof(SnncDriveTable) / 4;
  const uint32_t *lows = limits + count + 1;
  uint32_t k = entry - SNNC_DRIVE_UNSETTLED;
  while (first > limits[k])
    ++k;
  while (k < count && first == limits[k] && others >= lows[k])
    ++k;
  return k == count ? most : k;
}

} // namespace

/// For every uniform number: millions around each limit of the float64
/// inversion, around what 16 bits cannot tell apart, and anywhere.
TEST(NodeDrive, TablesAreTheInversion) {
  constexpr uint64_t end = uint64_t(1) << kUniformBits;
  std::mt19937_64 random(5);
  std::vector<double> means = {0, 1e-15, 1e-9, 8e-4, 0.02, 0.3,
                               1, 2,     6.4,  30,   99.9, 100};
  while (means.size() < 40)
    means.push_back(std::ldexp(double(random() >> 11), -53) * 12);
  uint64_t checked = 0;
  for (double mean : means) {
    std::vector<uint32_t> table = driveTable(mean);
    auto check = [&](uint64_t bits) {
      ++checked;
      return bits >= end ||
             countOf(table, bits) == poissonCount(mean, uniformOf(bits));
    };
    uint64_t before = end;
    const PoissonTable exact(mean);
    for (uint64_t limit : exact.thresholds()) {
      bool isSame = std::exchange(before, limit) == limit;
      for (uint64_t i = 0; !isSame && i < 1000; ++i) {
        ASSERT_TRUE(check(limit - 500 + i)) << mean << " " << limit << " " << i;
        uint64_t tie = (limit >> kOtherBits << kOtherBits) + i - 500;
        ASSERT_TRUE(check(tie)) << mean << " " << tie;
      }
    }
    for (int i = 0; i < 10000; ++i) {
      uint64_t bits = random() >> (64 - kUniformBits);
      ASSERT_TRUE(check(bits)) << mean << " " << bits;
      ASSERT_TRUE(check(end - 1 - (bits >> (i % 50)))) << mean << " " << bits;
    }
  }
  EXPECT_GT(checked, 2'000'000u);
}
