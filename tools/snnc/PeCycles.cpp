//===- PeCycles.cpp - Planned against measured cycles of each PE ----------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "tools/snnc/PeCycles.h"

#include <algorithm>
#include <map>

namespace snnc {

using nlohmann::json;

static json measuredOf(const runtime::PeStatistics &pe, double ticks) {
  return {{"pe", nameOf(pe.at)},
          {"cycles_per_tick", double(pe.cycles) / ticks},
          {"worst_cycles_per_tick", pe.worstTickCycles},
          {"worst_tick", pe.worstTick},
          {"overruns", pe.overruns}};
}

json peCycles(const runtime::Manifest &manifest, const json &cores,
              const runtime::RunResult &result) {
  json all = json::array();
  if (result.statistics.tickCycles <= 0)
    return all;
  std::map<CoreAddress, const runtime::PeStatistics *> measured;
  for (const runtime::PeStatistics &pe : result.statistics.pes)
    measured[pe.at] = &pe;
  std::map<std::string, const json *> planned;
  for (const json &core : cores)
    planned[core.value("pe", "")] = &core;
  double ticks = double(
      std::max<uint64_t>(1, result.chipTicks * result.samples));
  for (const runtime::PopulationEntry &population : manifest.populations)
    for (const auto *slices : {&population.slices, &population.subordinates})
      for (const runtime::SliceEntry &slice : *slices) {
        auto pe = measured.find(manifest.cores[slice.core].at);
        if (pe == measured.end())
          continue;
        json entry = measuredOf(*pe->second, ticks);
        entry["population"] = population.name;
        entry["begin"] = slice.begin;
        entry["end"] = slice.end;
        auto plan = planned.find(nameOf(pe->first));
        for (const char *key :
             {"role", "cycles_expected", "cycles_peak", "cycles_spread",
              "cycles_worst"})
          if (plan != planned.end() && plan->second->contains(key))
            entry[key] = (*plan->second)[key];
        all.push_back(std::move(entry));
      }
  return all;
}

} // namespace snnc
