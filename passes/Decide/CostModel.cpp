//===- CostModel.cpp - Both paradigms in closed form ----------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "passes/Decide/CostModel.h"

#include "compiler/SNN/Connectivity.h"
#include "compiler/SNN/ParamValues.h"
#include "runtime/abi/CoreHeader.h"

#include <algorithm>
#include <cmath>

using namespace mlir;
using namespace snnc::fabric;

namespace snnc::decide {

/// Synapses of a projection; drawn ones are counted by their rule.
static std::optional<double> countSynapses(snn::ProjectionOp op) {
  auto view = snn::Connectivity::create(op);
  if (!view)
    return std::nullopt;
  if (auto count = view->cheapCount())
    return double(*count);
  std::vector<uint32_t> degrees;
  view->countByTarget(degrees);
  double sum = 0;
  for (uint32_t degree : degrees)
    sum += degree;
  return sum;
}

static double shortestDelay(snn::ProjectionOp op) {
  auto values = snn::ParamValues::get(op.getDelay(), size_t(op.numSources()),
                                      op.getContext());
  double least = values && values->size() ? values->at(0) : 1;
  for (size_t i = 1; values && i < values->size(); ++i)
    least = std::min(least, values->at(i));
  if (auto drawn = dyn_cast<snn::ProceduralAttr>(op.getWeights()))
    least += drawn.getDelay().least();
  return least;
}

FailureOr<LayerShape> shapeOf(const NetworkInfo &info, uint32_t node) {
  const NetworkNode &population = info.nodes[node];
  LayerShape layer;
  layer.neurons = population.size;
  layer.receptors = population.receptors;
  layer.neuronBytes =
      4.0 * double(population.states.size() + population.arrayParams.size());
  for (uint32_t id : population.incoming) {
    snn::ProjectionOp op = info.edges[id].op;
    const NetworkNode &source = info.nodes[info.edges[id].source];
    auto synapses = countSynapses(op);
    if (!synapses)
      return failure();
    EdgeShape edge;
    edge.sources = source.size;
    edge.density = std::min(1.0, *synapses / (edge.sources * layer.neurons));
    edge.longest = std::clamp(snn::longestDelay(op).value_or(1), 1.0, 65535.0);
    edge.delays = std::max(1.0, edge.longest - shortestDelay(op) + 1);
    edge.rate = source.rate;
    edge.bits = op.getQuantAttr() ? op.getQuantAttr().getBits() : 8;
    layer.edges.push_back(edge);
  }
  return layer;
}

/// Bytes that every core of the layer has: header, table, packets and one
/// index or scatter table.
static double fixedBytes(const LayerShape &layer, bool parallel) {
  double bytes = sizeof(SnncCoreHeader), sources = 0, longest = 1;
  for (const EdgeShape &edge : layer.edges) {
    bytes += sizeof(SnncTableEntry);
    sources += edge.sources;
    longest = std::max(longest, edge.longest);
    if (!parallel && edge.density < 0.5)
      bytes += 2 * edge.sources;
  }
  bytes += 4 * sources;
  if (!parallel)
    return bytes;
  double slots = std::exp2(std::ceil(std::log2(longest + 1)));
  return bytes + 2 * sources * longest + 2 * sources * slots;
}

static double ringBytes(const LayerShape &layer) {
  double longest = 1;
  for (const EdgeShape &edge : layer.edges)
    longest = std::max(longest, edge.longest);
  return 4.0 * layer.receptors * std::exp2(std::ceil(std::log2(longest)));
}

/// Bytes of one synapse in sparse words, or of one weight in dense rows where
/// that is less.
static double serialBytes(const EdgeShape &edge) {
  double delayBits = std::ceil(std::log2(edge.delays));
  double word = edge.bits == 8 && delayBits <= 2 ? 2 : 4;
  double sparse = edge.density * edge.sources * word;
  double dense = edge.sources * edge.bits / 8;
  return edge.delays == 1 ? std::min(sparse, dense) : sparse;
}

static bool isDense(const EdgeShape &edge) {
  return edge.delays == 1 && serialBytes(edge) >= edge.sources * edge.bits / 8;
}

/// Rows of a panel of `columns` neurons.
static double panelRows(const EdgeShape &edge, double columns) {
  return edge.sources * edge.delays *
         (1 - std::pow(1 - edge.density / edge.delays, columns));
}

static LayerPlan serialPlan(const LayerShape &layer, double pes) {
  LayerPlan plan{false, 0, uint64_t(pes)};
  auto cycles = [&](bool worst) {
    CoreWork work;
    double n = std::ceil(layer.neurons / pes);
    work.neurons = uint32_t(n);
    for (const EdgeShape &edge : layer.edges) {
      double spikes =
          edge.sources * (worst ? std::max(1.0, edge.rate) : edge.rate);
      work.packets += spikes;
      (isDense(edge) ? work.denseEvents : work.sparseEvents) +=
          spikes * n * (isDense(edge) ? 1 : edge.density);
    }
    return serialCycles(work);
  };
  plan.cycles = {cycles(false), cycles(true)};
  return plan;
}

/// Columns of the panels that take the fewest bytes.
static double bestColumns(const LayerShape &layer, double width) {
  double best = width, least = INFINITY;
  for (double columns = width; columns <= 4 * width; columns *= 2) {
    double bytes = 0;
    for (const EdgeShape &edge : layer.edges)
      bytes += panelRows(edge, columns) *
               (columns * edge.bits / 8 + 2 + edge.bits / 8.0) / columns;
    if (bytes <= least) {
      least = bytes;
      best = columns;
    }
  }
  return best;
}

static LayerPlan parallelPlan(const LayerShape &layer,
                              const MachineModel &machine, double pes) {
  LayerPlan plan{true, 0, uint64_t(pes)};
  double width = std::max(1u, machine.mac.columns);
  double columns = bestColumns(layer, width);
  double n = std::ceil(layer.neurons / pes);
  double panels = std::ceil(n / columns);
  MapLayout layout;
  for (double p = 0; p < panels; ++p)
    for (unsigned r = 0; r < layer.receptors; ++r) {
      double rows = 0;
      for (const EdgeShape &edge : layer.edges)
        rows += panelRows(edge, columns) / layer.receptors;
      MapPanel panel;
      panel.columns = uint32_t(columns);
      panel.rows = uint32_t(rows);
      layout.operandRows += panel.rows;
      layout.panels.push_back(panel);
    }
  auto cycles = [&](bool worst) {
    CoreWork work;
    work.neurons = uint32_t(n);
    for (const EdgeShape &edge : layer.edges) {
      double rate = worst ? std::max(1.0, edge.rate) : edge.rate;
      work.packets += edge.sources * rate;
      work.positions += panelRows(edge, columns) * panels * rate;
      layout.delays = std::max(layout.delays, uint64_t(edge.longest));
    }
    return parallelCycles(work, machine.mac, layout);
  };
  plan.cycles = {cycles(false), cycles(true)};
  return plan;
}

std::optional<LayerPlan> estimate(const LayerShape &layer,
                                  const MachineModel &machine, bool parallel) {
  double room =
      double(availableBytes(machine.sram)) - fixedBytes(layer, parallel);
  double perNeuron = layer.neuronBytes * 2; // and its place in the record
  if (parallel) {
    double width = std::max(1u, machine.mac.columns);
    double columns = bestColumns(layer, width);
    perNeuron += 4.0 * layer.receptors;
    for (const EdgeShape &edge : layer.edges)
      perNeuron += panelRows(edge, columns) *
                   (columns * edge.bits / 8 + 2 + edge.bits / 8.0) / columns;
    if (room < perNeuron * std::min(width, layer.neurons))
      return std::nullopt;
  } else {
    perNeuron += ringBytes(layer);
    for (const EdgeShape &edge : layer.edges)
      perNeuron += serialBytes(edge);
    if (room < perNeuron)
      return std::nullopt;
  }
  double pes = std::max(1.0, std::ceil(layer.neurons * perNeuron / room));
  LayerPlan plan =
      parallel ? parallelPlan(layer, machine, pes) : serialPlan(layer, pes);
  plan.bytes =
      uint64_t(layer.neurons * perNeuron + pes * fixedBytes(layer, parallel));
  return plan;
}

} // namespace snnc::decide
