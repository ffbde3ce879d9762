//===- Evaluation.cpp - How good a choice is ------------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "classifier/Evaluation.h"

#include <cmath>

namespace snnc::selector {

namespace {
/// Sums over layers.
struct Tally {
  uint64_t layers = 0, right = 0, byClass[2] = {0, 0}, rightOf[2] = {0, 0};
  double pes = 0, leastPes = 0, cycles = 0, leastCycles = 0;

  HeldOutScores scores() const {
    HeldOutScores result;
    result.layers = layers;
    if (layers == 0)
      return result;
    double recall = 0, classes = 0;
    for (int c : {0, 1})
      if (byClass[c]) {
        recall += double(rightOf[c]) / double(byClass[c]);
        classes += 1;
      }
    result.accuracy = double(right) / double(layers);
    result.balancedAccuracy = recall / classes;
    result.majority = double(std::max(byClass[0], byClass[1])) / double(layers);
    result.regretPes = (pes - leastPes) / leastPes;
    result.regretCycles = (cycles - leastCycles) / leastCycles;
    return result;
  }
};
} // namespace

HeldOutScores score(const Dataset &dataset, LayerSet set, Objective objective,
                    uint64_t seed, const MachineModel &machine,
                    const Choose &choose) {
  Tally tally;
  for (const LayerRecord &record : dataset) {
    if (record.set != set || partOf(record, seed) != Part::HeldOut ||
        !record.hasChoice(objective))
      continue;
    bool best = record.prefersParallel(objective, machine);
    bool chosen = choose(record);
    const fabric::ParadigmPlans &plans = record.plans(objective);
    const fabric::LayerPlan &least = *plans.in(best);
    const fabric::LayerPlan &taken =
        plans.in(chosen) ? *plans.in(chosen) : least;
    ++tally.layers;
    ++tally.byClass[best];
    tally.right += chosen == best;
    tally.rightOf[best] += chosen == best;
    tally.pes += double(taken.pes);
    tally.leastPes += double(least.pes);
    tally.cycles += taken.cycles.expected;
    tally.leastCycles += least.cycles.expected;
  }
  return tally.scores();
}

Evaluation::Moments Evaluation::of(double HeldOutScores::*value) const {
  Moments moments;
  for (const HeldOutScores &scores : seeds)
    moments.mean += scores.*value / double(seeds.size());
  double squares = 0;
  for (const HeldOutScores &scores : seeds)
    squares += (scores.*value - moments.mean) * (scores.*value - moments.mean);
  if (seeds.size() > 1)
    moments.spread = std::sqrt(squares / double(seeds.size() - 1));
  return moments;
}

uint64_t Evaluation::layers() const {
  uint64_t sum = 0;
  for (const HeldOutScores &scores : seeds)
    sum += scores.layers;
  return sum;
}

/// The larger class of the layers that train.
static bool majorityOf(const Samples &samples) {
  size_t yes = 0;
  for (uint8_t label : samples.labels)
    yes += label;
  return 2 * yes > samples.size();
}

Expected<std::vector<Evaluation>> evaluate(const Dataset &dataset, LayerSet set,
                                           Objective objective, unsigned seeds,
                                           const MachineModel &machine,
                                           const Watch &watch) {
  std::vector<Evaluation> result;
  for (const char *name :
       {"majority", "closed-form", "adaboost", "xgboost", "oracle"})
    result.push_back({name, objective, set, {}});
  for (uint64_t seed = 1; seed <= seeds; ++seed) {
    auto add = [&](size_t model, const Choose &choose) {
      result[model].seeds.push_back(
          score(dataset, set, objective, seed, machine, choose));
    };
    if (!watch(seed - 1, seeds))
      return makeError("SNN0427", {}, "interrupted");
    bool majority =
        majorityOf(samplesOf(dataset, Part::Train, objective, seed, machine));
    add(0, [&](const LayerRecord &) { return majority; });
    add(1, [&](const LayerRecord &record) {
      return closedFormChoice(record.features, objective);
    });
    for (size_t kind = 0; kind < kModelKinds.size(); ++kind) {
      auto selector =
          train(dataset, kModelKinds[kind], objective, seed, machine);
      if (!selector)
        return selector.takeError();
      add(2 + kind, [&](const LayerRecord &record) {
        return selector->predict(record.features).parallel;
      });
    }
    add(4, [&](const LayerRecord &record) {
      return record.prefersParallel(objective, machine);
    });
  }
  return result;
}

} // namespace snnc::selector
