//===- ModelAdviser.cpp - Advice of a trained model -----------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "passes/Decide/ModelAdviser.h"

#include <fmt/format.h>

using namespace mlir;

namespace snnc::decide {

using selector::Selector;

Expected<Selector> openModel(const std::string &path,
                             fabric::Objective objective,
                             const MachineModel &machine) {
  if (path.empty())
    return Selector::shipped(objective, machine);
  auto model = Selector::load(path, machine);
  if (!model || model->info().objective == objective)
    return model;
  return makeError(
      "SNN1207", {path, "", 0, 0},
      fmt::format("the model was trained for the objective '{}', not '{}'",
                  fabric::nameOf(model->info().objective),
                  fabric::nameOf(objective)),
      {fmt::format("use --objective {}",
                   fabric::nameOf(model->info().objective))});
}

/// "rate 0.9 (trained 0.0001 to 0.5)", of every feature outside.
static std::string outsideText(const Selector &model,
                               const selector::Features &features) {
  std::string text;
  for (size_t i : model.outside(features)) {
    const selector::FeatureRange &range = model.info().range[i];
    text += fmt::format("{}{} {:g}, trained {:g} to {:g}",
                        text.empty() ? "" : "; ", selector::kFeatureNames[i],
                        features[i], range.least, range.largest);
  }
  return text;
}

Adviser adviserOf(Selector model, std::shared_ptr<const MachineModel> machine,
                  double tickSeconds) {
  auto shared = std::make_shared<const Selector>(std::move(model));
  return
      [=](const fabric::NetworkInfo &info, uint32_t node) -> FailureOr<Advice> {
        auto shape = fabric::shapeOf(info, node);
        if (failed(shape))
          return failure();
        selector::Features features =
            selector::featuresOf(*shape, *machine, tickSeconds);
        Advice advice;
        advice.parallel = shared->predict(features).probability;
        advice.outside = outsideText(*shared, features);
        for (size_t i = 0; i < selector::kNumFeatures; ++i)
          advice.features.emplace_back(selector::kFeatureNames[i], features[i]);
        return advice;
      };
}

} // namespace snnc::decide
