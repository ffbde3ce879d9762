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

//===----------------------------------------------------------------------===//
// Connections
//===----------------------------------------------------------------------===//

TEST(NirEdges, TransposedLinear) {
  GraphBuilder b;
  b.input({128});
  b.linear("fc", 128, 64); // should be [64, 128]
  b.lif("lif", {64});
  b.output({64});
  b.chain();
  Normalised n(b);
  ASSERT_FALSE(n.ok);
  ASSERT_TRUE(n.has("SNN0241", Severity::Error));
  EXPECT_EQ(n.find("SNN0240"), nullptr) << "one cause, one error\n" << n.text();
  EXPECT_EQ(n.find("SNN0241")->spot.node, "/node/nodes/fc");
}

TEST(NirEdges, FanInMismatch) {
  GraphBuilder b;
  b.input({4});
  b.linear("a", 3, 4);
  b.linear("b", 5, 4);
  b.lif("lif", {3});
  b.output({3});
  for (auto [from, to] : {std::pair{"input", "a"},
                          {"input", "b"},
                          {"a", "lif"},
                          {"b", "lif"},
                          {"lif", "output"}})
    b.edge(from, to);
  Normalised n(b);
  ASSERT_TRUE(n.has("SNN0240", Severity::Error));
  EXPECT_NE(n.find("SNN0240")->message.find("'b'"), std::string::npos);
}

TEST(NirEdges, DanglingNamesWithOneMeaning) {
  GraphBuilder b; // file G: the node is lif1, the edges say lif
  b.input({2});
  b.lif("lif1", {2});
  b.output({2});
  b.edge("input", "lif");
  b.edge("lif", "output");
  Normalised n(b);
  ASSERT_TRUE(n.ok) << n.text();
  EXPECT_EQ(n.graph.edges.size(), 2u);
  EXPECT_TRUE(n.has("SNN0230", Severity::Note));
  GraphBuilder ports; // braille_v2: x became x.input and x.output
  ports.input({2});
  ports.lif("x.input", {2});
  ports.lif("x.output", {2});
  ports.output({2});
  ports.edge("input", "x");
  ports.edge("x.input", "x.output");
  ports.edge("x", "output");
  Normalised p(ports);
  ASSERT_TRUE(p.ok) << p.text();
  EXPECT_EQ(p.graph.edges.size(), 3u);
}

TEST(NirEdges, DanglingNameWithSeveralMeanings) {
  GraphBuilder b;
  b.input({2});
  b.lif("lif1", {2});
  b.lif("lif2", {2});
  b.output({2});
  b.edge("input", "lif");
  b.edge("lif", "output");
  Normalised n(b);
  ASSERT_TRUE(n.has("SNN0231", Severity::Error));
  EXPECT_FALSE(n.find("SNN0231")->hints.empty());
}

TEST(NirEdges, DuplicatesCountTwice) {
  GraphBuilder b;
  b.input({2});
  b.linear("fc", 2, 2);
  b.lif("lif", {2});
  b.output({2});
  b.chain();
  b.edge("fc", "lif");
  Normalised n(b);
  ASSERT_TRUE(n.ok);
  EXPECT_EQ(n.graph.edges.size(), 4u);
  EXPECT_TRUE(n.has("SNN0237", Severity::Note));
}

TEST(NirEdges, CyclesNeedState) {
  GraphBuilder good;
  good.input({2});
  good.lif("lif", {2});
  good.linear("rec", 2, 2);
  good.output({2});
  for (auto [from, to] : {std::pair{"input", "lif"},
                          {"lif", "rec"},
                          {"rec", "lif"},
                          {"lif", "output"},
                          {"lif", "lif"}})
    good.edge(from, to);
  Normalised n(good);
  EXPECT_TRUE(n.ok) << n.text();
  EXPECT_TRUE(n.has("SNN0238", Severity::Note));
  GraphBuilder bad;
  bad.input({2});
  bad.linear("a", 2, 2);
  bad.linear("b", 2, 2);
  bad.output({2});
  for (auto [from, to] :
       {std::pair{"input", "a"}, {"a", "b"}, {"b", "a"}, {"b", "output"}})
    bad.edge(from, to);
  Normalised m(bad);
  ASSERT_TRUE(m.has("SNN0235", Severity::Error));
  EXPECT_NE(m.find("SNN0235")->message.find("'a', 'b', 'a'"),
            std::string::npos);
}

TEST(NirEdges, PortsAreAddedOnlyWhenUnambiguous) {
  GraphBuilder b;
  b.linear("fc", 2, 3);
  b.lif("lif", {2});
  b.chain();
  Normalised n(b);
  ASSERT_TRUE(n.ok) << n.text();
  EXPECT_EQ(n.node("input").outputShape, (Shape{3}));
  EXPECT_EQ(n.node("output").outputShape, (Shape{2}));
  GraphBuilder two;
  two.lif("a", {2});
  two.lif("b", {2});
  Normalised m(two);
  ASSERT_TRUE(m.has("SNN0233", Severity::Error));
  EXPECT_NE(m.find("SNN0233")->message.find("'a', 'b'"), std::string::npos);
  GraphBuilder none;
  EXPECT_TRUE(Normalised(none).has("SNN0233", Severity::Error));
}

TEST(NirEdges, WrongWayPortsAndUnreachableNodes) {
  GraphBuilder b;
  b.input({2});
  b.lif("lif", {2});
  b.lif("alone", {2});
  b.output({2});
  for (auto [from, to] : {std::pair{"input", "lif"}, {"lif", "output"}})
    b.edge(from, to);
  Normalised n(b);
  EXPECT_TRUE(n.ok);
  ASSERT_TRUE(n.has("SNN0236", Severity::Warning));
  EXPECT_EQ(n.find("SNN0236")->spot.node, "/node/nodes/alone");
  GraphBuilder wrong;
  wrong.input({2});
  wrong.lif("lif", {2});
  wrong.output({2});
  wrong.chain();
  wrong.edge("lif", "input");
  EXPECT_TRUE(Normalised(wrong).has("SNN0234", Severity::Error));
}

//===----------------------------------------------------------------------===//
// Nested graphs
//===----------------------------------------------------------------------===//

/// A graph node "sub": two inputs a and b into one LIF, one output.
static void addSub(GraphBuilder &outer, bool twoInputs) {
  GraphBuilder inner;
  inner.graph.path = "/node/nodes/sub";
  inner.input({12}, "a"); // wrong on purpose: the neurons are 2
  if (twoInputs)
    inner.input({2}, "b");
  inner.lif("lif", {2});
  inner.output({2}, "out");
  inner.edge("a", "lif");
  if (twoInputs)
    inner.edge("b", "lif");
  inner.edge("lif", "out");
  outer.node("sub", "NIRGraph").graph = std::make_unique<Graph>(inner.finish());
}

TEST(NirNested, LonePortNeedsNoNameAndItsShapeIsNoMatter) {
  GraphBuilder b;
  b.input({2});
  addSub(b, false);
  b.output({2});
  b.chain();
  Normalised n(b);
  ASSERT_TRUE(n.ok) << n.text();
  EXPECT_TRUE(n.has("SNN0243", Severity::Note));
  EXPECT_EQ(n.graph.nodes.size(), 3u);
  EXPECT_EQ(n.graph.edges.size(), 2u);
  EXPECT_EQ(n.node("sub.lif").path, "/node/nodes/sub/nodes/lif");
}

TEST(NirNested, SeveralPortsByName) {
  GraphBuilder b;
  b.input({2}, "x");
  b.input({2}, "y");
  addSub(b, true);
  b.output({2});
  for (auto [from, to] :
       {std::pair{"x", "sub.a"}, {"y", "sub.b"}, {"sub.out", "output"}})
    b.edge(from, to);
  Normalised n(b);
  ASSERT_TRUE(n.ok) << n.text();
  EXPECT_EQ(n.graph.edges.size(), 3u);
  GraphBuilder ambiguous;
  ambiguous.input({2});
  addSub(ambiguous, true);
  ambiguous.output({2});
  ambiguous.chain();
  Normalised m(ambiguous);
  ASSERT_TRUE(m.has("SNN0250", Severity::Error));
  EXPECT_NE(m.find("SNN0250")->message.find("'sub.a', 'sub.b'"),
            std::string::npos);
}

/// A graph node whose Input is wired to its Output `wires` times.
static void addPassThrough(GraphBuilder &outer, const std::string &name,
                           int wires) {
  GraphBuilder inner;
  inner.graph.path = "/node/nodes/" + name;
  inner.input({2}, "in");
  inner.output({2}, "out");
  for (int i = 0; i < wires; ++i)
    inner.edge("in", "out");
  outer.node(name, "NIRGraph").graph = std::make_unique<Graph>(inner.finish());
}

TEST(NirNested, PassThroughAndItsBombs) {
  GraphBuilder b;
  b.input({2});
  addPassThrough(b, "p", 1);
  b.lif("lif", {2});
  b.output({2});
  b.chain();
  Normalised n(b);
  ASSERT_TRUE(n.ok) << n.text();
  EXPECT_EQ(n.graph.edges.size(), 2u);
  GraphBuilder bomb; // 4^30 edges when flattened
  bomb.input({2});
  for (int i = 0; i < 30; ++i)
    addPassThrough(bomb, "p" + std::to_string(i), 4);
  bomb.output({2});
  bomb.chain();
  EXPECT_TRUE(Normalised(bomb).has("SNN0251", Severity::Error));
  GraphBuilder loop;
  loop.input({2});
  addPassThrough(loop, "p", 1);
  loop.output({2});
  loop.chain();
  loop.edge("p", "p");
  EXPECT_TRUE(Normalised(loop).has("SNN0251", Severity::Error));
}

TEST(NirNested, SameNameTwice) {
  GraphBuilder b;
  b.input({2});
  addSub(b, false);
  b.lif("sub.lif", {2});
  b.output({2});
  b.chain();
  EXPECT_TRUE(Normalised(b).has("SNN0252", Severity::Error));
}

//===----------------------------------------------------------------------===//
// The rest
//===----------------------------------------------------------------------===//

TEST(NirDt, OneTauNeedsARoundStep) {
  auto dtOf = [](float tau, float r) {
    GraphBuilder b;
    b.input({2});
    b.lif("lif", {2}, tau);
    b.fill("r", {2}, r);
    b.output({2});
    b.chain();
    Normalised n(b);
    EXPECT_TRUE(n.ok);
    return inferDt(n.graph).dt;
  };
  EXPECT_EQ(dtOf(0.02F, 20), 1e-3); // snnTorch: tau / dt
  EXPECT_EQ(dtOf(0.02F, 7), std::nullopt);
  EXPECT_EQ(dtOf(0.02F, -20), std::nullopt);
  EXPECT_EQ(dtOf(0.02F, 1), std::nullopt); // not scaled
}

TEST(NirGraph, AccessorsOfAnythingAreSafe) {
  Node node;
  EXPECT_EQ(node.tensor("weight").size(), 0u);
  EXPECT_EQ(node.integer("groups", 3), 3);
  EXPECT_EQ(node.pair("stride", 2), (std::array<int64_t, 2>{2, 2}));
  node.fields["stride"] = Tensor::integers({5});
  EXPECT_EQ(node.pair("stride"), (std::array<int64_t, 2>{5, 5}));
  EXPECT_EQ(elementCount({uint64_t(1) << 40, uint64_t(1) << 40}), std::nullopt);
  EXPECT_TRUE(Tensor::scalar(3).isUniform());
  EXPECT_FALSE(Tensor::integers({1, 2}).isUniform());
}
