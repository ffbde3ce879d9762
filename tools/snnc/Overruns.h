//===- Overruns.h - PEs that did not finish their ticks ---------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef SNNC_TOOLS_OVERRUNS_H
#define SNNC_TOOLS_OVERRUNS_H

#include "runtime/bundle/Bundle.h"
#include "runtime/host/Session.h"

namespace snnc {

/// A PE with ticks that took more cycles than a tick has.
struct Overrun {
  CoreAddress at;
  std::string population;
  uint32_t begin = 0, end = 0; ///< its neurons
  uint64_t ticks = 0;          ///< that took too long
  uint64_t worstTick = 0;      ///< the first with `worstCycles`
  uint64_t worstCycles = 0;
};

/// The longest tick first, then in the order of the manifest.
std::vector<Overrun> overrunsOf(const runtime::Manifest &manifest,
                                const runtime::DeviceStatistics &statistics);

/// "PE 7.6.0, 'lif1' [0, 38): 256 ticks, worst tick 12, 5626 cycles of 300".
std::string toText(const Overrun &overrun, double tickCycles);

/// Objects {"pe", "population", "begin", "end", "overruns", "worst_tick",
/// "worst_cycles", "tick_cycles"}.
nlohmann::json toJson(const std::vector<Overrun> &overruns, double tickCycles);

/// Header and rows of a table with the same columns.
std::vector<std::vector<std::string>>
overrunTable(const std::vector<Overrun> &overruns, double tickCycles);

/// What to state where the plan expected fewer spikes than there were, to go
/// behind another advice: ", or state the real `rate`: ..." names populations,
/// with the rate that they had where their spikes were recorded. Empty where
/// all rates were right or stated.
std::string ratesToState(const runtime::Bundle &bundle,
                         const runtime::RunResult &result);

} // namespace snnc

#endif // SNNC_TOOLS_OVERRUNS_H
