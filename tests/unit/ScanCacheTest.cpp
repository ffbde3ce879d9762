//===- ScanCacheTest.cpp - Scans that are found again ---------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What comes out of the cache has to plan like a fresh scan, also after all
// delays of a projection moved; another projection must never be found.

#include "backends/spinnaker2/Formats/Formats.h"
#include "planner/LayerPlanner.h"

#include "mlir/IR/BuiltinOps.h"
#include "mlir/Parser/Parser.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

using namespace mlir;
using namespace snnc;
using namespace snnc::fabric;

namespace {

/// A population behind an input and itself; synapses are drawn.
std::string network(int delay, int recurrent, const char *probability = "0.3",
                    unsigned seed = 7) {
  return fmt::format(
      R"(
snn.neuron @lif receptors ["input"] states ["v"] params ["alpha", "threshold"] {{
^bb0(%x: f32, %v: f32, %alpha: f32, %threshold: f32):
  %d = arith.mulf %v, %alpha : f32
  %v1 = arith.addf %d, %x : f32
  %s = arith.cmpf ogt, %v1, %threshold : f32
  snn.yield spike %s states %v1 : f32
}}
snn.network @net {{
  %in = snn.input "in" : tensor<300xf32>
  %a = snn.population "a" model @lif params {{alpha = 0.5, threshold = 1.0}} latency 1 : tensor<90xi1>
  snn.projection "w1" %in to %a weights #snn.procedural<fixed_probability, amount = {2} : f64, weight = <normal, [0.0, 1.0, -5.0, 5.0]>, delay = <uniform_int, [0.0, 5.0]>, autapses = 1, multapses = 0, seed = {3}, stream = 5> delay({0}.0) quant <8, nearest, 20.0> : tensor<300xf32>, tensor<90xi1>
  snn.projection "w2" %a to %a weights #snn.procedural<fixed_probability, amount = 0.5 : f64, weight = <normal, [0.0, 1.0, -5.0, 5.0]>, delay = <uniform_int, [0.0, 2.0]>, autapses = 1, multapses = 0, seed = 3, stream = 6> delay({1}.0) quant <8, nearest, 20.0> : tensor<90xi1>, tensor<90xi1>
}}
)",
      delay, recurrent, probability, seed);
}

struct Network {
  Network(MLIRContext &context, const std::string &text)
      : module(parseSourceString<ModuleOp>(text, &context)) {
    if (module)
      info = *NetworkInfo::read(*module->getOps<snn::NetworkOp>().begin());
  }
  OwningOpRef<ModuleOp> module;
  NetworkInfo info;
};

class Scans : public testing::Test {
protected:
  Scans() : machine(*builtinMachine(defaultMachineName())) {
    context.loadDialect<snn::SNNDialect, arith::ArithDialect>();
    context.getOrLoadDialect<fabric::FabricDialect>()->setRowFormats(
        s2::rowFormats());
  }

  /// Bytes and cycles of every cut, in both paradigms.
  std::vector<double> plans(const NetworkInfo &info,
                            std::shared_ptr<ScanCache> cache) {
    LayerPlanner planner(info, machine);
    planner.share(cache);
    std::vector<double> figures;
    for (bool parallel : {false, true}) {
      planner.start(1, parallel, /*fullRing=*/true);
      EXPECT_TRUE(succeeded(planner.scan(1)));
      for (Range range : {Range{0, 90}, Range{0, 32}, Range{32, 80}}) {
        CorePlan plan = planCore(planner.demandOf(1, range), machine.sram);
        figures.push_back(double(plan.needed));
        figures.push_back(planner.cyclesOf(1, range).expected);
        figures.push_back(planner.cyclesOf(1, range).worst);
      }
      if (parallel) {
        figures.push_back(double(planner.map(1).largestSum().value));
        figures.push_back(double(planner.map(1).maxDelay()));
        figures.push_back(double(*planner.map(1).minDelay()));
      }
    }
    return figures;
  }

  MLIRContext context;
  MachineModel machine;
};

TEST_F(Scans, SameNetworkIsFound) {
  Network net(context, network(2, 1));
  ASSERT_TRUE(net.module);
  auto cache = std::make_shared<ScanCache>();
  auto fresh = plans(net.info, cache);
  EXPECT_EQ(cache->hits(), 0u);
  EXPECT_EQ(plans(net.info, cache), fresh);
  EXPECT_EQ(cache->hits(), 3u); // two projections, one map
}

TEST_F(Scans, DelaysMayMoveAsAWhole) {
  auto cache = std::make_shared<ScanCache>();
  Network before(context, network(2, 1));
  plans(before.info, cache);
  for (auto [delay, recurrent] : {std::pair(5, 1), {1, 1}, {4, 9}}) {
    uint64_t hits = cache->hits();
    Network after(context, network(delay, recurrent));
    EXPECT_EQ(plans(after.info, cache), plans(after.info, nullptr));
    EXPECT_EQ(cache->hits(), hits + 3);
  }
}

TEST_F(Scans, AnotherProjectionIsNotFound) {
  auto cache = std::make_shared<ScanCache>();
  Network before(context, network(2, 1));
  plans(before.info, cache);
  for (const std::string &text :
       {network(2, 1, "0.31"), network(2, 1, "0.3", 8)}) {
    uint64_t hits = cache->hits();
    Network other(context, text);
    EXPECT_EQ(plans(other.info, cache), plans(other.info, nullptr));
    EXPECT_EQ(cache->hits(), hits + 1); // w2 is the same, the map is not
  }
}

} // namespace
