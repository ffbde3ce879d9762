//===- RowSplit.cpp - One population, its sources cut over cores ----------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Sources are scanned in grains, small ranges of neighbours; what a subordinate
// multiplies is a run of grains, for some columns. Subordinates take grains
// until their core is full, which is the fewest of them for these columns.

#include "planner/LayerPlanner.h"
#include "planner/ProjectionView.h"

#include <algorithm>
#include <memory>

using namespace mlir;

namespace snnc::fabric {

/// Tiles in the statistics of all grains together, at most: some 10 MB.
static constexpr uint64_t kGrainTiles = 1u << 18;
static constexpr uint64_t kLeastGrains = 16, kMostGrains = 512;

//===----------------------------------------------------------------------===//
// Grains
//===----------------------------------------------------------------------===//

/// The ranges of the sources in `origin`. Projections of one origin are cut
/// alike: a core reads the same keys for all of them.
std::vector<Range> LayerPlanner::grainsOf(uint32_t node,
                                          uint32_t origin) const {
  const NetworkNode &population = info.nodes[node];
  uint64_t edges = population.incoming.size(), same = 0;
  for (uint32_t edge : population.incoming)
    same += info.edges[edge].source == origin;
  uint32_t columns = formatOf(node).tileNeurons;
  uint64_t tiles = (population.size + columns - 1) / columns;
  uint64_t count =
      std::clamp(kGrainTiles / (tiles * edges), kLeastGrains, kMostGrains);
  uint64_t total = info.sourcesOf(population), size = info.nodes[origin].size;
  uint64_t grain = std::max<uint64_t>(1, total / count);
  if (most.sources)
    grain = std::clamp<uint64_t>(most.sources / same, 1, grain);
  std::vector<Range> ranges;
  for (uint64_t begin = 0; begin < size; begin += grain)
    ranges.push_back(
        {uint32_t(begin), uint32_t(std::min(size, begin + grain))});
  return ranges;
}

LogicalResult LayerPlanner::scanGrains(uint32_t node) {
  const NetworkNode &population = info.nodes[node];
  const MapStatistics none(formatOf(node), population.size,
                           population.receptors);
  std::vector<Grain> found;
  std::vector<uint32_t> origins;
  for (uint32_t edge : population.incoming)
    if (uint32_t source = info.edges[edge].source;
        !llvm::is_contained(origins, source)) {
      origins.push_back(source);
      for (Range sources : grainsOf(node, source))
        found.push_back({source, sources, none});
    }
  for (uint32_t edge : population.incoming) {
    snn::ProjectionOp op = info.edges[edge].op;
    auto view = viewOf(op);
    if (!view)
      return failure();
    for (Grain &grain : found)
      grain.statistics.add(
          *view, uint32_t(op.getReceptor()), info.edges[edge].source,
          info.inputRate(edge),
          grain.origin == info.edges[edge].source ? grain.sources : Range{});
  }
  grains[node] = std::move(found);
  return success();
}

/// Adds up grains for some columns. Grains of a population before the first and
/// after the last with a synapse into them are left out: a core knows one range
/// of the sources of each population.
class LayerPlanner::PartBuilder {
public:
  PartBuilder(const LayerPlanner &planner, uint32_t node, Range targets)
      : targets(targets), incoming(planner.info.nodes[node].incoming),
        planner(planner), map(planner.formatOf(node), targets,
                              planner.info.nodes[node].receptors) {
    map.setLead(planner.maps[node]->minDelay().value_or(snn::kRowSplitDelay));
  }

  void add(const Grain &grain) {
    if (grain.origin != origin) {
      between.clear();
      begun = false;
      origin = grain.origin;
    }
    if (!grain.statistics.touches(targets)) {
      if (begun)
        between.push_back(&grain);
      return;
    }
    for (const Grain *before : between)
      merge(*before);
    between.clear();
    merge(grain);
    begun = any = true;
  }

  bool empty() const { return !any; }
  const MapStatistics &statistics() const { return map; }

private:
  void merge(const Grain &grain) {
    std::vector<Range> sources;
    for (uint32_t edge : incoming)
      sources.push_back(planner.info.edges[edge].source == grain.origin
                            ? grain.sources
                            : Range{});
    map.merge(grain.statistics, sources);
  }

  Range targets;
  const std::vector<uint32_t> &incoming;
  const LayerPlanner &planner;
  MapStatistics map;
  uint32_t origin = UINT32_MAX;
  std::vector<const Grain *> between; ///< without a synapse into the columns
  bool begun = false, any = false;
};

MapStatistics LayerPlanner::partMap(uint32_t node, const RowPart &part) const {
  PartBuilder builder(*this, node, part.targets);
  for (uint32_t grain = part.grains.begin; grain < part.grains.end; ++grain)
    builder.add(grains[node][grain]);
  return builder.statistics();
}

RowPart LayerPlanner::largestGrain(uint32_t node) const {
  RowPart largest;
  uint64_t most = 0;
  uint32_t step = smallestSlice(node), size = info.nodes[node].size;
  for (uint32_t n = 0; n < size; n += step)
    for (uint32_t grain = 0; grain < grains[node].size(); ++grain) {
      RowPart part{{n, std::min(n + step, size)}, {grain, grain + 1}};
      if (!grains[node][grain].statistics.touches(part.targets))
        continue;
      CoreDemand demand = partDemand(node, part.targets, partMap(node, part));
      uint64_t needed = planCore(demand, machine.sram).needed;
      if (needed > most) {
        most = needed;
        largest = part;
      }
    }
  return largest;
}

//===----------------------------------------------------------------------===//
// What the cores need
//===----------------------------------------------------------------------===//

CoreDemand LayerPlanner::partDemand(uint32_t node, Range targets,
                                    const MapStatistics &map) const {
  return partDemand(node, targets, map.layout(targets));
}

CoreDemand LayerPlanner::partDemand(uint32_t node, Range targets,
                                    const MapLayout &layout) const {
  CoreDemand demand = info.demand(info.nodes[node], targets.size());
  demand.fullRing = cuts[node].fullRing;
  demand.subordinate = true;
  addMap(demand, node, layout);
  return demand;
}

/// Work of a subordinate in one tick.
CoreWork LayerPlanner::sumsOf(uint32_t node, Range targets,
                              const MapStatistics &map, const MapLayout &layout,
                              bool worst) const {
  const NetworkNode &population = info.nodes[node];
  CoreWork work;
  SumDigits digits(targets.size(), population.receptors);
  uint32_t number = 0;
  for (uint32_t edge : population.incoming) {
    snn::ProjectionOp op = info.edges[edge].op;
    const NetworkNode &source = info.nodes[info.edges[edge].source];
    digits.add(uint32_t(op.getReceptor()), layout.sourcesOf[number].size(),
               map.weightsOf(number, targets), source.meanRate,
               source.variability());
    addPositions(work, layout, layout.sourcesOf[number].size(),
                 double(map.positionsOf(number, layout, targets)),
                 worst ? source.worstRate() : source.meanRate,
                 worst ? 0 : source.scatter());
    ++number;
  }
  addSenders(node, layout.sourcesOf, work, worst);
  work.sums = expectedSums(work, targets.size(), population.receptors, layout,
                           worst, digits.beyondOne(digitBits()));
  return work;
}

CycleEstimate LayerPlanner::partCycles(uint32_t node, Range targets,
                                       const MapStatistics &map) const {
  return partCycles(node, targets, map, map.layout(targets));
}

CycleEstimate LayerPlanner::partCycles(uint32_t node, Range targets,
                                       const MapStatistics &map,
                                       const MapLayout &layout) const {
  CoreWork expected = sumsOf(node, targets, map, layout, false);
  CoreWork worst = sumsOf(node, targets, map, layout, true);
  return parallelEstimate(expected, worst, machine.mac, layout);
}

CycleEstimate LayerPlanner::dominantCycles(uint32_t node, Range targets) const {
  CoreWork expected, worst;
  const NeuronCycles &update = info.nodes[node].cycles;
  expected.neuronCycles = update.expectedOf(targets.size());
  worst.neuronCycles = update.worstOf(targets.size());
  for (const RowPart &part : cuts[node].parts) {
    if (part.targets.begin < targets.begin || part.targets.end > targets.end)
      continue;
    MapStatistics map = partMap(node, part);
    MapLayout layout = map.layout(part.targets);
    expected.sums += sumsOf(node, part.targets, map, layout, false).sums;
    worst.sums += sumsOf(node, part.targets, map, layout, true).sums;
  }
  return serialEstimate(expected, worst);
}

bool LayerPlanner::exceedsSources(uint32_t node) const {
  if (!most.sources || !info.nodes[node].mayRowSplit)
    return false;
  return llvm::any_of(slices(node), [&](Range targets) {
    return maps[node]->layout(targets).sources > most.sources;
  });
}

/// All rows of the map have to stand somewhere, beside a dominant core.
bool LayerPlanner::mayPay(uint32_t node, uint64_t pes) const {
  MapLayout whole = maps[node]->layout({0, info.nodes[node].size});
  uint64_t room = std::max<uint64_t>(1, availableBytes(machine.sram));
  uint64_t least = (whole.weightBytes + whole.positionBytes()) / room + 1;
  return std::max<uint64_t>(2, least) + 1 < pes;
}

//===----------------------------------------------------------------------===//
// The search
//===----------------------------------------------------------------------===//

bool LayerPlanner::fitsPart(uint32_t node, Range targets,
                            const MapStatistics &map, Limits limits) {
  MapLayout layout = map.layout(targets);
  if (most.sources && layout.sources > most.sources)
    return false;
  if (!planCore(partDemand(node, targets, layout), machine.sram).fits())
    return false;
  return limits == Limits::Bytes || budget <= 0 ||
         keepsTime(partCycles(node, targets, map, layout));
}

/// The subordinates of one range of columns. False: a grain does not fit, or
/// there are more than `most` parts.
bool LayerPlanner::addParts(uint32_t node, Range targets, uint64_t most,
                            Limits limits, std::vector<RowPart> &parts) {
  auto end = uint32_t(grains[node].size());
  for (uint32_t begin = 0; begin < end;) {
    // Grains fit up to `next`; longer and longer steps, then shorter ones.
    auto builder = std::make_unique<PartBuilder>(*this, node, targets);
    uint32_t next = begin, step = 1;
    for (bool growing = true; step > 0 && next < end;) {
      step = std::min(step, end - next);
      auto more = std::make_unique<PartBuilder>(*builder);
      for (uint32_t grain = next; grain < next + step; ++grain)
        more->add(grains[node][grain]);
      bool fits =
          more->empty() || fitsPart(node, targets, more->statistics(), limits);
      if (fits) {
        builder = std::move(more);
        next += step;
      }
      growing &= fits;
      step = growing ? 2 * step : step / 2;
    }
    if (next == begin)
      return false; // not even one grain
    if (!builder->empty())
      parts.push_back({targets, {begin, next}});
    if (parts.size() > most)
      return false;
    begin = next;
  }
  return true;
}

/// The subordinates of slices of the current chunk, `columns` neurons each.
std::optional<std::vector<RowPart>> LayerPlanner::partition(uint32_t node,
                                                            uint32_t columns,
                                                            uint64_t most,
                                                            Limits limits) {
  std::vector<RowPart> parts;
  for (Range slice : slices(node))
    for (uint64_t begin = slice.begin; begin < slice.end; begin += columns) {
      uint32_t end = uint32_t(std::min<uint64_t>(slice.end, begin + columns));
      if (!addParts(node, {uint32_t(begin), end}, most, limits, parts))
        return std::nullopt;
    }
  return parts;
}

/// Every number of dominant cores and of column ranges per dominant core that
/// can still be better than the best so far.
bool LayerPlanner::shrinkRows(uint32_t node, Limits limits) {
  LayerCut &cut = cuts[node];
  uint32_t size = info.nodes[node].size, unit = granule(node);
  uint64_t cap = cut.chunk, fewest = machine.coreCount() + 1;
  LayerCut best;
  uint32_t last = 0;
  for (uint64_t count = (size + cap - 1) / cap; 2 * count < fewest; ++count) {
    cut.chunk =
        uint32_t(std::min<uint64_t>(cap, chunkFor(node, uint32_t(count))));
    cut.parts.clear();
    if (cut.chunk == last)
      continue;
    last = cut.chunk;
    auto cores = slices(node);
    uint64_t dominants = cores.size();
    auto hold = [&](Range targets) { return fitsCore(node, targets, limits); };
    // Subordinates only add to what a dominant core needs.
    if (!llvm::all_of(cores, hold)) {
      if (cut.chunk <= unit)
        break;
      continue;
    }
    uint32_t columns = 0;
    bool possible = false;
    for (uint64_t ranges = 1; dominants * (ranges + 1) < fewest; ++ranges) {
      uint64_t even = (cut.chunk + ranges - 1) / ranges;
      auto next = uint32_t((even + unit - 1) / unit * unit);
      if (next == columns) {
        if (columns <= unit)
          break;
        continue;
      }
      columns = next;
      cut.parts.clear();
      auto parts = partition(node, columns, fewest - 1 - dominants, limits);
      if (!parts)
        continue;
      possible = true;
      cut.parts = std::move(*parts);
      if (!llvm::all_of(cores, hold))
        continue;
      uint64_t total = dominants + cut.parts.size();
      if (total < fewest) {
        fewest = total;
        best = cut;
      }
    }
    if (!possible && !best.chunk)
      break; // not even the smallest subordinates fit
    if (cut.chunk <= unit)
      break;
  }
  cut.parts.clear();
  if (!best.chunk) {
    cut.chunk = uint32_t(cap);
    return false;
  }
  cut = std::move(best);
  return true;
}

} // namespace snnc::fabric
