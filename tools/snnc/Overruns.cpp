//===- Overruns.cpp - PEs that did not finish their ticks -----------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "tools/snnc/Overruns.h"

#include <algorithm>
#include <fmt/format.h>

namespace snnc {

std::vector<Overrun> overrunsOf(const runtime::Manifest &manifest,
                                const runtime::DeviceStatistics &statistics) {
  std::vector<Overrun> result;
  for (const runtime::PopulationEntry &population : manifest.populations)
    for (const auto *cores : {&population.slices, &population.subordinates})
      for (const runtime::SliceEntry &slice : *cores)
        for (const runtime::PeStatistics &pe : statistics.pes) {
          CoreAddress where = manifest.cores[slice.core].at;
          if (pe.at == where && pe.overruns)
            result.push_back({where, population.name, slice.begin, slice.end,
                              pe.overruns, pe.worstTick, pe.worstTickCycles});
        }
  std::stable_sort(result.begin(), result.end(),
                   [](const Overrun &a, const Overrun &b) {
                     return a.worstCycles > b.worstCycles;
                   });
  return result;
}

std::string toText(const Overrun &o, double tickCycles) {
  return fmt::format("{}, '{}' [{}, {}): {} tick(s), worst tick {}, {} "
                     "cycles of {:.0f}",
                     toText(o.at), o.population, o.begin, o.end, o.ticks,
                     o.worstTick, o.worstCycles, tickCycles);
}

nlohmann::json toJson(const std::vector<Overrun> &overruns, double tickCycles) {
  nlohmann::json all = nlohmann::json::array();
  for (const Overrun &o : overruns)
    all.push_back({{"pe", nameOf(o.at)},
                   {"population", o.population},
                   {"begin", o.begin},
                   {"end", o.end},
                   {"overruns", o.ticks},
                   {"worst_tick", o.worstTick},
                   {"worst_cycles", o.worstCycles},
                   {"tick_cycles", tickCycles}});
  return all;
}

std::vector<std::vector<std::string>>
overrunTable(const std::vector<Overrun> &overruns, double tickCycles) {
  std::vector<std::vector<std::string>> rows = {
      {"overrun PE", "population", "neurons", "ticks", "worst tick", "cycles",
       "of a tick"}};
  for (const Overrun &o : overruns)
    rows.push_back({nameOf(o.at), o.population,
                    fmt::format("{}..{}", o.begin, o.end),
                    std::to_string(o.ticks), std::to_string(o.worstTick),
                    std::to_string(o.worstCycles),
                    fmt::format("{:.1f} %", 100 * double(o.worstCycles) /
                                                std::max(1.0, tickCycles))});
  return rows;
}

} // namespace snnc
