//===- NormalsTest.cpp - Normal numbers drawn from a counter --------------===//
//
// Part of the snnc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "runtime/support/Normals.h"

#include <gtest/gtest.h>

#include <cmath>
#include <cstring>
#include <vector>

using namespace snnc;

namespace {

/// Row k of the table: the polynomial through four points of the quantile.
std::array<float, 4> rowOf(int k) {
  constexpr double nodes[] = {0.06943184420297371, 0.33000947820757187,
                              0.6699905217924281, 0.9305681557970263};
  double first = std::ldexp(1.0, k), u[4], d[4], c[4] = {};
  for (int i = 0; i < 4; ++i) {
    u[i] = 1 + nodes[i];
    d[i] = -normalQuantile(first * u[i] * 0x1p-33);
  }
  for (int j = 1; j < 4; ++j) // divided differences
    for (int i = 3; i >= j; --i)
      d[i] = (d[i] - d[i - 1]) / (u[i] - u[i - j]);
  c[0] = d[3];
  for (int i = 2, degree = 0; i >= 0; --i, ++degree) {
    for (int j = degree + 1; j > 0; --j)
      c[j] = c[j - 1] - u[i] * c[j];
    c[0] = d[i] - u[i] * c[0];
  }
  return {float(c[0]), float(c[1] / first), float(c[2] / first / first),
          float(c[3] / first / first / first)};
}

float oneBySteps(PhiloxKey key, uint32_t neuron, uint32_t tick,
                 uint32_t sample) {
  return normalOf(normalWords(key, neuron / 4, tick, sample)[neuron % 4]);
}

} // namespace

TEST(Normals, TableIsTheFit) {
  for (int k = 0; k < 32; ++k)
    for (unsigned i = 0; i < 4; ++i)
      EXPECT_EQ(kNormalTable[k][i], rowOf(k)[i]) << k << " " << i;
  for (float c : kNormalTable[32])
    EXPECT_EQ(c, 0);
}

TEST(Normals, KnownAnswers) {
  std::pair<uint32_t, float> words[] = {
      {0x00000000, 0x1.959e94p+2f}, {0x00000001, 0x1.8aa614p+2f},
      {0x7FFFFFFF, 0x0p+0f},        {0x80000000, -0x1.959e94p+2f},
      {0xFFFFFFFF, -0x0p+0f},       {0x12345678, 0x1.77bb48p+0f},
      {0xDEADBEEF, -0x1.5424ep-2f}, {0x00FFFFFF, 0x1.547354p+1f}};
  for (auto [word, number] : words)
    EXPECT_EQ(std::bit_cast<uint32_t>(normalOf(word)),
              std::bit_cast<uint32_t>(number))
        << word;
  PhiloxKey key = streamKey(7, streamOf("exc.normal.1"));
  EXPECT_EQ(oneBySteps(key, 0, 0, 0), 0x1.f6fda6p+0f);
  EXPECT_EQ(oneBySteps(key, 5, 0, 0), 0x1.79077p+0f);
  EXPECT_EQ(oneBySteps(key, 5, 1, 0), -0x1.0c954p-2f);
  EXPECT_EQ(oneBySteps(key, 5, 1, 2), -0x1.48cbap-2f);
  EXPECT_EQ(oneBySteps(key, 1000003, UINT32_MAX, 1), 0x1.32e4cp-1f);
}

TEST(Normals, AnyVectorsAnyRun) {
  PhiloxKey key = streamKey(1, 2);
  for (uint32_t first : {0u, 1u, 6u, 63u, 1000001u})
    for (size_t count : {0u, 1u, 3u, 64u, 65u, 1000u})
      for (auto set :
           {VectorSet::Portable, VectorSet::Avx2, VectorSet::Avx512}) {
        if (set > widestVectors())
          continue;
        std::vector<float> all(count + 1, 7.0f);
        drawNormals(key, 9, 3, first, std::span(all).first(count), set);
        for (size_t i = 0; i < count; ++i)
          ASSERT_EQ(all[i], oneBySteps(key, first + uint32_t(i), 9, 3)) << i;
        EXPECT_EQ(all[count], 7.0f); // nobody else's
      }
}

/// docs/semantics.md S3.7 says how far the distribution is from the normal one.
TEST(Normals, Distribution) {
  double most = 0, moments[9] = {};
  uint64_t count = 0;
  constexpr uint64_t words = uint64_t(1) << 31, step = 997;
  for (uint64_t word = step / 2; word < words; word += step, ++count) {
    double number = normalOf(uint32_t(word));
    double p = double(word << 1 | 1) * 0x1p-33;
    most = std::max(most, std::abs(number + normalQuantile(p)));
    EXPECT_EQ(-number, normalOf(uint32_t(word) | 0x80000000));
    for (int k = 2; k <= 6; k += 2)
      moments[k] += std::pow(number, k);
  }
  EXPECT_LT(most, 4.3e-4);
  EXPECT_GT(most, 3e-4);
  EXPECT_NEAR(moments[2] / double(count), 1, 1e-5);
  EXPECT_NEAR(moments[4] / double(count), 3, 3e-4);
  EXPECT_NEAR(moments[6] / double(count), 15, 2e-2);
}

/// Neighbours in neuron, tick, sample and stream have nothing to do with each
/// other: no mean, no correlation beyond five standard errors.
TEST(Normals, Independent) {
  PhiloxKey key = streamKey(3, streamOf("a")),
            other = streamKey(3, streamOf("b"));
  constexpr uint32_t neurons = 4096, ticks = 64;
  double sum = 0, squares = 0, nextNeuron = 0, nextTick = 0, nextSample = 0,
         otherStream = 0;
  std::vector<float> now(neurons + 1), later(neurons), again(neurons),
      stream(neurons);
  for (uint32_t t = 0; t < ticks; ++t) {
    drawNormals(key, t, 0, 0, now);
    drawNormals(key, t + 1, 0, 0, later);
    drawNormals(key, t, 1, 0, again);
    drawNormals(other, t, 0, 0, stream);
    for (uint32_t n = 0; n < neurons; ++n) {
      double x = now[n];
      sum += x;
      squares += x * x;
      nextNeuron += x * now[n + 1];
      nextTick += x * later[n];
      nextSample += x * again[n];
      otherStream += x * stream[n];
    }
  }
  double count = double(neurons) * ticks, error = 5 / std::sqrt(count);
  for (double product : {sum, nextNeuron, nextTick, nextSample, otherStream})
    EXPECT_LT(std::abs(product / count), error);
  EXPECT_NEAR(squares / count, 1, error * std::sqrt(2.0));
}
