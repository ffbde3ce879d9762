//===- PredictionBenchmark.cpp - What one choice of a paradigm takes ------===//
//
// Part of the snnc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// One prediction of a shipped model (features to probability), and the closed
// formulas that make the features of a layer, each over 256 different layers
// so that branches cannot be learnt by heart.
//
//===----------------------------------------------------------------------===//
#include "backends/spinnaker2/Formats/Formats.h"
#include "classifier/Features.h"
#include "classifier/Selector.h"

#include <benchmark/benchmark.h>

using namespace snnc;
using namespace snnc::selector;

namespace {

constexpr double tickSeconds = 1e-3;

/// Layers over the whole training range, made from a number.
fabric::LayerShape layerOf(uint32_t i) {
  uint32_t sources = 50 + i * 37 % 451, targets = 50 + i * 101 % 451;
  return randomLayer(sources, targets, 0.1 + 0.9 * (i * 53 % 101) / 100.0,
                     1 + i % 16, 0.01 + 0.002 * (i * 29 % 97),
                     s2::rowFormats());
}

std::vector<Features> someFeatures(const MachineModel &machine) {
  std::vector<Features> features;
  for (uint32_t i = 0; i < 256; ++i)
    features.push_back(featuresOf(layerOf(i), machine, tickSeconds));
  return features;
}

void predict(benchmark::State &state, ModelKind kind) {
  MachineModel machine = *builtinMachine(defaultMachineName());
  auto model = Selector::shipped(fabric::Objective::Pes, machine, kind);
  if (!model) {
    state.SkipWithError(model.error().message.c_str());
    return;
  }
  std::vector<Features> features = someFeatures(machine);
  size_t next = 0;
  for (auto _ : state) {
    benchmark::DoNotOptimize(model->predict(features[next]));
    next = (next + 1) % features.size();
  }
}
BENCHMARK_CAPTURE(predict, xgboost, ModelKind::XGBoost);
BENCHMARK_CAPTURE(predict, adaboost, ModelKind::AdaBoost);

void features(benchmark::State &state) {
  MachineModel machine = *builtinMachine(defaultMachineName());
  std::vector<fabric::LayerShape> layers;
  for (uint32_t i = 0; i < 256; ++i)
    layers.push_back(layerOf(i));
  size_t next = 0;
  for (auto _ : state) {
    benchmark::DoNotOptimize(featuresOf(layers[next], machine, tickSeconds));
    next = (next + 1) % layers.size();
  }
}
BENCHMARK(features);

} // namespace

BENCHMARK_MAIN();
