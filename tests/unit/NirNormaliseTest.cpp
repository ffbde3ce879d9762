//===- NirNormaliseTest.cpp - Repairs and shapes of NIR graphs ------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "tests/unit/NirTestSupport.h"

#include <limits>

using namespace snnc;
using namespace snnc::nir;

//===----------------------------------------------------------------------===//
// Shapes of layers
//===----------------------------------------------------------------------===//

TEST(NirShapes, NonSquareKernel) {
  GraphBuilder b;
  b.input({2, 9, 9});
  b.conv("conv", {4, 2, 3, 5}); // the nir package says 7 x 7
  b.output({4, 7, 7});
  b.chain();
  Normalised n(b);
  ASSERT_TRUE(n.ok) << n.text();
  EXPECT_EQ(n.node("conv").outputShape, (Shape{4, 7, 5}));
  EXPECT_TRUE(n.has("SNN0244", Severity::Note));
  EXPECT_EQ(n.node("output").tensor("shape").i64()[2], 5);
}

TEST(NirShapes, StrideDilationGroupsPadding) {
  GraphBuilder b;
  b.input({4, 11, 12});
  b.conv("conv", {6, 2, 3, 3});
  b.ints("stride", {2, 3});
  b.ints("dilation", {2, 1});
  b.ints("padding", {1, 2});
  b.ints("groups", {2});
  b.output({});
  b.chain();
  Normalised n(b);
  ASSERT_TRUE(n.ok) << n.text();
  // torch: (11 + 2 - 4 - 1) / 2 + 1 = 5, (12 + 4 - 2 - 1) / 3 + 1 = 5
  EXPECT_EQ(n.node("conv").outputShape, (Shape{6, 5, 5}));
}

TEST(NirShapes, SameAndValidPadding) {
  GraphBuilder b;
  b.input({1, 7, 8});
  b.conv("conv", {1, 1, 4, 3});
  b.lastNode().fields["padding"] = std::string("same");
  b.conv("two", {1, 1, 3, 3});
  b.lastNode().fields["padding"] = std::string("valid");
  b.output({});
  b.chain();
  Normalised n(b);
  ASSERT_TRUE(n.ok) << n.text();
  EXPECT_EQ(n.node("conv").outputShape, (Shape{1, 7, 8}));
  // The odd zero goes to the far side, as in torch.
  EXPECT_EQ(n.node("conv").pads(), (std::array<int64_t, 4>{1, 1, 2, 1}));
  EXPECT_EQ(n.node("two").outputShape, (Shape{1, 5, 6}));
}

TEST(NirShapes, SameWithStrideIsRefused) {
  GraphBuilder b;
  b.input({1, 8, 8});
  b.conv("conv", {1, 1, 3, 3});
  b.lastNode().fields["padding"] = std::string("same");
  b.ints("stride", {2, 2});
  b.output({});
  b.chain();
  EXPECT_TRUE(Normalised(b).has("SNN0222", Severity::Error));
}

TEST(NirShapes, Conv1d) {
  GraphBuilder b;
  b.input({3, 20});
  b.node("conv", "Conv1d");
  b.fill("weight", {5, 3, 4}, 1);
  b.ints("stride", {2});
  b.ints("padding", {1});
  b.output({});
  b.chain();
  Normalised n(b);
  ASSERT_TRUE(n.ok) << n.text();
  EXPECT_EQ(n.node("conv").outputShape, (Shape{5, 10}));
  EXPECT_EQ(n.node("conv").pads(), (std::array<int64_t, 4>{0, 1, 0, 1}));
  EXPECT_EQ(n.node("conv").tensor("input_shape").i64()[0], 20);
  DiagnosticSink again;
  EXPECT_TRUE(normalise(n.graph, again));
  EXPECT_EQ(n.node("conv").outputShape, (Shape{5, 10}));
}

TEST(NirShapes, KernelLargerThanInput) {
  GraphBuilder b;
  b.input({1, 4, 4});
  b.conv("conv", {1, 1, 5, 5});
  b.output({});
  b.chain();
  Normalised n(b);
  ASSERT_FALSE(n.ok);
  EXPECT_EQ(n.find("SNN0247")->spot.node, "/node/nodes/conv");
}

TEST(NirShapes, ConvWithWrongInputShapeFollowsTheProducer) {
  GraphBuilder b;
  b.input({1, 6, 6});
  b.conv("a", {1, 1, 3, 3});
  b.conv("b", {1, 1, 3, 3});
  b.ints("input_shape", {6, 6});
  b.output({});
  b.chain();
  Normalised n(b);
  ASSERT_TRUE(n.ok) << n.text();
  EXPECT_TRUE(n.has("SNN0248", Severity::Warning));
  EXPECT_EQ(n.node("b").tensor("input_shape").i64()[0], 4);
}

TEST(NirShapes, ChannelMismatch) {
  GraphBuilder b;
  b.input({3, 6, 6});
  b.conv("a", {1, 2, 3, 3});
  b.output({});
  b.chain();
  EXPECT_TRUE(Normalised(b).has("SNN0240", Severity::Error));
}

//===----------------------------------------------------------------------===//
// Flatten, pools, batch and time
//===----------------------------------------------------------------------===//

TEST(NirRepair, FlattenCountsABatch) {
  GraphBuilder b;
  b.input({2, 4, 4});
  b.flatten("flat", 1); // right for (batch, 2, 4, 4)
  b.linear("fc", 3, 32);
  b.output({3});
  b.chain();
  Normalised n(b);
  ASSERT_TRUE(n.ok) << n.text();
  EXPECT_TRUE(n.has("SNN0245", Severity::Note));
  EXPECT_EQ(n.node("flat").outputShape, (Shape{32}));
  EXPECT_EQ(n.node("flat").integer("start_dim"), 0);
  EXPECT_EQ(n.node("flat").integer("end_dim"), 2);
}

TEST(NirRepair, FlattenThatFitsStays) {
  GraphBuilder b;
  b.input({2, 4, 4});
  b.flatten("flat", 1);
  b.lif("lif", {2, 16});
  b.output({2, 16});
  b.chain();
  Normalised n(b);
  ASSERT_TRUE(n.ok) << n.text();
  EXPECT_EQ(n.find("SNN0245"), nullptr);
  EXPECT_EQ(n.node("flat").outputShape, (Shape{2, 16}));
}

TEST(NirRepair, PoolThatLostItsStride) {
  GraphBuilder b;
  b.input({2, 8, 8});
  b.pool("pool", 2, 1);
  b.lif("lif", {2, 4, 4});
  b.output({2, 4, 4});
  b.chain();
  Normalised n(b);
  ASSERT_TRUE(n.ok) << n.text();
  EXPECT_TRUE(n.has("SNN0245", Severity::Warning));
  EXPECT_EQ(n.node("pool").pair("stride"), (std::array<int64_t, 2>{2, 2}));
}

TEST(NirRepair, InputWithBatchOfOne) {
  GraphBuilder b;
  b.input({1, 1, 34, 34});
  b.conv("conv", {4, 1, 3, 3});
  b.output({});
  b.chain();
  Normalised n(b);
  ASSERT_TRUE(n.ok) << n.text();
  EXPECT_TRUE(n.has("SNN0243", Severity::Note));
  EXPECT_EQ(n.node("input").outputShape, (Shape{1, 34, 34}));
}

TEST(NirRepair, InputWithOneChannelKeepsIt) {
  GraphBuilder b;
  b.input({1, 8, 8});
  b.lif("lif", {1, 8, 8});
  b.output({});
  b.chain();
  Normalised n(b);
  ASSERT_TRUE(n.ok) << n.text();
  EXPECT_EQ(n.find("SNN0243"), nullptr);
  EXPECT_EQ(n.node("input").outputShape, (Shape{1, 8, 8}));
}

TEST(NirRepair, InputWithTime) {
  GraphBuilder b;
  b.input({256, 12});
  b.linear("fc", 3, 12);
  b.output({3});
  b.chain();
  Normalised n(b);
  ASSERT_TRUE(n.ok) << n.text();
  EXPECT_TRUE(n.has("SNN0243", Severity::Warning));
  EXPECT_EQ(n.node("input").outputShape, (Shape{12}));
}

TEST(NirRepair, NeuronWithBatch) {
  GraphBuilder b;
  b.input({1, 18, 18});
  b.conv("conv", {4, 1, 3, 3});
  b.lif("lif", {1, 4, 16, 16});
  b.output({});
  b.chain();
  Normalised n(b);
  ASSERT_TRUE(n.ok) << n.text();
  EXPECT_EQ(n.node("lif").outputShape, (Shape{4, 16, 16}));
  EXPECT_EQ(n.node("lif").tensor("tau").shape(), (Shape{4, 16, 16}));
}

TEST(NirRepair, ScalarsAndPerChannelParameters) {
  GraphBuilder b;
  b.input({2, 3, 3});
  b.lif("lif", {});
  b.lif("channels", {2, 1, 1});
  b.lastNode().fields["tau"] =
      Tensor({2, 1, 1}, std::vector<float>{0.25F, 0.5F}, "float32");
  b.output({});
  b.chain();
  Normalised n(b);
  ASSERT_TRUE(n.ok) << n.text();
  EXPECT_TRUE(n.node("lif").tensor("tau").isScalar());
  EXPECT_EQ(n.node("lif").outputShape, (Shape{2, 3, 3}));
  const Tensor &tau = n.node("channels").tensor("tau");
  ASSERT_EQ(tau.shape(), (Shape{2, 3, 3}));
  EXPECT_EQ(tau.kind(), ElementKind::F32);
  EXPECT_EQ(tau.at(8), 0.25);
  EXPECT_EQ(tau.at(9), 0.5);
}

TEST(NirRepair, ScalarsWithoutAnyShapeAreRefused) {
  GraphBuilder b;
  b.input({});
  b.lif("lif", {});
  b.output({});
  b.chain();
  EXPECT_TRUE(Normalised(b).has("SNN0246", Severity::Error));
}

//===----------------------------------------------------------------------===//
// Fields
//===----------------------------------------------------------------------===//

TEST(NirFields, DefaultsOfOldFiles) {
  GraphBuilder b;
  b.input({3});
  b.node("cuba", "CubaLIF");
  for (const char *field : {"tau_syn", "tau_mem", "r", "v_threshold"})
    b.fill(field, {3}, 0.5F);
  b.fill("v_leak", {3}, 0);
  b.output({3});
  b.chain();
  Normalised n(b);
  ASSERT_TRUE(n.ok) << n.text();
  EXPECT_EQ(n.node("cuba").tensor("w_in").at(2), 1.0);
  EXPECT_EQ(n.node("cuba").tensor("v_reset").at(2), 0.0);
  EXPECT_TRUE(n.has("SNN0221", Severity::Note));
}

TEST(NirFields, MissingFieldIsNamed) {
  GraphBuilder b;
  b.input({3});
  b.lif("lif", {3});
  b.lastNode().fields.erase("tau");
  b.output({3});
  b.chain();
  Normalised n(b);
  ASSERT_TRUE(n.has("SNN0220", Severity::Error));
  EXPECT_NE(n.find("SNN0220")->message.find("'tau'"), std::string::npos);
}

static const char *codeWithTau(float tau) {
  GraphBuilder b;
  b.input({2});
  b.lif("lif", {2}, tau);
  b.output({2});
  b.chain();
  Normalised n(b);
  for (const char *code : {"SNN0223", "SNN0224", "SNN0225", "SNN0228"})
    if (n.find(code))
      return code;
  return n.ok ? "" : "another";
}

TEST(NirFields, TimeConstants) {
  constexpr float inf = std::numeric_limits<float>::infinity();
  EXPECT_STREQ(codeWithTau(0.01F), "");
  EXPECT_STREQ(codeWithTau(std::numeric_limits<float>::quiet_NaN()), "SNN0223");
  EXPECT_STREQ(codeWithTau(-3212), "SNN0224");
  EXPECT_STREQ(codeWithTau(-inf), "SNN0224");
  EXPECT_STREQ(codeWithTau(0), "SNN0224");
  EXPECT_STREQ(codeWithTau(inf), "SNN0225");
  EXPECT_STREQ(codeWithTau(10), "SNN0228");
}

TEST(NirFields, InfiniteWeightIsRefused) {
  GraphBuilder b;
  b.input({2});
  b.node("fc", "Linear");
  b.fill("weight", {1, 2}, std::numeric_limits<float>::infinity());
  b.output({1});
  b.chain();
  Normalised n(b);
  ASSERT_TRUE(n.has("SNN0223", Severity::Error));
  EXPECT_EQ(n.find("SNN0223")->spot.node, "/node/nodes/fc");
}

TEST(NirFields, HostileIntegers) {
  for (std::vector<int64_t> stride : {std::vector<int64_t>{0, 1},
                                      {-1, 1},
                                      {int64_t(1) << 40, 1},
                                      {1, 1, 1},
                                      {}}) {
    GraphBuilder b;
    b.input({1, 8, 8});
    b.conv("conv", {1, 1, 3, 3});
    b.ints("stride", stride);
    b.output({});
    b.chain();
    EXPECT_TRUE(Normalised(b).has("SNN0222", Severity::Error));
  }
  GraphBuilder huge;
  huge.input({2147483647, 2147483647, 2147483647});
  huge.lif("lif", {});
  huge.output({});
  huge.chain();
  EXPECT_TRUE(Normalised(huge).has("SNN0249", Severity::Error));
}

TEST(NirFields, ThresholdBelowReset) {
  GraphBuilder b;
  b.input({2});
  b.lif("lif", {2});
  b.fill("v_reset", {2}, 2);
  b.output({2});
  b.chain();
  Normalised n(b);
  EXPECT_TRUE(n.ok);
  EXPECT_TRUE(n.has("SNN0229", Severity::Warning));
}
