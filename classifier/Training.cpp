//===- Training.cpp - From a data set to a selector -----------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "classifier/Training.h"

#include "planner/PlannerVersion.h"

#include <algorithm>
#include <cmath>
#include <fmt/format.h>

namespace snnc::selector {

const char *nameOf(Part part) {
  constexpr const char *names[] = {"train", "calibrate", "heldout"};
  return names[size_t(part)];
}

Part partOf(const LayerRecord &record, uint64_t seed) {
  PhiloxCounter words =
      philox4x32({uint32_t(record.index), uint32_t(record.index >> 32), 0, 0},
                 streamKey(seed, streamOf("split") + uint64_t(record.set)));
  double place = unitInterval(words[0], words[1]);
  return place < 0.72  ? Part::Train
         : place < 0.8 ? Part::Calibrate
                       : Part::HeldOut;
}

void Samples::add(const Features &row, bool label) {
  features.insert(features.end(), row.begin(), row.end());
  labels.push_back(label);
}

Samples samplesOf(const Dataset &dataset, Part part, Objective objective,
                  uint64_t seed, const MachineModel &machine) {
  Samples samples;
  for (const LayerRecord &record : dataset)
    if (partOf(record, seed) == part && record.hasChoice(objective))
      samples.add(record.features, record.prefersParallel(objective, machine));
  return samples;
}

Calibration calibrate(const TreeModel &model, const Samples &samples) {
  size_t n = samples.size();
  double positive = 0;
  std::vector<double> scores(n);
  for (size_t i = 0; i < n; ++i) {
    scores[i] = model.score({samples.row(i), kNumFeatures});
    positive += samples.labels[i];
  }
  double high = (positive + 1) / (positive + 2);
  double low = 1 / (double(n) - positive + 2);
  Calibration fit;
  auto loss = [&](const Calibration &c) {
    double sum = 0;
    for (size_t i = 0; i < n; ++i) {
      double p = std::clamp(c.probability(scores[i]), 1e-15, 1 - 1e-15);
      double target = samples.labels[i] ? high : low;
      sum -= target * portableLog(p) + (1 - target) * portableLog(1 - p);
    }
    return sum;
  };
  double before = loss(fit);
  for (int iteration = 0; iteration < 100; ++iteration) {
    // Gradient and Hessian over (slope, intercept).
    double g0 = 0, g1 = 0, h00 = 1e-9, h01 = 0, h11 = 1e-9;
    for (size_t i = 0; i < n; ++i) {
      double p = fit.probability(scores[i]), weight = p * (1 - p);
      double error = p - (samples.labels[i] ? high : low);
      g0 += error * scores[i];
      g1 += error;
      h00 += weight * scores[i] * scores[i];
      h01 += weight * scores[i];
      h11 += weight;
    }
    double determinant = h00 * h11 - h01 * h01;
    double d0 = -(h11 * g0 - h01 * g1) / determinant;
    double d1 = -(h00 * g1 - h01 * g0) / determinant;
    double step = 1;
    Calibration next = fit;
    for (; step > 1e-6; step /= 2) {
      next = {fit.slope + step * d0, fit.intercept + step * d1};
      if (loss(next) < before)
        break;
    }
    if (step <= 1e-6)
      break;
    fit = next;
    double after = loss(fit);
    if (before - after < 1e-9 * before)
      break;
    before = after;
  }
  return fit;
}

static void addRange(ModelInfo &info, const Samples &samples) {
  for (size_t f = 0; f < kNumFeatures; ++f)
    for (size_t i = 0; i < samples.size(); ++i) {
      float value = samples.row(i)[f];
      FeatureRange &range = info.range[f];
      range = i == 0 ? FeatureRange{value, value}
                     : FeatureRange{std::min(range.least, value),
                                    std::max(range.largest, value)};
    }
}

static std::vector<std::string> setsOf(const Dataset &dataset) {
  std::vector<std::string> sets;
  for (LayerSet set : {LayerSet::Grid, LayerSet::Wide})
    if (std::any_of(dataset.begin(), dataset.end(),
                    [&](const LayerRecord &r) { return r.set == set; }))
      sets.push_back(nameOf(set));
  return sets;
}

Expected<Selector> train(const Dataset &dataset, ModelKind kind,
                         Objective objective, uint64_t seed,
                         const MachineModel &machine) {
  Samples training = samplesOf(dataset, Part::Train, objective, seed, machine);
  Samples rest = samplesOf(dataset, Part::Calibrate, objective, seed, machine);
  if (training.size() < 50 || rest.size() < 10)
    return makeError(
        "SNN1212", {},
        fmt::format("the data set has {} layers to train and {} to calibrate "
                    "with, at least 50 and 10 are needed",
                    training.size(), rest.size()),
        {"take a larger set: --count 500"});
  ModelInfo info{kind,
                 objective,
                 machine.name,
                 chipDigest(machine),
                 fabric::kPlannerVersion,
                 setsOf(dataset),
                 seed,
                 training.size(),
                 rest.size(),
                 {},
                 {}};
  addRange(info, training);
  TreeModel model;
  if (kind == ModelKind::XGBoost) {
    auto trained = trainXgboost(training, seed);
    if (!trained)
      return trained.takeError();
    model = std::move(*trained);
  } else {
    model = trainAdaBoost(training);
  }
  Calibration calibration = calibrate(model, rest);
  return Selector(std::move(info), std::move(model), calibration);
}

} // namespace snnc::selector
