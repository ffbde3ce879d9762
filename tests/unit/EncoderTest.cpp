//===- EncoderTest.cpp - Analog arrays as spikes --------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "runtime/io/Encoders.h"

#include <array>
#include <cmath>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

using namespace snnc;
using namespace snnc::runtime;

TEST(EncoderTest, PhiloxKnownAnswers) {
  // kat_vectors of the Random123 library, philox4x32 with 10 rounds.
  using A4 = std::array<uint32_t, 4>;
  EXPECT_EQ(philox4x32({0, 0, 0, 0}, {0, 0}),
            (A4{0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8}));
  uint32_t f = 0xffffffff;
  EXPECT_EQ(philox4x32({f, f, f, f}, {f, f}),
            (A4{0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd}));
  EXPECT_EQ(philox4x32({0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344},
                       {0xa4093822, 0x299f31d0}),
            (A4{0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1}));
}

TEST(EncoderTest, RateHasTheRightMeanAndNoNeighbours) {
  NdArray x = NdArray::of<float>({5}, {0, 0.1f, 0.5f, 0.9f, 1});
  EncoderOptions options;
  options.ticks = 20000;
  options.seed = 42;
  auto spikes = encode(x, {"in", 5, {}}, options);
  ASSERT_TRUE(spikes) << toText(spikes.error());
  EXPECT_EQ(spikes->shape, (std::vector<uint64_t>{20000, 5}));
  for (uint64_t c = 0; c < 5; ++c) {
    double p = x.at(c), sum = 0;
    for (uint64_t t = 0; t < 20000; ++t)
      sum += spikes->at(t * 5 + c);
    // Five standard deviations of the binomial.
    EXPECT_NEAR(sum / 20000, p, 5 * std::sqrt(p * (1 - p) / 20000)) << c;
  }
  EXPECT_EQ(*encode(x, {"in", 5, {}}, options), *spikes);
  options.seed = 43;
  EXPECT_NE(*encode(x, {"in", 5, {}}, options), *spikes);
  options.seed = 42;
  // A channel's spikes do not depend on other channels, or on more ticks.
  NdArray y = NdArray::of<float>({2}, {0.7f, 0.1f});
  options.ticks = 100;
  auto fewer = encode(y, {"in", 2, {}}, options);
  ASSERT_TRUE(fewer);
  for (uint64_t t = 0; t < 100; ++t)
    ASSERT_EQ(fewer->at(t * 2 + 1), spikes->at(t * 5 + 1));
}

TEST(EncoderTest, RateOverTimeAndSamples) {
  NdArray x = NdArray::zeros(DType::F64, {2, 3, 2, 2});
  for (uint64_t i = 12; i < 24; ++i)
    x.as<double>()[i] = 1; // second sample: always
  EncoderOptions options;
  options.timeAxis = true;
  auto spikes = encode(x, {"in", 4, {2, 2}}, options);
  ASSERT_TRUE(spikes) << toText(spikes.error());
  EXPECT_EQ(spikes->shape, x.shape);
  for (uint64_t i = 0; i < 24; ++i)
    EXPECT_EQ(spikes->at(i), i < 12 ? 0 : 1);
}

TEST(EncoderTest, Latency) {
  NdArray x = NdArray::of<float>({2, 3}, {0, 1, 0.5f, 0.25f, 0.001f, 0.75f});
  EncoderOptions options;
  options.kind = Encoder::Latency;
  options.ticks = 9;
  auto spikes = encode(x, {"in", 3, {}}, options);
  ASSERT_TRUE(spikes) << toText(spikes.error());
  ASSERT_EQ(spikes->shape, (std::vector<uint64_t>{2, 9, 3}));
  const int expected[2][3] = {{-1, 0, 4}, {6, 8, 2}};
  for (int s = 0; s < 2; ++s)
    for (int t = 0; t < 9; ++t)
      for (int c = 0; c < 3; ++c)
        EXPECT_EQ(spikes->at(uint64_t((s * 9 + t) * 3 + c)),
                  t == expected[s][c]);
}

TEST(EncoderTest, Delta) {
  NdArray x = NdArray::of<double>({6, 1}, {10, 10.4, 11.2, 13.1, 13.1, 9.9});
  EncoderOptions options;
  options.kind = Encoder::Delta;
  options.threshold = 1;
  auto rising = encode(x, {"in", 1, {}}, options);
  ASSERT_TRUE(rising) << toText(rising.error());
  // Reference: 10, 10, 11, 13, 13, 10.
  EXPECT_EQ(*rising, NdArray::of<uint8_t>({6, 1}, {0, 0, 1, 2, 0, 0}));
  options.fallingChannels = true;
  auto both = encode(x, {"in", 1, {}}, options);
  ASSERT_TRUE(both);
  EXPECT_EQ(*both,
            NdArray::of<uint8_t>({6, 2}, {0, 0, 0, 0, 1, 0, 2, 0, 0, 0, 0, 3}));
  options.threshold = 0.001;
  EXPECT_EQ(encode(x, {"in", 1, {}}, options).error().code, "SNN0413");
}

TEST(EncoderTest, Errors) {
  auto code = [](const NdArray &x, const EncoderOptions &options) {
    auto r = encode(x, {"in", 3, {}}, options);
    return r ? "" : r.error().code.name();
  };
  NdArray x = NdArray::zeros(DType::F32, {3});
  EncoderOptions options;
  EXPECT_EQ(code(x, options), "SNN0413"); // no ticks
  options.ticks = 4;
  EXPECT_EQ(code(x, options), "");
  options.ticks = uint64_t(1) << 62;
  EXPECT_EQ(code(x, options), "SNN0413");
  options.ticks = 4;
  for (float bad : {-0.1f, 1.1f, NAN, INFINITY}) {
    x.as<float>()[1] = bad;
    EXPECT_EQ(code(x, options), "SNN0413") << bad;
  }
  EXPECT_EQ(code(NdArray::zeros(DType::F32, {4}), options), "SNN0411");
  EXPECT_EQ(code(NdArray::zeros(DType::F32, {2, 2, 3}), options), "SNN0411");
  options.kind = Encoder::Delta;
  EXPECT_EQ(code(NdArray::zeros(DType::F32, {3}), options), "SNN0411");
  EXPECT_EQ(code(NdArray::zeros(DType::F32, {2, 3}), options), "SNN0413");
}

TEST(EncoderTest, EmptyAxesSayWhich) {
  auto said = [](std::vector<uint64_t> shape, Encoder kind, uint64_t ticks) {
    EncoderOptions options;
    options.kind = kind;
    options.threshold = 1;
    options.ticks = ticks;
    options.timeAxis = ticks == 0 && kind != Encoder::Latency;
    auto r = encode(NdArray::zeros(DType::F32, std::move(shape)), {"in", 3, {}},
                    options);
    return r ? std::string() : r.error().message + "; " + r.error().hints[0];
  };
  using ::testing::HasSubstr;
  EXPECT_THAT(said({0, 3}, Encoder::Rate, 0), HasSubstr("0 x 3 has no tick"));
  EXPECT_THAT(said({2, 0, 3}, Encoder::Delta, 0),
              HasSubstr("has no tick; give a row of 3 values"));
  EXPECT_THAT(said({0, 3}, Encoder::Rate, 5), HasSubstr("has no sample"));
  EXPECT_THAT(said({0, 5, 3}, Encoder::Delta, 0), HasSubstr("has no sample"));
  EXPECT_THAT(said({3}, Encoder::Latency, 0), HasSubstr("--ticks N"));
}
