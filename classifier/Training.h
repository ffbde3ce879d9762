//===- Training.h - From a data set to a selector ---------------*- C++ -*-===//
//
// Part of the snnc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Every layer is, by its set, index and the seed of the split alone, in one of
// three parts: 72 % train a model, 8 % calibrate its probability, 20 % are held
// out and only ever score it. Same data and seed, same model, bit for bit:
// training runs on one thread.
//
//===----------------------------------------------------------------------===//
#ifndef SNNC_CLASSIFIER_TRAINING_H
#define SNNC_CLASSIFIER_TRAINING_H

#include "classifier/Dataset.h"
#include "classifier/Selector.h"

namespace snnc::selector {

enum class Part : uint8_t { Train, Calibrate, HeldOut };
/// "train", "calibrate", "heldout".
const char *nameOf(Part part);
Part partOf(const LayerRecord &record, uint64_t seed);

/// Features and labels of some layers, row by row.
struct Samples {
  std::vector<float> features; ///< [layers][kNumFeatures]
  std::vector<uint8_t> labels; ///< 1: parallel is better

  size_t size() const { return labels.size(); }
  const float *row(size_t i) const { return &features[i * kNumFeatures]; }
  void add(const Features &row, bool label);
};

/// The layers of `part` that have a choice to make.
Samples samplesOf(const Dataset &dataset, Part part, Objective objective,
                  uint64_t seed, const MachineModel &machine);

/// Discrete AdaBoost (SAMME; Zhu, Zou, Rosset, Hastie, 2009) of two classes
/// over shallow trees. Splits minimise the weighted Gini impurity at up to
/// `bins` quantiles of each feature.
struct AdaBoostOptions {
  unsigned rounds = 150, depth = 4, bins = 1024;
};
TreeModel trainAdaBoost(const Samples &samples,
                        const AdaBoostOptions &options = {});

/// XGBoost through its C API, exact splits, one thread. SNN1213 with the
/// library's own message when it fails.
struct XgboostOptions {
  unsigned rounds = 150, depth = 4;
  double learningRate = 0.15, minChildWeight = 5;
};
Expected<TreeModel> trainXgboost(const Samples &samples, uint64_t seed,
                                 const XgboostOptions &options = {});

/// For tests: trains and also returns the library's own scores of `probes`.
struct XgboostRun {
  TreeModel model;
  std::vector<float> scores;
};
Expected<XgboostRun> runXgboost(const Samples &samples, uint64_t seed,
                                const XgboostOptions &options,
                                const Samples &probes);

/// Platt's fit by Newton steps with the targets of Lin, Lin and Weng (2007).
Calibration calibrate(const TreeModel &model, const Samples &samples);

/// Trains and calibrates. SNN1212 when the parts hold fewer than 50 and 10
/// layers. Scores are not filled in.
Expected<Selector> train(const Dataset &dataset, ModelKind kind,
                         Objective objective, uint64_t seed,
                         const MachineModel &machine);

} // namespace snnc::selector

#endif // SNNC_CLASSIFIER_TRAINING_H
