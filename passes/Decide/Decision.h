//===- Decision.h - Why a population is serial or parallel ------*- C++ -*-===//
//
// Part of the snnc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// One record per population: what the trained model said, what was planned,
// which rule decided. --explain-paradigm and `snnc check --plan` print it.
//
//===----------------------------------------------------------------------===//
#ifndef SNNC_PASSES_DECIDE_DECISION_H
#define SNNC_PASSES_DECIDE_DECISION_H

#include "planner/ParadigmPlans.h"

#include <nlohmann/json_fwd.hpp>

#include <string>
#include <utility>
#include <vector>

namespace snnc::decide {

/// Who had the last word.
enum class Rule : uint8_t {
  Pinned,    ///< the network says so
  Asked,     ///< --paradigm serial or parallel
  Oracle,    ///< both were planned because that was asked for
  CostModel, ///< closed formulas
  Model,     ///< the trained model; its plan holds
  Unsure,    ///< both were planned: the model was unsure
  Outside,   ///< both were planned: outside what the model was trained on
  NoModel,   ///< both were planned: no model for this machine
  Veto,      ///< the model's choice failed its plan, the other one was planned
  Dram       ///< the network does not fit SRAM; serial, its rows may be in DRAM
};
/// "pinned", "asked", "oracle", "cost-model", "model", "unsure", "outside",
/// "no-model", "veto", "dram".
llvm::StringRef nameOf(Rule rule);

/// One paradigm of one population.
struct Alternative {
  bool planned = false;                  ///< somebody looked
  std::optional<fabric::LayerPlan> plan; ///< nothing: it cannot be done
  std::string obstacle; ///< why there is no plan, or why it was vetoed
};

/// What the trained model says of a population.
struct Advice {
  double parallel = 0.5; ///< calibrated probability
  std::vector<std::pair<std::string, double>> features;
  std::string outside; ///< the features outside the training range, or empty
};

struct Decision {
  std::string population;
  uint32_t neurons = 0;
  bool parallel = false;
  Rule rule = Rule::Asked;
  std::optional<Advice> advice;
  Alternative serial, parallels;

  const Alternative &chosen() const { return parallel ? parallels : serial; }
};

/// One line: "population 'h' is parallel: the model says so (97.1 %)".
std::string headline(const Decision &decision);
/// "3 PE(s), 230100 B, 1200 cycles a tick (worst 4100)", or why not.
std::string describe(const Alternative &alternative);
/// "sources 128, neurons 64, ..."; empty without advice.
std::string describeFeatures(const Decision &decision);

/// {"population", "neurons", "paradigm", "rule", "probability" (of parallel, or
/// null), "outside", "features": {...}, "serial", "parallel": {"planned",
/// "fits", "pes", "bytes", "cycles", "worst_cycles", "obstacle"}}.
nlohmann::json toJson(const Decision &decision);

} // namespace snnc::decide

#endif // SNNC_PASSES_DECIDE_DECISION_H
