//===- LayerShape.cpp - A layer as closed formulas see it -----------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "compiler/Fabric/LayerShape.h"

#include "compiler/Fabric/RowSample.h"
#include "compiler/SNN/Connectivity.h"
#include "compiler/SNN/ParamValues.h"
#include "compiler/Support/Random.h"

#include <algorithm>
#include <cmath>

using namespace mlir;

namespace snnc::fabric {

double LayerShape::sources() const {
  double sum = 0;
  for (const EdgeShape &edge : edges)
    sum += edge.sources;
  return sum;
}

double LayerShape::longestDelay() const {
  double longest = 1;
  for (const EdgeShape &edge : edges)
    longest = std::max(longest, edge.longest);
  return longest;
}

double LayerShape::shortestDelay() const {
  double shortest = longestDelay();
  for (const EdgeShape &edge : edges)
    shortest = std::min(shortest, edge.shortest);
  return shortest;
}

/// The largest of `slices` counts with that mean and variance, over the mean.
static double heaviest(double slices, double mean, double variance) {
  if (slices < 1.5 || mean <= 0)
    return 1;
  double quantile = normalQuantile((slices - 0.375) / (slices + 0.25));
  return std::min(slices, 1 + quantile * std::sqrt(variance) / mean);
}

static void makeHeavy(EdgeShape &edge, double targets) {
  for (size_t i = 0; i < kReaches; ++i) {
    double columns = std::min(targets, std::ldexp(kTileNeurons, int(i)));
    double slices = std::ceil(targets / columns);
    double pairs = edge.sources * columns;
    edge.heavySynapses[i] = heaviest(slices, pairs * edge.density,
                                     pairs * edge.density * (1 - edge.density));
    double rows = edge.sources * edge.delays * columns / kTileNeurons;
    double filled = edge.filled.front();
    edge.heavyRows[i] =
        heaviest(slices, rows * filled, rows * filled * (1 - filled));
  }
}

void fillByChance(EdgeShape &edge, double targets) {
  double empty = 1 - std::min(1.0, edge.density / edge.delays);
  double power = std::pow(empty, double(kTileNeurons));
  double all = 1;
  for (double &share : edge.filled)
    share = 1 - (all *= power);
  double missing = 1 - std::min(1.0, edge.density);
  for (size_t i = 0; i < edge.reach.size(); ++i) {
    double targets = std::ldexp(kTileNeurons, int(i));
    double reached = edge.sources * (1 - std::pow(missing, targets));
    double open = edge.sources - reached; // none: the range is everything
    double ends = open > 0 ? 2 * open / (reached + 1) : 0;
    edge.reach[i] = std::clamp(1 - ends / edge.sources, 0.0, 1.0);
  }
  makeHeavy(edge, targets);
}

/// The share of drawn weights that are not 0 as integers, from the
/// distribution's quantiles.
static double nonZeroShare(snn::ProceduralAttr rule, snn::QuantAttr quant,
                           MLIRContext *context) {
  if (!quant)
    return 1;
  auto scales = snn::ParamValues::get(quant.getScales(), 1, context);
  if (!scales) // one per target: as wide as the largest weight, next to no 0
    return 1;
  snn::Drawer draw(rule.getWeight());
  constexpr uint32_t quantiles = 256;
  uint32_t kept = 0;
  double least = quant.getRounding() == snn::Rounding::NearestEven ? 0.5 : 1;
  for (uint32_t i = 0; i < quantiles; ++i) {
    double scaled = std::abs(draw(i << 24 | 1u << 23) * scales->at(0));
    kept += scaled >= least && scaled > 0.5;
  }
  return double(kept) / quantiles;
}

/// Density of a rule, without drawing.
static double densityOf(snn::ProceduralAttr rule, double sources,
                        double targets) {
  double amount = rule.getAmount().getValueAsDouble();
  switch (rule.getKind()) {
  case snn::ConnectorKind::AllToAll:
    return 1;
  case snn::ConnectorKind::OneToOne:
    return 1 / sources;
  case snn::ConnectorKind::FixedProbability:
    return amount;
  case snn::ConnectorKind::FixedInDegree:
    return amount / sources;
  case snn::ConnectorKind::FixedOutDegree:
    return amount / targets;
  }
  return 1;
}

static void readDelays(snn::ProjectionOp op, EdgeShape &edge) {
  auto values = snn::ParamValues::get(op.getDelay(), size_t(op.numSources()),
                                      op.getContext());
  double least = values && values->size() ? values->at(0) : 1;
  bool single = values && values->uniform().has_value();
  for (size_t i = 1; values && !single && i < values->size(); ++i)
    least = std::min(least, values->at(i));
  if (auto drawn = dyn_cast<snn::ProceduralAttr>(op.getWeights()))
    least += drawn.getDelay().least();
  edge.longest = std::clamp(snn::longestDelay(op).value_or(1), 1.0, 65535.0);
  edge.shortest = std::clamp(least, 1.0, edge.longest);
  edge.delays = edge.longest - edge.shortest + 1;
}

/// The diagonal: a panel of t tiles sees t * kTileNeurons sources.
static void fillDiagonal(EdgeShape &edge) {
  edge.density = 1 / edge.sources;
  for (size_t i = 0; i < edge.filled.size(); ++i)
    edge.filled[i] = std::min(1.0, double((i + 1) * kTileNeurons) /
                                       edge.sources / edge.delays);
  for (size_t i = 0; i < edge.reach.size(); ++i)
    edge.reach[i] =
        std::min(1.0, std::ldexp(kTileNeurons, int(i)) / edge.sources);
}

static LogicalResult readSynapses(snn::ProjectionOp op, EdgeShape &edge) {
  double targets = double(op.numTargets());
  bool pooled = bool(op.getPoolAttr());
  if (auto rule = dyn_cast<snn::ProceduralAttr>(op.getWeights());
      rule && !pooled) {
    edge.density = std::min(1.0, densityOf(rule, edge.sources, targets)) *
                   nonZeroShare(rule, op.getQuantAttr(), op.getContext());
    if (rule.getKind() == snn::ConnectorKind::OneToOne)
      fillDiagonal(edge);
    else
      fillByChance(edge, targets);
    return success();
  }
  if (isa<snn::OneToOneAttr>(op.getWeights()) && !pooled) {
    fillDiagonal(edge);
    return success();
  }
  auto sample = RowSample::read(op);
  if (!sample)
    return failure();
  edge.density = sample->density();
  edge.unevenness = sample->unevenness();
  for (unsigned tiles = 1; tiles <= edge.filled.size(); ++tiles)
    edge.filled[tiles - 1] = sample->filled(tiles, edge.delays);
  for (size_t i = 0; i < edge.reach.size(); ++i)
    sample->readSlices(kTileNeurons << i, edge.reach[i], edge.heavySynapses[i],
                       edge.heavyRows[i]);
  return success();
}

FailureOr<LayerShape> shapeOf(const NetworkInfo &info, uint32_t node) {
  const NetworkNode &population = info.nodes[node];
  LayerShape layer;
  layer.neurons = population.size;
  layer.receptors = population.receptors;
  layer.states = unsigned(population.states.size());
  layer.arrayParams = unsigned(population.arrayParams.size());
  layer.batch = population.batch;
  layer.mayBatch = population.mayBatch;
  for (uint32_t id : population.incoming) {
    snn::ProjectionOp op = info.edges[id].op;
    const NetworkNode &source = info.nodes[info.edges[id].source];
    EdgeShape edge;
    edge.sources = source.size;
    edge.rate = source.rate;
    edge.inputRate = source.isInput ? source.rate : 0;
    edge.bits = op.getQuantAttr() ? op.getQuantAttr().getBits() : 8;
    edge.receptor = unsigned(op.getReceptor());
    readDelays(op, edge);
    if (failed(readSynapses(op, edge)))
      return failure();
    layer.edges.push_back(edge);
  }
  return layer;
}

} // namespace snnc::fabric
