//===- RealTime.h - Whether cores finish their ticks ------------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The planner's cycles (planner/CycleModel.h) against the cycles that a
// tick has: clock x real time of a tick.
//
//===----------------------------------------------------------------------===//
#ifndef SNNC_PASSES_MAP_REALTIME_H
#define SNNC_PASSES_MAP_REALTIME_H

#include "passes/Map/Passes.h"
#include "planner/LayerPlanner.h"

namespace snnc::map {

/// The ticks to try, seconds, the wished one first: only that one when the user
/// stated it, else up to 10 s in steps of 1, 2, 5 (SNN0364 says so).
std::vector<double> ticksToTry(const RealTime &wish);

/// 0.002 -> "2 ms", 0.0000015 -> "1.5 us".
std::string duration(double seconds);
/// To two digits, so that what is printed suffices.
double roundedUp(double seconds);

/// What keeps a network from a tick: the slowest slice of a population that
/// cannot be cut any smaller; where `where` is empty, so many slices that no
/// machine of that kind has the cores; or more cores than the machine has.
struct Slowness {
  std::optional<uint32_t> node;
  fabric::Range where;
  fabric::CycleEstimate cycles;
  uint64_t cores = 0; ///< that the tick would take, where that is known
};

/// The slowest slice when `node` is cut as small as can be.
Slowness slowestSlice(const fabric::NetworkInfo &info,
                      const fabric::LayerPlanner &planner, uint32_t node);

/// Whether the network states every rate that `slow` depends on; a plan on
/// assumed rates refuses nothing.
bool ratesStated(const fabric::NetworkInfo &info, const Slowness &slow);

/// SNN0362, an error: the stated tick cannot be kept at the stated rates.
/// `longer`: a tick in seconds that the machine keeps, 0: not known.
void refuseTick(const fabric::NetworkInfo &info, const MachineModel &machine,
                double tick, const Slowness &slow, double longer);
/// SNN0363, a warning: the stated tick cannot be kept at rates that we assume.
void warnTick(const fabric::NetworkInfo &info, const MachineModel &machine,
              double tick, const Slowness &slow);
/// SNN0364, a warning: `chosen` instead of `tick` seconds, which nobody stated.
void warnSlowerTick(const fabric::NetworkInfo &info,
                    const MachineModel &machine, double tick, double chosen,
                    const Slowness &slow);

} // namespace snnc::map

#endif // SNNC_PASSES_MAP_REALTIME_H
