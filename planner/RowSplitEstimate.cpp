//===- RowSplitEstimate.cpp - A row split in closed form -----------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "planner/Estimator.h"
#include "planner/SumDigits.h"

#include "runtime/abi/CoreHeader.h"

#include <algorithm>

namespace snnc::fabric {

namespace {

/// The subordinates of a row split that multiply a `share` of the sources, cut
/// by columns.
std::optional<LayerEstimate> estimateParts(const LayerShape &layer,
                                           const MachineModel &machine,
                                           double tickCycles, double room,
                                           double share, uint32_t sumDigits,
                                           bool &late) {
  LayerShape part = layer;
  part.states = part.arrayParams = 0;
  part.batch = 1;
  double shift =
      std::max(0.0, double(snn::kRowSplitDelay) - layer.shortestDelay()) - 1;
  for (EdgeShape &edge : part.edges) {
    edge.sources *= share;
    edge.shortest = std::max(1.0, edge.shortest + shift);
    edge.longest = std::max(1.0, edge.longest + shift);
  }
  auto estimator =
      parallelEstimator(part, machine, tickCycles, room, sumDigits);
  auto found = estimator->run();
  late |= estimator->timeMattered();
  return found;
}

/// How `parts` parts of the sources send the sums of all neurons. Those of the
/// second digit are not estimated: it has as many bits as the keys allow.
uint32_t sumDigits(const LayerShape &layer, const MachineModel &machine,
                   double parts) {
  LayerShape spiking = layer;
  for (EdgeShape &edge : spiking.edges) {
    edge.largestSum *= edge.most;
    edge.meanSum *= edge.most;
  }
  SumRange most = accumulatorRange(machine.mac);
  auto sum =
      uint64_t(std::min(spiking.largestSum() / parts, double(most.plus)));
  PartSums all{uint64_t(layer.neurons * layer.receptors * parts), {sum, sum}};
  return chooseDigits({&all, 1}, kSumKeys).front().digits;
}

/// The planner fills subordinates one after the other: the busiest has as many
/// sources as fit, not its equal share.
CycleEstimate fullestPart(const LayerShape &layer, const MachineModel &machine,
                          double tickCycles, double room, uint32_t parts,
                          uint32_t digits, const LayerEstimate &equal) {
  CycleEstimate cycles = equal.plan.cycles;
  double fits = 1.0 / parts, tooMuch = 1.0 / (parts - 1);
  bool late = false; // says nothing about the plan
  for (int step = 0; step < 4; ++step) {
    double share = (fits + tooMuch) / 2;
    auto part =
        estimateParts(layer, machine, tickCycles, room, share, digits, late);
    bool same = part && part->plan.pes <= equal.plan.pes;
    (same ? fits : tooMuch) = share;
    if (same)
      cycles = part->plan.cycles;
  }
  return cycles;
}

/// A row split into `parts` parts of the sources, each cut by columns, and the
/// dominant cores that hold the neurons (RowSplit.cpp).
std::optional<LayerEstimate> estimateRows(const LayerShape &layer,
                                          const MachineModel &machine,
                                          double tickCycles, double room,
                                          uint32_t parts, uint64_t fewer,
                                          bool &late) {
  // Of whole sources: each may be several kB.
  double share = std::ceil(layer.sources() / parts) / layer.sources();
  uint32_t digits = sumDigits(layer, machine, parts);
  auto found =
      estimateParts(layer, machine, tickCycles, room, share, digits, late);
  if (!found || found->plan.pes * parts >= fewer)
    return std::nullopt;
  double n = layer.neurons, cells = n * layer.receptors * parts;
  double sums = found->sums *= parts;
  double bytes =
      sizeof(SnncCoreHeader) + 4 * digits * cells +
      4 * n * (layer.receptors + layer.arrayParams + 2.0 * layer.states);
  CoreWork expected, worst;
  expected.neuronCycles = layer.cycles.expectedOf(n);
  worst.neuronCycles = layer.cycles.worstOf(n);
  addSums(expected, sums, double(layer.receptors) * parts);
  addSums(worst, digits * cells, double(layer.receptors) * parts);
  CycleEstimate taken = serialEstimate(expected, worst);
  double cycles = taken.expected;
  double cores = std::ceil(bytes / double(availableBytes(machine.sram)));
  if (tickCycles > 0 && cycles > cores * tickCycles) {
    cores = std::ceil(cycles / tickCycles);
    late = true;
  }
  LayerPlan &plan = found->plan;
  if (plan.pes * parts + uint64_t(cores) >= fewer)
    return std::nullopt;
  plan.cycles =
      fullestPart(layer, machine, tickCycles, room, parts, digits, *found);
  plan.pes = plan.pes * parts + uint64_t(cores);
  plan.parts = plan.pes - uint64_t(cores);
  plan.bytes = uint64_t(double(plan.bytes) * parts + bytes);
  plan.macs *= parts;
  plan.cycles.expected = std::max(plan.cycles.expected, cycles / cores);
  plan.cycles.peak = std::max(plan.cycles.peak, cycles / cores);
  plan.cycles.worst = std::max(plan.cycles.worst, taken.worst / cores);
  if (tickCycles > 0)
    found->busy = plan.cycles.expected / tickCycles;
  found->mapRows *= parts;
  found->mapColumns *= parts;
  return found;
}

} // namespace

std::optional<LayerEstimate> fewerByRows(const LayerShape &layer,
                                         const MachineModel &machine,
                                         double tickCycles, double roomShare,
                                         const LayerPlan *columns, bool &late) {
  if (!layer.mayRowSplit)
    return std::nullopt;
  // Splitting sources makes no weights fewer (LayerPlanner::mayPay).
  if (columns) {
    double bytes = columns->macs;
    for (const EdgeShape &edge : layer.edges)
      bytes = std::max(bytes, columns->macs * edge.bits / 8);
    double least = bytes / double(availableBytes(machine.sram)) + 1;
    if (std::max(2.0, std::floor(least)) + 1 >= double(columns->pes))
      return std::nullopt;
  }
  uint64_t most = machine.coreCount() + 1;
  double weights = 0; // of the rows of one-tile panels, bytes
  for (const EdgeShape &edge : layer.edges)
    weights += edge.sources * edge.delays * edge.filled.front() *
               layer.neurons * edge.bits / 8;
  double updates = layer.neurons * layer.cycles.expected;
  double states = layer.neurons * 4 * layer.receptors;
  double room = double(most) * double(availableBytes(machine.sram));
  bool slow = tickCycles > 0 && updates > double(most) * tickCycles;
  late |= slow;
  if (weights > room || states > room || slow)
    return std::nullopt; // more than all cores
  std::optional<LayerEstimate> best;
  uint64_t fewest = columns ? columns->pes : most;
  // Two subordinates and a dominant core at least have to be fewer.
  for (uint32_t parts = 2; parts + 1 < fewest; ++parts)
    if (auto rows = estimateRows(layer, machine, tickCycles, roomShare, parts,
                                 fewest, late)) {
      best = rows;
      fewest = rows->plan.pes;
    }
  return best;
}

} // namespace snnc::fabric
