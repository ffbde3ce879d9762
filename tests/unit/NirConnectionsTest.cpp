//===- NirConnectionsTest.cpp - Edges and nested graphs of NIR ------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "tests/unit/NirTestSupport.h"

using namespace snnc;
using namespace snnc::nir;

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
