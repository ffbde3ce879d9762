//===- SelectorTest.cpp - Features, training, data sets -------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "SelectorSamples.h"
#include "backends/spinnaker2/Formats/Formats.h"
#include "classifier/Evaluation.h"
#include "planner/PlannerVersion.h"
#include "runtime/support/AtomicFile.h"
#include "runtime/support/Digest.h"

#include <cmath>
#include <filesystem>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sstream>
#include <thread>

using namespace snnc;
using namespace snnc::selector;
using fabric::Objective;

namespace {

const MachineModel &machine() {
  static const MachineModel model = *builtinMachine(defaultMachineName());
  return model;
}

bool always(uint64_t, uint64_t) { return true; }

Dataset planSmall(LayerSet set, uint64_t count, unsigned jobs) {
  auto dataset =
      planDataset({set, count, 3, jobs, s2::rowFormats()}, machine(), always);
  EXPECT_TRUE(dataset);
  return dataset ? std::move(*dataset) : Dataset();
}

TEST(SelectorFeatures, SayWhatTheLayerIs) {
  Features f = featuresOf(randomLayer(400, 100, 0.5, 4, 0.1, s2::rowFormats()),
                          machine(), 1e-3);
  EXPECT_EQ(f[indexOf("sources")], 400);
  EXPECT_EQ(f[indexOf("neurons")], 100);
  EXPECT_FLOAT_EQ(f[indexOf("density")], 0.5f);
  EXPECT_FLOAT_EQ(f[indexOf("synapses")], 20000);
  EXPECT_EQ(f[indexOf("longest_delay")], 4);
  EXPECT_FLOAT_EQ(f[indexOf("spikes_per_tick")], 40);
  // 16 targets share a row of the map: 1 - (1 - 0.5 / 4)^16.
  EXPECT_FLOAT_EQ(f[indexOf("filled_one_tile")], 0.8819329f);
  EXPECT_FLOAT_EQ(f[indexOf("tick_cycles")],
                  float(machine().level().clockHz * 1e-3));
}

TEST(SelectorFeatures, AreFiniteForAnyLayer) {
  for (uint32_t sources : {1u, 4096u, 1u << 30})
    for (uint32_t targets : {1u, 15u, 4096u, 1u << 30})
      for (double density : {0.0, 1e-9, 1.0})
        for (uint32_t delays : {1u, 64u, 65535u})
          for (float value :
               featuresOf(randomLayer(sources, targets, density, delays, 100,
                                      s2::rowFormats()),
                          machine(), 1e-6))
            ASSERT_TRUE(std::isfinite(value));
}

TEST(SelectorFeatures, AStoredProjectionIsSampledAndADrawnOneIsNot) {
  // The same density from a rule, a list and a matrix.
  for (uint64_t index = 0; index < 200; ++index) {
    LayerSpec spec = makeLayer(LayerSet::Wide, index, 5);
    if (spec.structure == Structure::Trained && spec.bits == 16 &&
        !spec.more.sources) {
      auto dataset =
          planDataset({LayerSet::Wide, index + 1, 5, 1, s2::rowFormats()},
                      machine(), always);
      ASSERT_TRUE(dataset);
      EXPECT_NEAR(dataset->back().features[indexOf("density")], spec.density,
                  0.05 + 0.2 * spec.density);
      return;
    }
  }
  FAIL() << "no such layer among the first 200";
}

TEST(SelectorData, IsTheSameForAnyNumberOfThreads) {
  Dataset one = planSmall(LayerSet::Wide, 24, 1);
  Dataset three = planSmall(LayerSet::Wide, 24, 3);
  ASSERT_EQ(one.size(), 24u);
  ASSERT_EQ(three.size(), 24u);
  for (size_t i = 0; i < one.size(); ++i) {
    EXPECT_EQ(one[i].index, i);
    EXPECT_EQ(one[i].features, three[i].features);
    for (bool parallel : {false, true}) {
      ASSERT_EQ(bool(one[i].plans(Objective::Pes).in(parallel)),
                bool(three[i].plans(Objective::Pes).in(parallel)));
      if (auto &plan = one[i].plans(Objective::Pes).in(parallel)) {
        EXPECT_EQ(plan->pes, three[i].plans(Objective::Pes).in(parallel)->pes);
        EXPECT_EQ(plan->cycles,
                  three[i].plans(Objective::Pes).in(parallel)->cycles);
      }
    }
  }
}

/// All that the models were trained to predict of some layers, as text.
std::string plansOf(const Dataset &layers) {
  std::ostringstream text;
  for (const LayerRecord &layer : layers)
    for (Objective objective : fabric::kObjectives)
      for (const auto &plan :
           {layer.plans(objective).serial, layer.plans(objective).parallel}) {
        fabric::LayerPlan shown = plan.value_or(fabric::LayerPlan());
        text << layer.index << ' ' << shown.pes << ' ' << shown.bytes << ' '
             << std::llround(shown.cycles.expected) << ' ' << shown.batch << ' '
             << shown.parts << '\n';
      }
  return text.str();
}

// A plan that changes makes the trained models wrong without anybody noticing.
// Where this fails: raise kPlannerVersion, train the models again
// (docs/selector.md), and put both here.
TEST(SelectorData, PlansAreThoseOfThePlannerVersion) {
  std::string plans = plansOf(planSmall(LayerSet::Wide, 24, 2)) +
                      plansOf(planSmall(LayerSet::Grid, 12, 2));
  EXPECT_EQ(fabric::kPlannerVersion, 12u);
  EXPECT_EQ(sha256(plans),
            "sha256:"
            "71a22dec98094abfefb703d477bc2869de658b7f3dcfb942ad6ec642f1800c19");
}

TEST(SelectorData, GridIsThePublishedOne) {
  std::set<std::tuple<uint32_t, uint32_t, double, uint32_t>> seen;
  for (uint64_t i = 0; i < kGridLayers; ++i) {
    LayerSpec spec = makeLayer(LayerSet::Grid, i, 1);
    seen.insert({spec.sources, spec.targets, spec.density, spec.delays});
    ASSERT_EQ(spec.sources % 50, 0u);
    ASSERT_LE(spec.sources, 500u);
    ASSERT_LE(spec.delays, 16u);
  }
  EXPECT_EQ(seen.size(), kGridLayers);
}

TEST(SelectorData, AnUnfinishedFileIsContinued) {
  auto folder = std::filesystem::temp_directory_path() /
                ("snnc-selector-" + std::to_string(::getpid()));
  std::filesystem::create_directories(folder);
  std::string whole = (folder / "whole.csv").string(),
              path = (folder / "resumed.csv").string();
  DatasetRequest request{LayerSet::Wide, 12, 9, 2, s2::rowFormats()};
  ASSERT_TRUE(writeDataset(request, machine(), whole, always));
  // Stopped in the middle of a line.
  auto text = readFile(whole);
  ASSERT_TRUE(text);
  ASSERT_TRUE(writeFileAtomically(
      path + ".part", std::string_view(*text).substr(0, text->size() * 2 / 3)));
  uint64_t first = UINT64_MAX;
  ASSERT_TRUE(
      writeDataset(request, machine(), path, [&](uint64_t done, uint64_t) {
        first = std::min(first, done);
        return true;
      }));
  EXPECT_GT(first, 3u);
  auto resumed = readFile(path);
  ASSERT_TRUE(resumed);
  EXPECT_EQ(*resumed, *text);
  // Another request does not go on with it.
  ASSERT_TRUE(writeFileAtomically(path + ".part", *text));
  request.seed = 10;
  Status status = writeDataset(request, machine(), path, always);
  ASSERT_FALSE(status);
  EXPECT_EQ(status.error().code, "SNN1210");
  // And reading gives back what was planned.
  auto read = readDataset(whole, machine());
  ASSERT_TRUE(read);
  Dataset planned = *planDataset({LayerSet::Wide, 12, 9, 2, s2::rowFormats()},
                                 machine(), always);
  ASSERT_EQ(read->size(), planned.size());
  for (size_t i = 0; i < planned.size(); ++i) {
    EXPECT_EQ((*read)[i].features, planned[i].features);
    for (Objective objective : fabric::kObjectives)
      EXPECT_EQ((*read)[i].prefersParallel(objective, machine()),
                planned[i].prefersParallel(objective, machine()));
  }
  std::filesystem::remove_all(folder);
}

TEST(SelectorData, ADamagedFileIsRefused) {
  auto path = (std::filesystem::temp_directory_path() /
               ("snnc-damaged-" + std::to_string(::getpid()) + ".csv"))
                  .string();
  ASSERT_TRUE(writeDataset({LayerSet::Grid, 3, 1, 1, s2::rowFormats()},
                           machine(), path, always));
  std::string text = *readFile(path);
  auto codeOf = [&](const std::string &changed) {
    EXPECT_TRUE(writeFileAtomically(path, changed));
    auto result = readDataset(path, machine());
    return result ? std::string("accepted") : result.error().code.name();
  };
  EXPECT_EQ(codeOf(text), "accepted");
  EXPECT_EQ(codeOf("a,b\n1,2\n"), "SNN1211");
  EXPECT_EQ(codeOf(text.substr(0, text.size() - 40)), "SNN1211");
  std::string nan = text;
  nan.replace(nan.rfind("random,") + 7, 2, "nan,");
  EXPECT_EQ(codeOf(nan), "SNN1211");
  std::string other = text;
  other.replace(other.find("digest=sha256:") + 14, 4, "0000");
  EXPECT_EQ(codeOf(other), "SNN1210");
  std::filesystem::remove(path);
}

TEST(SelectorTraining, TreesScoreAsXgboostDoes) {
  Samples samples = makeSamples(800, 1, 0.05), probes = makeSamples(500, 2, 0);
  auto run = runXgboost(samples, 7, {}, probes);
  ASSERT_TRUE(run);
  ASSERT_EQ(run->scores.size(), probes.size());
  for (size_t i = 0; i < probes.size(); ++i)
    EXPECT_FLOAT_EQ(run->model.score(rowOf(probes, i)), run->scores[i]);
  EXPECT_GT(accuracyOf(run->model, probes), 0.9);
}

TEST(SelectorTraining, AdaBoostFindsTheRule) {
  Samples samples = makeSamples(800, 1, 0), probes = makeSamples(500, 2, 0);
  TreeModel model = trainAdaBoost(samples);
  EXPECT_GT(accuracyOf(model, samples), 0.999);
  EXPECT_GT(accuracyOf(model, probes), 0.9);
  // One stump cannot.
  EXPECT_LT(accuracyOf(trainAdaBoost(samples, {1, 1, 1024}), probes), 0.85);
}

TEST(SelectorTraining, IsTheSameEveryTime) {
  Samples samples = makeSamples(600, 4, 0.1);
  EXPECT_EQ(trainAdaBoost(samples), trainAdaBoost(samples));
  auto a = trainXgboost(samples, 5), b = trainXgboost(samples, 5);
  ASSERT_TRUE(a);
  ASSERT_TRUE(b);
  EXPECT_EQ(*a, *b);
}

TEST(SelectorTraining, ProbabilitiesAreCalibrated) {
  // A fifth of the labels is noise: no certainty beyond 80 %.
  Samples samples = makeSamples(3000, 1, 0.2), rest = makeSamples(2000, 2, 0.2),
          probes = makeSamples(2000, 3, 0.2);
  TreeModel model = trainAdaBoost(samples, {60, 3, 256});
  Calibration calibration = calibrate(model, rest);
  EXPECT_GT(calibration.slope, 0);
  double claimed = 0, right = 0;
  for (size_t i = 0; i < probes.size(); ++i) {
    double p = calibration.probability(model.score(rowOf(probes, i)));
    claimed += std::max(p, 1 - p);
    right += (p >= 0.5) == bool(probes.labels[i]);
  }
  EXPECT_NEAR(claimed / double(probes.size()), right / double(probes.size()),
              0.04);
}

TEST(SelectorTraining, SplitsAreDisjointAndDependOnTheSeed) {
  Dataset dataset(1000);
  size_t held[2] = {0, 0}, both = 0;
  for (size_t i = 0; i < dataset.size(); ++i) {
    dataset[i].index = i;
    bool first = partOf(dataset[i], 1) == Part::HeldOut;
    bool second = partOf(dataset[i], 2) == Part::HeldOut;
    held[0] += first;
    held[1] += second;
    both += first && second;
  }
  EXPECT_NEAR(double(held[0]), 200, 50);
  EXPECT_NEAR(double(held[1]), 200, 50);
  EXPECT_NEAR(double(both), 40, 30);
}

TEST(SelectorTraining, TooFewLayersAreRefused) {
  auto result = train({}, ModelKind::XGBoost, Objective::Pes, 1, machine());
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().code, "SNN1212");
}

TEST(SelectorTraining, TheLibrarysOwnErrorIsReported) {
  XgboostOptions beyond;
  beyond.depth = UINT_MAX;
  auto trained = trainXgboost(makeSamples(100, 1, 0), 1, beyond);
  ASSERT_FALSE(trained);
  EXPECT_EQ(trained.error().code, "SNN1213");
  EXPECT_THAT(trained.error().message, testing::HasSubstr("max_depth"));
}

TEST(SelectorScores, CountRegretOverTheOracle) {
  LayerRecord record; // parallel needs 1 core, serial 3
  record.plans(Objective::Pes).serial = {false, 4, 3, 300, {10, 20}};
  record.plans(Objective::Pes).parallel = {true, 4, 1, 100, {10, 20}};
  Dataset dataset;
  for (uint64_t i = 0; dataset.size() < 4; ++i) {
    record.index = i;
    if (partOf(record, 1) == Part::HeldOut)
      dataset.push_back(record);
  }
  dataset[3].plans(Objective::Pes).parallel.reset(); // only serial is left
  auto choose = [&](bool parallel) {
    return score(dataset, LayerSet::Grid, Objective::Pes, 1, machine(),
                 [=](const LayerRecord &) { return parallel; });
  };
  HeldOutScores serial = choose(false), parallel = choose(true);
  EXPECT_EQ(serial.layers, 4u);
  EXPECT_DOUBLE_EQ(serial.accuracy, 0.25);
  EXPECT_DOUBLE_EQ(serial.balancedAccuracy, 0.5);
  EXPECT_DOUBLE_EQ(serial.majority, 0.75);
  EXPECT_DOUBLE_EQ(serial.regretPes, 6.0 / 6.0);
  // Vetoed by the planner: wrong, but no core is lost.
  EXPECT_DOUBLE_EQ(parallel.accuracy, 0.75);
  EXPECT_DOUBLE_EQ(parallel.regretPes, 0);
}

} // namespace
