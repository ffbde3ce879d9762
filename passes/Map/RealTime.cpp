//===- RealTime.cpp - Whether cores finish their ticks --------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "passes/Map/RealTime.h"

#include "compiler/Support/Report.h"

#include "passes/Map/Support.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

using namespace mlir;
using namespace snnc::fabric;

namespace snnc::map {

static constexpr double kLongestTick = 10; ///< seconds, as --tick allows

std::vector<double> ticksToTry(const RealTime &wish) {
  std::vector<double> ticks{wish.tickSeconds};
  for (double decade = wish.tickSeconds; !wish.stated; decade *= 10)
    for (double step : {2., 5., 10.}) {
      // The bound spares 9.999... of ten times 1.
      if (decade * step > kLongestTick * (1 + 1e-9))
        return ticks;
      ticks.push_back(decade * step);
    }
  return ticks;
}

Slowness slowestSlice(const NetworkInfo &info, const LayerPlanner &planner,
                      uint32_t node) {
  Slowness slowest;
  slowest.node = node;
  auto offer = [&](Range targets, const CycleEstimate &cycles) {
    if (slowest.where.size() && cycles.peak <= slowest.cycles.peak)
      return;
    slowest.where = targets;
    slowest.cycles = cycles;
  };
  if (planner.cut(node).rows) {
    for (const RowPart &part : planner.cut(node).parts)
      offer(part.targets,
            planner.partCycles(node, part, planner.partMap(node, part)));
    for (Range targets : planner.slices(node))
      offer(targets, planner.cyclesOf(node, targets));
    return slowest;
  }
  uint32_t size = info.nodes[node].size, step = planner.smallestSlice(node);
  for (uint64_t n = 0; n < size; n += step) {
    Range targets{uint32_t(n), uint32_t(std::min<uint64_t>(n + step, size))};
    offer(targets, planner.cyclesOf(node, targets));
  }
  return slowest;
}

bool ratesStated(const NetworkInfo &info, const Slowness &slow) {
  auto stated = [&](uint32_t node) {
    return llvm::all_of(info.nodes[node].incoming, [&](uint32_t edge) {
      return info.nodes[info.edges[edge].source].rateStated;
    });
  };
  if (slow.node)
    return stated(*slow.node);
  for (uint32_t node = 0; node < info.nodes.size(); ++node)
    if (!stated(node))
      return false;
  return true;
}

std::string duration(double seconds) {
  if (seconds >= 1)
    return fmt::format("{:.6g} s", seconds);
  if (seconds >= 1e-3)
    return fmt::format("{:.6g} ms", seconds * 1e3);
  return fmt::format("{:.6g} us", seconds * 1e6);
}

double roundedUp(double seconds) {
  double digit = std::pow(10, std::floor(std::log10(seconds)) - 1);
  return std::ceil(seconds / digit) * digit;
}

static std::string cyclesOfTick(const MachineModel &machine, double tick) {
  return fmt::format("{} cycles fit a tick of {} at {:.6g} MHz",
                     grouped(uint64_t(tickCycles(machine, tick))),
                     duration(tick), machine.level().clockHz / 1e6);
}

static std::string describe(const NetworkInfo &info,
                            const MachineModel &machine, double tick,
                            const Slowness &slow) {
  if (slow.where.size() == 0 && slow.cores)
    return fmt::format("{} cores are needed to finish every tick of {} at the "
                       "expected rates, machine '{}' has {}",
                       grouped(slow.cores), duration(tick), machine.name,
                       machine.coreCount());
  if (slow.where.size() == 0)
    return fmt::format("population '{}' takes far more cores than the {} of "
                       "machine '{}' to finish every tick of {} at the "
                       "expected rates",
                       info.nodes[*slow.node].name, machine.coreCount(),
                       machine.name, duration(tick));
  return fmt::format(
      "even neurons [{}, {}) of population '{}' alone take {} cycles of a tick "
      "at the expected rates, {}",
      slow.where.begin, slow.where.end, info.nodes[*slow.node].name,
      grouped(uint64_t(std::ceil(slow.cycles.peak))),
      cyclesOfTick(machine, tick));
}

/// The sources with the most spikes: "'in' 1,500 (0.5 a tick and neuron), ...".
static std::string busiestSources(const NetworkInfo &info, uint32_t node) {
  std::vector<uint32_t> sources;
  for (uint32_t edge : info.nodes[node].incoming)
    if (!llvm::is_contained(sources, info.edges[edge].source))
      sources.push_back(info.edges[edge].source);
  auto spikes = [&](uint32_t source) {
    return info.nodes[source].size * info.nodes[source].meanRate;
  };
  std::stable_sort(sources.begin(), sources.end(), [&](uint32_t a, uint32_t b) {
    return spikes(a) > spikes(b);
  });
  std::string text;
  for (size_t i = 0; i < std::min<size_t>(3, sources.size()); ++i) {
    const NetworkNode &source = info.nodes[sources[i]];
    text += fmt::format("{}'{}' {:.4g} ({:.4g} a neuron{})", i ? ", " : "",
                        source.name, spikes(sources[i]), source.meanRate,
                        source.rateStated ? "" : ", assumed");
  }
  return text;
}

static void attachAdvice(InFlightDiagnostic &diag, const NetworkInfo &info,
                         const MachineModel &machine, const Slowness &slow,
                         double longer = 0) {
  std::string help =
      longer > 0 ? fmt::format("give the chip a tick of {} (--tick {:.6g})",
                               duration(longer), longer)
                 : "give the chip a longer tick (--tick)";
  if (slow.node) {
    const NetworkNode &node = info.nodes[*slow.node];
    diag.attachNote() << "expected spikes a tick: "
                      << busiestSources(info, *slow.node);
    double enough = roundedUp(slow.cycles.peak / machine.level().clockHz);
    if (slow.where.size()) {
      if (longer == 0)
        help =
            fmt::format("give the chip a tick of at least {} (--tick {:.6g})",
                        duration(enough), enough);
      help += ", or lower rates, or fewer sources";
      if (node.parallel)
        help += node.batch > 1 ? "; or paradigm serial, which has no batches"
                               : "; or paradigm serial";
      else
        help += "; or paradigm parallel, whose cost hardly grows with the rate";
    }
  }
  for (const PerformanceLevel &level : machine.levels)
    if (level.clockHz > machine.level().clockHz) {
      help += fmt::format("; or level '{}' ({:.6g} MHz) of the machine",
                          level.name, level.clockHz / 1e6);
      break;
    }
  attachHelp(diag) << help;
}

static Operation *placeOf(const NetworkInfo &info, const Slowness &slow) {
  snn::NetworkOp network = info.network;
  return slow.node ? info.nodes[*slow.node].op : network.getOperation();
}

void refuseTick(const NetworkInfo &info, const MachineModel &machine,
                double tick, const Slowness &slow, double longer) {
  InFlightDiagnostic diag = report(placeOf(info, slow), "SNN0362")
                            << "too slow for its tick: "
                            << describe(info, machine, tick, slow);
  attachAdvice(diag, info, machine, slow, longer);
}

void warnTick(const NetworkInfo &info, const MachineModel &machine, double tick,
              const Slowness &slow) {
  InFlightDiagnostic diag = report(placeOf(info, slow), "SNN0363")
                            << "ticks may overrun: "
                            << describe(info, machine, tick, slow);
  diag.attachNote() << "the network does not state all of these rates, so this "
                       "is not refused";
  attachAdvice(diag, info, machine, slow);
}

void warnSlowerTick(const NetworkInfo &info, const MachineModel &machine,
                    double tick, double chosen, const Slowness &slow) {
  InFlightDiagnostic diag = report(placeOf(info, slow), "SNN0364")
                            << "the chip's tick is " << duration(chosen)
                            << " instead of " << duration(tick) << ": "
                            << describe(info, machine, tick, slow);
  attachAdvice(diag, info, machine, slow);
}

} // namespace snnc::map
