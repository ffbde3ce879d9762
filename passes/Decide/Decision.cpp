//===- Decision.cpp - Why a population is serial or parallel --------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "passes/Decide/Decision.h"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace snnc::decide {

llvm::StringRef nameOf(Rule rule) {
  switch (rule) {
  case Rule::Pinned:
    return "pinned";
  case Rule::Asked:
    return "asked";
  case Rule::Oracle:
    return "oracle";
  case Rule::CostModel:
    return "cost-model";
  case Rule::Model:
    return "model";
  case Rule::Unsure:
    return "unsure";
  case Rule::Outside:
    return "outside";
  case Rule::NoModel:
    return "no-model";
  case Rule::Veto:
    return "veto";
  case Rule::Dram:
    return "dram";
  }
  return "";
}

static std::string reasonOf(const Decision &decision) {
  switch (decision.rule) {
  case Rule::Pinned:
    return "pinned by the network";
  case Rule::Asked:
    return "asked for with --paradigm";
  case Rule::Oracle:
    return "both were planned";
  case Rule::CostModel:
    return "closed formulas";
  case Rule::Model:
    return "the model is sure, its plan holds";
  case Rule::Unsure:
    return "the model is unsure, both were planned";
  case Rule::Outside:
    return "outside the model's training range (" + decision.advice->outside +
           "), both were planned";
  case Rule::NoModel:
    return "no model for this machine, both were planned";
  case Rule::Veto:
    return fmt::format("the model said {}, its plan is vetoed",
                       decision.advice->parallel > 0.5 ? "parallel" : "serial");
  case Rule::Dram:
    return "the network does not fit the SRAM of all cores, serial rows fit "
           "DRAM";
  }
  return "";
}

std::string headline(const Decision &decision) {
  std::string text = fmt::format(
      "population '{}' is {}: {}", decision.population,
      decision.parallel ? "parallel" : "serial", reasonOf(decision));
  if (decision.advice)
    text += fmt::format("; parallel is better with probability {:.3f}",
                        decision.advice->parallel);
  return text;
}

std::string describe(const Alternative &alternative) {
  if (!alternative.planned)
    return "not planned";
  if (!alternative.plan)
    return alternative.obstacle.empty() ? "does not fit" : alternative.obstacle;
  const fabric::LayerPlan &plan = *alternative.plan;
  std::string text = fmt::format(
      "{} PE(s), {} B, {:.0f} cycles a tick (worst {:.0f})", plan.pes,
      plan.bytes, plan.cycles.expected, plan.cycles.worst);
  if (plan.dramBytes)
    text += fmt::format(", {} B of rows in DRAM", plan.dramBytes);
  return alternative.obstacle.empty() ? text
                                      : text + "; " + alternative.obstacle;
}

std::string describeFeatures(const Decision &decision) {
  std::string text;
  if (decision.advice)
    for (auto &[name, value] : decision.advice->features)
      text += fmt::format("{}{} {:.6g}", text.empty() ? "" : ", ", name, value);
  return text;
}

static nlohmann::json toJson(const Alternative &alternative) {
  nlohmann::json json = {{"planned", alternative.planned},
                         {"fits", alternative.plan.has_value()}};
  if (!alternative.obstacle.empty())
    json["obstacle"] = alternative.obstacle;
  if (alternative.plan) {
    json["pes"] = alternative.plan->pes;
    json["bytes"] = alternative.plan->bytes;
    if (alternative.plan->dramBytes)
      json["dram_bytes"] = alternative.plan->dramBytes;
    json["cycles"] = alternative.plan->cycles.expected;
    json["worst_cycles"] = alternative.plan->cycles.worst;
  }
  return json;
}

nlohmann::json toJson(const Decision &decision) {
  nlohmann::json json = {
      {"population", decision.population},
      {"neurons", decision.neurons},
      {"paradigm", decision.parallel ? "parallel" : "serial"},
      {"rule", nameOf(decision.rule).str()},
      {"probability", nullptr},
      {"serial", toJson(decision.serial)},
      {"parallel", toJson(decision.parallels)}};
  if (!decision.advice)
    return json;
  json["probability"] = decision.advice->parallel;
  if (!decision.advice->outside.empty())
    json["outside"] = decision.advice->outside;
  for (auto &[name, value] : decision.advice->features)
    json["features"][name] = value;
  return json;
}

} // namespace snnc::decide
