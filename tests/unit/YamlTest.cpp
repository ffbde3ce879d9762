//===- YamlTest.cpp - YAML networks ---------------------------------------===//
//
// Part of the snnc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "compiler/Import/YAML/YamlImport.h"
#include "compiler/SNN/Connectivity.h"
#include "tests/unit/ReferenceFixtures.h"

#include <filesystem>
#include <fmt/format.h>
#include <fstream>
#include <gtest/gtest.h>

using namespace snnc;
using namespace snnc::reference;

namespace {

/// The findings on a text, as "line:column code" of each.
std::string findings(const std::string &text) {
  mlir::MLIRContext context;
  DiagnosticSink sink;
  auto module = yaml::importYamlText(text, "net.yaml", &context, sink);
  std::string all;
  for (const Diagnostic &d : sink.all())
    all += fmt::format("{}{}:{} {}", all.empty() ? "" : ", ", d.spot.line,
                       d.spot.column, d.code.name());
  EXPECT_EQ(bool(module), !sink.hasErrors()) << all;
  return all;
}

std::string messages(const std::string &text) {
  mlir::MLIRContext context;
  DiagnosticSink sink;
  (void)yaml::importYamlText(text, "net.yaml", &context, sink);
  std::string all;
  for (const Diagnostic &d : sink.all())
    all += toText(d) + "\n";
  return all;
}

/// Line 1 to 3 of every network below.
const std::string head = "populations:\n"
                         "  p: {size: 4, model: lif, params: {alpha: 0.9, "
                         "threshold: 1.0}}\n";

std::string projection(const std::string &rest) {
  return head + "projections:\n  - {from: p, to: p, " + rest + "}\n";
}
std::string model(const std::string &equation) {
  return "models:\n  m: {states: [v], equations: [\"" + equation +
         "\"]}\npopulations:\n  p: {size: 4, model: m}\n";
}

} // namespace

TEST(Yaml, EveryErrorHasItsPosition) {
  EXPECT_EQ(findings(head), "");
  EXPECT_EQ(findings(""), "1:1 SNN1001");
  EXPECT_EQ(findings("a: [1, 2"), "1:9 SNN1001");
  EXPECT_EQ(findings("a: &x [*x]"), "1:8 SNN1002");
  EXPECT_EQ(findings(head + "population: {}\n"), "3:1 SNN1003");
  EXPECT_EQ(findings("populations:\n  p: {size: 4}\n"), "2:6 SNN1004");
  EXPECT_EQ(
      findings("populations:\n  p: {size: x, model: lif}\n").substr(0, 12),
      "2:13 SNN1005");
  EXPECT_EQ(
      findings("populations:\n  p: {size: 0, model: lif}\n").substr(0, 12),
      "2:13 SNN1006");
  EXPECT_EQ(findings(head + "  p: {}\n"), "3:3 SNN1007");
  const std::string shared = head + "inputs: {p: {size: 4}}\nprojections:\n";
  EXPECT_EQ(findings(shared + "  - {from: p, to: p, connector: one_to_one}\n"),
            "5:12 SNN0970");
  EXPECT_EQ(findings(shared + "  - {from: {input: p}, to: p, connector: "
                              "one_to_one}\n"),
            "");
  EXPECT_EQ(findings(shared + "  - {from: {population: p}, to: {population: "
                              "p}, connector: one_to_one}\n"),
            "");
  EXPECT_EQ(findings(shared + "  - {from: {input: q}, to: p, connector: "
                              "one_to_one}\n"),
            "5:20 SNN1008");
  EXPECT_EQ(findings(shared + "  - {from: p, to: {input: p}, connector: "
                              "one_to_one}\n"),
            "5:12 SNN0970, 5:20 SNN1003");
  EXPECT_EQ(findings("populations:\n  p: {size: 4, model: lief}\n"),
            "2:23 SNN1008");
  EXPECT_EQ(findings(projection("connector: all_to_al")), "4:33 SNN1008");
  EXPECT_EQ(findings(projection("connector: all_to_all, delay: -1")),
            "4:52 SNN1006");
  EXPECT_EQ(findings("inputs: {x: {size: 4}}\n" + head +
                     "projections:\n  - {from: x, to: p, connector: "
                     "all_to_all, autapses: false}\n"),
            "5:55 SNN1012");
  EXPECT_EQ(findings("inputs: {x: {size: 4}}\n" + head +
                     "projections:\n  - {from: p, to: x, connector: "
                     "all_to_all}\n"),
            "5:19 SNN1008");
  EXPECT_EQ(findings("dt: 1\n" + head), "1:1 SNN1003");
  EXPECT_EQ(findings("inputs: {x: {size: 4}}\ndrives: {x: {to: p, kind: "
                     "poisson, rate: 1, weight: 1}}\n" +
                     head),
            "2:10 SNN1007");
  EXPECT_EQ(findings(projection("connector: {fixed_indegree: 9}, multapses: "
                                "false")),
            "4:33 SNN1012");
  EXPECT_EQ(findings(projection("connector: {list: [[0, 4]]}")),
            "4:40 SNN1006");
  EXPECT_EQ(findings(projection("connector: {list: {file: none.npy}}")),
            "4:47 SNN1013");
  EXPECT_EQ(findings(projection("connector: all_to_all, weight: {dist: norml, "
                                "mean: 1, std: 1}")),
            "4:60 SNN1008");
  EXPECT_EQ(findings(projection("connector: all_to_all, weight: [[1, 2]]")),
            "4:53 SNN1014");
  EXPECT_EQ(findings(model("v = v + ")), "2:41 SNN1009");
  for (const char *number : {"1e", "2e+", "0x1p3", "1.5.2", "2v"})
    EXPECT_EQ(findings(model(std::string("v = ") + number)), "2:37 SNN1009");
  EXPECT_EQ(findings(model("v = v + w")), "2:41 SNN1010");
  EXPECT_EQ(findings(model("v = v > 1")), "2:36 SNN1010");
  EXPECT_EQ(findings(model("input = v")), "2:33 SNN1011");
}

TEST(Yaml, DidYouMean) {
  EXPECT_NE(messages(head + "projectoins: []\n").find("'projections'"),
            std::string::npos);
  EXPECT_NE(messages(model("v = expp(v)")).find("did you mean 'exp'"),
            std::string::npos);
  EXPECT_NE(
      messages("populations:\n  p: {size: 4, model: alfi}\n").find("alif"),
      std::string::npos);
}

TEST(Yaml, LaughsDepthAndSizeAreBounded) {
  std::string laughs = "a: &a [x, x, x, x, x, x, x, x, x]\n";
  for (char c = 'b'; c <= 'i'; ++c)
    laughs += fmt::format("{0}: &{0} [*{1}, *{1}, *{1}, *{1}, *{1}, *{1}, "
                          "*{1}, *{1}, *{1}]\n",
                          c, char(c - 1));
  EXPECT_NE(findings(laughs).find("SNN1002"), std::string::npos);
  EXPECT_NE(findings("a: " + std::string(70, '[') + std::string(70, ']'))
                .find("SNN1002"),
            std::string::npos);
  EXPECT_NE(findings("a: " + std::string(100000, '[')).find("SNN100"),
            std::string::npos);
  EXPECT_NE(
      findings(model("v = " + std::string(5000, '(') + "v")).find("SNN1009"),
      std::string::npos);
  EXPECT_NE(
      findings(model("v = " + std::string(5000, '-') + "v")).find("SNN1009"),
      std::string::npos);
}

TEST(Yaml, AGigabyteIsRefusedUnread) {
  auto path = std::filesystem::temp_directory_path() / "snnc-large.yaml";
  std::ofstream(path) << "network: {}";
  std::filesystem::resize_file(path, uint64_t(1) << 30);
  auto tree = yaml::readYaml(path.string());
  std::filesystem::remove(path);
  ASSERT_FALSE(tree);
  EXPECT_EQ(tree.error().code, "SNN1000");
  EXPECT_NE(tree.error().message.find("1073741824"), std::string::npos);
}

TEST(Yaml, AnchorsAreAllowed) {
  EXPECT_EQ(findings("populations:\n"
                     "  p: &p {size: 4, model: lif, params: {alpha: 0.9, "
                     "threshold: 1.0}}\n  q: *p\n"),
            "");
}

namespace {

/// Normalised and runnable.
class YamlRun : public ::testing::Test {
protected:
  std::unique_ptr<Interpreter> open(TestNetwork &net, const std::string &text) {
    DiagnosticSink sink;
    net.module = yaml::importYamlText(text, "net.yaml", &net.context, sink);
    for (const Diagnostic &d : sink.all())
      ADD_FAILURE() << toText(d);
    if (!net.module ||
        !net.run("snn-expand-math,snn-retime,snn-quantize,snn-specialize")) {
      ADD_FAILURE() << net.messages;
      return nullptr;
    }
    return net.interpret(Precision::Quantized);
  }
};

} // namespace

TEST_F(YamlRun, DelaysArriveWhenTheySay) {
  TestNetwork net;
  auto run = open(net, "inputs:\n  i: {size: 1}\npopulations:\n"
                       "  p: {size: 4, model: lif, params: {alpha: 0.0, "
                       "threshold: 0.5}}\nprojections:\n"
                       "  - {from: i, to: p, connector: {list: [[0,0,1,1],"
                       "[0,1,1,7],[0,2,1,64],[0,3,1,300]]}}\n");
  ASSERT_TRUE(run);
  std::vector<int> when(4, -1);
  for (int t = 0; t < 310; ++t) {
    ASSERT_TRUE(reference::tick(*run, {{uint16_t(t == 0)}}));
    for (int n = 0; n < 4; ++n)
      if (run->spikes(0)[n])
        when[n] = t;
  }
  EXPECT_EQ(when, (std::vector<int>{1, 7, 64, 300}));
}

TEST_F(YamlRun, EquationsOfLifAreTheLibraryLif) {
  TestNetwork net;
  std::string params = "{alpha: 0.93, threshold: 1.0, reset: 0.125, offset: "
                       "0.01}";
  auto run = open(
      net,
      "models:\n  own:\n    states: [v]\n    params: [alpha, offset, "
      "threshold, reset]\n    equations: [\"v = v * alpha + input + "
      "offset\"]\n    spike: v > threshold\n    reset: [\"v = reset\"]\n"
      "inputs:\n  i: {size: 30}\npopulations:\n  a: {size: 20, model: own, "
      "params: " +
          params + "}\n  b: {size: 20, model: lif, params: " + params +
          "}\nprojections:\n"
          "  - {name: x, from: i, to: a, connector: {list: "
          "[[0,0,0.3],[1,0,0.2],"
          "[2,5,0.7],[3,19,-0.4],[4,19,0.9]]}}\n"
          "  - {name: y, from: i, to: b, connector: {list: "
          "[[0,0,0.3],[1,0,0.2],"
          "[2,5,0.7],[3,19,-0.4],[4,19,0.9]]}}\n");
  ASSERT_TRUE(run);
  unsigned spikes = 0;
  for (int t = 0; t < 500; ++t) {
    std::vector<uint16_t> row(30);
    for (int c = 0; c < 5; ++c)
      row[c] = uint16_t((t * 7 + c * 13) % 5 == 0);
    ASSERT_TRUE(reference::tick(*run, {row}));
    for (int n = 0; n < 20; ++n) {
      ASSERT_EQ(run->spikes(0)[n], run->spikes(1)[n]);
      ASSERT_EQ(std::bit_cast<uint32_t>(run->state(0, 0)[n]),
                std::bit_cast<uint32_t>(run->state(1, 0)[n]));
      spikes += run->spikes(0)[n];
    }
  }
  EXPECT_GT(spikes, 50u);
}

TEST_F(YamlRun, StatesBeginWhereTheUserSays) {
  TestNetwork net;
  auto run = open(net, "inputs:\n  i: {size: 1}\npopulations:\n"
                       "  p: {size: 2, model: lif, params: {alpha: 0.5, "
                       "threshold: 9}, initial: {v: [4.0, 8.0]}}\n"
                       "projections:\n  - {from: i, to: p, connector: "
                       "all_to_all, weight: 0.3}\n");
  ASSERT_TRUE(run);
  double scale = 127 / double(0.3f);
  for (int round = 0; round < 2; ++round) {
    ASSERT_TRUE(reference::tick(*run, {{0}}));
    EXPECT_EQ(run->state(0, 0)[0], float(4 * scale) / 2);
    EXPECT_EQ(run->state(0, 0)[1], float(8 * scale) / 2);
    run->reset();
  }
}

TEST_F(YamlRun, Precedence) {
  TestNetwork net;
  auto run =
      open(net, "models:\n  m:\n    states: {a: 0, b: 0, c: 0, d: 0}\n"
                "    equations:\n"
                "      - a = 1 + 2 * 3 - 4 / 2\n"
                "      - \"b = -2 * -3 > 5 and not 1 > 2 ? pow(3, 3) : 0\"\n"
                "      - c = where(a == 5, max(min(4, 9), abs(-7)), sqrt(2))\n"
                "      - d = pow(2, -2) + pow(16, 0.5) + exp(0) + log(1)\n"
                "inputs: {i: {size: 1}}\n"
                "populations: {p: {size: 1, model: m}}\n"
                "projections: [{from: i, to: p, connector: all_to_all}]\n");
  ASSERT_TRUE(run);
  ASSERT_TRUE(reference::tick(*run, {{0}}));
  EXPECT_EQ(run->state(0, 0)[0], 5);
  EXPECT_EQ(run->state(0, 1)[0], 27);
  EXPECT_EQ(run->state(0, 2)[0], 7);
  EXPECT_EQ(run->state(0, 3)[0], 5.25);
}
