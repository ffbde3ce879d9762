//===- LayerPlannerTest.cpp - Cuts that keep to bytes and to time ---------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "planner/LayerPlanner.h"
#include "backends/spinnaker2/Formats/Formats.h"
#include "planner/ParadigmPlans.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/Parser/Parser.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <map>

using namespace mlir;
using namespace snnc;
using namespace snnc::fabric;

namespace {

/// `sources` channels at `rate` spikes a tick, all to all, four ticks delay.
std::string network(uint32_t sources, double rate, uint32_t neurons,
                    const char *choice) {
  return fmt::format(R"(
snn.neuron @lif receptors ["input"] states ["v"] params ["threshold"] {{
^bb0(%x: f32, %v: f32, %threshold: f32):
  %v1 = arith.addf %v, %x : f32
  %s = arith.cmpf ogt, %v1, %threshold : f32
  snn.yield spike %s states %v1 : f32
}}
snn.network @net {{
  %in = snn.input "in" drive(#snn.poisson<{1:e} : f64, seed = 1, stream = 0>) : tensor<{0}xf32>
  %h = snn.population "hid" model @lif params {{threshold = 1.0}} latency 1 {3} : tensor<{2}xi1>
  snn.projection "fc" %in to %h weights #snn.dense<dense<1.0> : tensor<{2}x{0}xf64>> delay(4.0) quant <8, nearest, 10.0> : tensor<{0}xf32>, tensor<{2}xi1>
}})",
                     sources, rate, neurons, choice);
}

class LayerPlannerTest : public testing::Test {
protected:
  LayerPlannerTest() {
    DialectRegistry registry;
    registry.insert<snn::SNNDialect, FabricDialect, arith::ArithDialect>();
    s2::registerRowFormats(registry);
    context.appendDialectRegistry(registry);
    context.loadAllAvailableDialects();
  }
  NetworkInfo read(const std::string &text) {
    module = parseSourceString<ModuleOp>(text, &context);
    return *NetworkInfo::read(*module->getOps<snn::NetworkOp>().begin());
  }
  static double slowest(const LayerPlanner &planner) {
    return planner.planOf(1).cycles.peak;
  }

  MLIRContext context;
  OwningOpRef<ModuleOp> module;
  MachineModel machine = *builtinMachine(defaultMachineName());
  Ranking fewest{Objective::Pes, machine, 1e-3};
};

TEST_F(LayerPlannerTest, FewestSlicesInTime) {
  for (const char *choice : {"", "paradigm <parallel>"}) {
    NetworkInfo info = read(network(200, 0.5, 256, choice));
    LayerPlanner planner(info, machine);
    ASSERT_TRUE(succeeded(planner.scan(1)));
    ASSERT_TRUE(planner.shrink(1));
    double whole = slowest(planner);
    for (double share : {0.9, 0.75, 0.6}) {
      planner.start(1, info.nodes[1].parallel, /*fullRing=*/true);
      planner.setTickCycles(whole * share);
      if (!planner.shrink(1))
        continue; // what does not shrink with the slices: next test
      auto slices = planner.slices(1).size();
      EXPECT_GT(slices, 1u) << choice << share;
      EXPECT_LE(slowest(planner), whole * share);
      // One slice less would be too slow.
      uint32_t unit = info.nodes[1].parallel ? 16 : 4;
      uint32_t larger =
          uint32_t((256 + slices - 2) / (slices - 1) + unit - 1) / unit * unit;
      EXPECT_FALSE(planner.fits(1, larger)) << choice << share;
    }
    EXPECT_GT(planner.slices(1).size(), 1u) << choice;
  }
}

/// 20,000 sources fit no core with 16 columns: their subordinates cover every
/// (source, neuron) once, each fits its core, and no grain more would.
TEST_F(LayerPlannerTest, RowSplitCoversEverySourceOnce) {
  NetworkInfo info = read(network(20000, 0.001, 40, "paradigm <parallel>"));
  LayerPlanner planner(info, machine);
  std::string obstacle;
  auto plan = planIn(planner, 1, /*parallel=*/true, fewest, obstacle);
  ASSERT_TRUE(succeeded(plan) && plan->has_value());
  const LayerCut &cut = planner.cut(1);
  ASSERT_TRUE(cut.rows);
  EXPECT_EQ((*plan)->parts, cut.parts.size());
  EXPECT_EQ((*plan)->pes, cut.parts.size() + planner.slices(1).size());
  std::vector<uint32_t> next(40, 0); // by neuron, sources that are covered
  for (const RowPart &part : cut.parts) {
    MapStatistics map = planner.partMap(1, part);
    Range sources = map.sourcesOf(part.targets).front();
    for (uint32_t n = part.targets.begin; n < part.targets.end; ++n) {
      EXPECT_EQ(next[n], sources.begin);
      next[n] = sources.end;
    }
    CoreDemand demand = planner.partDemand(1, part.targets, map);
    EXPECT_TRUE(planCore(demand, machine.sram).fits());
    // What is sent ahead is due one tick later.
    EXPECT_EQ(map.layout(part.targets).firstDelay, 3u);
  }
  EXPECT_EQ(next, std::vector<uint32_t>(40, 20000));
  // A row is 48 weights and, in operand, position, scatter table, history of
  // four ticks and packet ring, 21 bytes; a grain may be left over on each
  // core.
  uint64_t least = 20000 * (48 + 21) / availableBytes(machine.sram);
  EXPECT_LE(cut.parts.size(), least + 2);
}

/// A layer that fits by columns stays as it is.
TEST_F(LayerPlannerTest, RowSplitOnlyWhereItPays) {
  NetworkInfo info = read(network(500, 0.1, 500, "paradigm <parallel>"));
  LayerPlanner planner(info, machine);
  std::string obstacle;
  auto plan = planIn(planner, 1, /*parallel=*/true, fewest, obstacle);
  ASSERT_TRUE(succeeded(plan) && plan->has_value());
  EXPECT_EQ((*plan)->parts, 0u);
  EXPECT_FALSE(planner.cut(1).rows);
  // Few sources a core: only a split keeps to it.
  LayerPlanner few(info, machine, CoreLimits{0, 100});
  plan = planIn(few, 1, /*parallel=*/true, fewest, obstacle);
  ASSERT_TRUE(succeeded(plan) && plan->has_value());
  EXPECT_GE((*plan)->parts, 5u);
  for (const RowPart &part : few.cut(1).parts)
    EXPECT_LE(few.partMap(1, part).layout(part.targets).sources, 100u);
}

TEST_F(LayerPlannerTest, PacketsDoNotShrink) {
  NetworkInfo info = read(network(1000, 1, 64, ""));
  LayerPlanner planner(info, machine, CoreLimits{}, /*tickCycles=*/1000);
  ASSERT_TRUE(succeeded(planner.scan(1)));
  EXPECT_FALSE(planner.shrink(1));
  // Whoever asks for bytes alone gets them.
  EXPECT_TRUE(planner.shrink(1, Limits::Bytes));
  EXPECT_EQ(planner.cut(1).chunk, 64u);
  EXPECT_FALSE(planner.inTime(planner.planOf(1).cycles));
  planner.setTickCycles(0);
  EXPECT_TRUE(planner.shrink(1));
  EXPECT_TRUE(planner.inTime(planner.planOf(1).cycles));
}

/// Four ticks a product take a core more here and fewer cycles: every objective
/// gets the least of its own kind, and the planner is left in that plan.
TEST_F(LayerPlannerTest, TheObjectivePicksTheTicksPerProduct) {
  NetworkInfo info = read(network(256, 0.1, 400, "paradigm <parallel>"));
  LayerPlanner planner(info, machine);
  auto candidates = candidatesIn(planner, 1, /*parallel=*/true);
  ASSERT_TRUE(succeeded(candidates));
  ASSERT_EQ(candidates->plans.size(), 3u);
  std::map<Objective, LayerPlan> best;
  for (Objective objective : kObjectives) {
    Ranking ranking(objective, machine, 1e-3);
    std::string obstacle;
    auto plan = planIn(planner, 1, /*parallel=*/true, ranking, obstacle);
    ASSERT_TRUE(succeeded(plan) && plan->has_value());
    for (const LayerPlan &other : candidates->plans)
      EXPECT_FALSE(ranking.isBetter(other, **plan)) << nameOf(objective);
    LayerPlan left = planner.planOf(1);
    EXPECT_EQ(left.batch, (*plan)->batch);
    EXPECT_EQ(left.pes, (*plan)->pes);
    best[objective] = **plan;
  }
  EXPECT_LT(best[Objective::Pes].pes, best[Objective::Cycles].pes);
  EXPECT_LT(best[Objective::Cycles].cycles.expected,
            best[Objective::Pes].cycles.expected);
  EXPECT_LE(best[Objective::Memory].bytes, best[Objective::Pes].bytes);
}

TEST_F(LayerPlannerTest, TheTickThatBeginsABatchCounts) {
  NetworkInfo single = read(network(500, 0.1, 64, "paradigm <parallel>"));
  LayerPlanner one(single, machine);
  ASSERT_TRUE(succeeded(one.scan(1)));
  CycleEstimate alone = one.cyclesOf(1, {0, 64});
  EXPECT_EQ(alone.peak, alone.expected);
  NetworkInfo batched =
      read(network(500, 0.1, 64, "paradigm <parallel> batch 4"));
  LayerPlanner four(batched, machine);
  ASSERT_TRUE(succeeded(four.scan(1)));
  CycleEstimate batch = four.cyclesOf(1, {0, 64});
  EXPECT_LT(batch.expected, alone.expected);
  EXPECT_GT(batch.peak, alone.peak);
}

} // namespace
