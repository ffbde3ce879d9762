//===- LayerEstimate.cpp - Both paradigms in closed form -----------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "planner/Estimator.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/SmallVector.h"

#include <algorithm>
#include <bit>

namespace snnc::fabric {

/// `layer` with `batch` ticks a product and the delays that this needs.
static LayerShape withBatch(const LayerShape &layer, uint32_t batch) {
  LayerShape shape = layer;
  shape.batch = batch;
  double shift = std::max(0.0, batch - layer.shortestDelay());
  for (EdgeShape &edge : shape.edges) {
    edge.shortest += shift;
    edge.longest += shift;
  }
  return shape;
}

/// How near the other plans are that the planner could have found instead.
static void lookAround(LayerEstimate &best,
                       llvm::ArrayRef<std::unique_ptr<Estimator>> ways) {
  for (auto &way : ways) {
    if (best.plan.pes > 1) {
      double fill = way->fillOf(best.plan.pes - 1);
      best.tighter = best.tighter > 0 ? std::min(best.tighter, fill) : fill;
    }
    if (way->cyclesOf(best.plan.pes) < best.plan.cycles.expected)
      if (double fill = way->fillOf(best.plan.pes); fill > 1)
        best.faster = best.faster > 0 ? std::min(best.faster, fill) : fill;
  }
}

/// One per number of ticks per product, as LayerPlanner::batches.
static std::vector<std::unique_ptr<Estimator>>
waysOf(const LayerShape &layer, const MachineModel &machine, bool parallel,
       double tickCycles, double room,
       llvm::SmallVectorImpl<LayerShape> &shapes) {
  if (!parallel)
    shapes.push_back(layer);
  else if (!layer.mayBatch)
    shapes.push_back(withBatch(layer, layer.batch));
  else
    for (uint32_t b = std::bit_floor(std::clamp(machine.mac.rows, 1u, 16u)); b;
         b /= 2)
      shapes.push_back(withBatch(layer, b));
  std::vector<std::unique_ptr<Estimator>> ways;
  for (const LayerShape &shape : shapes)
    if (parallel)
      ways.push_back(parallelEstimator(shape, machine, tickCycles, room));
    else
      ways.push_back(serialEstimator(shape, machine, tickCycles, room));
  return ways;
}

double sumShare(const LayerShape &layer, const MachineModel &machine) {
  int bits = int(std::clamp(machine.mac.accumulatorBits, 1u, 32u));
  return layer.largestSum() / (std::ldexp(1.0, bits - 1) - 1);
}

RankedEstimates estimates(const LayerShape &layer, const MachineModel &machine,
                          bool parallel, std::span<const Ranking> rankings,
                          double tickCycles, double room) {
  RankedEstimates result{
      std::vector<std::optional<LayerEstimate>>(rankings.size())};
  if (layer.neurons < 1 || (parallel && sumShare(layer, machine) > 1))
    return result;
  llvm::SmallVector<LayerShape, 3> shapes; // the estimators keep references
  auto ways = waysOf(layer, machine, parallel, tickCycles, room, shapes);
  // As candidatesIn (ParadigmPlans.h).
  llvm::SmallVector<LayerEstimate, 3> columns;
  for (bool fullRing : {true, false})
    if (columns.empty())
      for (auto &way : ways)
        if (auto found = way->run(fullRing))
          columns.push_back(*found);
  auto fewest = std::min_element(
      columns.begin(), columns.end(),
      [](const auto &a, const auto &b) { return a.plan.pes < b.plan.pes; });
  for (auto &way : ways)
    result.timeMattered |= way->timeMattered();
  std::optional<LayerEstimate> rows;
  if (parallel)
    rows = fewerByRows(layer, machine, tickCycles, room,
                       columns.empty() ? nullptr : &fewest->plan,
                       result.timeMattered);
  for (auto [ranking, best] : llvm::zip_equal(rankings, result.best)) {
    for (const LayerEstimate &found : columns)
      if (!best || ranking.isBetter(found.plan, best->plan))
        best = found;
    if (best)
      lookAround(*best, ways);
    if (rows && (!best || ranking.isBetter(rows->plan, best->plan)))
      best = rows;
  }
  return result;
}

std::optional<LayerEstimate> estimate(const LayerShape &layer,
                                      const MachineModel &machine,
                                      bool parallel, const Ranking &ranking,
                                      double tickCycles, double room) {
  return estimates(layer, machine, parallel, {&ranking, 1}, tickCycles, room)
      .best.front();
}

} // namespace snnc::fabric
