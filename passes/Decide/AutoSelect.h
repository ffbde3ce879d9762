//===- AutoSelect.h - The trained model, checked by the planner -*- C++ -*-===//
//
// Part of the snnc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// --paradigm auto. The model names a paradigm per population; only that one is
// planned. Both are planned where the plan vetoes (does not fit, misses the
// tick), where the population is outside the training range, where there is no
// model, and, within a budget, where the model is least sure. Where both are
// planned the better plan wins, whatever the model said.
//
//===----------------------------------------------------------------------===//
#ifndef SNNC_PASSES_DECIDE_AUTOSELECT_H
#define SNNC_PASSES_DECIDE_AUTOSELECT_H

#include "passes/Decide/Decision.h"

#include <functional>

namespace snnc::fabric {
struct NetworkInfo;
}

namespace snnc::decide {

class LayerPlans;

/// How many of a network's populations may be planned both ways because the
/// model is unsure.
struct SelectorBudget {
  double share = 0.1;             ///< of the populations that are not pinned
  std::optional<uint64_t> layers; ///< instead of the share

  /// "12%", "3", "0", "all". Nothing for another text.
  static std::optional<SelectorBudget> parse(llvm::StringRef text);
  /// The share is rounded up: a small network may plan one layer twice.
  uint64_t of(uint64_t populations) const;
};

/// A model is sure of a paradigm from this calibrated probability on. On the
/// mixed networks of benchmarks/mixed.py about one layer in fifteen is below,
/// among them most of those that the model gets wrong.
inline constexpr double kSureProbability = 0.98;

/// Asks the model about one population. Fails after an error at a projection.
using Adviser = std::function<mlir::FailureOr<Advice>(
    const fabric::NetworkInfo &info, uint32_t node)>;

/// One population that is not pinned.
struct OpenChoice {
  uint32_t node = 0;
  Decision decision;
};

/// Decides all of `choices`. `adviser` may be empty: no model.
mlir::LogicalResult autoSelect(LayerPlans &plans, const Adviser &adviser,
                               const SelectorBudget &budget,
                               llvm::MutableArrayRef<OpenChoice> choices);

} // namespace snnc::decide

#endif // SNNC_PASSES_DECIDE_AUTOSELECT_H
