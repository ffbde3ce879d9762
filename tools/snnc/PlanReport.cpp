//===- PlanReport.cpp - What the layers would need of the machine ---------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "tools/snnc/PlanReport.h"

#include "tools/snnc/Report.h"

#include <cmath>
#include <fmt/format.h>

namespace snnc {

using decide::Decision;

/// As mapped, else as its paradigm was chosen; null: it fits no PE.
static const fabric::LayerPlan *planOf(const PlannedLayers &plans,
                                       const Decision &layer) {
  if (auto sliced = plans.sliced.find(layer.population);
      sliced != plans.sliced.end())
    return &sliced->second;
  const auto &plan = layer.chosen().plan;
  return plan ? &*plan : nullptr;
}

static nlohmann::json mappedToJson(const fabric::LayerPlan &plan) {
  const fabric::CycleEstimate &cycles = plan.cycles;
  return {{"pes", plan.pes},
          {"bytes", plan.bytes},
          {"dram_bytes", plan.dramBytes},
          {"cycles_expected", std::round(cycles.expected)},
          {"cycles_peak", std::round(cycles.peak)},
          {"cycles_spread", std::round(cycles.spread)},
          {"cycles_worst", std::round(cycles.worst)}};
}

namespace {
struct Totals {
  uint64_t pes = 0, bytes = 0, dram = 0, unfit = 0;
  double cycles = 0;

  explicit Totals(const PlannedLayers &plans) {
    for (const Decision &layer : plans.layers) {
      const fabric::LayerPlan *plan = planOf(plans, layer);
      if (!plan) {
        ++unfit;
        continue;
      }
      pes += plan->pes;
      bytes += plan->bytes;
      dram += plan->dramBytes;
      cycles += plan->cycles.expected;
    }
  }
};
} // namespace

nlohmann::json toJson(const PlannedLayers &plans) {
  nlohmann::json layers = nlohmann::json::array();
  for (const Decision &layer : plans.layers) {
    layers.push_back(decide::toJson(layer));
    layers.back()["mapped"] = plans.sliced.empty()
                                  ? nlohmann::json()
                                  : mappedToJson(*planOf(plans, layer));
  }
  Totals totals(plans);
  return {{"machine", plans.machine},
          {"available_pes", plans.pes},
          {"paradigm", plans.paradigm},
          {"objective", plans.objective},
          {"layers", layers},
          {"total",
           {{"pes", totals.pes},
            {"bytes", totals.bytes},
            {"dram_bytes", totals.dram},
            {"cycles", totals.cycles},
            {"does_not_fit", totals.unfit}}}};
}

void printPlans(const PlannedLayers &plans) {
  std::vector<std::vector<std::string>> rows = {
      {"layer", "neurons", "paradigm", "decided by", "p(parallel)", "PEs",
       "bytes", "cycles/tick", "worst"}};
  Totals totals(plans);
  if (totals.dram)
    rows[0].push_back("rows in DRAM");
  for (const Decision &layer : plans.layers) {
    std::vector<std::string> cells = {
        layer.population, std::to_string(layer.neurons),
        layer.parallel ? "parallel" : "serial",
        decide::nameOf(layer.rule).str(),
        layer.advice ? fmt::format("{:.3f}", layer.advice->parallel) : "-"};
    const fabric::LayerPlan *plan = planOf(plans, layer);
    if (plan)
      for (const std::string &cell :
           {std::to_string(plan->pes), std::to_string(plan->bytes),
            fmt::format("{:.0f}", plan->cycles.expected),
            fmt::format("{:.0f}", plan->cycles.worst)})
        cells.push_back(cell);
    else
      cells.push_back("does not fit");
    if (plan && plan->dramBytes)
      cells.push_back(std::to_string(plan->dramBytes));
    rows.push_back(cells);
  }
  printTable(rows);
  fmt::print("{} PE(s) of {}, {} B", totals.pes, plans.pes, totals.bytes);
  if (totals.dram)
    fmt::print(", {} B of {} B of DRAM", totals.dram, plans.dram);
  if (totals.unfit)
    fmt::print("; {} layer(s) fit no PE that way and are not counted",
               totals.unfit);
  fmt::print("\n");
}

} // namespace snnc
