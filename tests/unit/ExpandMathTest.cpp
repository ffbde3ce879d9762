//===- ExpandMathTest.cpp - exp, log and abs against libm -----------------===//
//
// Part of the snnc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tests/unit/ReferenceFixtures.h"

#include <bit>
#include <cmath>
#include <gtest/gtest.h>

using namespace snnc;
using namespace snnc::reference;

namespace {

/// The expanded function, run by the reference on many values.
class Function {
public:
  explicit Function(const std::string &name) {
    std::string text = "snn.neuron @m receptors [\"x\"] states [\"y\"] params "
                       "[] {\n^bb0(%x: f32, %y: f32):\n  %r = math." +
                       name + " %x : f32\n  snn.yield states %r : f32\n}\n";
    ok = fixture.parse(text) && fixture.run("snn-expand-math");
    auto models = fixture.module->getOps<snn::NeuronOp>();
    auto made = RegionEvaluator::create(*models.begin());
    ok = ok && mlir::succeeded(made);
    if (ok)
      evaluator = std::move(*made);
  }
  void operator()(const std::vector<float> &x, std::vector<float> &y) const {
    y.assign(x.size(), 0);
    const float *in = x.data();
    float *out = y.data();
    evaluator->run(x.size(), {&in, 1}, {&out, 1}, {}, nullptr);
  }
  bool ok = false;

private:
  TestNetwork fixture;
  std::optional<RegionEvaluator> evaluator;
};

/// Distance from the true value in units of the float32 result's last place.
double ulps(float got, double wanted) {
  if (std::isnan(wanted))
    return std::isnan(got) ? 0 : 1e30;
  if (std::isinf(float(wanted)) || std::isinf(got))
    return float(wanted) == got ? 0 : 1e30;
  float up = std::nextafter(std::abs(float(wanted)), INFINITY);
  return std::abs(double(got) - wanted) /
         (double(up) - std::abs(double(float(wanted))));
}

/// Every `step`-th float32 bit pattern.
template <typename True>
double worst(const Function &function, uint32_t step, True truth,
             float normalFrom) {
  double worstUlps = 0;
  std::vector<float> x, y;
  for (uint64_t first = 0; first < (uint64_t(1) << 32);
       first += 65536ull * step) {
    x.clear();
    for (uint64_t p = first; p < first + 65536ull * step && p >> 32 == 0;
         p += step)
      x.push_back(std::bit_cast<float>(uint32_t(p)));
    function(x, y);
    for (size_t i = 0; i < x.size(); ++i) {
      double wanted = truth(double(x[i]));
      if (std::abs(wanted) >= normalFrom || wanted == 0 ||
          !std::isfinite(wanted))
        worstUlps = std::max(worstUlps, ulps(y[i], wanted));
    }
  }
  return worstUlps;
}

} // namespace

TEST(ExpandMath, ExpOverTheFloats) {
  Function function("exp");
  ASSERT_TRUE(function.ok);
  double error =
      worst(function, 251, [](double x) { return std::exp(x); }, 0x1p-126f);
  std::printf("exp: %.4f ulp\n", error);
  EXPECT_LE(error, 1.0);
  EXPECT_LE(worst(function, 251, [](double x) { return std::exp(x); }, 0), 2.0);
}

TEST(ExpandMath, LogOverTheFloats) {
  Function function("log");
  ASSERT_TRUE(function.ok);
  double error = worst(function, 251, [](double x) { return std::log(x); }, 0);
  std::printf("log: %.4f ulp\n", error);
  EXPECT_LE(error, 1.0);
}

TEST(ExpandMath, SpecialValues) {
  Function exp("exp"), log("log"), abs("absf");
  ASSERT_TRUE(exp.ok && log.ok && abs.ok);
  std::vector<float> y;
  exp({-INFINITY, INFINITY, NAN, 0, 89, -104}, y);
  EXPECT_EQ(y[0], 0);
  EXPECT_EQ(y[1], INFINITY);
  EXPECT_TRUE(std::isnan(y[2]));
  EXPECT_EQ(y[3], 1);
  EXPECT_EQ(y[4], INFINITY);
  EXPECT_EQ(y[5], 0);
  log({0, -0.0f, INFINITY, -1, NAN, 1, 1e-45f}, y);
  EXPECT_EQ(y[0], -INFINITY);
  EXPECT_EQ(y[1], -INFINITY);
  EXPECT_EQ(y[2], INFINITY);
  EXPECT_TRUE(std::isnan(y[3]));
  EXPECT_TRUE(std::isnan(y[4]));
  EXPECT_EQ(y[5], 0);
  EXPECT_NEAR(y[6], -103.2789, 1e-4);
  abs({-0.0f, -3, 4, NAN}, y);
  EXPECT_EQ(std::bit_cast<uint32_t>(y[0]), 0u);
  EXPECT_EQ(y[1], 3);
  EXPECT_EQ(y[2], 4);
  EXPECT_TRUE(std::isnan(y[3]));
}
