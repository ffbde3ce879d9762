//===- AutoSelect.cpp - The trained model, checked by the planner ---------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "passes/Decide/AutoSelect.h"

#include "passes/Decide/LayerPlans.h"

#include <algorithm>
#include <charconv>
#include <cmath>

using namespace mlir;

namespace snnc::decide {

std::optional<SelectorBudget> SelectorBudget::parse(llvm::StringRef text) {
  if (text == "all")
    return SelectorBudget{1.0, std::nullopt};
  bool percent = text.consume_back("%");
  const char *end = text.end();
  if (percent) {
    double value = 0;
    auto [stop, error] = std::from_chars(text.begin(), end, value);
    if (error != std::errc() || stop != end || !(value >= 0 && value <= 100))
      return std::nullopt;
    return SelectorBudget{value / 100, std::nullopt};
  }
  uint64_t count = 0;
  auto [stop, error] = std::from_chars(text.begin(), end, count);
  if (error != std::errc() || stop != end)
    return std::nullopt;
  return SelectorBudget{0, count};
}

uint64_t SelectorBudget::of(uint64_t populations) const {
  if (layers)
    return std::min(*layers, populations);
  // 30 layers at 10 % are 3, not 4: forgive the rounding of the product.
  return uint64_t(std::ceil(share * double(populations) - 1e-9));
}

static double certainty(const Decision &decision) {
  double p = decision.advice->parallel;
  return std::max(p, 1 - p);
}

/// The least certain first, as many as the budget allows.
static void markUnsure(const SelectorBudget &budget,
                       llvm::MutableArrayRef<OpenChoice> choices) {
  std::vector<OpenChoice *> unsure;
  for (OpenChoice &choice : choices)
    if (choice.decision.rule == Rule::Model &&
        certainty(choice.decision) < kSureProbability)
      unsure.push_back(&choice);
  std::stable_sort(unsure.begin(), unsure.end(),
                   [](const OpenChoice *a, const OpenChoice *b) {
                     return certainty(a->decision) < certainty(b->decision);
                   });
  unsure.resize(std::min<size_t>(unsure.size(), budget.of(choices.size())));
  for (OpenChoice *choice : unsure)
    choice->decision.rule = Rule::Unsure;
}

static LogicalResult choose(LayerPlans &plans, OpenChoice &choice) {
  Decision &decision = choice.decision;
  if (decision.rule == Rule::Model) {
    decision.parallel = decision.advice->parallel > 0.5;
    if (failed(plans.plan(choice.node, decision.parallel, decision)))
      return failure();
    if (decision.chosen().plan)
      return success();
    decision.rule = Rule::Veto;
  }
  for (bool parallel : {false, true})
    if (failed(plans.plan(choice.node, parallel, decision)))
      return failure();
  decision.parallel = plans.prefersParallel(decision);
  return success();
}

LogicalResult autoSelect(LayerPlans &plans, const Adviser &adviser,
                         const SelectorBudget &budget,
                         llvm::MutableArrayRef<OpenChoice> choices) {
  for (OpenChoice &choice : choices) {
    choice.decision.rule = Rule::NoModel;
    if (!adviser)
      continue;
    auto advice = adviser(plans.network(), choice.node);
    if (failed(advice))
      return failure();
    choice.decision.advice = std::move(*advice);
    choice.decision.rule =
        choice.decision.advice->outside.empty() ? Rule::Model : Rule::Outside;
  }
  markUnsure(budget, choices);
  for (OpenChoice &choice : choices)
    if (failed(choose(plans, choice)))
      return failure();
  return success();
}

} // namespace snnc::decide
