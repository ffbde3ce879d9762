//===- Selector.h - The learned choice of the paradigm ----------*- C++ -*-===//
//
// Part of the snnc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A trained model with what it was trained for. Loading refuses, with a code
// and a hint: a file that is cut off or malformed (SNN1200), numbers that are
// not finite (SNN1201), another machine (SNN1202), another planner (SNN1203), a
// newer format (SNN1204), other features (SNN1205).
//
//   auto selector = Selector::shipped(Objective::Pes, machine);
//   Features features = featuresOf(shape, machine, tickSeconds);
//   if (selector->covers(features))
//     Prediction choice = selector->predict(features);
//
//===----------------------------------------------------------------------===//
#ifndef SNNC_CLASSIFIER_SELECTOR_H
#define SNNC_CLASSIFIER_SELECTOR_H

#include "classifier/Features.h"
#include "classifier/TreeModel.h"
#include "runtime/support/Diagnostic.h"

#include <map>

namespace snnc::selector {

using fabric::Objective;

enum class ModelKind : uint8_t { XGBoost, AdaBoost };
inline constexpr std::array<ModelKind, 2> kModelKinds = {ModelKind::AdaBoost,
                                                         ModelKind::XGBoost};
/// "xgboost", "adaboost".
const char *nameOf(ModelKind kind);

struct Prediction {
  bool parallel = false;    ///< probability >= 0.5
  double probability = 0.5; ///< calibrated, that parallel is better
  /// Of the choice itself: 0.5 (a coin) to 1.
  double confidence() const { return parallel ? probability : 1 - probability; }
};

/// The least and largest value of a feature in the training data.
struct FeatureRange {
  float least = 0, largest = 0;
  bool operator==(const FeatureRange &) const = default;
};

/// On layers that neither trained nor calibrated the model.
struct HeldOutScores {
  uint64_t layers = 0;
  double accuracy = 0, balancedAccuracy = 0;
  double majority = 0;                    ///< share of the larger class
  double regretPes = 0, regretCycles = 0; ///< extra share over the oracle
  bool operator==(const HeldOutScores &) const = default;
};

/// Sha256 of what a layer's plan depends on of a machine. How many chips there
/// are, under which name, what is dead of them and where PEs and router are on
/// a chip changes nothing of it.
std::string chipDigest(const MachineModel &machine);

/// What stands in a model file besides the trees.
struct ModelInfo {
  ModelKind kind = ModelKind::XGBoost;
  Objective objective = Objective::Pes;
  std::string machine, machineDigest; ///< name; chipDigest()
  unsigned planner = 0;
  std::vector<std::string> sets; ///< "grid", "wide"
  uint64_t seed = 0;
  uint64_t trained = 0, calibrated = 0; ///< layers
  std::array<FeatureRange, kNumFeatures> range{};
  std::map<std::string, HeldOutScores> scores; ///< by set
  bool operator==(const ModelInfo &) const = default;
};

class Selector {
public:
  Selector() = default;
  Selector(ModelInfo info, TreeModel trees, Calibration calibration)
      : about(std::move(info)), trees(std::move(trees)),
        calibration(calibration) {}

  /// Reads a model; `machine` is the one that layers will be mapped onto.
  static Expected<Selector> parse(std::string_view text,
                                  const std::string &shownPath,
                                  const MachineModel &machine);
  static Expected<Selector> load(const std::string &path,
                                 const MachineModel &machine);
  /// The model inside the tool for `objective`.
  static Expected<Selector> shipped(Objective objective,
                                    const MachineModel &machine,
                                    ModelKind kind = ModelKind::XGBoost);

  /// Microseconds, any number of threads, no allocation.
  Prediction predict(const Features &features) const {
    double p = calibration.probability(trees.score(features));
    return {p >= 0.5, p};
  }
  /// Whether every describing feature is within the training data, give or
  /// take a hundredth of the range's ends.
  bool covers(const Features &features) const;
  /// The describing features that are not: their numbers, ascending.
  std::vector<size_t> outside(const Features &features) const;

  const ModelInfo &info() const { return about; }
  const TreeModel &model() const { return trees; }
  const Calibration &calibrated() const { return calibration; }

  /// The file's text; parse reads the same selector back, bit for bit.
  std::string toText() const;

private:
  ModelInfo about;
  TreeModel trees;
  Calibration calibration;
};

/// The model files compiled into the tool, by file name without extension
/// ("xgboost-pes"), sorted.
struct EmbeddedModel {
  std::string_view name, text;
};
std::vector<EmbeddedModel> embeddedModels();

} // namespace snnc::selector

#endif // SNNC_CLASSIFIER_SELECTOR_H
