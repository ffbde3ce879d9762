//===- LayerEstimateTest.cpp - Closed formulas against the planner --------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Over drawn layers the formulas have to find the planner's cores in most cases
// and its bytes and cycles within a few per cent.

#include "SelectorSamples.h"
#include "backends/spinnaker2/Formats/Formats.h"
#include "classifier/Dataset.h"
#include "classifier/LayerNetwork.h"
#include "planner/LayerPlanner.h"

#include <gtest/gtest.h>

#include <set>

using namespace mlir;
using namespace snnc;
using namespace snnc::selector;

namespace {

struct Agreement {
  size_t layers = 0, samePes = 0, nearBytes = 0, nearCycles = 0, sameFit = 0;
};

Agreement agree(const Dataset &dataset, bool parallel) {
  Agreement result;
  std::string prefix = parallel ? "parallel" : "serial";
  for (const LayerRecord &record : dataset) {
    auto feature = [&](const char *name) {
      return double(record.features[indexOf(prefix + name)]);
    };
    const auto &plan = record.plans(fabric::Objective::Pes).in(parallel);
    result.sameFit += plan.has_value() == (feature("_fits") != 0);
    if (!plan || !feature("_fits"))
      continue;
    auto near = [](double a, double b) { return std::abs(a - b) <= 0.1 * b; };
    ++result.layers;
    result.samePes += feature("_pes") == double(plan->pes);
    result.nearBytes += near(feature("_bytes"), double(plan->bytes));
    result.nearCycles += near(feature("_cycles"), plan->cycles.expected);
  }
  return result;
}

TEST(LayerEstimate, MeetsThePlannerOnTheGrid) {
  MachineModel machine = *builtinMachine(defaultMachineName());
  auto dataset = planDataset({LayerSet::Grid, 60, 1, 0, s2::rowFormats()},
                             machine, [](uint64_t, uint64_t) { return true; });
  ASSERT_TRUE(dataset);
  for (bool parallel : {false, true}) {
    SCOPED_TRACE(parallel ? "parallel" : "serial");
    Agreement result = agree(*dataset, parallel);
    double layers = double(result.layers);
    EXPECT_GE(double(result.sameFit), 0.95 * double(dataset->size()));
    EXPECT_GE(double(result.samePes), 0.9 * layers);
    EXPECT_GE(double(result.nearBytes), 0.85 * layers);
    EXPECT_GE(double(result.nearCycles), 0.85 * layers);
  }
  // The same number of ticks a product is the fastest.
  size_t same = 0, layers = 0;
  for (const LayerRecord &record : *dataset)
    if (const auto &plan =
            record.plans(fabric::Objective::Cycles).in(/*parallel=*/true)) {
      ++layers;
      same +=
          double(record.features[indexOf("fastest_batch")]) ==
              double(plan->batch) &&
          double(record.features[indexOf("fastest_pes")]) == double(plan->pes);
    }
  EXPECT_GE(double(same), 0.85 * double(layers));
}

/// The largest sum of the MAC array, every kind of connectivity.
TEST(LayerEstimate, KnowsTheLargestSum) {
  MachineModel machine = *builtinMachine(defaultMachineName());
  LayerBuilder builder(s2::rowFormats());
  size_t layers = 0, near = 0, two = 0; // two: projections into one receptor
  std::set<Structure> seen;
  for (uint64_t index = 0; index < 120; ++index) {
    LayerSpec spec = makeLayer(LayerSet::Wide, index, 1);
    constexpr uint64_t large = 200000; // pairs: enough for a test
    if (uint64_t(spec.sources) * spec.targets > large)
      continue;
    auto info = fabric::NetworkInfo::read(builder.build(spec));
    ASSERT_TRUE(succeeded(info));
    uint32_t node = info->populationByName.lookup("layer");
    auto shape = fabric::shapeOf(*info, node);
    ASSERT_TRUE(succeeded(shape));
    fabric::LayerPlanner planner(*info, machine);
    planner.start(node, /*parallel=*/true, /*fullRing=*/true);
    ASSERT_TRUE(succeeded(planner.scan(node)));
    auto largest = double(planner.map(node).largestSum().value);
    double scale = spec.bits == 8 ? 127 : 32767;
    if (largest < 10 * scale) // a few synapses: chance
      continue;
    ++layers;
    seen.insert(spec.structure);
    near += std::abs(shape->largestSum() - largest) <= 0.15 * largest;
    two += spec.more.sources && info->nodes[node].receptors == 1;
  }
  EXPECT_GE(layers, 20u);
  EXPECT_GE(two, 3u);
  EXPECT_EQ(seen.size(), 5u);
  EXPECT_GE(double(near), 0.9 * double(layers));
}

} // namespace
