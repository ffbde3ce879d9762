//===- RegionTest.cpp - The arithmetic of a region (S3) -------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "tests/unit/ReferenceFixtures.h"

#include <cmath>
#include <limits>

using namespace snnc;
using namespace snnc::reference;

namespace {

using Counts = std::vector<uint8_t>;
using Values = std::vector<float>;

class Region : public ::testing::Test, public TestNetwork {
protected:
  /// Evaluates one model on columns of (input, state) and returns the states.
  Values evaluate(const std::string &body, Values inputs, Values states,
                  std::vector<uint8_t> *spikes = nullptr) {
    EXPECT_TRUE(parse("snn.neuron @m receptors [\"x\"] states [\"s\"] params "
                      "[] {\n^bb0(%x: f32, %s: f32):\n" +
                      body + "}\n"))
        << messages;
    auto evaluator =
        RegionEvaluator::create(*module->getOps<snn::NeuronOp>().begin());
    if (mlir::failed(evaluator)) {
      ADD_FAILURE() << messages;
      return {};
    }
    const float *in[] = {inputs.data()};
    float *state[] = {states.data()};
    std::vector<uint8_t> bits(inputs.size(), 7);
    evaluator->run(inputs.size(), in, state, {}, bits.data());
    if (spikes)
      *spikes = bits;
    return states;
  }
};

TEST_F(Region, BasicOperationsRoundToFloat32) {
  float tiny = std::numeric_limits<float>::denorm_min();
  EXPECT_EQ(evaluate("%r = arith.mulf %x, %s : f32\n"
                     "snn.yield states %r : f32\n",
                     {0.1f, 1e-30f, 3e38f}, {3, 1e-15f, 10}),
            (Values{0.1f * 3, 1e-30f * 1e-15f, INFINITY}));
  EXPECT_GT(1e-30f * 1e-15f, 0) << "subnormals are kept";
  EXPECT_EQ(evaluate("%r = arith.divf %x, %s : f32\n"
                     "snn.yield states %r : f32\n",
                     {1, tiny, -1}, {3, 1, 0}),
            (Values{1.0f / 3, tiny, -INFINITY}));
  EXPECT_EQ(evaluate("%a = arith.subf %x, %s : f32\n"
                     "%r = arith.negf %a : f32\nsnn.yield states %r : f32\n",
                     {1, 16777216}, {3, -1}),
            (Values{2, -16777216}));
}

TEST_F(Region, MultiplyAndAddAreNotFused) {
  // x * x rounds to 1 + 2^-11 (+ 2^-24 lost); fused, the difference survives.
  float x = 1 + std::ldexp(1.0f, -12);
  EXPECT_EQ(evaluate("%p = arith.mulf %x, %x : f32\n"
                     "%r = arith.subf %p, %s : f32\n"
                     "snn.yield states %r : f32\n",
                     {x}, {1 + std::ldexp(1.0f, -11)}),
            (Values{0}));
}

TEST_F(Region, MinMaxAndNaN) {
  float nan = NAN;
  auto apply = [&](const char *op) {
    return evaluate(std::string("%r = arith.") + op +
                        " %x, %s : f32\nsnn.yield states %r : f32\n",
                    {1, nan, -0.0f, 0.0f, 2}, {2, 1, 0.0f, -0.0f, nan});
  };
  Values most = apply("maximumf"), least = apply("minimumf");
  EXPECT_EQ(most[0], 2);
  EXPECT_TRUE(std::isnan(most[1]) && std::isnan(most[4]));
  EXPECT_FALSE(std::signbit(most[2]) || std::signbit(most[3]));
  EXPECT_EQ(least[0], 1);
  EXPECT_TRUE(std::signbit(least[2]) && std::signbit(least[3]));
  EXPECT_EQ(apply("maxnumf")[1], 1);
  EXPECT_EQ(apply("minnumf")[4], 2);
}

TEST_F(Region, ComparisonsSelectsAndBits) {
  std::vector<uint8_t> spikes;
  Values out = evaluate(R"(
    %true = arith.constant true
    %half = arith.constant 0.5 : f32
    %gt = arith.cmpf ogt, %x, %s : f32
    %un = arith.cmpf une, %x, %s : f32
    %and = arith.andi %gt, %un : i1
    %not = arith.xori %and, %true : i1
    %or = arith.ori %gt, %not : i1
    %pick = arith.select %gt, %not, %or : i1
    %one = arith.uitofp %pick : i1 to f32
    %minus = arith.sitofp %gt : i1 to f32
    %sum = arith.addf %one, %minus : f32
    %r = arith.select %un, %sum, %half : f32
    snn.yield spike %gt states %r : f32
  )",
                        {2, 1, 1, NAN}, {1, 2, 1, 1}, &spikes);
  EXPECT_EQ(spikes, (Counts{1, 0, 0, 0}));
  EXPECT_EQ(out, (Values{-1, 1, 0.5f, 1}));
}

TEST_F(Region, AllPredicates) {
  struct {
    const char *name;
    Counts less_equal_greater_nan;
  } rows[] = {
      {"false", {0, 0, 0, 0}}, {"oeq", {0, 1, 0, 0}}, {"ogt", {0, 0, 1, 0}},
      {"oge", {0, 1, 1, 0}},   {"olt", {1, 0, 0, 0}}, {"ole", {1, 1, 0, 0}},
      {"one", {1, 0, 1, 0}},   {"ord", {1, 1, 1, 0}}, {"ueq", {0, 1, 0, 1}},
      {"ugt", {0, 0, 1, 1}},   {"uge", {0, 1, 1, 1}}, {"ult", {1, 0, 0, 1}},
      {"ule", {1, 1, 0, 1}},   {"une", {1, 0, 1, 1}}, {"uno", {0, 0, 0, 1}},
      {"true", {1, 1, 1, 1}}};
  for (auto &row : rows) {
    std::vector<uint8_t> spikes;
    evaluate(std::string("%c = arith.cmpf ") + row.name +
                 ", %x, %s : f32\nsnn.yield spike %c states %s : f32\n",
             {1, 2, 3, NAN}, {2, 2, 2, 2}, &spikes);
    EXPECT_EQ(spikes, row.less_equal_greater_nan) << row.name;
  }
}

TEST_F(Region, MoreNeuronsThanABlock) {
  Values inputs(1000), states(1000), expected(1000);
  for (size_t i = 0; i < 1000; ++i) {
    inputs[i] = float(i) * 0.1f;
    states[i] = float(i);
    expected[i] = inputs[i] + states[i];
  }
  EXPECT_EQ(evaluate("%r = arith.addf %x, %s : f32\n"
                     "snn.yield states %r : f32\n",
                     inputs, states),
            expected);
}

TEST_F(Region, RefusesOperationsWithoutARule) {
  ASSERT_TRUE(parse(R"(snn.neuron @m receptors ["x"] states ["s"] params [] {
    ^bb0(%x: f32, %s: f32):
      %r = math.exp %x : f32
      snn.yield states %r : f32
    })"))
      << messages;
  EXPECT_TRUE(mlir::failed(
      RegionEvaluator::create(*module->getOps<snn::NeuronOp>().begin())));
  EXPECT_NE(messages.find("SNN0702"), std::string::npos) << messages;
  EXPECT_NE(messages.find("math.exp"), std::string::npos) << messages;
}

} // namespace
