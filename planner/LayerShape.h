//===- LayerShape.h - A layer as closed formulas see it ---------*- C++ -*-===//
//
// Part of the snnc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What is known about a population and the projections into it without making
// its synapses: sizes, density, delays, rates, and how its synapses spread over
// tiles of targets. Where the connector tells (procedural rules, one-to-one,
// convolutions), no row is made and no weight read, of a kernel only which taps
// are 0; of stored weights some rows are sampled (kSampledSources). The closed
// formulas (LayerEstimate.h) and the selector's features
// (classifier/features.md) start here.
//
//===----------------------------------------------------------------------===//
#ifndef SNNC_PLANNER_LAYERSHAPE_H
#define SNNC_PLANNER_LAYERSHAPE_H

#include "planner/NetworkInfo.h"

#include <array>
#include <cmath>

namespace snnc::fabric {

/// Rows of a stored projection that are read: so many, or of few targets as
/// many as make kSampledPairs pairs of source and target.
inline constexpr uint32_t kSampledSources = 256;
inline constexpr uint32_t kSampledPairs = 1 << 16;

/// Sizes of slices in `reach`: up to 16 * 2^8 = 4,096 targets.
inline constexpr size_t kReaches = 9;

/// One projection as the formulas see it. Densities and rows count synapses
/// whose integer weight is not 0.
struct EdgeShape {
  double sources = 0;
  double density = 0;   ///< synapses / (sources * targets)
  double delays = 1;    ///< number of different delays
  double shortest = 1;  ///< ticks
  double longest = 1;   ///< ticks
  double rate = 0.05;   ///< spikes per source and tick
  double worstRate = 1; ///< the same of the worst tick
  double most = 1;      ///< spikes of one source in a tick (mostOfOne)
  double inputRate = 0; ///< of the busiest tick where the source is an input
  /// Projections from its source into the layer, this one counted; 0 where one
  /// before it has counted them.
  unsigned copies = 1;
  unsigned bits = 8; ///< of a weight
  /// Of the sizes of all integer weights of one target, the target that has
  /// most, expected.
  double largestSum = 0;
  double meanSum = 0; ///< the same of the mean target
  unsigned receptor = 0;
  /// The convolution that it is, if it is one. A core may keep its kernel once
  /// where all synapses have one delay.
  std::optional<ConvShape> conv = {};
  /// Share of (source, delay, panel) triples that have a synapse, for panels of
  /// 1, 2, 3 and 4 tiles of kTileNeurons targets: density of the map's rows.
  /// Where the layer has fewer targets, as if its synapses went on.
  std::array<double, 4> filled{};
  /// The same of one panel over all targets.
  double filledAnywhere = 1;
  /// Length of the least range of sources that holds all with a synapse into a
  /// slice, over `sources`, for slices of kTileNeurons, twice, four times ...
  /// as many targets.
  std::array<double, kReaches> reach{};
  /// Synapses, rows of one-tile panels and that range, of the heaviest such
  /// slice over those of the mean slice.
  std::array<double, kReaches> heavySynapses = evenly(), heavyRows = evenly(),
                               heavyReach = evenly();

  /// NetworkNode::silence of the source.
  double silence() const {
    return inputRate > 0 ? std::exp(-rate) : std::max(0.0, 1 - rate);
  }

  static constexpr std::array<double, kReaches> evenly() {
    std::array<double, kReaches> ones;
    ones.fill(1);
    return ones;
  }
  /// Standard deviation over mean of the synapses per source; 0 where the
  /// connector spreads them evenly or by chance alone.
  double unevenness = 0;
};

/// Targets of a tile in `filled`, the width of the machine's MAC array.
inline constexpr uint32_t kTileNeurons = 16;

struct LayerShape {
  double neurons = 0;
  unsigned receptors = 1;
  unsigned states = 0;      ///< float32 per neuron each
  unsigned arrayParams = 0; ///< parameters that differ between neurons
  NeuronCycles cycles;      ///< of one neuron, its drives included
  /// Of what its cores draw: bytes of any core, and of a neuron on top.
  double driveBytes = 0, driveBytesEach = 0;
  unsigned batch = 1;       ///< ticks per matrix product
  bool mayBatch = false;    ///< up to the rows of the array instead
  bool mayRowSplit = false; ///< NetworkNode::mayRowSplit
  /// As of CoreWork; gaps: where a source is a population, whose slices are not
  /// known.
  bool gaps = false, shared = false;
  std::vector<EdgeShape> edges;
  RowFormats formats; ///< of the target

  double sources() const;
  double longestDelay() const;
  double shortestDelay() const;
  /// EdgeShape::largestSum of all projections into one receptor, the largest:
  /// an estimate. The means add up; what the largest are above them adds up as
  /// independent deviations do, in squares, for they are seldom of one neuron.
  double largestSum() const;
};

/// Sets what depends on where synapses are as for `targets` targets whose
/// synapses are spread by chance: a panel of w targets has a row for a (source,
/// delay) with 1 - (1 - density / delays)^w; m sources drawn from S leave S /
/// (m + 1) sources in front of and behind them on average; the largest of k
/// counts is where the (k - 3/8) / (k + 1/4) quantile of a normal one is (Blom,
/// 1958).
void fillByChance(EdgeShape &edge, double targets);

/// EdgeShape::largestSum of `targets` targets of `sources` weights each, which
/// have that mean size and mean square (0 where there is no synapse).
double largestSumByChance(double sources, double targets, double mean,
                          double square);

/// Nothing and an error at a projection when it has no connectivity.
mlir::FailureOr<LayerShape> shapeOf(const NetworkInfo &info, uint32_t node);

} // namespace snnc::fabric

#endif // SNNC_PLANNER_LAYERSHAPE_H
