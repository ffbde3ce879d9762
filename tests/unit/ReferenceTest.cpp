//===- ReferenceTest.cpp - The interpreter on results worked out by hand --===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "tests/unit/ReferenceFixtures.h"

#include "compiler/SNN/NeuronLibrary.h"

#include <cmath>
#include <limits>

using namespace snnc;
using namespace snnc::reference;
using namespace snnc::runtime;

namespace {

using Counts = std::vector<uint8_t>;
using Values = std::vector<float>;

class Reference : public ::testing::Test, public TestNetwork {
protected:
  /// Library models are added by name: the text mentions them only.
  void network(const std::string &body,
               std::initializer_list<const char *> models) {
    std::string text;
    mlir::OwningOpRef<mlir::ModuleOp> library =
        mlir::ModuleOp::create(mlir::UnknownLoc::get(&context));
    for (const char *name : models) {
      auto model = snn::importLibraryModel(*library, name);
      ASSERT_TRUE(model) << name;
      llvm::raw_string_ostream stream(text);
      model.print(stream);
      text += "\n";
    }
    ASSERT_TRUE(parse(text + "snn.network @test dt 1.0 {\n" + body + "}\n"))
        << messages;
  }

  RunResult record(const NdArray &input,
                   const runtime::RunOptions &options = {},
                   Precision precision = Precision::Quantized) {
    auto interpreter = interpret(precision);
    if (!interpreter) {
      ADD_FAILURE() << messages;
      return {};
    }
    Expected<RunResult> result =
        runReference(*interpreter, {{"", input}}, {}, options);
    if (!result) {
      ADD_FAILURE() << toText(result.error());
      return {};
    }
    return std::move(*result);
  }
};

NdArray train(std::vector<uint8_t> counts, uint64_t channels = 1) {
  return NdArray::of<uint8_t>({counts.size() / channels, channels}, counts);
}
Counts spikesOf(const RunResult &result, const std::string &name) {
  auto data = result.arrays.at(name + ":spikes").as<uint8_t>();
  return {data.begin(), data.end()};
}
Values statesOf(const RunResult &result, const std::string &name) {
  auto data = result.arrays.at(name).as<float>();
  return {data.begin(), data.end()};
}

const char *const kLif = R"(model @lif_value params {alpha = 0.5 : f64,
    offset = 0.0 : f64, threshold = 100.0 : f64, reset = -8.0 : f64,
    bias = 0.0 : f64, gain = 1.0 : f64})";

//===----------------------------------------------------------------------===//
// S1, S4: ticks, synapses, delays
//===----------------------------------------------------------------------===//

TEST_F(Reference, LifDecaysSpikesAndResets) {
  network(std::string(R"(
    %in = snn.input "in" : tensor<1xf32>
    %n = snn.population "n" )") +
              kLif + R"( latency 0 start 0 : tensor<1xi1>
    snn.projection "w" %in to %n weights #snn.one_to_one<60.0 : f32> delay(1)
      quant <8, nearest, 1.0> : tensor<1xf32>, tensor<1xi1>
  )",
          {"lif_value"});
  RunResult r = record(train({1, 1, 2, 0, 1, 0}));
  // 60 -> 30 + 60 -> 45 + 120 > 100: reset to -8 -> -4 -> -2 + 60
  EXPECT_EQ(statesOf(r, "n:v"), (Values{0, 60, 90, -8, -4, 58}));
  EXPECT_EQ(spikesOf(r, "n"), (Counts{0, 0, 0, 1, 0, 0}));
  EXPECT_EQ(r.spikeTotals.at("n"), 1u);
}

TEST_F(Reference, ThresholdItselfIsNoSpike) {
  network(std::string(R"(
    %in = snn.input "in" : tensor<1xf32>
    %n = snn.population "n" )") +
              kLif + R"( latency 0 start 0 : tensor<1xi1>
    snn.projection "w" %in to %n weights #snn.one_to_one<50.0 : f32> delay(1)
      quant <8, nearest, 1.0> : tensor<1xf32>, tensor<1xi1>
  )",
          {"lif_value"});
  EXPECT_EQ(spikesOf(record(train({2, 0, 0})), "n"), (Counts{0, 0, 0}));
  EXPECT_EQ(spikesOf(record(train({3, 0, 0})), "n"), (Counts{0, 1, 0}));
}

TEST_F(Reference, EverySourceHasItsDelay) {
  network(R"(
    %in = snn.input "in" : tensor<3xf32>
    %n = snn.population "n" model @i params {bias = 0.0, gain = 1.0}
      latency 0 start 0 : tensor<2xf32>
    snn.projection "w" %in to %n
      weights #snn.dense<dense<[[1.0, 2.0, 4.0], [-1.0, 0.0, 8.0]]> : tensor<2x3xf32>>
      delay(dense<[1.0, 3.0, 2.0]> : tensor<3xf32>) quant <8, nearest, 1.0>
      : tensor<3xf32>, tensor<2xf32>
  )",
          {"i"});
  RunResult r = record(train({1, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0}, 3));
  EXPECT_EQ(statesOf(r, "n:v"), (Values{0, 0, 1, -1, 5, 7, 7, 7}));
}

TEST_F(Reference, ProjectionsAndRepeatedTargetsAddUp) {
  // A pooling window of 2 x 2 with stride 1 sends the middle pixel four times.
  network(R"(
    %in = snn.input "in" : tensor<1x3x3xf32>
    %b = snn.input "b" : tensor<1xf32>
    %n = snn.population "n" model @i params {bias = 0.0, gain = 1.0}
      latency 0 start 0 : tensor<1xf32>
    snn.projection "pooled" %in to %n
      weights #snn.dense<dense<[[1.0, 2.0, 4.0, 8.0]]> : tensor<1x4xf32>>
      pool <sum, in = [1, 3, 3], kernel = [2, 2], stride = [1, 1], padding = [0, 0]>
      delay(1) quant <8, nearest, 1.0> : tensor<1x3x3xf32>, tensor<1xf32>
    snn.projection "other" %b to %n weights #snn.one_to_one<100.0 : f32> delay(1)
      quant <8, nearest, 1.0> : tensor<1xf32>, tensor<1xf32>
  )",
          {"i"});
  auto interpreter = interpret(Precision::Quantized);
  ASSERT_TRUE(interpreter) << messages;
  ASSERT_TRUE(
      reference::tick(*interpreter, {{0, 0, 0, 0, 1, 0, 0, 0, 0}, {0}}));
  ASSERT_TRUE(
      reference::tick(*interpreter, {{1, 0, 0, 0, 0, 0, 0, 0, 0}, {1}}));
  EXPECT_EQ(interpreter->state(0, 0)[0], 15);
  ASSERT_TRUE(
      reference::tick(*interpreter, {{0, 0, 0, 0, 0, 0, 0, 0, 0}, {0}}));
  EXPECT_EQ(interpreter->state(0, 0)[0], 116);
  EXPECT_EQ(interpreter->ticksDone(), 3u);
}

TEST_F(Reference, SumOutside32BitsIsAnError) {
  network(R"(
    %in = snn.input "in" : tensor<2xf32>
    %n = snn.population "n" model @i params {bias = 0.0, gain = 1.0}
      latency 0 start 0 : tensor<1xf32>
    snn.projection "w" %in to %n
      weights #snn.dense<dense<[[32767.0, 32767.0]]> : tensor<1x2xf32>>
      delay(1) quant <16, nearest, 1.0> : tensor<2xf32>, tensor<1xf32>
  )",
          {"i"});
  auto interpreter = interpret(Precision::Quantized);
  ASSERT_TRUE(interpreter) << messages;
  ASSERT_TRUE(reference::tick(*interpreter, {{65535, 0}}));
  ASSERT_TRUE(
      reference::tick(*interpreter, {{65535, 4}})); // 65535 * 32767 fits
  Status status =
      reference::tick(*interpreter, {{0, 0}}); // 65539 * 32767 does not
  ASSERT_FALSE(status);
  EXPECT_EQ(status.error().code, "SNN0701");
  EXPECT_EQ(status.error().spot.node, "n");
}

TEST_F(Reference, IntegersRoundAndSaturate) {
  network(R"(
    %in = snn.input "in" : tensor<1xf32>
    %n = snn.population "n" model @i params {bias = 0.0, gain = 1.0}
      latency 0 start 0 : tensor<5xf32>
    snn.projection "w" %in to %n
      weights #snn.dense<dense<[[0.5], [1.5], [-2.5], [99.0], [-99.0]]> : tensor<5x1xf32>>
      delay(1) quant <8, nearest, 2.0> : tensor<1xf32>, tensor<5xf32>
    %t = snn.population "t" model @i params {bias = 0.0, gain = 1.0}
      latency 0 start 0 : tensor<5xf32>
    snn.projection "w" %in to %t
      weights #snn.dense<dense<[[0.5], [1.5], [-2.5], [1.75], [-1.75]]> : tensor<5x1xf32>>
      delay(1) quant <8, truncate, 1.0> : tensor<1xf32>, tensor<5xf32>
    %e = snn.population "e" model @i params {bias = 0.0, gain = 1.0}
      latency 0 start 0 : tensor<4xf32>
    snn.projection "w" %in to %e
      weights #snn.dense<dense<[[0.5], [1.5], [-2.5], [3.5]]> : tensor<4x1xf32>>
      delay(1) quant <8, nearest, 1.0> : tensor<1xf32>, tensor<4xf32>
  )",
          {"i"});
  RunResult r = record(train({1, 0}));
  auto second = [&](const char *name) {
    Values all = statesOf(r, name);
    return Values(all.begin() + all.size() / 2, all.end());
  };
  EXPECT_EQ(second("n:v"), (Values{1, 3, -5, 127, -127}));
  EXPECT_EQ(second("t:v"), (Values{0, 1, -2, 1, -1}));
  EXPECT_EQ(second("e:v"), (Values{0, 2, -2, 4}));
}

//===----------------------------------------------------------------------===//
// S5, S8: retiming, start, recording
//===----------------------------------------------------------------------===//

const char *const kChain = R"(
    %in = snn.input "in" : tensor<1xf32>
    %a = snn.population "a" model @if_value params {threshold = 0.5, reset = 0.0,
      bias = 0.0, gain = 1.0} : tensor<1xi1>
    %b = snn.population "b" model @i params {bias = 3.0, gain = 1.0} : tensor<1xf32>
    snn.projection "ia" %in to %a weights #snn.one_to_one<1.0 : f32> delay(0)
      : tensor<1xf32>, tensor<1xi1>
    snn.projection "ab" %a to %b weights #snn.one_to_one<16.0 : f32> delay(0)
      : tensor<1xi1>, tensor<1xf32>
    snn.projection "ib" %in to %b weights #snn.one_to_one<100.0 : f32> delay(1)
      : tensor<1xf32>, tensor<1xf32>
)";

TEST_F(Reference, RetimedNetworkIsTheOriginalShifted) {
  network(kChain, {"if_value", "i"});
  ASSERT_TRUE(run("snn-retime")) << messages;
  RunResult r = record(train({1, 0, 1, 0}), {}, Precision::Float);
  // Same step: in(t) -> a(t) -> b(t), the delayed edge one step later, and the
  // bias counts from step 0 on, as in the user's network.
  EXPECT_EQ(spikesOf(r, "a"), (Counts{1, 0, 1, 0}));
  EXPECT_EQ(statesOf(r, "b:v"), (Values{19, 122, 141, 244}));
  EXPECT_EQ(r.chipTicks, 6u);

  runtime::RunOptions chip;
  chip.align = Alignment::Chip;
  RunResult raw = record(train({1, 0, 1, 0, 0, 0}), chip, Precision::Float);
  EXPECT_EQ(spikesOf(raw, "a"), (Counts{0, 1, 0, 1, 0, 0}));
  EXPECT_EQ(statesOf(raw, "b:v"), (Values{0, 0, 19, 122, 141, 244}));
}

TEST_F(Reference, QuantisedStatesComeBackInUserUnits) {
  network(kChain, {"if_value", "i"});
  ASSERT_TRUE(run("snn-retime,snn-quantize,snn-specialize")) << messages;
  RunResult r = record(train({1, 0, 1, 0}));
  Values v = statesOf(r, "b:v");
  // 16 and 100 are whole numbers that 8 bits hold (S6.7).
  EXPECT_EQ(v, (Values{19, 122, 141, 244}));
  EXPECT_EQ(spikesOf(r, "a"), (Counts{1, 0, 1, 0}));
}

TEST_F(Reference, FeedbackTakesOneTick) {
  network(R"(
    %in = snn.input "in" : tensor<1xf32>
    %a = snn.population "a" model @if_value params {threshold = 0.5, reset = 0.0,
      bias = 0.0, gain = 1.0} : tensor<1xi1>
    snn.projection "self" %a to %a weights #snn.one_to_one<1.0 : f32> delay(0)
      : tensor<1xi1>, tensor<1xi1>
    snn.projection "ia" %in to %a weights #snn.one_to_one<1.0 : f32> delay(0)
      : tensor<1xf32>, tensor<1xi1>
  )",
          {"if_value"});
  ASSERT_TRUE(run("snn-retime,snn-quantize")) << messages;
  EXPECT_EQ(spikesOf(record(train({0, 1, 0, 0})), "a"), (Counts{0, 1, 1, 1}));
}

TEST_F(Reference, SamplesBeginFromReset) {
  network(kChain, {"if_value", "i"});
  ASSERT_TRUE(run("snn-retime,snn-quantize")) << messages;
  NdArray two = NdArray::of<uint8_t>({2, 3, 1}, {1, 0, 1, 1, 0, 1});
  RunResult r = record(two);
  EXPECT_EQ(r.arrays.at("b:v").shape, (std::vector<uint64_t>{2, 3, 1}));
  Values v = statesOf(r, "b:v");
  EXPECT_EQ(Values(v.begin(), v.begin() + 3), Values(v.begin() + 3, v.end()));
  EXPECT_EQ(r.spikeTotals.at("a"), 4u);
}

TEST_F(Reference, RefusesWhatItCannotRun) {
  network(kChain, {"if_value", "i"});
  EXPECT_FALSE(interpret(Precision::Float)); // delay 0
  EXPECT_NE(messages.find("SNN0304"), std::string::npos) << messages;
  messages.clear();
  ASSERT_TRUE(run("snn-retime"));
  EXPECT_FALSE(interpret(Precision::Quantized)); // no integers
  EXPECT_NE(messages.find("SNN0304"), std::string::npos) << messages;
}

//===----------------------------------------------------------------------===//
// Library models against the equations, written again
//===----------------------------------------------------------------------===//

/// Drives `n` with 1, 2, 0, 1, 2, 0, ... spikes of weight `w` a tick.
std::string driven(const std::string &population, double w) {
  return "%in = snn.input \"in\" : tensor<1xf32>\n" + population +
         "snn.projection \"w\" %in to %n weights #snn.one_to_one<" +
         std::to_string(w) +
         " : f32> delay(1) quant <8, nearest, 1.0> : tensor<1xf32>, "
         "tensor<1xi1>\n";
}
NdArray pattern() {
  std::vector<uint8_t> counts;
  for (int t = 0; t < 60; ++t)
    counts.push_back(uint8_t((t + 1) % 3));
  return train(counts);
}

TEST_F(Reference, CubaLif) {
  network(driven(R"(%n = snn.population "n" model @cuba_lif_subtract params {
    syn = 0.8, alpha = 0.9, offset = 0.25, threshold = 40.0, drop = 40.0,
    bias = 0.5, gain = 1.0} latency 0 start 0 : tensor<1xi1>
  )",
                 5),
          {"cuba_lif_subtract"});
  NdArray input = pattern();
  RunResult r = record(input);
  float v = 0, i = 0, x = 0;
  for (size_t t = 0; t < 60; ++t) {
    i = i * 0.8f + (x + 0.5f);
    v = v * 0.9f + i;
    v = v + 0.25f;
    bool spike = v > 40;
    v = spike ? v - 40 : v;
    EXPECT_EQ(statesOf(r, "n:v")[t], v) << t;
    EXPECT_EQ(statesOf(r, "n:i")[t], i) << t;
    EXPECT_EQ(spikesOf(r, "n")[t], spike) << t;
    x = 5 * float(input.at(t));
  }
  EXPECT_GT(r.spikeTotals.at("n"), 3u);
}

TEST_F(Reference, AdaptiveLif) {
  network(driven(R"(%n = snn.population "n" model @alif params {
    alpha = 0.9, rho = 0.95, beta = 6.0, offset = 0.0, threshold = 20.0,
    reset = 1.0, bias = 0.0, gain = 1.0} latency 0 start 0 : tensor<1xi1>
  )",
                 9),
          {"alif"});
  NdArray input = pattern();
  RunResult r = record(input);
  float v = 0, a = 0, x = 0;
  for (size_t t = 0; t < 60; ++t) {
    v = v * 0.9f + x;
    bool spike = v > 20.0f + 6.0f * a;
    v = spike ? 1.0f : v;
    a = a * 0.95f + (spike ? 1.0f : 0.0f);
    EXPECT_EQ(statesOf(r, "n:v")[t], v) << t;
    EXPECT_EQ(statesOf(r, "n:a")[t], a) << t;
    EXPECT_EQ(spikesOf(r, "n")[t], spike) << t;
    x = 9 * float(input.at(t));
  }
  EXPECT_GT(r.spikeTotals.at("n"), 3u);
}

TEST_F(Reference, Izhikevich) {
  network(driven(R"(%n = snn.population "n" model @izhikevich params {
    a = 0.02, b = 0.2, c = -65.0, d = 8.0, h = 0.5, bias = 4.0, gain = 1.0}
    latency 0 start 0 : tensor<1xi1>
  )",
                 20),
          {"izhikevich"});
  NdArray input = pattern();
  RunResult r = record(input);
  float v = 0, u = 0, x = 0;
  for (size_t t = 0; t < 60; ++t) {
    float in = x + 4.0f;
    float slope = (0.04f * v + 5.0f) * v + 140.0f - u + in;
    float recovery = 0.02f * (0.2f * v - u);
    v = v + 0.5f * slope;
    u = u + 0.5f * recovery;
    bool spike = v >= 30;
    if (spike) {
      v = -65;
      u = u + 8;
    }
    EXPECT_EQ(statesOf(r, "n:v")[t], v) << t;
    EXPECT_EQ(statesOf(r, "n:u")[t], u) << t;
    EXPECT_EQ(spikesOf(r, "n")[t], spike) << t;
    x = 20 * float(input.at(t));
  }
  EXPECT_GT(r.spikeTotals.at("n"), 1u);
}

TEST_F(Reference, NonlinearModelsMultiplyTheirInput) {
  network(R"(
    %in = snn.input "in" : tensor<1xf32>
    %n = snn.population "n" model @izhikevich params {
      a = 0.02, b = 0.2, c = -65.0, d = 8.0, h = 0.5, bias = 0.0, gain = 1.0}
      : tensor<1xi1>
    snn.projection "w" %in to %n weights #snn.one_to_one<0.7 : f32> delay(0)
      : tensor<1xf32>, tensor<1xi1>
  )",
          {"izhikevich"});
  ASSERT_TRUE(run("snn-retime")) << messages;
  RunResult exact = record(pattern(), {}, Precision::Float);
  ASSERT_TRUE(run("snn-quantize,snn-specialize")) << messages;
  RunResult r = record(pattern());
  EXPECT_EQ(spikesOf(r, "n"), spikesOf(exact, "n"));
  for (size_t t = 0; t < 60; ++t)
    EXPECT_NEAR(statesOf(r, "n:v")[t], statesOf(exact, "n:v")[t], 1e-2) << t;
}

} // namespace
