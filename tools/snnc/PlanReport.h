//===- PlanReport.h - What the layers would need of the machine -*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef SNNC_TOOLS_PLANREPORT_H
#define SNNC_TOOLS_PLANREPORT_H

#include "passes/Decide/Decision.h"

#include <nlohmann/json.hpp>

namespace snnc {

/// Of `snnc check --plan`: each layer by itself; one that fits no PE is
/// counted.
struct PlannedLayers {
  std::string machine, paradigm, objective;
  uint64_t pes = 0; ///< that the machine has
  std::vector<decide::Decision> layers;
  uint64_t dram = 0; ///< bytes that the machine has for rows
};

/// {"machine", "available_pes", "paradigm", "objective", "layers": [
/// decide::toJson], "total": {"pes", "bytes", "cycles", "does_not_fit"}}. The
/// totals add up the layers that fit; cycles are those of each layer's busiest
/// PE per tick.
nlohmann::json toJson(const PlannedLayers &plans);
void printPlans(const PlannedLayers &plans);

} // namespace snnc

#endif // SNNC_TOOLS_PLANREPORT_H
