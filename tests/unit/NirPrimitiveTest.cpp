//===- NirPrimitiveTest.cpp - Each primitive, from fields to op -----------===//
//
// Part of the snnc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// One row a primitive: what a file stores, the shapes that normalise() infers,
// the op that it becomes. A primitive without a row fails.
//
//===----------------------------------------------------------------------===//

#include "NirTestSupport.h"

#include "compiler/Import/NIR/NirTranslator.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

using namespace snnc;
using namespace snnc::nir;

namespace {

/// Writes down what is asked of it.
class Recorder : public Translator {
public:
  bool input(const Node &) override { return note("input"); }
  bool probe(const Node &) override { return note("probe"); }
  bool linear(const Node &node, const char *weight, const char *bias) override {
    return note(fmt::format("linear {}{}", weight,
                            bias ? fmt::format(" {}", bias) : ""));
  }
  bool conv(const Node &node, const ConvWindow &w, const char *weight,
            const char *bias) override {
    return note(fmt::format(
        "conv {} {} in {} out {} kernel {} stride {} dilation {} pads {} "
        "groups {}",
        weight, bias ? bias : "-", w.input, w.output, w.weight, w.stride,
        w.dilation, w.pads, w.groups));
  }
  bool pool(const Node &node, const PoolWindow &w) override {
    return note(fmt::format("{} in {} kernel {} stride {} pads {}",
                            w.rule == PoolRule::Sum ? "sum" : "mean", w.input,
                            w.kernel, w.stride, w.pads));
  }
  bool scale(const Node &, const char *f) override {
    return note(fmt::format("scale {}", f));
  }
  bool delay(const Node &, const char *f) override {
    return note(fmt::format("delay {}", f));
  }
  bool flatten(const Node &) override { return note("flatten"); }
  bool ode(const Node &node, std::string_view equation) override {
    std::vector<std::string> names;
    for (const auto &[name, field] : node.fields)
      names.push_back(name);
    return note(fmt::format("ode {}: {}", equation, fmt::join(names, " ")));
  }
  bool refuse(const Node &, DiagnosticCode code,
              const std::string &message) override {
    note(fmt::format("{} {}", code.name(), message));
    return false;
  }
  std::string said;

private:
  bool note(std::string what) {
    said = std::move(what);
    return true;
  }
};

struct Case {
  const char *kind;
  std::map<std::string, Shape> reals; ///< filled with 0.5
  std::map<std::string, std::vector<int64_t>> whole;
  std::vector<int64_t> input;
  Shape output;
  const char *op;
};

const std::vector<Case> &cases() {
  static const std::vector<Case> all = {
      {"Linear", {{"weight", {3, 4}}}, {}, {4}, {3}, "linear weight"},
      {"Affine",
       {{"weight", {3, 4}}, {"bias", {3}}},
       {},
       {4},
       {3},
       "linear weight bias"},
      {"Scale", {{"scale", {4}}}, {}, {4}, {4}, "scale scale"},
      {"Delay", {{"delay", {4}}}, {}, {4}, {4}, "delay delay"},
      {"Threshold",
       {{"threshold", {4}}},
       {},
       {4},
       {4},
       "ode threshold: threshold"},
      {"Conv1d",
       {{"weight", {6, 2, 3}}, {"bias", {6}}},
       {{"stride", {2}}, {"padding", {1}}, {"groups", {2}}},
       {4, 9},
       {6, 5},
       "conv weight bias in [4, 1, 9] out [6, 1, 5] kernel [6, 2, 1, 3] "
       "stride [1, 2] dilation [1, 1] pads [0, 1, 0, 1] groups 2"},
      {"Conv2d",
       {{"weight", {6, 4, 3, 2}}, {"bias", {6}}},
       {{"stride", {2, 1}}, {"padding", {1, 0}}, {"dilation", {1, 3}}},
       {4, 9, 8},
       {6, 5, 5},
       "conv weight bias in [4, 9, 8] out [6, 5, 5] kernel [6, 4, 3, 2] "
       "stride [2, 1] dilation [1, 3] pads [1, 0, 1, 0] groups 1"},
      {"SumPool2d",
       {},
       {{"kernel_size", {2, 3}}, {"stride", {2, 1}}, {"padding", {0, 1}}},
       {4, 8, 8},
       {4, 4, 8},
       "sum in [4, 8, 8] kernel [2, 3] stride [2, 1] pads [0, 1]"},
      {"AvgPool2d",
       {},
       {{"kernel_size", {2}}},
       {4, 8, 8},
       {4, 4, 4},
       "mean in [4, 8, 8] kernel [2, 2] stride [2, 2] pads [0, 0]"},
      {"Flatten",
       {},
       {{"start_dim", {0}}, {"end_dim", {-1}}},
       {4, 2, 3},
       {24},
       "flatten"},
      {"I", {{"r", {4}}}, {}, {4}, {4}, "ode i: r"},
      {"IF",
       {{"r", {4}}, {"v_threshold", {4}}},
       {},
       {4},
       {4},
       "ode if: r v_reset v_threshold"},
      {"LI",
       {{"tau", {4}}, {"r", {4}}, {"v_leak", {4}}},
       {},
       {4},
       {4},
       "ode li: r tau v_leak"},
      {"LIF",
       {{"tau", {4}}, {"r", {4}}, {"v_leak", {4}}, {"v_threshold", {4}}},
       {},
       {4},
       {4},
       "ode lif: r tau v_leak v_reset v_threshold"},
      {"CubaLI",
       {{"tau_syn", {4}}, {"tau_mem", {4}}, {"r", {4}}, {"v_leak", {4}}},
       {},
       {4},
       {4},
       "ode cuba_li: r tau_mem tau_syn v_leak w_in"},
      {"CubaLIF",
       {{"tau_syn", {4}},
        {"tau_mem", {4}},
        {"r", {4}},
        {"v_leak", {4}},
        {"v_threshold", {4}},
        {"v_reset", {4}},
        {"w_in", {4}}},
       {},
       {4},
       {4},
       "ode cuba_lif: r tau_mem tau_syn v_leak v_reset v_threshold w_in"},
  };
  return all;
}

std::string translated(const Node &node) {
  Recorder recorder;
  node.kind->translate(node, recorder);
  return recorder.said;
}

TEST(NirPrimitive, FieldsShapesAndOp) {
  for (const Case &row : cases()) {
    SCOPED_TRACE(row.kind);
    GraphBuilder b;
    b.input(row.input);
    b.node("x", row.kind);
    for (const auto &[field, shape] : row.reals)
      b.fill(field, shape, 0.5F);
    for (const auto &[field, values] : row.whole)
      b.ints(field, values);
    b.output({int64_t(*elementCount(row.output))});
    b.chain();
    Graph graph = b.finish();
    DiagnosticSink findings;
    ASSERT_TRUE(normalise(graph, findings)) << toText(findings.all().front());
    const Node &node = graph.nodes[*graph.find("x")];
    EXPECT_EQ(node.outputShape, row.output);
    EXPECT_EQ(Shape(row.input.begin(), row.input.end()), node.inputShape);
    EXPECT_EQ(translated(node), row.op);
    EXPECT_EQ(translated(graph.nodes[*graph.find("input")]), "input");
    EXPECT_EQ(translated(graph.nodes[*graph.find("output")]), "probe");
  }
}

TEST(NirPrimitive, EveryDescriptorHasARow) {
  for (const Primitive *kind : primitives()) {
    EXPECT_EQ(findPrimitive(kind->name()), kind);
    bool isTested =
        std::any_of(cases().begin(), cases().end(),
                    [&](const Case &row) { return kind->name() == row.kind; });
    EXPECT_TRUE(isTested || kind->isPort() || kind->isGraph()) << kind->name();
    std::set<std::string_view> names;
    for (const FieldRule &rule : kind->fields())
      EXPECT_TRUE(names.insert(rule.name).second) << rule.name;
  }
  EXPECT_EQ(findPrimitive("lif"), nullptr); // case matters
  EXPECT_EQ(findPrimitive(""), nullptr);
  EXPECT_TRUE(std::ranges::is_sorted(primitives(), {}, &Primitive::name));
}

TEST(NirPrimitive, WhatIsNoLayerIsRefused) {
  Node node;
  node.kind = findPrimitive("NIRGraph");
  EXPECT_EQ(translated(node), "SNN0290 a nested graph was not inlined");
  node.kind = findPrimitive("Linear"); // not normalised
  node.fields["weight"] = Tensor({2, 1, 1}, std::vector<float>{1, 2});
  EXPECT_EQ(translated(node).substr(0, 7), "SNN0291");
  node.kind = findPrimitive("SumPool2d");
  EXPECT_EQ(translated(node).substr(0, 7), "SNN0292");
}

} // namespace
