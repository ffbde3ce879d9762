//===- Selector.cpp - The learned choice of the paradigm ------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "classifier/Selector.h"

#include "runtime/support/AtomicFile.h"
#include "runtime/support/Random.h"

#include <algorithm>
#include <cmath>
#include <fmt/format.h>

namespace snnc::selector {

const char *nameOf(ModelKind kind) {
  return kind == ModelKind::XGBoost ? "xgboost" : "adaboost";
}

double Calibration::probability(double score) const {
  double exponent = std::clamp(-(slope * score + intercept), -600.0, 600.0);
  return 1 / (1 + portableExp(exponent));
}

/// A hundredth beyond the range is within it: the draws end a little before
/// the ends of what they are drawn from.
static bool isOutside(float value, const FeatureRange &range) {
  constexpr float slack = 0.01f;
  return value < range.least - slack * std::abs(range.least) ||
         value > range.largest + slack * std::abs(range.largest);
}

bool Selector::covers(const Features &features) const {
  for (size_t i = 0; i < kFirstDerived; ++i)
    if (isOutside(features[i], about.range[i]))
      return false;
  return true;
}

std::vector<size_t> Selector::outside(const Features &features) const {
  std::vector<size_t> result;
  for (size_t i = 0; i < kFirstDerived; ++i)
    if (isOutside(features[i], about.range[i]))
      result.push_back(i);
  return result;
}

Expected<Selector> Selector::load(const std::string &path,
                                  const MachineModel &machine) {
  constexpr size_t mostBytes = size_t(64) << 20;
  auto text = readFile(path, mostBytes);
  if (!text)
    return text.takeError();
  return parse(*text, path, machine);
}

Expected<Selector> Selector::shipped(Objective objective,
                                     const MachineModel &machine,
                                     ModelKind kind) {
  std::string name =
      fmt::format("{}-{}", nameOf(kind), fabric::nameOf(objective));
  for (const EmbeddedModel &model : embeddedModels())
    if (model.name == name)
      return parse(model.text, fmt::format("built-in model {}", name), machine);
  return makeError("SNN0901", {},
                   fmt::format("internal error: the tool was built without its "
                               "model {}",
                               name),
                   {"use --paradigm oracle"});
}

} // namespace snnc::selector
