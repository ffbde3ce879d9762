//===- LayerPlanner.cpp - One population cut into cores -------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "planner/LayerPlanner.h"

#include "planner/DramOrder.h"
#include "planner/ProjectionView.h"
#include "runtime/abi/CoreHeader.h"

#include "llvm/ADT/DenseMap.h"
#include "llvm/ADT/STLExtras.h"

#include <algorithm>
#include <array>
#include <bit>
#include <set>
#include <tuple>
#include <utility>

using namespace mlir;

namespace snnc::fabric {

MapDemand demandOf(const MapLayout &layout) {
  MapDemand demand;
  demand.panelBytes = layout.panels.size() * sizeof(SnncPanel);
  demand.weightBytes = layout.weightBytes;
  demand.scatterBytes = layout.scatterBytes();
  demand.positionBytes = layout.positionBytes();
  demand.operandBytes = layout.operandBytes();
  demand.outputBytes = layout.outputBytes;
  demand.historyBytes = layout.historyBytes();
  demand.historyCountBytes = layout.historyCountBytes();
  return demand;
}

LayerPlanner::LayerPlanner(const NetworkInfo &info, const MachineModel &machine,
                           CoreLimits most, double tickCycles)
    : info(info), machine(machine), most(most), budget(tickCycles),
      room(machine.coreCount()), mostOfRows(machine.coreCount()),
      cuts(info.nodes.size()), mayFetch(info.nodes.size()),
      statistics(info.edges.size()), nearRows(info.edges.size()),
      maps(info.nodes.size()), grains(info.nodes.size()),
      leastDelay(info.nodes.size()) {
  for (uint32_t node = 0; node < info.nodes.size(); ++node)
    start(node, info.nodes[node].parallel, /*fullRing=*/true);
}

/// Slices are multiples of so many neurons where there are several: dense rows
/// carry no padding and index entries are shared (4), tiles are full (16).
uint32_t LayerPlanner::granule(uint32_t node) const {
  return cuts[node].parallel ? formatOf(node).tileNeurons : 4;
}

uint32_t LayerPlanner::smallestSlice(uint32_t node) const {
  return cuts[node].parallel ? std::min(granule(node), info.nodes[node].size)
                             : 1;
}

MapFormat LayerPlanner::formatOf(uint32_t node) const {
  MapFormat format;
  format.arrayColumns = std::max(1u, machine.mac.columns);
  format.maxColumns = 4 * format.arrayColumns;
  format.tileNeurons = format.arrayColumns;
  if (most.neurons && most.neurons < format.arrayColumns &&
      most.neurons < info.nodes[node].size)
    format.tileNeurons = most.neurons;
  format.batch = info.nodes[node].batch;
  for (uint32_t edge : info.nodes[node].incoming) {
    snn::ProjectionOp op = info.edges[edge].op;
    if (auto quant = op.getQuantAttr())
      format.weightBits = std::max(format.weightBits, quant.getBits());
  }
  return format;
}

void LayerPlanner::start(uint32_t node, bool parallel, bool fullRing) {
  const NetworkNode &population = info.nodes[node];
  if (maps[node])
    maps[node]->setBatch(population.batch);
  cuts[node] = {population.size,
                parallel,
                fullRing,
                mayFetch[node] && !parallel,
                parallel && population.rowSplit,
                {}};
  if (population.isInput || !most.neurons || population.size <= most.neurons)
    return;
  uint32_t unit = parallel ? granule(node) : 1;
  cuts[node].chunk = most.neurons / unit * unit;
}

LogicalResult LayerPlanner::startRows(uint32_t node) {
  start(node, /*parallel=*/true, /*fullRing=*/true);
  cuts[node].rows = true;
  return scan(node);
}

std::vector<uint32_t> LayerPlanner::batches(uint32_t node) const {
  const NetworkNode &population = info.nodes[node];
  if (!population.mayBatch)
    return {population.batch};
  std::vector<uint32_t> choices;
  for (uint32_t b = std::bit_floor(std::clamp(machine.mac.rows, 1u, 16u)); b;
       b /= 2)
    choices.push_back(b);
  return choices;
}

void LayerPlanner::setBatch(uint32_t node, uint32_t batch) {
  maps[node]->setBatch(batch);
}

LogicalResult LayerPlanner::scan(uint32_t node) {
  if (cuts[node].parallel) {
    if (!maps[node] && failed(scanMap(node)))
      return failure();
    if (!cuts[node].rows)
      return success();
    if (grains[node].empty() && failed(scanGrains(node)))
      return failure();
  }
  bool near = cuts[node].rows;
  for (uint32_t edge : info.nodes[node].incoming)
    if ((!near || info.edges[edge].isNear) && !rowsOf(edge) &&
        failed(scanRows(edge, near)))
      return failure();
  return success();
}

void LayerPlanner::forget(uint32_t node) {
  maps[node].reset();
  std::vector<Grain>().swap(grains[node]);
}

LogicalResult LayerPlanner::scanRows(uint32_t edge, bool near) {
  snn::ProjectionOp op = info.edges[edge].op;
  auto view = viewOf(op, std::nullopt, near ? Delays::Near : Delays::All);
  if (!view)
    return failure();
  (near ? nearRows : statistics)[edge] =
      BlockStatistics::scan(*view, info.formats());
  known.clear();
  return success();
}

const BlockStatistics *LayerPlanner::rowsOf(uint32_t edge) const {
  const auto &found =
      (cuts[info.edges[edge].target].rows ? nearRows : statistics)[edge];
  return found ? &*found : nullptr;
}

LogicalResult LayerPlanner::scanMap(uint32_t node) {
  const NetworkNode &population = info.nodes[node];
  MapStatistics map(formatOf(node), population.size, population.receptors);
  for (uint32_t edge : population.incoming) {
    snn::ProjectionOp op = info.edges[edge].op;
    auto view = viewOf(op);
    if (!view)
      return failure();
    map.add(*view, uint32_t(op.getReceptor()), info.edges[edge].source,
            info.inputRate(edge));
  }
  maps[node] = std::move(map);
  return success();
}

std::vector<Range> LayerPlanner::slices(uint32_t node) const {
  uint32_t size = info.nodes[node].size, chunk = cuts[node].chunk;
  std::vector<Range> ranges;
  for (uint64_t begin = 0; begin < size; begin += chunk)
    ranges.push_back(
        {uint32_t(begin), uint32_t(std::min<uint64_t>(size, begin + chunk))});
  return ranges;
}

uint64_t LayerPlanner::sliceCount(uint32_t node) const {
  uint64_t size = info.nodes[node].size, chunk = cuts[node].chunk;
  return size ? (size + chunk - 1) / chunk : 0;
}

Range LayerPlanner::sourcesOf(uint32_t edge, Range targets) const {
  uint32_t node = info.edges[edge].target;
  const auto &incoming = info.nodes[node].incoming;
  auto number = std::find(incoming.begin(), incoming.end(), edge);
  return allSourcesOf(node, targets)[size_t(number - incoming.begin())];
}

std::vector<Range> LayerPlanner::allSourcesOf(uint32_t node,
                                              Range targets) const {
  if (isMap(node))
    return maps[node]->sourcesOf(targets);
  llvm::SmallDenseMap<uint32_t, Range> ofSource;
  for (uint32_t edge : info.nodes[node].incoming)
    if (const BlockStatistics *rows = rowsOf(edge)) {
      Range &all = ofSource[info.edges[edge].source];
      all = hull(all, rows->sourcesOf(targets));
    }
  std::vector<Range> ranges;
  for (uint32_t edge : info.nodes[node].incoming)
    ranges.push_back(rowsOf(edge) ? ofSource[info.edges[edge].source]
                                  : Range{});
  return ranges;
}

/// What reaches a core of `node` whose blocks know `sources`.
std::vector<Arrival> LayerPlanner::arrivals(uint32_t node,
                                            std::span<const Range> sources,
                                            bool dominant) const {
  std::vector<std::pair<uint32_t, Range>> projections;
  for (auto [edge, range] : llvm::zip_equal(info.nodes[node].incoming, sources))
    if (!dominant || range.size() != 0) // else of subordinates
      projections.emplace_back(info.edges[edge].source, range);
  return arrivalsOf(projections, [&](uint32_t source, Range known) {
    SlicesMet met = slicesWith(source, known);
    bool partly = (cuts[node].rows && !dominant) || info.nodes[source].isInput;
    met.unit = partly ? kRouteUnit : 0;
    return met;
  });
}

SlicesMet LayerPlanner::slicesWith(uint32_t node, Range neurons) const {
  if (neurons.size() == 0)
    return {};
  uint64_t chunk = cuts[node].chunk, size = info.nodes[node].size;
  auto at = [&](uint64_t number) {
    return Range{uint32_t(number * chunk),
                 uint32_t(std::min(size, (number + 1) * chunk))};
  };
  uint64_t first = neurons.begin / chunk, last = (neurons.end - 1) / chunk;
  return {at(first), at(last), last - first + 1};
}

/// Of a population that is not cut yet nobody knows what else reaches the core.
void LayerPlanner::addSenders(uint32_t node, std::span<const Range> sources,
                              CoreWork &work, bool worst, bool dominant) const {
  std::vector<Arrival> list = arrivals(node, sources, dominant);
  for (Arrival &each : list)
    if (!info.nodes[each.source].isInput &&
        cuts[each.source].chunk >= info.nodes[each.source].size)
      each.keys = std::min<uint64_t>(each.keys, each.known.size());
  addArrivals(work, list, info, cuts[node].parallel && !dominant, worst);
}

/// Cycles of a tick that the rows of a block take in that encoding.
double LayerPlanner::rowCycles(uint32_t edge, Range targets, Range sources,
                               const RowEncoding &encoding) const {
  CoreWork work;
  addRows(work, encoding,
          {double(sources.size()), targets.size(),
           double(rowsOf(edge)->synapses(targets)),
           info.nodes[info.edges[edge].source].meanRate,
           ringOf(info.edges[edge].target, targets.size())},
          TransferCost::ofPlan(machine, UINT64_MAX));
  return work.rowCycles;
}

/// With its rows in DRAM: the encoding that leaves least in SRAM, and the
/// fastest.
std::array<std::optional<BlockStatistics::Choice>, 2>
LayerPlanner::inDram(uint32_t edge, Range targets, Range sources) const {
  std::optional<BlockStatistics::Choice> least, fastest;
  double leastCycles = 0, bestCycles = 0;
  for (auto &choice : rowsOf(edge)->legal(targets, sources, RowsIn::Dram)) {
    double cycles = rowCycles(edge, targets, sources, choice.encoding);
    auto key = std::tuple(choice.size.index, cycles, choice.size.rows);
    if (!least ||
        key < std::tuple(least->size.index, leastCycles, least->size.rows)) {
      least = choice;
      leastCycles = cycles;
    }
    if (!fastest || cycles < bestCycles) {
      fastest = choice;
      bestCycles = cycles;
    }
  }
  return {least, fastest};
}

/// Into `choices`, with what all blocks need in SRAM.
void LayerPlanner::addInDram(uint32_t node, Range targets,
                             BlockChoices &choices) const {
  BlockChoices::InDram &there = choices.inDram.emplace();
  std::vector<std::pair<uint64_t, size_t>> freed; // bytes, block
  for (auto [i, edge] : llvm::enumerate(info.nodes[node].incoming)) {
    auto [slim, quick] = inDram(edge, targets, choices.sources[i]);
    const auto &here = choices.inSram[i];
    uint64_t bytes =
        here ? here->size.total() : 4 * rowsOf(edge)->synapses(targets);
    if (slim && slim->size.index < bytes)
      freed.emplace_back(bytes - slim->size.index, i);
    there.least.push_back(std::move(slim));
    there.fastest.push_back(std::move(quick));
  }
  llvm::sort(freed, [](const auto &a, const auto &b) {
    return std::pair(b.first, a.second) < std::pair(a.first, b.second);
  });
  for (auto [bytes, block] : freed)
    there.order.push_back(block);
}

BlockChoices LayerPlanner::choicesOf(uint32_t node, Range targets,
                                     bool dram) const {
  BlockChoices found;
  found.sources = allSourcesOf(node, targets);
  for (auto [edge, range] :
       llvm::zip_equal(info.nodes[node].incoming, found.sources))
    found.inSram.push_back(rowsOf(edge) ? rowsOf(edge)->choose(targets, range)
                                        : std::nullopt);
  if (dram)
    addInDram(node, targets, found);
  return found;
}

std::shared_ptr<const BlockChoices>
LayerPlanner::blockChoices(uint32_t node, Range targets) const {
  bool dram = cuts[node].dram;
  return known.get(node, cuts[node].rows, targets, dram,
                   [&] { return choicesOf(node, targets, dram); });
}

LayerPlanner::Choices LayerPlanner::choices(uint32_t node,
                                            Range targets) const {
  std::shared_ptr<const BlockChoices> found = blockChoices(node, targets);
  auto fits = [&](const Choices &all) {
    return planCore(serialDemand(node, targets, all), machine.sram).fits();
  };
  if (!cuts[node].dram || fits(found->inSram))
    return found->inSram;
  const BlockChoices::InDram &there = *found->inDram;
  auto moved = [&](size_t count, const Choices &to) {
    Choices all = found->inSram;
    for (size_t block : llvm::ArrayRef(there.order).take_front(count))
      all[block] = to[block];
    return all;
  };
  size_t movable = there.order.size();
  Choices slimmest = moved(movable, there.least);
  if (!fits(slimmest))
    return slimmest;
  size_t count =
      fewest(movable, [&](size_t n) { return fits(moved(n, there.least)); });
  // Faster where there is room for the indices of all: every encoding that a
  // core fetches is a loop more of its program.
  Choices faster = moved(count, there.fastest);
  return fits(faster) ? faster : moved(count, there.least);
}

uint64_t LayerPlanner::fetchBytes(uint32_t node, Range targets,
                                  const Choices &choices) const {
  uint64_t most = 0;
  for (auto [edge, choice] :
       llvm::zip_equal(info.nodes[node].incoming, choices))
    if (choice && isFetched(choice->encoding))
      most =
          std::max(most, choice->encoding.format->longestTransfer(
                             choice->encoding.fields, *rowsOf(edge), targets));
  return most * rowBuffers(machine);
}

/// The map of a parallel core, its table entries and its packets.
void LayerPlanner::addMap(CoreDemand &demand, uint32_t node,
                          const MapLayout &layout) const {
  const NetworkNode &population = info.nodes[node];
  demand.map = fabric::demandOf(layout);
  if (!layout.addressable()) // beyond the 16-bit numbers of the format
    demand.map->weightBytes = std::max<uint64_t>(
        demand.map->weightBytes, availableBytes(machine.sram) + 1);
  demand.maxDelay = layout.lastDelay;
  addPackets(demand, arrivals(node, layout.sourcesOf, /*dominant=*/false),
             info);
  for (auto [edge, range] :
       llvm::zip_equal(population.incoming, layout.sourcesOf)) {
    BlockDemand block{edge};
    block.entries = uint32_t(slicesWith(info.edges[edge].source, range).count);
    demand.blocks.push_back(block);
  }
}

CoreDemand LayerPlanner::demandAt(uint32_t node, Range targets,
                                  uint32_t chunk) {
  uint32_t before = std::exchange(cuts[node].chunk, chunk);
  CoreDemand demand = demandOf(node, targets);
  cuts[node].chunk = before;
  return demand;
}

CoreDemand LayerPlanner::demandOf(uint32_t node, Range targets) const {
  return demandOf(node, targets,
                  isMap(node) ? Choices() : choices(node, targets));
}

CoreDemand LayerPlanner::demandOf(uint32_t node, Range targets,
                                  const Choices &choices) const {
  const NetworkNode &population = info.nodes[node];
  if (isMap(node)) {
    CoreDemand demand = info.demand(population, targets.size());
    demand.fullRing = cuts[node].fullRing;
    addMap(demand, node, maps[node]->layout(targets));
    return demand;
  }
  CoreDemand demand = serialDemand(node, targets, choices);
  if (!cuts[node].rows)
    return demand;
  // Room for spikes of all sources at once would leave none for sums.
  demand.fullRing = false;
  for (const RowPart &part : cuts[node].parts)
    if (part.targets.begin >= targets.begin &&
        part.targets.end <= targets.end) {
      demand.sumEntries += population.receptors;
      demand.sumPackets += uint64_t(part.digits.digits) * part.targets.size() *
                           population.receptors;
    }
  return demand;
}

CoreDemand LayerPlanner::serialDemand(uint32_t node, Range targets,
                                      const Choices &choices) const {
  const NetworkNode &population = info.nodes[node];
  CoreDemand demand = info.demand(population, targets.size());
  demand.fullRing = cuts[node].fullRing;
  std::shared_ptr<const BlockChoices> held = blockChoices(node, targets);
  const std::vector<Range> &sources = held->sources;
  for (auto [edge, range, best] :
       llvm::zip_equal(population.incoming, sources, choices)) {
    if (!rowsOf(edge))
      continue;
    BlockDemand block{edge};
    block.entries = range.size() ? 1 : 0; // keyRunsOf
    const BlockStatistics &stats = *rowsOf(edge);
    // No legal encoding: too many words for the index or a delay range whose
    // ring is too large; four bytes a synapse are beyond a core then as well.
    block.rowsBytes = 4 * stats.synapses(targets);
    if (best) {
      block.rowsBytes = best->size.rows;
      block.indexBytes = best->size.index;
    }
    if (best && isFetched(best->encoding))
      std::swap(block.rowsBytes, block.dramBytes);
    demand.maxDelay = std::max<uint64_t>(demand.maxDelay, stats.maxDelay());
    demand.blocks.push_back(block);
  }
  demand.rowBuffers = rowBuffers(machine);
  demand.transferBytes = fetchBytes(node, targets, choices) / demand.rowBuffers;
  addPackets(demand, arrivals(node, sources, cuts[node].rows), info);
  return demand;
}

bool LayerPlanner::keepsTime(const CycleEstimate &cycles) {
  late |= !inTime(cycles);
  return inTime(cycles);
}

bool LayerPlanner::fitsCore(uint32_t node, Range targets, Limits limits) {
  Choices blocks = isMap(node) ? Choices() : choices(node, targets);
  if (!planCore(demandOf(node, targets, blocks), machine.sram).fits())
    return false;
  return limits == Limits::Bytes || budget <= 0 ||
         keepsTime(cyclesOf(node, targets, blocks));
}

bool LayerPlanner::fits(uint32_t node, uint32_t candidate, Limits limits) {
  // A recurrent projection sees its own slices.
  uint32_t before = std::exchange(cuts[node].chunk, candidate);
  auto ranges = slices(node);
  bool all = std::all_of(ranges.begin(), ranges.end(), [&](Range targets) {
    return fitsCore(node, targets, limits);
  });
  cuts[node].chunk = before;
  return all;
}

/// Neurons per slice when there are `count`.
uint32_t LayerPlanner::chunkFor(uint32_t node, uint32_t count) const {
  uint64_t size = info.nodes[node].size, unit = granule(node);
  uint64_t even = ((size + count - 1) / count + unit - 1) / unit * unit;
  return uint32_t(std::min<uint64_t>(size, even));
}

bool LayerPlanner::shrink(uint32_t node, Limits limits) {
  if (cuts[node].rows)
    return shrinkRows(node, limits);
  uint32_t size = info.nodes[node].size, unit = granule(node);
  uint32_t &chunk = cuts[node].chunk;
  if (fits(node, chunk, limits))
    return true;
  // In units; `high` does not fit, `low` does.
  uint32_t high = chunk / unit + (chunk % unit != 0), low = 1;
  while (tooManySlices(node, low * unit) && low < high)
    ++low;
  // The least slice may fail where a larger one fits: each slice of a recurrent
  // population has an entry in the table of every other.
  bool found = low < high && fits(node, low * unit, limits);
  for (uint32_t tried = high / 2; !found && tried > low; tried /= 2) {
    found = fits(node, tried * unit, limits);
    (found ? low : high) = tried;
    if (found)
      break;
  }
  if (!found) {
    for (uint32_t few : {2u, 1u})
      if (!cuts[node].parallel && few < chunk && !tooManySlices(node, few) &&
          fits(node, few, limits)) {
        chunk = few;
        return true;
      }
    return false;
  }
  // Below `known` nothing needs to be looked at, but the halving begins at 1:
  // where fitting is no matter of size alone it decides which slices are found.
  uint32_t known = std::exchange(low, 1);
  while (high - low > 1) {
    uint32_t middle = low + (high - low) / 2;
    bool good = middle <= known || fits(node, middle * unit, limits);
    (good ? low : high) = middle;
  }
  low = std::max(low, known);
  uint32_t count = (size + low * unit - 1) / (low * unit);
  // Rows of uneven length: fewer slices may fit although larger ones did not.
  while (count > 1 && chunkFor(node, count - 1) < chunk &&
         fits(node, chunkFor(node, count - 1), limits))
    --count;
  uint32_t equal = chunkFor(node, count);
  chunk = fits(node, equal, limits) ? equal : low * unit;
  return true;
}

/// Of a serial core with so many neurons.
RingShape LayerPlanner::ringOf(uint32_t node, uint32_t neurons) const {
  uint64_t longest = 1;
  for (uint32_t edge : info.nodes[node].incoming)
    if (const BlockStatistics *rows = rowsOf(edge))
      longest = std::max<uint64_t>(longest, rows->maxDelay());
  return {ringSlots(longest),
          ringSlotBytes(neurons, info.nodes[node].receptors)};
}

/// Its slices do not fill the keys that each gets (AssignKeys.cpp).
bool LayerPlanner::keysHaveGaps(uint32_t node) const {
  uint32_t chunk = cuts[node].chunk;
  return !info.nodes[node].isInput && chunk < info.nodes[node].size &&
         !std::has_single_bit(chunk);
}

/// Loops of rows in a serial core's program.
static size_t kindsOf(const LayerPlanner::Choices &blocks) {
  std::vector<RowEncoding> loops;
  for (const auto &block : blocks)
    if (block) {
      const RowEncoding &rows = block->encoding;
      RowEncoding loop{rows.format, rows.format->forLoop(rows.fields)};
      if (!llvm::is_contained(loops, loop))
        loops.push_back(loop);
    }
  return loops.size();
}

CycleEstimate LayerPlanner::cyclesOf(uint32_t node, Range targets) const {
  return cyclesOf(node, targets,
                  isMap(node) ? Choices() : choices(node, targets));
}

CycleEstimate LayerPlanner::cyclesOf(uint32_t node, Range targets,
                                     const Choices &blocks) const {
  bool parallel = isMap(node);
  MapLayout layout;
  if (parallel)
    layout = maps[node]->layout(targets);
  CoreWork expected, worst;
  const NeuronCycles &cycles = info.nodes[node].cycles;
  expected.neuronCycles = cycles.expectedOf(targets.size(), parallel);
  worst.neuronCycles = cycles.worstOf(targets.size());
  expected.recording = targets.size() * cycles.recording;
  worst.recording = targets.size() * cycles.recordingWorst;
  uint32_t number = 0;
  RingShape ring = parallel ? RingShape() : ringOf(node, targets.size());
  std::vector<Range> ranges = parallel ? allSourcesOf(node, targets)
                                       : blockChoices(node, targets)->sources;
  auto transfer = TransferCost::ofPlan(machine, fetching);
  expected.shared = info.sharesKeys(node);
  for (uint32_t edge : info.nodes[node].incoming) {
    if (!parallel && !rowsOf(edge)) {
      ++number;
      continue;
    }
    const NetworkNode &source = info.nodes[info.edges[edge].source];
    Range sources = ranges[number];
    expected.gaps |= keysHaveGaps(info.edges[edge].source);
    auto add = [&](CoreWork &work, double rate, double scatter) {
      if (parallel)
        return addPositions(
            work, layout, sources.size(),
            double(maps[node]->positionsOf(number, layout, targets)), rate,
            scatter);
      // Where nothing holds the block the plan fails elsewhere.
      const auto &best = blocks[number];
      RowWork rows{double(sources.size()), targets.size(),
                   double(rowsOf(edge)->synapses(targets)), rate, ring};
      if (best)
        addRows(work, best->encoding, rows, transfer, scatter);
      else
        work.packets += rows.sources * rate;
    };
    add(expected, source.meanRate, source.scatter());
    add(worst, source.worstRate(sources.size()), 0);
    ++number;
  }
  worst.gaps = expected.gaps;
  worst.shared = expected.shared;
  expected.kinds = double(kindsOf(blocks));
  if (cuts[node].rows)
    addSums(node, targets, expected, worst);
  addSenders(node, ranges, expected, /*worst=*/false, cuts[node].rows);
  addSenders(node, ranges, worst, /*worst=*/true, cuts[node].rows);
  worst.kinds = expected.kinds;
  return parallel ? parallelEstimate(expected, worst, machine.mac, layout)
                  : serialEstimate(expected, worst);
}

LayerPlan LayerPlanner::planOf(uint32_t node) const {
  LayerPlan plan;
  plan.parallel = cuts[node].parallel;
  plan.chunk = cuts[node].chunk;
  plan.parts = cuts[node].parts.size();
  if (plan.parallel)
    plan.batch = maps[node]->format().batch;
  auto add = [&](const CoreDemand &demand, const CycleEstimate &cycles) {
    ++plan.pes;
    plan.bytes += planCore(demand, machine.sram).needed;
    uint64_t inDram = 0;
    for (const BlockDemand &block : demand.blocks)
      inDram += block.dramBytes;
    plan.dramBytes += inDram;
    plan.fetching += inDram > 0;
    plan.cycles = CycleEstimate::busiest(plan.cycles, cycles);
  };
  auto addProducts = [&](const MapStatistics &map, Range targets) {
    for (const MapPanel &panel : map.layout(targets).panels)
      plan.macs += double(panel.rows) * panel.columns;
  };
  for (Range targets : slices(node)) {
    add(demandOf(node, targets), cyclesOf(node, targets));
    if (plan.parallel && !cuts[node].rows)
      addProducts(*maps[node], targets);
  }
  for (const RowPart &part : cuts[node].parts) {
    MapStatistics map = partMap(node, part);
    add(partDemand(node, part.targets, map), partCycles(node, part, map));
    addProducts(map, part.targets);
  }
  return plan;
}

uint64_t LayerPlanner::sumLimit() const {
  uint32_t bits = std::clamp(machine.mac.accumulatorBits, 1u, 32u);
  return (uint64_t(1) << (bits - 1)) - 1;
}

bool LayerPlanner::sumFits(uint32_t node) const {
  return maps[node]->largestSum().value <= sumLimit();
}

} // namespace snnc::fabric
