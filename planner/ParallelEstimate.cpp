//===- ParallelEstimate.cpp - The weight-delay map in closed form --------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "planner/Estimator.h"

#include "planner/EstimatedPanels.h"
#include "planner/SumDigits.h"
#include "runtime/abi/CoreHeader.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/SmallVector.h"

#include <algorithm>
#include <numeric>

namespace snnc::fabric {

namespace {
class ParallelEstimator : public Estimator {
public:
  /// `sumDigits`: as of parallelEstimator().
  ParallelEstimator(const LayerShape &layer, const MachineModel &machine,
                    double tickCycles, double room, uint32_t sumDigits = 0);

private:
  /// Tiles of a panel at most, as LayerPlanner::formatOf.
  static constexpr uint32_t window = 4;
  /// Slices of more tiles do not fit: their states alone fill a core.
  static constexpr uint32_t mostTiles = 2048;

  uint32_t unit() const override { return width; }
  uint32_t leastSlice() const override {
    return std::min(width, uint32_t(layer.neurons));
  }
  bool isParallel() const override { return true; }
  EstimatedCore core(uint32_t neurons, bool heaviest) const override;
  /// A panel per receptor over `neurons` neurons, at most `window` tiles.
  Panels panel(uint32_t neurons) const;
  double emptyLog(size_t edge, uint32_t neurons) const;
  Panels best(uint32_t neurons) const;
  Panels sharing(Panels panels, uint32_t neurons, bool heaviest) const;
  double heaviness(uint32_t neurons) const;
  double sumsOf(uint32_t neurons) const;

  uint32_t width;
  uint32_t sumDigits;
  MapFormat format;
  /// Per edge: log(1 - filled) of 0 to `window` tiles.
  llvm::SmallVector<std::array<double, window + 1>, 4> emptyLogs;
  std::array<Panels, window + 1> whole; ///< panels of so many full tiles
  llvm::SmallVector<Panels, 0> tiles;   ///< the cheapest panels of i full tiles
};

ParallelEstimator::ParallelEstimator(const LayerShape &layer,
                                     const MachineModel &machine,
                                     double tickCycles, double room,
                                     uint32_t sumDigits)
    : Estimator(layer, machine, tickCycles, room),
      width(std::max(1u, machine.mac.columns)), sumDigits(sumDigits) {
  format.batch = layer.batch;
  for (const EdgeShape &edge : layer.edges) {
    format.weightBits = std::max(format.weightBits, edge.bits);
    auto &logs = emptyLogs.emplace_back();
    for (uint32_t t = 1; t <= window; ++t)
      logs[t] = std::log(std::max(1e-12, 1 - edge.filled[t - 1]));
  }
  for (uint32_t t = 1; t <= window; ++t)
    whole[t] = panel(t * width);
  uint32_t count =
      std::min<uint32_t>(uint32_t(layer.neurons) / width, mostTiles);
  tiles.resize(count + 1);
  for (uint32_t i = 1; i <= count; ++i)
    for (uint32_t t = 1; t <= std::min(i, window); ++t) {
      Panels candidate = tiles[i - t] + whole[t];
      if (t == 1 || candidate.bytes <= tiles[i].bytes)
        tiles[i] = candidate;
    }
}

/// Of a panel's (source, delay) pairs, log(1 - filled).
double ParallelEstimator::emptyLog(size_t edge, uint32_t n) const {
  uint32_t full = n / width;
  double part = double(n % width) / width, empty = emptyLogs[edge][full];
  return part > 0 ? empty + part * (emptyLogs[edge][full + 1] - empty) : empty;
}

Panels ParallelEstimator::panel(uint32_t n) const {
  Panels result;
  uint32_t columns = (n + width - 1) / width * width;
  if (n % width)
    result.partial = n;
  else
    result.ofTiles[n / width] = 1;
  uint64_t unit = 16 / std::gcd<uint64_t>(16, format.operandBytes());
  for (unsigned receptor = 0; receptor < layer.receptors; ++receptor) {
    double rows = 0;
    for (size_t e = 0; e < layer.edges.size(); ++e) {
      const EdgeShape &edge = layer.edges[e];
      if (edge.receptor != receptor)
        continue;
      double count =
          edge.sources * edge.delays * (1 - std::exp(emptyLog(e, n)));
      rows += count;
      result.positions += count * edge.rate;
      result.worstPositions += count * edge.worstRate;
    }
    double operand = std::ceil(rows / double(unit)) * double(unit);
    double weights = rows * columns * double(format.weightBytes());
    result.rows += rows;
    result.listedRows += rows;
    result.operandRows += operand;
    result.weightBytes += weights;
    result.bytes += weights + 2 * rows +
                    operand * double(format.operandBytes()) + sizeof(SnncPanel);
    result.columns += columns;
    result.count += 1;
    result.macs += rows * columns;
    result.macCycles +=
        double(macCycles(machine.mac, format.batch, columns, uint64_t(rows),
                         format.weightBits == 16)) /
        format.batch;
  }
  return result;
}

/// The panels of a slice: full tiles, the last may be partial.
Panels ParallelEstimator::best(uint32_t n) const {
  uint32_t full = n / width, part = n % width;
  if (part == 0)
    return tiles[full];
  Panels result;
  result.bytes = INFINITY;
  for (uint32_t t = 0; t <= std::min(full, window - 1); ++t) {
    Panels candidate = tiles[full - t] + panel(t * width + part);
    if (candidate.bytes <= result.bytes)
      result = candidate;
  }
  return result;
}

/// Takes off the operands of panels that have that of another one.
Panels ParallelEstimator::sharing(Panels panels, uint32_t n,
                                  bool heaviest) const {
  if (panels.count < 2 * layer.receptors)
    return panels;
  double slices = heaviest ? std::ceil(layer.neurons / n) : 1;
  uint64_t unit = 16 / std::gcd<uint64_t>(16, format.operandBytes());
  for (unsigned receptor = 0; receptor < layer.receptors; ++receptor) {
    double rows = 0, positions = 0, worst = 0; // of a panel that has them all
    for (const EdgeShape &edge : layer.edges) {
      if (edge.receptor != receptor)
        continue;
      double all = edge.sources * edge.delays * edge.filledAnywhere;
      rows += all;
      positions += all * edge.rate;
      worst += all * edge.worstRate;
    }
    auto hasAll = [&](uint32_t neurons) {
      double missing = 0;
      for (size_t e = 0; e < layer.edges.size(); ++e)
        if (const EdgeShape &edge = layer.edges[e]; edge.receptor == receptor)
          missing += edge.sources * edge.delays *
                     std::max(0.0, edge.filledAnywhere - 1 +
                                       std::exp(emptyLog(e, neurons)));
      return std::exp(-missing);
    };
    llvm::SmallVector<double, 32> full;
    for (uint32_t t = 1; t <= window; ++t)
      if (panels.ofTiles[t])
        full.append(panels.ofTiles[t], hasAll(t * width));
    if (panels.partial)
      full.push_back(hasAll(panels.partial));
    double shared = sharingPanels(full, slices);
    panels.listedRows -= shared * rows;
    panels.operandRows -=
        shared * std::ceil(rows / double(unit)) * double(unit);
    panels.positions -= shared * positions;
    panels.worstPositions -= shared * worst;
  }
  return panels;
}

/// Rows of the heaviest slice over those of the mean one.
double ParallelEstimator::heaviness(uint32_t n) const {
  double rows = 0, heavy = 0;
  for (const EdgeShape &edge : layer.edges) {
    double mean = edge.sources * edge.delays * edge.filled.front();
    rows += mean;
    heavy += mean * forSlice(edge.heavyRows, n);
  }
  return rows > 0 ? heavy / rows : 1;
}

/// Of a subordinate, as MapStatistics::sumsOf.
double ParallelEstimator::sumsOf(uint32_t n) const {
  std::vector<double> activity(layer.receptors);
  for (const EdgeShape &edge : layer.edges)
    activity[edge.receptor] +=
        activityOf(edge.sources, edge.sources * edge.density, edge.silence());
  double sums = 0;
  for (double each : activity)
    sums += expectedSums(n, each);
  return sums;
}

EstimatedCore ParallelEstimator::core(uint32_t n, bool heaviest) const {
  EstimatedCore core;
  if (n / width >= tiles.size()) {
    core.bytes = INFINITY;
    return core;
  }
  Panels panels = sharing(best(n), n, heaviest) * (heaviest ? heaviness(n) : 1);
  double sources = 0, history = 0;
  for (const EdgeShape &edge : layer.edges) {
    double reached = sourcesInReach(edge, n, heaviest);
    sources += reached;
    history += double(historyRoom(uint64_t(reached), edge.inputRate));
  }
  MapLayout layout;
  layout.format = format;
  layout.sources = uint64_t(sources);
  layout.historyLength = uint64_t(history);
  layout.firstDelay = uint64_t(layer.shortestDelay());
  layout.lastDelay = uint64_t(layer.longestDelay());
  layout.operandRows = uint64_t(panels.operandRows);
  core.bytes = commonBytes(n);
  for (double part :
       {panels.count * sizeof(SnncPanel), panels.weightBytes,
        2 * panels.listedRows,
        panels.operandRows * double(format.operandBytes()),
        4.0 * format.batch * panels.columns, double(layout.scatterBytes()),
        double(layout.historyBytes()), double(layout.historyCountBytes())})
    core.bytes += aligned(part);
  if (panels.listedRows > UINT16_MAX || sources > UINT16_MAX)
    core.bytes = INFINITY; // beyond the format's 16 bits
  CoreWork work[2];
  for (bool worst : {false, true}) {
    if (!sumDigits) {
      work[worst].neuronCycles =
          worst ? layer.cycles.worstOf(n)
                : layer.cycles.expectedOf(n, /*parallel=*/true);
      work[worst].recording =
          n * (worst ? layer.cycles.recordingWorst : layer.cycles.recording);
    }
    work[worst].positions = worst ? panels.worstPositions : panels.positions;
    if (sumDigits) {
      work[worst].cells = double(n) * layer.receptors;
      work[worst].sums = worst ? work[worst].cells * sumDigits : sumsOf(n);
    }
    for (const EdgeShape &edge : layer.edges) {
      double reached = sourcesInReach(edge, n, heaviest);
      double rate = worst ? edge.worstRate : edge.rate;
      work[worst].packets += reached * rate;
      if (edge.copies)
        addSender(work[worst],
                  {reached, sumDigits ? 0 : missedBy(edge, reached), 1,
                   double(edge.copies)},
                  /*parallel=*/true, rate);
    }
  }
  core.cycles = parallelEstimate(work[0], work[1], machine.mac, layout);
  // `layout` has no panels: what the core waits for the array in a tick that
  // multiplies, as waitsFor of CycleModel.cpp.
  double receptors = layer.receptors;
  double windows = std::max(1.0, panels.count / receptors);
  double products = format.batch * panels.macCycles;
  auto waits = [&](const CoreWork &beside) {
    return products -
           (1 - 1 / windows) * std::min(products / receptors,
                                        coreCycles(beside) - beside.recording);
  };
  double batch = format.batch, count = panels.count;
  core.cycles.expected +=
      waits(work[0]) / batch + panelCycles(count, batch, /*begins=*/false);
  core.cycles.worst +=
      waits(work[1]) +
      panelCycles(count, batch, /*begins=*/true, CycleCosts::worst());
  core.cycles.peak +=
      waits(work[0]) + panelCycles(count, batch, /*begins=*/true);
  core.macs = panels.macs;
  core.sums = work[0].sums;
  core.mapRows = panels.rows;
  core.mapColumns = panels.columns;
  return core;
}
} // namespace

std::unique_ptr<Estimator> parallelEstimator(const LayerShape &layer,
                                             const MachineModel &machine,
                                             double tickCycles, double room,
                                             uint32_t sumDigits) {
  return std::make_unique<ParallelEstimator>(layer, machine, tickCycles, room,
                                             sumDigits);
}

} // namespace snnc::fabric
