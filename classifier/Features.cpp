//===- Features.cpp - What the selector knows about a layer ---------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "classifier/Features.h"

#include "planner/LayerEstimate.h"
#include "planner/ParadigmPlans.h"

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

using Estimate = std::optional<LayerEstimate>;

/// The estimates of one paradigm: the best by each objective; that of memory
/// takes any time for a tick.
struct Estimates {
  std::vector<Estimate> by;

  Estimates(const LayerShape &layer, const MachineModel &machine, bool parallel,
            double tickSeconds) {
    double tick = tickCycles(machine, tickSeconds);
    std::vector<Ranking> rankings;
    for (Objective objective : kObjectives)
      rankings.emplace_back(objective, machine, tickSeconds);
    auto timed = estimates(layer, machine, parallel, rankings, tick);
    by = std::move(timed.best);
    for (Estimate &estimate : by)
      if (estimate)
        estimate->busy = estimate->plan.cycles.peak / tick;
    if (timed.timeMattered)
      by[size_t(Objective::Memory)] = estimate(
          layer, machine, parallel, rankings[size_t(Objective::Memory)]);
  }
  const Estimate &of(Objective objective) const {
    return by[size_t(objective)];
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
                       layer.cycles.expected,
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
  auto timed = serial.of(Objective::Pes).value_or(LayerEstimate());
  auto untimed = serial.of(Objective::Memory).value_or(LayerEstimate());
  for (double value :
       {double(serial.of(Objective::Pes).has_value()), double(timed.plan.pes),
        timed.fill, timed.tighter, timed.busy, timed.plan.cycles.expected,
        double(timed.plan.bytes), timed.denseShare, double(untimed.plan.pes),
        double(untimed.plan.bytes)})
    out.add(value);
}

static void addParallel(Writer &out, const Estimates &parallel, double sum) {
  auto timed = parallel.of(Objective::Pes).value_or(LayerEstimate());
  auto untimed = parallel.of(Objective::Memory).value_or(LayerEstimate());
  auto fastest = parallel.of(Objective::Cycles).value_or(LayerEstimate());
  for (double value : {double(parallel.of(Objective::Pes).has_value()),
                       double(timed.plan.pes),
                       timed.fill,
                       timed.tighter,
                       timed.busy,
                       timed.plan.cycles.expected,
                       double(timed.plan.bytes),
                       timed.plan.macs,
                       timed.mapRows,
                       double(timed.plan.batch),
                       timed.faster,
                       sum,
                       double(untimed.plan.pes),
                       double(untimed.plan.bytes),
                       double(fastest.plan.pes),
                       fastest.fill,
                       fastest.tighter,
                       fastest.plan.cycles.expected,
                       double(fastest.plan.batch),
                       fastest.faster})
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

using Quantity = double (*)(const LayerPlan &);
static double pesOf(const LayerPlan &plan) { return double(plan.pes); }
static double bytesOf(const LayerPlan &plan) { return double(plan.bytes); }
static double cyclesOf(const LayerPlan &plan) { return plan.cycles.expected; }

static double get(const Estimate &estimate, Quantity quantity) {
  return estimate ? quantity(estimate->plan) : kNever;
}

/// Serial over parallel, each in its best plan by `objective`.
static double ratio(const Estimates &serial, const Estimates &parallel,
                    Objective objective, Quantity quantity) {
  return get(serial.of(objective), quantity) /
         std::max(get(parallel.of(objective), quantity), 1e-9);
}

static double energyRatio(const Estimates &serial, const Estimates &parallel,
                          const MachineModel &machine, double tickSeconds) {
  auto energy = [&](const Estimate &estimate) {
    return estimate ? energyEstimate(estimate->plan, machine, tickSeconds)
                    : 1e30;
  };
  return energy(serial.of(Objective::Energy)) /
         std::max(energy(parallel.of(Objective::Energy)), 1e-9);
}

static void addComparison(Writer &out, const LayerShape &layer,
                          const Estimates &serial, const Estimates &parallel,
                          const MachineModel &machine, double tickSeconds) {
  auto difference = [&](Objective objective) {
    return get(serial.of(objective), pesOf) -
           get(parallel.of(objective), pesOf);
  };
  out.add(clustering(layer));
  out.add(difference(Objective::Pes));
  out.add(ratio(serial, parallel, Objective::Pes, pesOf));
  out.add(difference(Objective::Memory));
  out.add(ratio(serial, parallel, Objective::Pes, cyclesOf));
  out.add(ratio(serial, parallel, Objective::Pes, bytesOf));
  out.add(ratio(serial, parallel, Objective::Memory, bytesOf));
  out.add(energyRatio(serial, parallel, machine, tickSeconds));
  out.add(ratio(serial, parallel, Objective::Cycles, cyclesOf));
}

/// A plan near the edge of a core may come out with a core less or more.
static void addSwings(Writer &out, const LayerShape &layer,
                      const Estimates &serial, const Estimates &parallel,
                      const MachineModel &machine, double tickSeconds) {
  const Ranking rankings[] = {{Objective::Pes, machine, tickSeconds},
                              {Objective::Cycles, machine, tickSeconds}};
  double tick = tickCycles(machine, tickSeconds);
  for (bool isParallel : {false, true})
    for (double room : {1 - kLittle, 1 + kLittle}) {
      auto swung =
          estimates(layer, machine, isParallel, rankings, tick, room).best;
      auto side = [&](bool wanted, size_t by) -> const Estimate & {
        const Estimates &firm = wanted ? parallel : serial;
        return wanted == isParallel ? swung[by]
                                    : firm.of(rankings[by].objective());
      };
      auto cycles = [&](size_t by) {
        return get(side(false, by), cyclesOf) /
               std::max(get(side(true, by), cyclesOf), 1e-9);
      };
      out.add(get(side(false, 0), pesOf) - get(side(true, 0), pesOf));
      out.add(cycles(0));
      out.add(cycles(1));
    }
}

Features featuresOf(const LayerShape &layer, const MachineModel &machine,
                    double tickSeconds) {
  Estimates serial(layer, machine, false, tickSeconds);
  Estimates parallel(layer, machine, true, tickSeconds);
  Writer out;
  addLayer(out, layer, tickCycles(machine, tickSeconds));
  assert(out.written() == kFirstDerived);
  addSerial(out, serial);
  addParallel(out, parallel, sumShare(layer, machine));
  addComparison(out, layer, serial, parallel, machine, tickSeconds);
  addSwings(out, layer, serial, parallel, machine, tickSeconds);
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
    return at("fastest_ratio") > 1;
  case Objective::Energy:
    return at("energy_ratio") > 1;
  }
  return false;
}

LayerShape randomLayer(uint32_t sources, uint32_t targets, double density,
                       uint32_t delays, double rate,
                       const fabric::RowFormats &formats) {
  EdgeShape edge;
  edge.sources = sources;
  edge.density = density;
  edge.delays = edge.longest = delays;
  edge.rate = edge.inputRate = rate;
  fillByChance(edge, targets);
  constexpr double limit = 127; // integers of all sizes up to it
  edge.meanSum = sources * density * limit / 2;
  edge.largestSum = largestSumByChance(sources, targets, density * limit / 2,
                                       density * limit * limit / 3);
  LayerShape layer;
  layer.neurons = targets;
  layer.formats = formats;
  layer.states = 1;
  layer.cycles = {23.7, 56.7, 200, 500}; // a LIF at a rate of 0.05, recorded
  layer.mayBatch = layer.mayRowSplit = true;
  layer.edges.push_back(edge);
  return layer;
}

} // namespace snnc::selector
