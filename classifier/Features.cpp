//===- Features.cpp - What the selector knows about a layer ---------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "classifier/Features.h"

#include "compiler/Fabric/LayerEstimate.h"
#include "compiler/Fabric/ParadigmPlans.h"

#include <algorithm>
#include <cmath>

using namespace snnc::fabric;

namespace snnc::selector {

namespace {

/// Stands for a plan that does not exist in ratios: far beyond any real one.
constexpr double kNever = 1e6;
/// "A little" of a core's bytes: next to no estimate is further off.
constexpr double kLittle = 0.015;

/// Fills an array in the order of kFeatureNames.
class Writer {
public:
  void add(double value) {
    constexpr double most = 1e30;
    features[count++] = float(std::clamp(value, -most, most));
  }
  const Features &finish() const {
    assert(count == kNumFeatures && "one value for every name");
    return features;
  }
  size_t written() const { return count; }

private:
  Features features{};
  size_t count = 0;
};

/// Both estimates of one paradigm: with and without the length of a tick.
struct Estimates {
  std::optional<LayerEstimate> timed, untimed;

  Estimates(const LayerShape &layer, const MachineModel &machine, bool parallel,
            double tickCycles) {
    timed = untimed = estimate(layer, machine, parallel);
    if (!untimed)
      return;
    if (untimed->plan.cycles.peak > tickCycles)
      timed = estimate(layer, machine, parallel, tickCycles);
    else
      timed->busy = untimed->plan.cycles.peak / tickCycles;
  }
};

} // namespace

/// Sums and weighted means over the projections.
static void addLayer(Writer &out, const LayerShape &layer, double tickCycles) {
  double sources = 0, synapses = 0, spikes = 0, triples = 0, one = 0, four = 0;
  double delays = 1, shortest = 65535, uneven = 0, near = 0, far = 0;
  unsigned bits = 8;
  for (const EdgeShape &edge : layer.edges) {
    sources += edge.sources;
    synapses += edge.sources * edge.density * layer.neurons;
    spikes += edge.sources * edge.rate;
    double weight = edge.sources * edge.delays;
    triples += weight;
    one += weight * edge.filled.front();
    four += weight * edge.filled.back();
    near += edge.sources * edge.reach[0];
    far += edge.sources * edge.reach[4];
    delays = std::max(delays, edge.delays);
    shortest = std::min(shortest, edge.shortest);
    uneven = std::max(uneven, edge.unevenness);
    bits = std::max(bits, edge.bits);
  }
  auto share = [](double part, double all) { return all > 0 ? part / all : 0; };
  for (double value : {sources,
                       layer.neurons,
                       double(layer.edges.size()),
                       double(layer.receptors),
                       share(synapses, sources * layer.neurons),
                       synapses,
                       share(synapses, layer.neurons),
                       delays,
                       layer.edges.empty() ? 1 : shortest,
                       layer.longestDelay(),
                       share(spikes, sources),
                       spikes,
                       double(bits),
                       double(layer.states),
                       double(layer.arrayParams),
                       double(layer.batch),
                       uneven,
                       share(one, triples),
                       share(four, triples),
                       share(near, sources),
                       share(far, sources),
                       tickCycles})
    out.add(value);
}

static void addSerial(Writer &out, const Estimates &serial) {
  LayerEstimate timed = serial.timed.value_or(LayerEstimate());
  LayerEstimate untimed = serial.untimed.value_or(LayerEstimate());
  for (double value :
       {double(serial.timed.has_value()), double(timed.plan.pes), timed.fill,
        timed.tighter, timed.busy, timed.plan.cycles.expected,
        double(timed.plan.bytes), timed.denseShare, double(untimed.plan.pes),
        double(untimed.plan.bytes)})
    out.add(value);
}

static void addParallel(Writer &out, const Estimates &parallel) {
  LayerEstimate timed = parallel.timed.value_or(LayerEstimate());
  LayerEstimate untimed = parallel.untimed.value_or(LayerEstimate());
  for (double value :
       {double(parallel.timed.has_value()), double(timed.plan.pes), timed.fill,
        timed.tighter, timed.busy, timed.plan.cycles.expected,
        double(timed.plan.bytes), timed.macs, timed.mapRows,
        double(timed.plan.batch), timed.faster, double(untimed.plan.pes),
        double(untimed.plan.bytes)})
    out.add(value);
}

/// Rows that chance would fill over rows that are filled, one tile: 1 where
/// synapses are spread evenly, more where they keep together.
static double clustering(const LayerShape &layer) {
  double chance = 0, real = 0;
  for (EdgeShape edge : layer.edges) {
    real += edge.sources * edge.delays * edge.filled.front();
    fillByChance(edge, layer.neurons);
    chance += edge.sources * edge.delays * edge.filled.front();
  }
  return real > 0 ? chance / real : 1;
}

static void addComparison(Writer &out, const LayerShape &layer,
                          const Estimates &serial, const Estimates &parallel,
                          const MachineModel &machine, double tickSeconds) {
  using Quantity = double (*)(const LayerPlan &);
  Quantity pes = [](const LayerPlan &plan) { return double(plan.pes); };
  Quantity bytes = [](const LayerPlan &plan) { return double(plan.bytes); };
  Quantity cycles = [](const LayerPlan &plan) { return plan.cycles.expected; };
  using Estimate = std::optional<LayerEstimate>;
  auto get = [](const Estimate &estimate, Quantity quantity) {
    return estimate ? quantity(estimate->plan) : kNever;
  };
  auto energy = [&](const Estimate &estimate) {
    if (!estimate)
      return 1e30;
    LayerPlan plan = estimate->plan;
    plan.macs = estimate->macs;
    return energyEstimate(plan, machine, tickSeconds);
  };
  auto ratio = [](double a, double b) { return a / std::max(b, 1e-9); };
  const Estimate &st = serial.timed, &pt = parallel.timed;
  const Estimate &su = serial.untimed, &pu = parallel.untimed;
  out.add(clustering(layer));
  out.add(get(st, pes) - get(pt, pes));
  out.add(ratio(get(st, pes), get(pt, pes)));
  out.add(get(su, pes) - get(pu, pes));
  out.add(ratio(get(st, cycles), get(pt, cycles)));
  out.add(ratio(get(st, bytes), get(pt, bytes)));
  out.add(ratio(get(su, bytes), get(pu, bytes)));
  out.add(ratio(energy(st), energy(pt)));
}

/// A plan near the edge of a core may come out with a core less or more.
static void addSwings(Writer &out, const LayerShape &layer,
                      const Estimates &serial, const Estimates &parallel,
                      const MachineModel &machine, double tickCycles) {
  using Estimate = std::optional<LayerEstimate>;
  auto pes = [](const Estimate &e) { return e ? double(e->plan.pes) : kNever; };
  auto cycles = [](const Estimate &e) {
    return e ? e->plan.cycles.expected : kNever;
  };
  for (bool isParallel : {false, true})
    for (double room : {1 - kLittle, 1 + kLittle}) {
      Estimate swung = estimate(layer, machine, isParallel, tickCycles, room);
      const Estimate &s = isParallel ? serial.timed : swung;
      const Estimate &p = isParallel ? swung : parallel.timed;
      out.add(pes(s) - pes(p));
      out.add(cycles(s) / std::max(cycles(p), 1e-9));
    }
}

Features featuresOf(const LayerShape &layer, const MachineModel &machine,
                    double tickSeconds) {
  double tickCycles = fabric::tickCycles(machine, tickSeconds);
  Estimates serial(layer, machine, false, tickCycles);
  Estimates parallel(layer, machine, true, tickCycles);
  Writer out;
  addLayer(out, layer, tickCycles);
  assert(out.written() == kFirstDerived);
  addSerial(out, serial);
  addParallel(out, parallel);
  addComparison(out, layer, serial, parallel, machine, tickSeconds);
  addSwings(out, layer, serial, parallel, machine, tickCycles);
  return out.finish();
}

static constexpr size_t indexOf(std::string_view name) {
  return size_t(std::find(kFeatureNames.begin(), kFeatureNames.end(), name) -
                kFeatureNames.begin());
}

bool closedFormChoice(const Features &features, Objective objective) {
  auto at = [&](std::string_view name) {
    return double(features[indexOf(name)]);
  };
  if (at("serial_fits") != at("parallel_fits"))
    return at("parallel_fits") != 0;
  switch (objective) {
  case Objective::Pes:
    return at("pes_difference") != 0 ? at("pes_difference") > 0
                                     : at("cycles_ratio") > 1;
  case Objective::Memory:
    return at("memory_pes_difference") != 0 ? at("memory_pes_difference") > 0
                                            : at("memory_bytes_ratio") > 1;
  case Objective::Cycles:
    return at("cycles_ratio") > 1;
  case Objective::Energy:
    return at("energy_ratio") > 1;
  }
  return false;
}

LayerShape randomLayer(uint32_t sources, uint32_t targets, double density,
                       uint32_t delays, double rate) {
  EdgeShape edge;
  edge.sources = sources;
  edge.density = density;
  edge.delays = edge.longest = delays;
  edge.rate = edge.inputRate = rate;
  fillByChance(edge, targets);
  LayerShape layer;
  layer.neurons = targets;
  layer.states = 1;
  layer.mayBatch = layer.mayRowSplit = true;
  layer.edges.push_back(edge);
  return layer;
}

} // namespace snnc::selector
