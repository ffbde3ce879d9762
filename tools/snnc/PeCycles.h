//===- PeCycles.h - Planned against measured cycles of each PE --*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef SNNC_TOOLS_PECYCLES_H
#define SNNC_TOOLS_PECYCLES_H

#include "runtime/bundle/Bundle.h"
#include "runtime/host/Session.h"

namespace snnc {

/// Of every PE with neurons or partial sums, in the order of the manifest: {
/// "pe", "population", "begin", "end" (its neurons), "role" (of a row split),
/// "cycles_per_tick" (mean), "worst_cycles_per_tick", "worst_tick", "overruns"
/// as measured, and of the plan, per tick, "cycles_expected", "cycles_peak",
/// "cycles_spread" and "cycles_worst"}. `cores`: those of the bundle's
/// report.json. Empty where nothing counted cycles.
nlohmann::json peCycles(const runtime::Manifest &manifest,
                        const nlohmann::json &cores,
                        const runtime::RunResult &result);

} // namespace snnc

#endif // SNNC_TOOLS_PECYCLES_H
