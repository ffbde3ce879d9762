//===- SumDigitsTest.cpp - Partial sums as digits of keys -----------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "planner/SumDigits.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <functional>
#include <random>

using namespace snnc::fabric;

namespace {

/// What the core programs do (runtime/abi/CoreHeader.h): the digits of `sum`,
/// and what the dominant core makes of them.
int64_t sendAndAdd(int64_t sum, const SumDigits &digits) {
  auto extend = [&](int64_t value) {
    auto low = uint64_t(value) & ((uint64_t(1) << digits.bits) - 1);
    auto half = uint64_t(1) << (digits.bits - 1);
    return int64_t(low ^ half) - int64_t(half);
  };
  int64_t low = extend(sum);
  if (digits.digits == 1)
    return low;
  return low + extend((sum - low) >> digits.bits) * (int64_t(1) << digits.bits);
}

/// Both ends of what the digits hold arrive, one more or less does not.
TEST(SumDigits, HoldExactlyWhatTheySend) {
  for (uint32_t count : {1u, 2u})
    for (uint32_t bits = 1; bits <= 12; ++bits) {
      SumDigits digits{count, bits};
      auto most = int64_t(digits.most()), least = -int64_t(digits.least());
      for (int64_t sum = least; sum <= most; ++sum)
        ASSERT_EQ(sendAndAdd(sum, digits), sum) << count << " x " << bits;
      EXPECT_NE(sendAndAdd(most + 1, digits), most + 1);
      EXPECT_NE(sendAndAdd(least - 1, digits), least - 1);
      EXPECT_TRUE(digits.holds({digits.most(), digits.least()}));
      EXPECT_FALSE(digits.holds({digits.most() + 1, 0}));
      EXPECT_FALSE(digits.holds({0, digits.least() + 1}));
      EXPECT_EQ(leastDigits(count, {digits.most(), digits.least()}), digits);
    }
}

/// One digit as long as the keys allow it, then two as wide as they allow.
TEST(SumDigits, FollowTheKeys) {
  SumRange sums{100, 100}; // 8 bits
  EXPECT_EQ(digitsFor(sums, 24), (SumDigits{1, 8}));
  EXPECT_EQ(digitsFor(sums, 8), (SumDigits{1, 8}));
  EXPECT_EQ(digitsFor(sums, 7), (SumDigits{2, 6}));
  EXPECT_EQ(digitsFor(sums, 6), (SumDigits{2, 5}));
  EXPECT_EQ(digitsFor(sums, 1), (SumDigits{2, 4})); // no fewer hold them
  EXPECT_EQ(digitsFor({0, 1}, 24), (SumDigits{1, 1}));
  EXPECT_EQ(digitsFor({}, 24), (SumDigits{1, 1}));
}

/// Any parts: all sums are held, no more keys are taken than there are unless
/// no digits would do, and one digit wherever all keys are enough for it.
TEST(SumDigits, KeepToTheKeysOfAll) {
  std::mt19937_64 random(7);
  for (int round = 0; round < 200; ++round) {
    std::vector<PartSums> parts(1 + random() % 40);
    for (PartSums &part : parts) {
      part.cells = 1 + random() % 512;
      part.range = {random() % (uint64_t(1) << (random() % 24)),
                    random() % (uint64_t(1) << (random() % 24))};
    }
    uint64_t keys = uint64_t(1) << (10 + random() % 23);
    auto all = [&](auto digitsOf) {
      uint64_t sum = 0;
      for (size_t i = 0; i < parts.size(); ++i)
        sum += std::bit_ceil(parts[i].cells * digitsOf(i).keys());
      return sum;
    };
    auto found = chooseDigits(parts, keys);
    ASSERT_EQ(found.size(), parts.size());
    for (size_t i = 0; i < parts.size(); ++i)
      EXPECT_TRUE(found[i].holds(parts[i].range));
    auto one = [&](size_t i) { return leastDigits(1, parts[i].range); };
    auto fewest = [&](size_t i) { return digitsFor(parts[i].range, 1); };
    bool alike =
        std::ranges::adjacent_find(found, std::not_equal_to()) == found.end();
    if (all(one) <= keys)
      for (size_t i = 0; i < parts.size(); ++i)
        EXPECT_TRUE(found[i] == one(i) || (alike && found[i].digits == 1));
    if (all(fewest) <= keys)
      EXPECT_LE(all([&](size_t i) { return found[i]; }), keys);
  }
}

TEST(SumDigits, SilentCellsSendNone) {
  // Every source has a synapse; some have; several have more than one.
  EXPECT_NEAR(expectedSums(1, activityOf(10, 10, 0.9)), 1 - std::pow(0.9, 10),
              1e-9);
  EXPECT_NEAR(expectedSums(1, activityOf(10, 2, 0.9)), 1 - std::pow(0.98, 10),
              1e-9);
  EXPECT_NEAR(expectedSums(1, activityOf(10, 30, 0.9)), 1 - std::pow(0.9, 30),
              1e-9);
  EXPECT_EQ(expectedSums(5, activityOf(10, 0, 0.9)), 0);
  EXPECT_EQ(expectedSums(5, activityOf(10, 3, 1)), 0);
  EXPECT_EQ(expectedSums(5, activityOf(10, 10, 0)), 5);
  EXPECT_EQ(expectedSums(5, activityOf(10, 10, 0), 0.2), 6);
}

/// Sums of 100 weights of 10, half of the sources a tick, around a limit of
/// 2^9; with signs that cancel, none is that large.
TEST(SumDigits, SecondOnesFollowFromMeanAndVariance) {
  auto share = [](double sum, uint32_t bits) {
    SumSpread spread(1, 1);
    spread.add(0, 100, sum, 100 * 10 * 10, 0.5, 0.5);
    return spread.beyondOne({2, bits});
  };
  EXPECT_NEAR(share(1000, 10), 0.405, 0.01); // mean 500, deviation 50
  EXPECT_NEAR(share(1000, 9), 1, 1e-4);
  EXPECT_NEAR(share(0, 10), 0, 1e-4);
  EXPECT_NEAR(share(-1000, 9), 1, 1e-4);
}

} // namespace
