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
#include <utility>

using namespace mlir;

namespace snnc::fabric {

/// Tiles in the statistics of all grains together, at most: some 100 MB.
static constexpr uint64_t kGrainTiles = 1u << 20;
static constexpr uint64_t kLeastGrains = 16, kMostGrains = 512;

/// Up to so many tiles every way to cut a population is looked at.
static constexpr uint32_t kFewTiles = 128;

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
    auto view = viewOf(op, std::nullopt,
                       info.edges[edge].isNear ? Delays::Far : Delays::All);
    if (!view)
      return failure();
    for (Grain &grain : found)
      grain.statistics.add(
          *view, uint32_t(op.getReceptor()), info.edges[edge].source,
          info.inputRate(edge),
          grain.origin == info.edges[edge].source ? grain.sources : Range{});
  }
  uint64_t least = UINT64_MAX;
  for (const Grain &grain : found)
    least = std::min(least, grain.statistics.minDelay().value_or(least));
  leastDelay[node] = least;
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
    map.setLead(planner.leastDelay[node]);
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
CoreWork LayerPlanner::sumsOf(uint32_t node, const RowPart &part,
                              const MapStatistics &map, const MapLayout &layout,
                              bool worst) const {
  const NetworkNode &population = info.nodes[node];
  Range targets = part.targets;
  CoreWork work;
  SumSpread spread(targets.size(), population.receptors);
  std::vector<double> silent;
  uint32_t number = 0;
  for (uint32_t edge : population.incoming) {
    snn::ProjectionOp op = info.edges[edge].op;
    const NetworkNode &source = info.nodes[info.edges[edge].source];
    MapStatistics::Weights weights = map.weightsOf(number, targets);
    spread.add(uint32_t(op.getReceptor()), layout.sourcesOf[number].size(),
               weights.sum, weights.square, source.meanRate,
               source.variability());
    silent.push_back(source.silence());
    addPositions(work, layout, layout.sourcesOf[number].size(),
                 double(map.positionsOf(number, layout, targets)),
                 worst ? source.worstRate(layout.sourcesOf[number].size())
                       : source.meanRate,
                 worst ? 0 : source.scatter());
    ++number;
  }
  addSenders(node, layout.sourcesOf, work, worst, /*dominant=*/false);
  work.cells = double(targets.size()) * population.receptors;
  work.sums = worst ? work.cells * part.digits.digits
                    : map.sumsOf(targets, layout.sourcesOf, silent,
                                 spread.beyondOne(part.digits));
  return work;
}

CycleEstimate LayerPlanner::partCycles(uint32_t node, const RowPart &part,
                                       const MapStatistics &map) const {
  return partCycles(node, part, map, map.layout(part.targets));
}

CycleEstimate LayerPlanner::partCycles(uint32_t node, const RowPart &part,
                                       const MapStatistics &map,
                                       const MapLayout &layout) const {
  CoreWork expected = sumsOf(node, part, map, layout, false);
  CoreWork worst = sumsOf(node, part, map, layout, true);
  return parallelEstimate(expected, worst, machine.mac, layout);
}

/// The populations that may be split share alike.
uint64_t LayerPlanner::sumKeys() const {
  auto sharing = llvm::count_if(info.nodes, [](const NetworkNode &node) {
    return node.parallel && node.mayRowSplit;
  });
  return kSumKeys / uint64_t(std::max<long>(1, sharing));
}

/// The sums that `part` can have: every source spikes as often as it may.
PartSums LayerPlanner::sumsOf(uint32_t node, const RowPart &part) const {
  std::vector<SumRange> cells(size_t(part.targets.size()) *
                              info.nodes[node].receptors);
  for (uint32_t i = part.grains.begin; i < part.grains.end; ++i) {
    const Grain &grain = grains[node][i];
    grain.statistics.addSums(part.targets, info.nodes[grain.origin].mostOfOne(),
                             cells);
  }
  PartSums sums{cells.size(), {}};
  for (const SumRange &cell : cells)
    sums.range.widen(cell);
  // The array faults beyond it (CoreEntry::largestCount).
  SumRange most = accumulatorRange(machine.mac);
  sums.range.plus = std::min(sums.range.plus, most.plus);
  sums.range.minus = std::min(sums.range.minus, most.minus);
  return sums;
}

void LayerPlanner::addDigits(uint32_t node, std::vector<RowPart> &parts) const {
  std::vector<PartSums> sums;
  for (const RowPart &part : parts)
    sums.push_back(sumsOf(node, part));
  for (auto [part, digits] :
       llvm::zip_equal(parts, chooseDigits(sums, sumKeys())))
    part.digits = digits;
}

/// The partial sums that a dominant core adds up.
void LayerPlanner::addSums(uint32_t node, Range targets, CoreWork &expected,
                           CoreWork &worst) const {
  std::vector<uint32_t> kinds;
  std::optional<SumDigits> first;
  double receptors = info.nodes[node].receptors;
  for (const RowPart &part : cuts[node].parts) {
    if (part.targets.begin < targets.begin || part.targets.end > targets.end)
      continue;
    fabric::addSums(expected, part.sums, receptors);
    fabric::addSums(
        worst, double(part.digits.digits) * part.targets.size() * receptors,
        receptors);
    expected.widths |= first && *first != part.digits;
    first = part.digits;
    if (!llvm::is_contained(kinds, part.digits.digits))
      kinds.push_back(part.digits.digits);
  }
  worst.widths = expected.widths;
  expected.kinds += double(kinds.size());
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

bool LayerPlanner::fitsPart(uint32_t node, const RowPart &part,
                            const MapStatistics &map, Limits limits) {
  MapLayout layout = map.layout(part.targets);
  if (most.sources && layout.sources > most.sources)
    return false;
  if (!planCore(partDemand(node, part.targets, layout), machine.sram).fits())
    return false;
  return limits == Limits::Bytes || budget <= 0 ||
         keepsTime(partCycles(node, part, map, layout));
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
          more->empty() || fitsPart(node, {targets, {begin, next + step}},
                                    more->statistics(), limits);
      if (fits) {
        builder = std::move(more);
        next += step;
      }
      growing &= fits;
      step = growing ? 2 * step : step / 2;
    }
    if (next == begin)
      return false; // not even one grain
    if (!builder->empty()) {
      RowPart part{targets, {begin, next}};
      const MapStatistics &map = builder->statistics();
      part.sums = sumsOf(node, part, map, map.layout(targets), false).sums;
      parts.push_back(part);
    }
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
  addDigits(node, parts);
  // They were found with one digit each.
  for (RowPart &part : parts)
    if (part.digits.digits > 1) {
      MapStatistics map = partMap(node, part);
      if (!fitsPart(node, part, map, limits))
        return std::nullopt;
      part.sums = sumsOf(node, part, map, map.layout(part.targets), false).sums;
    }
  return parts;
}

/// Whether the cut that `node` has is still possible.
bool LayerPlanner::fitsRows(uint32_t node, Limits limits) {
  const LayerCut &cut = cuts[node];
  return !cut.parts.empty() && llvm::all_of(slices(node), [&](Range targets) {
    return fitsCore(node, targets, limits);
  }) && llvm::all_of(cut.parts, [&](const RowPart &part) {
    return fitsPart(node, part, partMap(node, part), limits);
  });
}

/// Neurons of a range of columns, in the order of the subordinates that a few
/// of these ranges lead to believe in; none where nothing fits, or no dominant
/// core holds a range.
std::vector<uint32_t> LayerPlanner::widthsOf(uint32_t node, Limits limits) {
  uint32_t size = info.nodes[node].size, unit = granule(node);
  std::vector<std::pair<double, uint32_t>> found;
  auto holds = [&](Range targets, const std::vector<RowPart> &parts) {
    LayerCut before = std::exchange(
        cuts[node], {targets.size(), true, true, false, true, parts});
    bool fits = fitsCore(node, targets, limits);
    cuts[node] = std::move(before);
    return fits;
  };
  for (uint64_t columns = unit; columns <= cuts[node].chunk;
       columns += std::max<uint64_t>(1, columns / unit / 5) * unit) {
    std::vector<RowPart> parts;
    uint64_t ranges = (size + columns - 1) / columns;
    bool fits = true;
    for (uint64_t at : {uint64_t(0), ranges / 2}) {
      uint64_t begin = at * columns;
      Range targets{uint32_t(begin),
                    uint32_t(std::min<uint64_t>(size, begin + columns))};
      fits = fits && addParts(node, targets, mostOfRows, limits, parts) &&
             holds(targets, parts);
    }
    if (!fits)
      break; // wider ranges need no less
    found.emplace_back(double(parts.size()) * double(ranges) / 2,
                       uint32_t(columns));
    // Far beyond the best.
    if (found.back().first > 1.5 * std::ranges::min(found).first)
      break;
  }
  std::ranges::sort(found);
  std::vector<uint32_t> widths;
  for (auto &[parts, columns] : found)
    widths.push_back(columns);
  return widths;
}

/// Ranges of that width from neuron 0 on, whatever the dominant cores: these
/// hold as many of them as fit. Keeps what takes fewer cores than `best`.
bool LayerPlanner::tryWidth(uint32_t node, uint32_t columns, Limits limits,
                            LayerCut &best) {
  LayerCut &cut = cuts[node];
  uint32_t size = info.nodes[node].size;
  uint64_t cap = cut.chunk, most = mostOfRows;
  auto coresOf = [&](const LayerCut &of) {
    return of.parts.size() + (size + of.chunk - 1) / of.chunk;
  };
  if (best.chunk)
    most = coresOf(best) - 1;
  cut.parts.clear();
  cut.chunk = columns;
  auto parts = partition(node, columns, most, limits);
  bool found = false;
  if (parts) {
    cut.parts = std::move(*parts);
    auto hold = [&](uint64_t ranges) {
      cut.chunk = uint32_t(ranges * columns);
      return llvm::all_of(slices(node), [&](Range targets) {
        return fitsCore(node, targets, limits);
      });
    };
    uint64_t low = 0, high = cap / columns + 1;
    while (high - low > 1) {
      uint64_t middle = low + (high - low) / 2;
      (hold(middle) ? low : high) = middle;
    }
    cut.chunk = uint32_t(std::max<uint64_t>(1, low) * columns);
    found = low > 0 && coresOf(cut) <= most;
    if (found)
      best = cut;
  }
  cut.parts.clear();
  cut.chunk = uint32_t(cap);
  return found;
}

/// A large population: the most promising widths.
bool LayerPlanner::shrinkWide(uint32_t node, Limits limits) {
  constexpr size_t kTried = 3;
  std::vector<uint32_t> widths = widthsOf(node, limits);
  LayerCut best;
  for (size_t i = 0; i < std::min(kTried, widths.size()); ++i)
    tryWidth(node, widths[i], limits, best);
  if (!best.chunk)
    return false;
  cuts[node] = std::move(best);
  return true;
}

/// Every number of dominant cores and of column ranges per dominant core that
/// can still be better than the best so far.
bool LayerPlanner::shrinkRows(uint32_t node, Limits limits) {
  if (fitsRows(node, limits))
    return true;
  LayerCut &cut = cuts[node];
  if (info.nodes[node].size > kFewTiles * granule(node)) {
    cut.parts.clear();
    return shrinkWide(node, limits);
  }
  uint32_t size = info.nodes[node].size, unit = granule(node);
  uint64_t cap = cut.chunk, fewest = mostOfRows + 1;
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
    bool possible = mostOfRows < machine.coreCount(); // nobody asked
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
