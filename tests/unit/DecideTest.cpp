//===- DecideTest.cpp - Who decides a population's paradigm ---------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The rules around the trained model, with advice that the test makes up: what
// is planned, what wins, what a budget buys.

#include "backends/spinnaker2/Formats/Formats.h"
#include "compiler/SNN/ParamValues.h"
#include "passes/Decide/Passes.h"
#include "planner/NetworkInfo.h"

#include "mlir/IR/BuiltinOps.h"
#include "mlir/Parser/Parser.h"
#include "mlir/Pass/PassManager.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>

using namespace mlir;
using namespace snnc;
using namespace snnc::decide;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

namespace {

constexpr const char *kModel = R"(
snn.neuron @lif receptors ["input"] states ["v"] params ["alpha", "threshold"] {
^bb0(%x: f32, %v: f32, %alpha: f32, %threshold: f32):
  %d = arith.mulf %v, %alpha : f32
  %v1 = arith.addf %d, %x : f32
  %s = arith.cmpf ogt, %v1, %threshold : f32
  snn.yield spike %s states %v1 : f32
}
)";

/// "busy" is better off parallel and "quiet" serial, clearly; "huge" does not
/// fit as parallel (delays of 3,000 ticks, and ticks per product that are
/// settled, so that its sources cannot be split); "pinned" is nobody's
/// business.
constexpr const char *kNetwork = R"(
snn.network @net {
  %in = snn.input "in" : tensor<128xf32>
  %a = snn.population "busy" model @lif params {alpha = 0.5, threshold = 1.0} latency 1 rate 0.5 : tensor<64xi1>
  %b = snn.population "quiet" model @lif params {alpha = 0.5, threshold = 1.0} latency 2 rate 0.001 : tensor<64xi1>
  %c = snn.population "huge" model @lif params {alpha = 0.5, threshold = 1.0} latency 3 batch 1 : tensor<8xi1>
  %d = snn.population "pinned" model @lif params {alpha = 0.5, threshold = 1.0} latency 3 paradigm <parallel> : tensor<64xi1>
  snn.projection "w1" %in to %a weights #snn.dense<dense<1.0> : tensor<64x128xf64>> delay(1.0) quant <8, nearest, 10.0> : tensor<128xf32>, tensor<64xi1>
  snn.projection "w2" %a to %a weights #snn.dense<dense<1.0> : tensor<64x64xf64>> delay(1.0) quant <8, nearest, 10.0> : tensor<64xi1>, tensor<64xi1>
  snn.projection "w3" %b to %b weights #snn.one_to_one<1.0> delay(1.0) quant <8, nearest, 10.0> : tensor<64xi1>, tensor<64xi1>
  snn.projection "w4" %in to %c weights #snn.dense<dense<1.0> : tensor<8x128xf64>> delay(3000.0) quant <8, nearest, 10.0> : tensor<128xf32>, tensor<8xi1>
  snn.projection "w6" %c to %c weights #snn.one_to_one<1.0> delay(1.0) quant <8, nearest, 10.0> : tensor<8xi1>, tensor<8xi1>
  snn.projection "w5" %b to %d weights #snn.one_to_one<1.0> delay(1.0) quant <8, nearest, 10.0> : tensor<64xi1>, tensor<64xi1>
}
)";

class Decide : public testing::Test {
protected:
  Decide() {
    context.loadDialect<snn::SNNDialect, arith::ArithDialect>();
    context.getOrLoadDialect<fabric::FabricDialect>()->setRowFormats(
        s2::rowFormats());
    module = parsed(kNetwork);
  }

  /// Probabilities of parallel by population; others are outside the range.
  Adviser adviser(std::map<std::string, double> probabilities) {
    return [=, this](const fabric::NetworkInfo &info,
                     uint32_t node) -> FailureOr<Advice> {
      const std::string &name = info.nodes[node].name;
      asked.push_back(name);
      auto it = probabilities.find(name);
      if (it == probabilities.end())
        return Advice{0.5, {{"sources", 1}}, "sources"};
      return Advice{it->second, {{"sources", 1}}, ""};
    };
  }

  std::map<std::string, Decision> run(Adviser adviser,
                                      const std::string &budget = "0",
                                      ParadigmMode mode = ParadigmMode::Auto) {
    SnnSelectParadigmOptions options;
    options.mode = mode;
    options.budget = budget;
    SelectContext select;
    select.decisions = std::make_shared<std::vector<Decision>>();
    select.adviser = std::move(adviser);
    select.machine = machine;
    ScopedDiagnosticHandler handler(&context, [this](mlir::Diagnostic &d) {
      messages.push_back(d.str());
      return success();
    });
    PassManager pm(&context);
    pm.addPass(createSnnSelectParadigm(options, select));
    EXPECT_TRUE(succeeded(pm.run(*module)));
    std::map<std::string, Decision> byName;
    std::vector<std::string> order;
    for (Decision &decision : *select.decisions) {
      order.push_back(decision.population);
      byName[decision.population] = decision;
    }
    EXPECT_EQ(order, names);
    // The network says what the records say.
    module->walk([&](snn::PopulationOp population) {
      EXPECT_EQ(population.getParadigm() == snn::Paradigm::Parallel,
                byName[population.getName().str()].parallel);
    });
    return byName;
  }

  static bool bothPlanned(const Decision &decision) {
    return decision.serial.planned && decision.parallels.planned;
  }

  OwningOpRef<ModuleOp> parsed(const char *network) {
    return parseSourceString<ModuleOp>(std::string(kModel) + network, &context);
  }

  MLIRContext context;
  OwningOpRef<ModuleOp> module;
  std::shared_ptr<const MachineModel> machine;
  std::vector<std::string> names{"busy", "quiet", "huge", "pinned"};
  std::vector<std::string> asked, messages;
};

/// "large" has 400 kB of rows, "small" and "pinned" next to none.
constexpr const char *kLarge = R"(
snn.network @net {
  %in = snn.input "in" : tensor<1000xf32>
  %a = snn.population "small" model @lif params {alpha = 0.5, threshold = 1.0} latency 1 : tensor<64xi1>
  %b = snn.population "large" model @lif params {alpha = 0.5, threshold = 1.0} latency 1 : tensor<400xi1>
  %c = snn.population "pinned" model @lif params {alpha = 0.5, threshold = 1.0} latency 2 paradigm <parallel> : tensor<64xi1>
  snn.projection "w1" %in to %b weights #snn.dense<dense<1.0> : tensor<400x1000xf64>> delay(1.0) quant <8, nearest, 10.0> : tensor<1000xf32>, tensor<400xi1>
  snn.projection "w2" %a to %a weights #snn.one_to_one<1.0> delay(1.0) quant <8, nearest, 10.0> : tensor<64xi1>, tensor<64xi1>
  snn.projection "w3" %a to %c weights #snn.one_to_one<1.0> delay(1.0) quant <8, nearest, 10.0> : tensor<64xi1>, tensor<64xi1>
}
)";

class DecideDram : public Decide {
protected:
  /// The chip with so many PEs; all that is decided is the same whether plans
  /// are shown or not.
  std::map<std::string, Decision> onPes(size_t pes, ParadigmMode mode,
                                        Adviser adviser = {}) {
    MachineModel few = *builtinMachine(defaultMachineName());
    few.pes.resize(pes);
    machine = std::make_shared<const MachineModel>(few);
    names = {"small", "large", "pinned"};
    module = parsed(kLarge);
    return run(std::move(adviser), "0", mode);
  }
};

TEST_F(DecideDram, WhatFitsSramStaysThere) {
  for (auto mode : {ParadigmMode::Oracle, ParadigmMode::CostModel})
    for (auto &[name, decision] : onPes(148, mode))
      if (decision.chosen().plan)
        EXPECT_EQ(decision.chosen().plan->dramBytes, 0u) << name;
}

TEST_F(DecideDram, TheLargestPopulationMoves) {
  for (auto mode : {ParadigmMode::Oracle, ParadigmMode::CostModel}) {
    auto all = onPes(3, mode);
    ASSERT_TRUE(all["large"].serial.plan);
    EXPECT_FALSE(all["large"].parallel);
    EXPECT_EQ(all["large"].serial.plan->pes, 1u);
    EXPECT_GE(all["large"].serial.plan->dramBytes, 400000u);
    EXPECT_THAT(describe(all["large"].serial), HasSubstr("B of rows in DRAM"));
    EXPECT_EQ(all["small"].chosen().plan->dramBytes, 0u);
    EXPECT_TRUE(all["pinned"].parallel);
  }
}

TEST_F(DecideDram, ParallelGivesWayAndSaysSo) {
  auto sure = [&] { return adviser({{"small", 0.01}, {"large", 0.99}}); };
  EXPECT_TRUE(onPes(148, ParadigmMode::Auto, sure())["large"].parallel);
  auto all = onPes(3, ParadigmMode::Auto, sure());
  EXPECT_FALSE(all["large"].parallel);
  EXPECT_EQ(all["large"].rule, Rule::Dram);
  EXPECT_THAT(headline(all["large"]), HasSubstr("serial rows fit DRAM"));
  EXPECT_EQ(all["small"].rule, Rule::Model);
  // Without DRAM nothing moves.
  MachineModel without = *machine;
  without.dram.reset();
  machine = std::make_shared<const MachineModel>(without);
  module = parsed(kLarge);
  EXPECT_TRUE(run(sure())["large"].parallel);
}

TEST_F(Decide, OracleIsWhatTheTestBelieves) {
  auto all = run({}, "0", ParadigmMode::Oracle);
  EXPECT_TRUE(all["busy"].parallel);
  EXPECT_FALSE(all["quiet"].parallel);
  EXPECT_FALSE(all["huge"].parallel);
  EXPECT_FALSE(all["huge"].parallels.plan);
  EXPECT_EQ(all["quiet"].rule, Rule::Oracle);
}

TEST_F(Decide, SureModelDecidesAndOnlyItsChoiceIsPlanned) {
  auto all = run(adviser({{"busy", 0.99}, {"quiet", 0.01}, {"huge", 0.0}}));
  EXPECT_THAT(asked, ElementsAre("busy", "quiet", "huge"));
  EXPECT_EQ(all["busy"].rule, Rule::Model);
  EXPECT_TRUE(all["busy"].parallel);
  EXPECT_FALSE(all["busy"].serial.planned);
  EXPECT_EQ(all["quiet"].rule, Rule::Model);
  EXPECT_FALSE(all["quiet"].parallel);
  EXPECT_FALSE(all["quiet"].parallels.planned);
  EXPECT_EQ(all["pinned"].rule, Rule::Pinned);
  EXPECT_TRUE(all["pinned"].parallel);
  EXPECT_THAT(messages, IsEmpty());
}

TEST_F(Decide, WrongAdviceOfASureModelStands) {
  // The price of not planning: nobody may look behind a sure model's back.
  auto all = run(adviser({{"busy", 0.01}, {"quiet", 0.99}, {"huge", 0.0}}));
  EXPECT_FALSE(all["busy"].parallel);
  EXPECT_TRUE(all["quiet"].parallel);
}

TEST_F(Decide, VetoOfThePlanner) {
  auto all = run(adviser({{"busy", 0.99}, {"quiet", 0.01}, {"huge", 0.99}}));
  EXPECT_EQ(all["huge"].rule, Rule::Veto);
  EXPECT_FALSE(all["huge"].parallel);
  EXPECT_TRUE(bothPlanned(all["huge"]));
  EXPECT_THAT(headline(all["huge"]), HasSubstr("the model said parallel"));
}

TEST_F(Decide, OutsideTheRangeThePlannerDecides) {
  auto all = run(adviser({{"quiet", 0.01}, {"huge", 0.01}}));
  EXPECT_EQ(all["busy"].rule, Rule::Outside);
  EXPECT_TRUE(all["busy"].parallel);
  EXPECT_TRUE(bothPlanned(all["busy"]));
  EXPECT_THAT(headline(all["busy"]), HasSubstr("(sources)"));
}

TEST_F(Decide, BudgetBuysTheLeastCertain) {
  // Both are wrong; quiet is less certain.
  auto advice = adviser({{"busy", 0.2}, {"quiet", 0.6}, {"huge", 0.01}});
  auto none = run(advice, "0");
  EXPECT_FALSE(none["busy"].parallel);
  EXPECT_TRUE(none["quiet"].parallel);
  module = parsed(kNetwork);
  auto one = run(advice, "1");
  EXPECT_EQ(one["quiet"].rule, Rule::Unsure);
  EXPECT_FALSE(one["quiet"].parallel);
  EXPECT_EQ(one["busy"].rule, Rule::Model);
  EXPECT_FALSE(one["busy"].parallel);
  module = parsed(kNetwork);
  auto all = run(advice, "all");
  EXPECT_TRUE(all["busy"].parallel);
  EXPECT_EQ(all["busy"].rule, Rule::Unsure);
  // What the model is sure of costs nothing of the budget.
  EXPECT_EQ(all["huge"].rule, Rule::Model);
}

TEST_F(Decide, WithoutAModelThePlannerDecidesAndSaysSo) {
  MachineModel changed = *builtinMachine(defaultMachineName());
  changed.digest = "sha256:of-another-file";
  changed.timerClockHz *= 2; // another chip, and not more of the same
  machine = std::make_shared<const MachineModel>(changed);
  auto all = run({});
  ASSERT_EQ(messages.size(), 1u);
  EXPECT_THAT(messages[0], HasSubstr("SNN1111"));
  EXPECT_EQ(all["busy"].rule, Rule::NoModel);
  EXPECT_TRUE(all["busy"].parallel);
  EXPECT_FALSE(all["quiet"].parallel);
}

TEST(SelectorBudget, Texts) {
  EXPECT_EQ(SelectorBudget::parse("0")->of(30), 0u);
  EXPECT_EQ(SelectorBudget::parse("4")->of(30), 4u);
  EXPECT_EQ(SelectorBudget::parse("40")->of(30), 30u);
  EXPECT_EQ(SelectorBudget::parse("10%")->of(30), 3u);
  EXPECT_EQ(SelectorBudget::parse("10%")->of(31), 4u);
  EXPECT_EQ(SelectorBudget::parse("10%")->of(0), 0u);
  EXPECT_EQ(SelectorBudget::parse("0%")->of(30), 0u);
  EXPECT_EQ(SelectorBudget::parse("all")->of(30), 30u);
  for (const char *wrong : {"", "%", "101%", "-1", "-1%", "nan%", "inf%", "1e3",
                            "3x", "ten", "99999999999999999999999"})
    EXPECT_FALSE(SelectorBudget::parse(wrong)) << wrong;
}

//===----------------------------------------------------------------------===//
// Lists, which have no text: twice gives what once gives
//===----------------------------------------------------------------------===//

/// Eight lists of one synapse each, and a comb: neuron i hears input i % 2.
std::string listed(MLIRContext &context) {
  auto u16 = [&](const char *key, std::vector<uint16_t> values) {
    snn::addParam(&context, key,
                  ParameterBlob::of({int64_t(values.size())}, values));
  };
  auto u32 = [&](const char *key, std::vector<uint32_t> values) {
    snn::addParam(&context, key,
                  ParameterBlob::of({int64_t(values.size())}, values));
  };
  std::vector<uint16_t> comb;
  for (uint16_t parity : {0, 1})
    for (uint16_t i = parity; i < 32; i += 2)
      comb.push_back(i);
  u32("comb.o", {0, 16, 32});
  u16("comb.t", comb);
  u32("one.o", {0, 1, 1});
  u16("one.t", {7});
  std::string text = R"(
snn.neuron @m receptors ["x"] states ["v"] params [] {
^bb0(%x: f32, %v: f32):
  %s = arith.cmpf ogt, %x, %v : f32
  snn.yield spike %s states %x : f32
}
snn.network @n dt 1.0 {
  %in = snn.input "in" : tensor<2xf32>
  %a = snn.population "a" model @m params {} latency 1 start 1 : tensor<32xi1>
)";
  auto projection = [&](std::string name, const char *key, int synapses) {
    text += "  snn.projection \"" + name + "\" %in to %a weights " +
            "#snn.csr<offsets = <\"" + key + ".o\", tensor<3xui32>>, " +
            "targets = <\"" + key + ".t\", tensor<" + std::to_string(synapses) +
            "xui16>>, weights = 1.0 : f64> " +
            "delay(1.0) quant <8, nearest, 10.0> : tensor<2xf32>, "
            "tensor<32xi1>\n";
  };
  projection("comb", "comb", 32);
  for (int i = 0; i < 8; ++i)
    projection("s" + std::to_string(i), "one", 1);
  return text + "}\n";
}

TEST(DecideLists, MergedAndClusteredTwiceChangesNothing) {
  MLIRContext context;
  context.loadDialect<snn::SNNDialect, fabric::FabricDialect,
                      arith::ArithDialect>();
  auto module = parseSourceString<ModuleOp>(listed(context), &context);
  ASSERT_TRUE(module);
  auto run = [&] {
    PassManager pm(&context);
    pm.addPass(createMergeProjections());
    pm.addPass(createFabricCluster());
    EXPECT_TRUE(succeeded(pm.run(*module)));
    std::string text;
    llvm::raw_string_ostream stream(text);
    module->print(stream);
    return text;
  };
  std::string once = run();
  EXPECT_EQ(llvm::range_size(module->getOps<snn::NetworkOp>()), 1u);
  unsigned projections = 0;
  module->walk([&](snn::ProjectionOp) { ++projections; });
  EXPECT_EQ(projections, 1u);
  EXPECT_THAT(once, HasSubstr("fabric.order = array<i32: 0, 2, 4, 6"));
  EXPECT_EQ(run(), once);
}

} // namespace
