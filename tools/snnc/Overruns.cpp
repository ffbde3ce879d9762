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

/// "'e'", with its rate where that is known and above the plan's; empty: the
/// plan's rate of that layer is right, or stated.
static std::string rateToState(const nlohmann::json &layer,
                               const runtime::RunResult &result) {
  std::string name = layer.value("name", "");
  double planned = layer.value("rate", 0.0),
         neurons = layer.value("neurons", 0.0);
  auto spikes = result.spikeTotals.find(name);
  double ticks = double(result.chipTicks) * double(result.samples);
  if (spikes == result.spikeTotals.end() || ticks * neurons <= 0)
    return layer.value("rate_stated", true) ? "" : fmt::format("'{}'", name);
  double rate = double(spikes->second) / (ticks * neurons);
  // More than the last digit that is printed.
  if (rate <= 1.01 * planned)
    return "";
  return fmt::format("'{}' with {{per_tick: {:.3g}}} (the plan has {:.3g})",
                     name, rate, planned);
}

std::string ratesToState(const runtime::Bundle &bundle,
                         const runtime::RunResult &result) {
  const std::string *text = bundle.entry(runtime::Bundle::reportName);
  auto report = nlohmann::json::parse(text ? *text : "{}", nullptr, false);
  constexpr size_t kMost = 3;
  std::vector<std::string> low;
  if (report.is_object() && report.contains("layers"))
    for (const auto &layer : report["layers"])
      if (std::string rate = rateToState(layer, result); !rate.empty())
        low.push_back(std::move(rate));
  if (low.empty())
    return "";
  size_t more = low.size() > kMost ? low.size() - kMost : 0;
  low.resize(low.size() - more);
  return fmt::format(", or state the real `rate` of {}{}, so that the plan "
                     "uses more PEs",
                     fmt::join(low, ", "),
                     more ? fmt::format(" and {} more", more) : "");
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
