//===- SliceErrors.cpp - Why a network has no slices that fit ------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "compiler/Support/Report.h"
#include "passes/Map/Slicer.h"
#include "planner/Capacity.h"
#include "planner/OtherMachines.h"

#include <algorithm>
#include <bit>
#include <fmt/format.h>

namespace snnc::map {

using namespace mlir;
using namespace snnc::fabric;

/// Whether some weight into `node` (or into any population) has 16 bits.
static bool isWide(const NetworkInfo &info, std::optional<uint32_t> node = {}) {
  return llvm::any_of(info.edges, [&](const NetworkEdge &edge) {
    snn::ProjectionOp op = edge.op;
    return (!node || edge.target == *node) && op.getQuantAttr() &&
           op.getQuantAttr().getBits() > 8;
  });
}

/// As help, where there is any.
static void attachAdvice(InFlightDiagnostic &diag, const std::string &advice) {
  if (!advice.empty())
    attachHelp(diag) << advice;
}

/// Networks whose sheer numbers cannot fit are refused before anything is
/// scanned: a neuron takes at least 4 B; a block, unless it reads a small range
/// of the sources only or has dense rows in DRAM, 2 B per source.
LogicalResult Slicer::rejectHopeless() {
  uint64_t bytes = availableBytes(machine.sram);
  for (const NetworkNode &node : info.nodes) {
    uint64_t most = bytes / 4 * machine.coreCount();
    if (!node.isInput && node.size > most) {
      InFlightDiagnostic diag =
          report(node.op, "SNN0354")
          << "population '" << node.name
          << "' does not fit the chip: " << grouped(node.size)
          << " neurons, at most " << grouped(most) << " fit "
          << machine.coreCount() << " cores";
      attachElsewhere(diag, elsewhere);
      return diag;
    }
  }
  for (const NetworkEdge &edge : info.edges) {
    uint32_t sources = info.nodes[edge.source].size;
    snn::ProjectionOp op = edge.op;
    if (sources <= bytes / 2 || machine.hasDram() ||
        info.nodes[edge.target].rowSplit || edge.isDrawn ||
        isa<snn::OneToOneAttr, snn::ConvAttr>(op.getWeights()))
      continue;
    InFlightDiagnostic diag =
        report(info.nodes[edge.target].op, "SNN0353")
        << "population '" << info.nodes[edge.target].name
        << "' does not fit: a core needs at least "
        << grouped(uint64_t(sources) * 2) << " B to find the rows of the "
        << grouped(sources) << " sources in '" << info.nodes[edge.source].name
        << "', " << grouped(bytes) << " B available";
    attachHelp(diag) << "reduce the neurons or channels of '"
                     << info.nodes[edge.source].name << "' well below "
                     << grouped(bytes / 2) << ", for example by pooling";
    attachElsewhere(diag, elsewhere);
    return failure();
  }
  return success();
}

/// What no cutting can mend in a parallel population.
LogicalResult Slicer::checkParallel(uint32_t node) {
  const NetworkNode &population = info.nodes[node];
  const MapStatistics &map = planner.map(node);
  if (!planner.sumFits(node)) {
    MapStatistics::Sum sum = map.largestSum();
    InFlightDiagnostic diag =
        report(population.op, "SNN1101")
        << "population '" << population.name
        << "' cannot be parallel: the weights into neuron "
        << population.order.neuronAt(sum.neuron) << ", receptor "
        << sum.receptor << ", may add up to " << grouped(sum.value)
        << ", the MAC array's " << machine.mac.accumulatorBits
        << "-bit accumulator holds " << grouped(planner.sumLimit());
    attachHelp(diag) << (isWide(info, node)
                             ? "use --weights=int8, or compute it "
                               "serially"
                             : "compute it serially");
    return failure();
  }
  uint64_t least = map.minDelay().value_or(snn::kRowSplitDelay);
  if (population.rowSplit && !population.hasNear &&
      least < snn::kRowSplitDelay) {
    InFlightDiagnostic diag =
        report(population.op, "SNN1108")
        << "population '" << population.name
        << "' cannot be split by sources: a synapse into it "
        << "has a delay of " << least << " tick(s), at least "
        << snn::kRowSplitDelay << " are needed, one to the subordinate core "
        << "and one for the partial sum";
    attachHelp(diag)
        << "run snn-batch-ticks, or compute it serially (paradigm)";
    return failure();
  }
  least = map.minDelay().value_or(population.batch);
  if (population.batch <= least)
    return success();
  InFlightDiagnostic diag =
      report(population.op, "SNN1102")
      << "population '" << population.name << "': batch of " << population.batch
      << " ticks, but a synapse into it has a delay of " << least
      << " ticks; a batch needs spikes that are not there yet";
  attachHelp(diag) << "a batch is at most the least delay";
  return failure();
}

LogicalResult Slicer::refuseNeuron(uint32_t node) {
  const NetworkNode &population = info.nodes[node];
  bool parallel = planner.cut(node).parallel;
  uint32_t step = planner.smallestSlice(node);
  if (!parallel && planner.tooManySlices(node, step))
    return refuseMany(node);
  CoreDemand worst;
  CorePlan plan;
  Range where;
  for (uint32_t n = 0; n < population.size; n += step) {
    Range targets{n, std::min(n + step, population.size)};
    CoreDemand demand = parallel ? planner.demandOf(node, targets)
                                 : planner.demandAt(node, targets, step);
    CorePlan candidate = planCore(demand, machine.sram);
    if (n == 0 || candidate.needed > plan.needed) {
      worst = std::move(demand);
      plan = std::move(candidate);
      where = targets;
    }
  }
  if (planner.cut(node).rows) {
    RowPart part = planner.largestGrain(node);
    where = part.targets;
    worst = planner.partDemand(node, where, planner.partMap(node, part));
    plan = planCore(worst, machine.sram);
    if (plan.fits())
      return refuseRows(node);
  }
  auto parts = bytesByStructure(worst);
  InFlightDiagnostic diag =
      report(population.op,
             parallel ? DiagnosticCode("SNN1100") : DiagnosticCode("SNN0353"))
      << "population '" << population.name
      << (parallel ? "' does not fit as parallel: neurons ["
                   : "' does not fit: one neuron alone needs ");
  if (parallel)
    diag << where.begin << ", " << where.end << ") alone need ";
  diag << grouped(plan.needed) << " B of a core, " << grouped(plan.available)
       << " B available";
  diag.attachNote() << "largest parts: " << listBytes(parts);
  if (parallel)
    attachHelp(diag) << "compute it serially (paradigm), or reduce its "
                     << grouped(worst.sources) << " sources or the "
                     << grouped(worst.maxDelay) << " ticks of longest delay";
  else if (parts.front().first.starts_with("input ring"))
    attachHelp(diag) << "shorten the longest delay, " << grouped(worst.maxDelay)
                     << " ticks, or use a larger "
                     << "time step (--dt, in YAML `dt`)";
  else
    attachHelp(diag) << "reduce the population's " << grouped(worst.sources)
                     << " sources (pooling, a smaller layer before it)"
                     << (isWide(info, node) ? ", or use --weights=int8" : "");
  attachAdvice(diag, adviseDram(info, machine, planner.tickCycles()));
  if (!parallel)
    attachElsewhere(diag, elsewhere);
  return failure();
}

/// Without row formats nothing would fit: whoever made the context forgot them.
LogicalResult Slicer::checkFormats() {
  if (!info.formats().empty())
    return success();
  for (const NetworkNode &node : info.nodes)
    if (!node.parallel && !node.incoming.empty())
      return report(node.op, "SNN1105")
             << "population '" << node.name
             << "' is serial, but the context has no row formats "
                "(registerRowFormats)";
  return success();
}

/// One neuron would fit, but so many slices would not fit the machine several
/// times over (and each finds its own sources in a table of all of them).
LogicalResult Slicer::refuseMany(uint32_t node) {
  const NetworkNode &population = info.nodes[node];
  InFlightDiagnostic diag =
      report(population.op, "SNN0354")
      << "population '" << population.name << "' does not fit: its "
      << grouped(population.size) << " neurons need more than "
      << grouped(planner.mostSlices()) << " cores, machine '" << machine.name
      << "' has " << machine.coreCount();
  attachHelp(diag) << "make it smaller or its connections sparser"
                   << (isWide(info, node) ? ", or use --weights=int8" : "");
  attachElsewhere(diag, elsewhere);
  return failure();
}

/// Every core of the split would fit, but the machine has too few of them.
LogicalResult Slicer::refuseRows(uint32_t node) {
  const NetworkNode &population = info.nodes[node];
  InFlightDiagnostic diag =
      report(population.op, "SNN0354")
      << "population '" << population.name << "' does not fit: its "
      << grouped(population.size)
      << " neurons, computed in parallel with their sources split, need more "
         "cores than the "
      << machine.coreCount() << " of machine '" << machine.name << "'";
  attachHelp(diag) << "compute it serially (paradigm), or make it smaller or "
                      "its connections sparser";
  attachElsewhere(diag, elsewhere);
  return failure();
}

LogicalResult Slicer::checkCores() {
  uint64_t needed = this->cores();
  if (needed <= machine.coreCount())
    return success();
  wanted = needed;
  std::vector<std::pair<std::string, uint64_t>> cores;
  for (uint32_t node = 0; node < info.nodes.size(); ++node)
    if (!info.nodes[node].isInput)
      cores.emplace_back(info.nodes[node].name, coresOf(node));
  std::sort(cores.begin(), cores.end(), [](const auto &a, const auto &b) {
    return std::pair(b.second, a.first) < std::pair(a.second, b.first);
  });
  std::string table;
  for (size_t i = 0; i < std::min<size_t>(5, cores.size()); ++i)
    table += fmt::format("{}'{}' {} cores", i ? ", " : "", cores[i].first,
                         grouped(cores[i].second));
  snn::NetworkOp network = info.network;
  InFlightDiagnostic diag = report(network, "SNN0354")
                            << "the network needs " << grouped(needed)
                            << " cores, machine '" << machine.name << "' has "
                            << machine.coreCount();
  diag.attachNote() << "largest: " << table;
  attachHelp(diag) << "make '" << cores.front().first
                   << "' smaller or its connections sparser"
                   << (isWide(info) ? ", or use --weights=int8" : "");
  attachAdvice(diag, adviseDram(info, machine, planner.tickCycles()));
  attachElsewhere(diag, elsewhere);
  return failure();
}

} // namespace snnc::map
