//===- SelectorFileTest.cpp - Model files and what is refused -------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "SelectorSamples.h"
#include "planner/PlannerVersion.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <thread>

using namespace snnc;
using namespace snnc::selector;
using fabric::Objective;

namespace {

class SelectorFile : public testing::Test {
protected:
  SelectorFile() : machine(*builtinMachine(defaultMachineName())) {
    ModelInfo info;
    info.kind = ModelKind::AdaBoost;
    info.objective = Objective::Energy;
    info.machine = machine.name;
    info.machineDigest = chipDigest(machine);
    info.planner = fabric::kPlannerVersion;
    info.sets = {"grid", "wide"};
    info.seed = 12345678901234567890u;
    info.trained = 600;
    info.calibrated = 60;
    for (auto &range : info.range)
      range = {-1.5f, 0.1f};
    info.scores["wide"] = {80, 0.9875, 0.97, 0.6, 1e-4, -2e-5};
    samples = makeSamples(600, 1, 0.1);
    selector = Selector(info, trainAdaBoost(samples, {20, 3, 64}),
                        {1.25, -0.3333333333333333});
    text = selector.toText();
  }

  /// The code of the refusal, or "accepted".
  std::string codeOf(std::string_view changed) {
    auto result = Selector::parse(changed, "m.json", machine);
    if (result)
      return "accepted";
    EXPECT_EQ(result.error().spot.file, "m.json");
    EXPECT_THAT(result.error().hints, testing::Not(testing::IsEmpty()));
    return result.error().code.name();
  }
  std::string replaced(std::string_view from, std::string_view to) {
    std::string changed = text;
    size_t at = changed.find(from);
    EXPECT_NE(at, std::string::npos) << from;
    changed.replace(at, from.size(), to);
    return changed;
  }

  MachineModel machine;
  Samples samples;
  Selector selector;
  std::string text;
};

TEST_F(SelectorFile, ComesBackBitForBit) {
  auto read = Selector::parse(text, "m.json", machine);
  ASSERT_TRUE(read) << read.error().message;
  EXPECT_EQ(read->info(), selector.info());
  EXPECT_EQ(read->model(), selector.model());
  EXPECT_EQ(read->calibrated(), selector.calibrated());
  EXPECT_EQ(read->toText(), text);
}

TEST_F(SelectorFile, FloatsOfAnySizeComeBack) {
  TreeModel model;
  for (float value : {1e-38f, 1e-45f, 3.4028235e38f, 0.1f, 16777217.0f, -0.0f,
                      1.17549435e-38f, 0.30000001f}) {
    model.roots.push_back(uint32_t(model.nodes.size()));
    model.nodes.push_back({value, TreeNode::leaf, 0});
  }
  Selector odd(selector.info(), model, {});
  auto read = Selector::parse(odd.toText(), "m.json", machine);
  ASSERT_TRUE(read);
  for (size_t i = 0; i < model.nodes.size(); ++i)
    EXPECT_EQ(std::bit_cast<uint32_t>(read->model().nodes[i].value),
              std::bit_cast<uint32_t>(model.nodes[i].value));
}

TEST_F(SelectorFile, CutOffAnywhereIsRefused) {
  for (size_t length = 0; length + 2 < text.size();
       length += 1 + text.size() / 97)
    ASSERT_EQ(codeOf(text.substr(0, length)), "SNN1200") << length;
}

TEST_F(SelectorFile, NumbersThatAreNotFiniteAreRefused) {
  EXPECT_EQ(codeOf(replaced("\"slope\":1.25", "\"slope\":NaN")), "SNN1201");
  EXPECT_EQ(codeOf(replaced("\"slope\":1.25", "\"slope\":1e999")), "SNN1201");
  EXPECT_EQ(codeOf(replaced("\"slope\":1.25", "\"slope\":Infinity")),
            "SNN1201");
  EXPECT_EQ(codeOf(replaced("[-1.5,", "[1e300,")), "SNN1201"); // of a float32
  EXPECT_EQ(codeOf(replaced("\"slope\":1.25", "\"slope\":null")), "SNN1200");
}

TEST_F(SelectorFile, OtherMachinesPlannersFormatsAndFeaturesAreRefused) {
  EXPECT_EQ(codeOf(replaced("sha256:", "sha256:0")), "SNN1202");
  std::string planner =
      "\"planner\": " + std::to_string(fabric::kPlannerVersion);
  EXPECT_EQ(codeOf(replaced(planner, "\"planner\": 999")), "SNN1203");
  EXPECT_EQ(codeOf(replaced("\"format\": 1", "\"format\": 2")), "SNN1204");
  EXPECT_EQ(codeOf(replaced("\"neurons\"", "\"targets\"")), "SNN1205");
  EXPECT_EQ(codeOf(replaced("\"energy\"", "\"speed\"")), "SNN1200");
}

TEST_F(SelectorFile, TreesThatLeadAstrayAreRefused) {
  Selector loop(selector.info(),
                {0, {{0.5f, 2, 1}, {1, TreeNode::leaf, 0}, {2, 3, 1}}, {0}},
                {});
  EXPECT_EQ(codeOf(loop.toText()), "SNN1200");
  Selector beyond(selector.info(),
                  {0, {{0.5f, 2, 2}, {1, TreeNode::leaf, 0}, {2, 3, 1}}, {0}},
                  {});
  EXPECT_EQ(codeOf(beyond.toText()), "SNN1200");
  // The node behind it is number 0 again.
  std::string largest = beyond.toText();
  size_t child = largest.find("\"child\":[2");
  ASSERT_NE(child, std::string::npos);
  EXPECT_EQ(
      codeOf(largest.replace(child, 10, "\"child\":[18446744073709551615")),
      "SNN1200");
  Selector feature(selector.info(),
                   {0,
                    {{0.5f, uint16_t(kNumFeatures), 1},
                     {1, TreeNode::leaf, 0},
                     {2, TreeNode::leaf, 0}},
                    {0}},
                   {});
  EXPECT_EQ(codeOf(feature.toText()), "SNN1200");
  EXPECT_EQ(codeOf(replaced("\"feature\":[", "\"feature\":[7,")), "SNN1200");
}

TEST_F(SelectorFile, ChangedBytesAreRefusedOrHarmless) {
  std::mt19937 random(1);
  size_t refused = 0;
  for (int i = 0; i < 400; ++i) {
    std::string changed = text;
    for (int k = 0; k < 3; ++k)
      changed[random() % changed.size()] = char(random() % 256);
    auto result = Selector::parse(changed, "m.json", machine);
    if (!result) {
      EXPECT_EQ(result.error().code.name().substr(0, 5), "SNN12");
      ++refused;
      continue;
    }
    double p = result->predict(rowOf(samples, 0)).probability;
    EXPECT_TRUE(p >= 0 && p <= 1);
  }
  EXPECT_GT(refused, 100u);
}

TEST_F(SelectorFile, PredictsTheSameOnAnyThread) {
  std::vector<double> alone(samples.size()), together(samples.size());
  for (size_t i = 0; i < samples.size(); ++i)
    alone[i] = selector.predict(rowOf(samples, i)).probability;
  std::vector<std::jthread> threads;
  for (size_t t = 0; t < 4; ++t)
    threads.emplace_back([&, t] {
      for (size_t i = t; i < samples.size(); i += 4)
        together[i] = selector.predict(rowOf(samples, i)).probability;
    });
  threads.clear();
  EXPECT_EQ(alone, together);
}

TEST_F(SelectorFile, SaysWhatIsOutsideItsTraining) {
  Features inside{};
  EXPECT_TRUE(selector.covers(inside));
  Features outside = inside;
  outside[4] = 0.2f;
  outside[kFirstDerived] = 1e6f; // follows from the others
  EXPECT_FALSE(selector.covers(outside));
  EXPECT_THAT(selector.outside(outside), testing::ElementsAre(4));
}

} // namespace
