//===- LayerShape.cpp - A layer as closed formulas see it -----------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "planner/LayerShape.h"

#include "compiler/SNN/Connectivity.h"
#include "compiler/SNN/ParamValues.h"
#include "planner/ConvFields.h"
#include "planner/ProjectionView.h"
#include "planner/RowSample.h"
#include "runtime/support/Random.h"

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

double LayerShape::largestSum() const {
  double largest = 0;
  for (unsigned receptor = 0; receptor < receptors; ++receptor) {
    double sum = 0, square = 0;
    for (const EdgeShape &edge : edges) {
      if (edge.receptor != receptor)
        continue;
      double above = edge.largestSum - edge.meanSum;
      sum += edge.meanSum;
      square += above * above;
    }
    largest = std::max(largest, sum + std::sqrt(square));
  }
  return largest;
}

/// The largest of `slices` counts with that mean and variance, over the mean.
static double heaviest(double slices, double mean, double variance) {
  if (slices < 1.5 || mean <= 0)
    return 1;
  double quantile = normalQuantile((slices - 0.375) / (slices + 0.25));
  return std::min(slices, 1 + quantile * std::sqrt(variance) / mean);
}

double largestSumByChance(double sources, double targets, double mean,
                          double square) {
  double sum = sources * mean;
  double variance = sources * std::max(0.0, square - mean * mean);
  return sum * heaviest(targets, sum, variance);
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
  edge.filledAnywhere = 1 - std::pow(empty, targets);
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

/// Share of the 2^32 words for which `draw`, which never descends, is below
/// `limit`: by bisection.
static double shareBelow(const snn::Drawer &draw, double limit) {
  uint64_t low = 0, high = uint64_t(1) << 32;
  while (low < high) {
    uint64_t middle = low + (high - low) / 2;
    if (draw(uint32_t(middle)) < limit)
      low = middle + 1;
    else
      high = middle;
  }
  return std::ldexp(double(low), -32);
}

/// The share of drawn weights that are not 0 as integers.
static double nonZeroShare(snn::ProceduralAttr rule, snn::QuantAttr quant,
                           MLIRContext *context) {
  if (!quant)
    return 1;
  auto scales = snn::ParamValues::get(quant.getScales(), 1, context);
  if (!scales) // one per target: as wide as the largest weight, next to no 0
    return 1;
  snn::Drawer draw(rule.getWeight());
  bool truncates = quant.getRounding() == snn::Rounding::TowardZero;
  double least = (truncates ? 1 : 0.5) / scales->at(0);
  return 1 - (shareBelow(draw, least) - shareBelow(draw, -least));
}

/// Of the integers that weights become.
static double sizeOf(double scaled, snn::QuantAttr quant) {
  double limit = std::ldexp(1.0, int(quant.getBits()) - 1) - 1;
  bool truncates = quant.getRounding() == snn::Rounding::TowardZero;
  return std::min(std::floor(std::abs(scaled) + (truncates ? 0 : 0.5)), limit);
}

/// Scales are per target or one for all.
static double firstScale(snn::ProjectionOp op) {
  auto values = snn::ParamValues::get(op.getQuantAttr().getScales(),
                                      size_t(op.numTargets()), op.getContext());
  return values ? values->at(0) : 0; // the scan reports it
}

/// `present`: share of the pairs of source and target with a synapse.
static void readSums(snn::ProjectionOp op, snn::ProceduralAttr rule,
                     double present, EdgeShape &edge) {
  if (!op.getQuantAttr())
    return;
  snn::Drawer draw(rule.getWeight());
  double scale = firstScale(op), mean = 0, square = 0;
  constexpr uint32_t draws = 64;
  for (uint32_t i = 0; i < draws; ++i) {
    uint32_t word = (2 * i + 1) * (UINT32_MAX / (2 * draws) + 1);
    double size = sizeOf(draw(word) * scale, op.getQuantAttr());
    mean += present * size / draws;
    square += present * size * size / draws;
  }
  edge.meanSum = edge.sources * mean;
  edge.largestSum =
      largestSumByChance(edge.sources, double(op.numTargets()), mean, square);
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
  case snn::ConnectorKind::FixedTotalNumber:
    return std::min(1.0, amount / (sources * targets));
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

/// A panel's width counts in full where the layer is narrower; the estimate
/// takes that share of a panel again.
static void widen(EdgeShape &edge, double targets) {
  for (size_t i = 0; i < edge.filled.size(); ++i) {
    double columns = double((i + 1) * kTileNeurons);
    if (targets < columns)
      edge.filled[i] = 1 - std::pow(1 - edge.filled[i], columns / targets);
  }
}

/// The diagonal: a panel of t tiles sees t * kTileNeurons sources.
static void fillDiagonal(EdgeShape &edge) {
  edge.density = 1 / edge.sources;
  for (size_t i = 0; i < edge.filled.size(); ++i)
    edge.filled[i] = std::min(1.0, double((i + 1) * kTileNeurons) /
                                       edge.sources / edge.delays);
  edge.filledAnywhere = 1 / edge.delays;
  for (size_t i = 0; i < edge.reach.size(); ++i)
    edge.reach[i] =
        std::min(1.0, std::ldexp(kTileNeurons, int(i)) / edge.sources);
}

/// The share of a kernel's taps that are not 0 as integers, and the largest sum
/// of the taps of a channel; 1 and 0 where its weights cannot be read (the scan
/// reports it).
static double readTaps(snn::ProjectionOp op, EdgeShape &edge) {
  const ConvShape &shape = *edge.conv;
  auto conv = cast<snn::ConvAttr>(op.getWeights());
  MLIRContext *context = op.getContext();
  auto taps = snn::ParamValues::get(conv.getWeights(), shape.taps(), context);
  snn::QuantAttr quant = op.getQuantAttr();
  if (!taps || !quant)
    return 1;
  auto scales = snn::ParamValues::get(quant.getScales(),
                                      size_t(op.numTargets()), context);
  if (!scales)
    return 1;
  // A window that hangs over all edges meets fewer taps; one tap meets as many
  // sources as are pooled.
  double met = double(shape.pool[0]) * shape.pool[1];
  for (size_t axis : {0, 1})
    met *= std::min(1.0, double(shape.in[axis]) / shape.kernel[axis]);
  bool sums =
      op.getPoolAttr() && op.getPoolAttr().getKind() == snn::PoolKind::Sum;
  double share = sums ? 1 : 1 / (double(shape.pool[0]) * shape.pool[1]);
  uint64_t kept = 0;
  for (uint64_t channel = 0; channel < shape.out[0]; ++channel) {
    // Scales are per neuron, those of a channel are the same.
    double scale = scales->at(size_t(channel) * shape.outPlane()), sum = 0;
    for (uint64_t tap = 0; tap < shape.channelTaps(); ++tap) {
      double weight = taps->at(channel * shape.channelTaps() + tap);
      double size = sizeOf(weight * share * scale, quant);
      kept += size > 0;
      sum += size;
    }
    edge.largestSum = std::max(edge.largestSum, met * sum);
    edge.meanSum += met * sum / double(shape.out[0]);
  }
  return double(kept) / double(shape.taps());
}

static LogicalResult readSynapses(snn::ProjectionOp op, EdgeShape &edge) {
  double targets = double(op.numTargets());
  bool pooled = bool(op.getPoolAttr());
  if (auto rule = dyn_cast<snn::ProceduralAttr>(op.getWeights());
      rule && !pooled) {
    edge.density = std::min(1.0, densityOf(rule, edge.sources, targets));
    readSums(op, rule, edge.density, edge);
    edge.density *= nonZeroShare(rule, op.getQuantAttr(), op.getContext());
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
  if (edge.conv) {
    fillByFields(*edge.conv, edge);
    widen(edge, targets);
    edge.density *= readTaps(op, edge);
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
    sample->readSlices(i, edge);
  edge.largestSum = sample->largestSum() * edge.heavySynapses[0];
  edge.meanSum = sample->meanSum();
  edge.filledAnywhere =
      sample->filled(1 + unsigned(targets) / kTileNeurons, edge.delays);
  widen(edge, targets);
  return success();
}

FailureOr<LayerShape> shapeOf(const NetworkInfo &info, uint32_t node) {
  const NetworkNode &population = info.nodes[node];
  LayerShape layer;
  layer.formats = info.formats();
  layer.neurons = population.size;
  layer.receptors = population.receptors;
  layer.states = unsigned(population.states.size());
  layer.arrayParams = unsigned(population.arrayParams.size());
  layer.cycles = population.cycles;
  for (const NodeDrive &drive : population.drives) {
    layer.driveBytes += double(drive.bytes(0));
    layer.driveBytesEach += drive.isUniform() ? 2 : 4;
  }
  layer.driveBytes += double(noiseBytes(population.noises.size()));
  layer.batch = population.batch;
  layer.mayBatch = population.mayBatch;
  // What dominant cores add serially has no formula.
  layer.mayRowSplit = population.mayRowSplit && !population.hasNear;
  layer.shared = info.sharesKeys(node);
  llvm::SmallDenseMap<uint32_t, size_t> first; ///< edge of a source
  for (uint32_t id : population.incoming) {
    snn::ProjectionOp op = info.edges[id].op;
    const NetworkNode &source = info.nodes[info.edges[id].source];
    EdgeShape edge;
    auto [counted, isFirst] =
        first.try_emplace(info.edges[id].source, layer.edges.size());
    if (!isFirst) {
      ++layer.edges[counted->second].copies;
      edge.copies = 0;
    }
    layer.gaps |= !source.isInput;
    edge.sources = source.size;
    edge.rate = source.meanRate;
    edge.worstRate = source.worstRate();
    edge.most = double(source.mostOfOne());
    edge.inputRate = source.isInput ? source.rate : 0;
    edge.bits = op.getQuantAttr() ? op.getQuantAttr().getBits() : 8;
    edge.receptor = unsigned(op.getReceptor());
    edge.conv = convOf(op);
    readDelays(op, edge);
    if (failed(readSynapses(op, edge)))
      return failure();
    layer.edges.push_back(edge);
  }
  return layer;
}

} // namespace snnc::fabric
