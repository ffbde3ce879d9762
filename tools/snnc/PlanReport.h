//===- PlanReport.h - What the layers would need of the machine -*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef SNNC_TOOLS_PLANREPORT_H
#define SNNC_TOOLS_PLANREPORT_H

#include "passes/Decide/Decision.h"
#include "passes/Map/SlicedLayers.h"

#include <nlohmann/json.hpp>

namespace snnc {

/// Of `snnc check --plan`: each layer by itself, by which its paradigm was
/// chosen, and as it was mapped with all others; one that fits no PE is
/// counted.
struct PlannedLayers {
  std::string machine, paradigm, objective;
  uint64_t pes = 0; ///< that the machine has
  std::vector<decide::Decision> layers;
  uint64_t dram = 0; ///< bytes that the machine has for rows
  /// As `compile` cuts them, by population; empty: refused.
  std::map<std::string, fabric::LayerPlan> sliced;
};

/// {"machine", "available_pes", "paradigm", "objective", "layers": [
/// decide::toJson and "mapped"], "total": {"pes", "bytes", "cycles",
/// "does_not_fit"}}. "mapped" is {"pes", "bytes", "dram_bytes",
/// "cycles_expected", "cycles_peak", "cycles_spread", "cycles_worst"} or null,
/// cycles as in report.json. The totals add up the layers as mapped, else those
/// that fit; cycles are those of each layer's busiest PE per tick.
nlohmann::json toJson(const PlannedLayers &plans);
void printPlans(const PlannedLayers &plans);

} // namespace snnc

#endif // SNNC_TOOLS_PLANREPORT_H
