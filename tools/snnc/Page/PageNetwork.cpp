//===- PageNetwork.cpp - Weights and plans of a bundle's network ----------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "compiler/SNN/Connectivity.h"
#include "passes/Decide/LayerPlans.h"
#include "passes/Decide/ModelAdviser.h"
#include "tools/snnc/BundleNetwork.h"
#include "tools/snnc/Messages.h"
#include "tools/snnc/Network.h"
#include "tools/snnc/Page/PageData.h"

#include <cmath>

namespace snnc::page {

using namespace mlir;
using nlohmann::json;

//===----------------------------------------------------------------------===//
// Weights
//===----------------------------------------------------------------------===//

namespace {

/// Weights of a layer, before and after they were rounded.
class Histogram {
public:
  Histogram(double low, double high) : low(low), high(high) {}

  void add(double before, double after) {
    ++counts[0][binOf(before)];
    ++counts[1][binOf(after)];
    ++weights;
  }
  json toJson(bool all) const {
    return {{"low", low},         {"high", high},       {"before", counts[0]},
            {"after", counts[1]}, {"weights", weights}, {"all", all}};
  }

private:
  static constexpr size_t kBins = 96;
  size_t binOf(double weight) const {
    double place = (weight - low) / (high - low) * double(kBins);
    return size_t(std::clamp(place, 0.0, double(kBins - 1)));
  }
  double low, high;
  std::array<std::array<uint64_t, kBins>, 2> counts{};
  uint64_t weights = 0;
};

} // namespace

/// How many weights of a projection are looked at: enough for its picture.
static constexpr uint64_t kMostWeights = 500'000;

/// False: not all of them were counted.
static bool count(snn::ProjectionOp projection, Histogram &into) {
  auto real = snn::Connectivity::create(projection);
  auto integers = snn::IntConnectivity::create(projection);
  if (!real || !integers || real->numSources() == 0)
    return true;
  auto add = [&](uint32_t target, float weight) {
    int32_t q = integers->quantize(weight, target);
    into.add(weight, q / integers->scaleOf(target));
  };
  // Neighbouring targets or sources far between, whichever the rule makes.
  uint64_t seen = 0;
  if (real->isMadeByTarget()) {
    uint32_t step = 16, end = 0;
    for (; end < real->numTargets() && seen < kMostWeights; end += step) {
      uint32_t last = std::min(end + step, real->numTargets());
      real->forEachBatch({end, last}, /*withDelays=*/false,
                         [&](const snn::SynapseBatch &batch) {
                           for (size_t i = 0; i < batch.count; ++i)
                             add(batch.target[i], batch.weight[i]);
                           seen += batch.count;
                         });
    }
    return end >= real->numTargets();
  }
  std::vector<snn::Synapse> row;
  real->row(0, row);
  uint64_t most = std::max<uint64_t>(1, kMostWeights / (row.size() + 1));
  uint32_t step = uint32_t(1 + real->numSources() / most);
  for (uint32_t source = 0; source < real->numSources(); source += step) {
    if (seen >= 2 * kMostWeights) // later rows are longer than the first
      return false;
    real->row(source, row);
    for (const snn::Synapse &synapse : row)
      add(synapse.target, synapse.weight);
    seen += row.size();
  }
  return step == 1;
}

static void addHistogram(snn::PopulationOp population, json &layer) {
  const json &q = layer.value("quantization", json::object());
  double low = q.value("min", 0.0), high = q.value("max", 0.0);
  if (!(std::isfinite(low) && std::isfinite(high) && low < high)) {
    double size = std::max(std::abs(low), std::abs(high));
    if (!(size > 0) || !std::isfinite(size))
      return;
    low = -size, high = size; // all weights are the same
  }
  Histogram histogram(low, high);
  bool all = true;
  for (Operation *user : population.getSignal().getUsers())
    if (auto projection = dyn_cast<snn::ProjectionOp>(user);
        projection && projection.getTarget() == population.getSignal())
      all &= count(projection, histogram);
  layer["histogram"] = histogram.toJson(all);
}

//===----------------------------------------------------------------------===//
// Plans
//===----------------------------------------------------------------------===//

/// Planning both ways looks at every synapse twice; above this many the
/// closed formulas have to do.
static constexpr uint64_t kMostPlanned = 5'000'000;

static void addChoices(snn::NetworkOp network, const runtime::Bundle &bundle,
                       json &page) {
  // As they were before the choice; delays that it made longer stay so.
  for (auto population : network.getOps<snn::PopulationOp>()) {
    population.removeBatchAttr();
    population.removeRowSplitAttr();
  }
  auto info = fabric::NetworkInfo::read(network);
  if (failed(info))
    return;
  auto machine = std::make_shared<const MachineModel>(bundle.machine);
  const json &asked = bundle.manifest.options;
  auto named = asked.is_object() ? asked.value("objective", "pes") : "pes";
  auto objective = fabric::objectiveOf(named).value_or(fabric::Objective::Pes);
  double tick = bundle.manifest.tickSeconds;
  decide::LayerPlans plans(*info, *machine, objective, tick);
  decide::Adviser adviser;
  if (auto model = decide::openModel("", objective, *machine))
    adviser = decide::adviserOf(std::move(*model), machine, tick);
  uint64_t synapses = 0;
  for (const json &layer : page["layers"])
    synapses += layer.value("synapses", uint64_t(0));
  bool exact = synapses <= kMostPlanned;
  for (uint32_t node = 0; node < info->nodes.size(); ++node) {
    if (info->nodes[node].isInput)
      continue;
    for (json &layer : page["layers"]) {
      if (layer.value("name", "") != info->nodes[node].name)
        continue;
      decide::Decision decision;
      decision.population = info->nodes[node].name;
      decision.neurons = info->nodes[node].size;
      decision.parallel = layer.value("paradigm", "") == "parallel";
      if (adviser)
        if (auto advice = adviser(*info, node); succeeded(advice))
          decision.advice = *advice;
      bool done = exact ? succeeded(plans.plan(node, false, decision)) &&
                              succeeded(plans.plan(node, true, decision))
                        : succeeded(plans.estimate(node, decision));
      if (!done)
        continue;
      layer["choice"] = decide::toJson(decision);
      layer["choice"].erase("rule"); // of a choice that was made elsewhere
      layer["choice"].erase("features");
      layer["choice"]["planned"] = exact;
      layer["choice"]["better"] =
          plans.prefersParallel(decision) ? "parallel" : "serial";
    }
  }
  page["objective"] = fabric::nameOf(objective);
}

void addNetwork(const runtime::Bundle &bundle, json &page) {
  auto context = createContext();
  DiagnosticSink silent; // what a picture lacks is no finding
  MessageBridge bridge(context.get(), silent);
  auto module = readBundleNetwork(bundle, context.get());
  if (!module) {
    page["without_network"] = module.error().message;
    return;
  }
  snn::NetworkOp network = networkOf(**module);
  for (auto population : network.getOps<snn::PopulationOp>())
    for (json &layer : page["layers"])
      if (layer.value("name", "") == population.getName())
        addHistogram(population, layer);
  addChoices(network, bundle, page);
}

} // namespace snnc::page
