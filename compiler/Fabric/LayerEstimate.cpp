//===- LayerEstimate.cpp - Both paradigms in closed form ------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "compiler/Fabric/LayerEstimate.h"

#include "compiler/Fabric/EstimatedPanels.h"

#include "runtime/abi/CoreHeader.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/SmallVector.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <memory>
#include <numeric>

namespace snnc::fabric {

namespace {

/// One core with `neurons` neurons.
struct Core {
  double bytes = 0;
  CycleEstimate cycles;
  double macs = 0, mapRows = 0, mapColumns = 0, denseShare = 0, sums = 0;
};

/// One of the shape's figures for slices of `n` targets.
double forSlice(const std::array<double, kReaches> &figures, uint32_t n) {
  double place = std::log2(std::max(1.0, n / double(kTileNeurons)));
  auto below = std::min(size_t(place), kReaches - 1);
  auto above = std::min(below + 1, kReaches - 1);
  double part = above > below ? place - double(below) : 0;
  return figures[below] + part * (figures[above] - figures[below]);
}

/// Sources of the range that reaches a slice of `n` targets.
double sourcesInReach(const EdgeShape &edge, uint32_t n, bool heaviest) {
  double share =
      forSlice(edge.reach, n) * (heaviest ? forSlice(edge.heavyReach, n) : 1);
  return std::max(1.0, edge.sources * std::min(1.0, share));
}

/// What both paradigms share: the search for the slices.
class Estimator {
public:
  Estimator(const LayerShape &layer, const MachineModel &machine,
            double tickCycles, double room)
      : layer(layer), machine(machine), tickCycles(tickCycles),
        available(room * double(availableBytes(machine.sram))) {
    available -= std::fmod(available, std::max(4u, machine.sram.alignment));
  }
  virtual ~Estimator() = default;

  /// With packet rings that hold a packet of every source, or shorter ones.
  std::optional<LayerEstimate> run(bool fullRing);
  /// Those where they fit at all.
  std::optional<LayerEstimate> run() {
    auto found = run(true);
    return found ? found : run(false);
  }

  /// The fullest core of so many: its bytes (or cycles) over those it has.
  double fillOf(uint64_t pes) const {
    Core fullest = core(chunkFor(uint32_t(pes)));
    double busy = tickCycles > 0 ? fullest.cycles.peak / tickCycles : 0;
    return std::max(busy, fullest.bytes / available);
  }
  double cyclesOf(uint64_t pes) const {
    return core(chunkFor(uint32_t(pes))).cycles.expected;
  }
  /// Whether the length of a tick has ruled anything out so far.
  bool timeMattered() const { return late; }

protected:
  /// The heaviest or the mean core with `neurons` neurons.
  virtual Core core(uint32_t neurons, bool heaviest = true) const = 0;
  virtual uint32_t unit() const = 0;
  virtual uint32_t leastSlice() const = 0;
  virtual bool isParallel() const = 0;
  double commonBytes(uint32_t neurons) const;
  /// As planCore aligns every buffer.
  double aligned(double bytes) const {
    double unit = std::max<double>(4, machine.sram.alignment);
    return std::ceil(bytes / unit) * unit;
  }

  const LayerShape &layer;
  const MachineModel &machine;

private:
  bool fits(const Core &core) const {
    if (core.bytes > available)
      return false;
    bool inTime = tickCycles <= 0 || core.cycles.peak <= tickCycles;
    late |= !inTime;
    return inTime;
  }
  uint32_t chunkFor(uint32_t count) const {
    uint32_t size = uint32_t(layer.neurons);
    uint32_t even = (size + count - 1) / count;
    return std::min(size, (even + unit() - 1) / unit() * unit());
  }
  uint32_t largestChunk() const;
  LayerEstimate describe(uint32_t chunk) const;

  double tickCycles, available;
  bool fullRing = true;
  mutable bool late = false; ///< timeMattered()
};

/// Header, table, parameters, states, spikes, packet ring, recorded tick.
double Estimator::commonBytes(uint32_t n) const {
  double sources = layer.sources();
  double ring = std::max(512.0, fullRing ? sources : std::floor(sources / 8));
  double packets = std::min(std::max(2 * sources, 4.0), ring);
  double spikes = double(spikeBytes(n));
  return aligned(sizeof(SnncCoreHeader)) +
         aligned(double(layer.edges.size()) * sizeof(SnncTableEntry)) +
         aligned(4.0 * n) * (layer.arrayParams + layer.states) +
         aligned(spikes) + aligned(spikes + 4.0 * n * layer.states) +
         aligned(4 * packets);
}

/// The largest slice that fits, a multiple of unit() where there are several;
/// 0: none.
uint32_t Estimator::largestChunk() const {
  uint32_t size = uint32_t(layer.neurons);
  if (fits(core(size)))
    return size;
  uint32_t high = (size + unit() - 1) / unit(), low = 1;
  if (high <= 1 || !fits(core(unit()))) {
    for (uint32_t few : {2u, 1u})
      if (few >= leastSlice() && few < size && fits(core(few)))
        return few;
    return 0;
  }
  while (high - low > 1) {
    uint32_t middle = low + (high - low) / 2;
    (fits(core(middle * unit())) ? low : high) = middle;
  }
  return low * unit();
}

LayerEstimate Estimator::describe(uint32_t chunk) const {
  uint32_t size = uint32_t(layer.neurons);
  uint32_t count = (size + chunk - 1) / chunk, even = chunkFor(count);
  if (fits(core(even)))
    chunk = even;
  Core full = core(chunk, true), mean = core(chunk, false);
  LayerEstimate result;
  uint32_t pes = (size + chunk - 1) / chunk, last = size - (pes - 1) * chunk;
  double share = size / double(chunk);
  double bytes = (pes - 1) * mean.bytes + core(last, pes == 1).bytes;
  result.plan = {isParallel(),    chunk,       pes,
                 uint64_t(bytes), full.cycles, layer.batch};
  result.fill = full.bytes / available;
  result.busy = tickCycles > 0 ? full.cycles.peak / tickCycles : 0;
  result.plan.macs = mean.macs * share;
  result.mapRows = mean.mapRows * share;
  result.mapColumns = mean.mapColumns * share;
  result.denseShare = full.denseShare;
  result.sums = mean.sums * share;
  return result;
}

std::optional<LayerEstimate> Estimator::run(bool full) {
  fullRing = full;
  uint32_t chunk = largestChunk();
  return chunk ? std::optional(describe(chunk)) : std::nullopt;
}

//===----------------------------------------------------------------------===//
// Serial
//===----------------------------------------------------------------------===//

class SerialEstimator : public Estimator {
public:
  using Estimator::Estimator;

private:
  uint32_t unit() const override { return 4; }
  uint32_t leastSlice() const override { return 1; }
  bool isParallel() const override { return false; }
  Core core(uint32_t neurons, bool heaviest) const override;

  using Kind = RowEncoding::Kind;
  struct Block {
    double bytes = 0, index = 0;
    Kind kind = Kind::Sparse;
    double total() const { return bytes + index; }
  };
  Block block(const EdgeShape &edge, uint32_t neurons, double synapses,
              bool heaviest) const;
  double kernelBytes(const EdgeShape &edge, uint32_t neurons,
                     bool heaviest) const;
};

/// Of the slice that meets most channels, or of the mean one.
double SerialEstimator::kernelBytes(const EdgeShape &edge, uint32_t n,
                                    bool heaviest) const {
  RowEncoding encoding = RowEncoding::shared(edge.bits, *edge.conv);
  auto size = uint32_t(layer.neurons);
  if (edge.conv->channelsLast || n >= size)
    return double(convBytes(encoding, {0, std::min(n, size)}));
  double most = 0, sum = 0, count = 0;
  for (uint32_t begin = 0; begin < size; begin += n, ++count) {
    double bytes =
        double(convBytes(encoding, {begin, std::min(size, begin + n)}));
    most = std::max(most, bytes);
    sum += bytes;
  }
  return heaviest ? most : sum / count;
}

/// The smallest of the formats of Encoding.h.
SerialEstimator::Block SerialEstimator::block(const EdgeShape &edge, uint32_t n,
                                              double synapses,
                                              bool heaviest) const {
  double rows = sourcesInReach(edge, n, heaviest);
  Block best{INFINITY};
  if (edge.delays == 1)
    best = {rows * double(align4(n)) * edge.bits / 8, 0, Kind::Dense};
  unsigned delayBits =
      unsigned(std::bit_width(uint64_t(edge.longest - edge.shortest)));
  for (unsigned word : {16u, 32u}) {
    unsigned used = delayBits + edge.bits;
    if (used >= word || uint64_t(n - 1) >> (word - used) ||
        synapses > UINT16_MAX)
      continue;
    Block sparse{4 * std::ceil(synapses * word / 32),
                 4 * std::ceil((rows + 1) / 2)};
    if (sparse.total() < best.total())
      best = sparse;
  }
  if (edge.conv && edge.delays == 1) { // as BlockStatistics::choose
    double bytes = kernelBytes(edge, n, heaviest);
    if (2 * bytes <= best.total())
      best = {bytes, 0, Kind::Conv};
  }
  if (std::isinf(best.bytes))
    best.bytes = 4 * synapses; // no legal encoding, as LayerPlanner::demandOf
  return best;
}

Core SerialEstimator::core(uint32_t n, bool heaviest) const {
  Core core;
  core.bytes = commonBytes(n) +
               aligned(double(ringSlots(uint64_t(layer.longestDelay()))) *
                       double(ringSlotBytes(n, layer.receptors)));
  CoreWork work[2];
  double synapses = 0, dense = 0;
  for (const EdgeShape &edge : layer.edges) {
    double events = edge.sources * edge.density * n *
                    (heaviest ? forSlice(edge.heavySynapses, n) : 1);
    Block rows = block(edge, n, events, heaviest);
    double reached = sourcesInReach(edge, n, heaviest);
    core.bytes += aligned(rows.bytes) + aligned(rows.index);
    synapses += events;
    dense += rows.kind == Kind::Dense ? events : 0;
    for (bool worst : {false, true}) {
      double rate = worst ? std::max(1.0, edge.rate) : edge.rate;
      work[worst].packets += reached * rate;
      if (rows.kind == Kind::Dense) {
        work[worst].denseEvents += reached * double(align4(n)) * rate;
      } else if (rows.kind == Kind::Conv) {
        work[worst].convEvents += events * rate;
        work[worst].convRuns += reached * edge.conv->runs(n) * rate;
      } else {
        work[worst].sparseEvents += events * rate;
      }
    }
  }
  work[0].neurons = work[1].neurons = n;
  double cycles = serialCycles(work[0]);
  core.cycles = {cycles, serialCycles(work[1]), cycles};
  core.denseShare = synapses > 0 ? dense / synapses : 0;
  return core;
}

//===----------------------------------------------------------------------===//
// Parallel
//===----------------------------------------------------------------------===//

class ParallelEstimator : public Estimator {
public:
  /// `subordinate`: of a row split, without neurons.
  ParallelEstimator(const LayerShape &layer, const MachineModel &machine,
                    double tickCycles, double room, bool subordinate = false);

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
  Core core(uint32_t neurons, bool heaviest) const override;
  /// A panel per receptor over `neurons` neurons, at most `window` tiles.
  Panels panel(uint32_t neurons) const;
  double emptyLog(size_t edge, uint32_t neurons) const;
  Panels best(uint32_t neurons) const;
  Panels sharing(Panels panels, uint32_t neurons, bool heaviest) const;
  double heaviness(uint32_t neurons) const;

  uint32_t width;
  bool subordinate;
  MapFormat format;
  /// Per edge: log(1 - filled) of 0 to `window` tiles.
  llvm::SmallVector<std::array<double, window + 1>, 4> emptyLogs;
  std::array<Panels, window + 1> whole; ///< panels of so many full tiles
  llvm::SmallVector<Panels, 0> tiles;   ///< the cheapest panels of i full tiles
};

ParallelEstimator::ParallelEstimator(const LayerShape &layer,
                                     const MachineModel &machine,
                                     double tickCycles, double room,
                                     bool subordinate)
    : Estimator(layer, machine, tickCycles, room),
      width(std::max(1u, machine.mac.columns)), subordinate(subordinate) {
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
      result.worstPositions += count * std::max(1.0, edge.rate);
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
      worst += all * std::max(1.0, edge.rate);
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

Core ParallelEstimator::core(uint32_t n, bool heaviest) const {
  Core core;
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
    work[worst].neurons = subordinate ? 0 : n;
    work[worst].positions = worst ? panels.worstPositions : panels.positions;
    if (subordinate) // as expectedSums
      work[worst].sums =
          double(n) * layer.receptors *
          (worst ? 2 : 1 - std::exp(-panels.positions / panels.count));
    for (const EdgeShape &edge : layer.edges)
      work[worst].packets += sourcesInReach(edge, n, heaviest) *
                             (worst ? std::max(1.0, edge.rate) : edge.rate);
  }
  core.cycles = {parallelCycles(work[0], machine.mac, layout),
                 parallelCycles(work[1], machine.mac, layout),
                 parallelPeakCycles(work[0], machine.mac, layout)};
  // `layout` has no panels: the products run beside the neurons' updates.
  CycleCosts costs;
  double update = subordinate ? work[0].sums * costs.sendSum : n * costs.neuron;
  double longer = std::max(0.0, panels.macCycles - update);
  core.cycles.expected += longer;
  core.cycles.worst += longer;
  core.cycles.peak += std::max(0.0, format.batch * panels.macCycles - update);
  core.macs = panels.macs;
  core.sums = work[0].sums;
  core.mapRows = panels.rows;
  core.mapColumns = panels.columns;
  return core;
}

/// The subordinates of a row split that multiply a `share` of the sources, cut
/// by columns.
std::optional<LayerEstimate> estimateParts(const LayerShape &layer,
                                           const MachineModel &machine,
                                           double tickCycles, double room,
                                           double share, bool &late) {
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
  ParallelEstimator estimator(part, machine, tickCycles, room, true);
  auto found = estimator.run();
  late |= estimator.timeMattered();
  return found;
}

/// The planner fills subordinates one after the other: the busiest has as many
/// sources as fit, not its equal share.
CycleEstimate fullestPart(const LayerShape &layer, const MachineModel &machine,
                          double tickCycles, double room, uint32_t parts,
                          const LayerEstimate &equal) {
  CycleEstimate cycles = equal.plan.cycles;
  double fits = 1.0 / parts, tooMuch = 1.0 / (parts - 1);
  bool late = false; // says nothing about the plan
  for (int step = 0; step < 4; ++step) {
    double share = (fits + tooMuch) / 2;
    auto part = estimateParts(layer, machine, tickCycles, room, share, late);
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
  auto found = estimateParts(layer, machine, tickCycles, room, share, late);
  if (!found || found->plan.pes * parts >= fewer)
    return std::nullopt;
  // Room for two digits of a sum.
  double n = layer.neurons, cells = n * layer.receptors * parts;
  double sums = found->sums *= parts;
  double bytes =
      sizeof(SnncCoreHeader) + 8 * cells +
      4 * n * (layer.receptors + layer.arrayParams + 2.0 * layer.states);
  CycleCosts costs;
  double cycles = n * costs.neuron + sums * costs.takeSum;
  double cores = std::ceil(bytes / double(availableBytes(machine.sram)));
  if (tickCycles > 0 && cycles > cores * tickCycles) {
    cores = std::ceil(cycles / tickCycles);
    late = true;
  }
  LayerPlan &plan = found->plan;
  if (plan.pes * parts + uint64_t(cores) >= fewer)
    return std::nullopt;
  plan.cycles = fullestPart(layer, machine, tickCycles, room, parts, *found);
  plan.pes = plan.pes * parts + uint64_t(cores);
  plan.parts = plan.pes - uint64_t(cores);
  plan.bytes = uint64_t(double(plan.bytes) * parts + bytes);
  plan.macs *= parts;
  plan.cycles.expected = std::max(plan.cycles.expected, cycles / cores);
  plan.cycles.peak = std::max(plan.cycles.peak, cycles / cores);
  plan.cycles.worst =
      std::max(plan.cycles.worst,
               (n * costs.neuron + 2 * cells * costs.takeSum) / cores);
  if (tickCycles > 0)
    found->busy = plan.cycles.expected / tickCycles;
  found->mapRows *= parts;
  found->mapColumns *= parts;
  return found;
}

} // namespace

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

/// A row split where it takes fewer cores than `columns`, the fewest by columns
/// (null: there is no plan by columns).
static std::optional<LayerEstimate>
fewerByRows(const LayerShape &layer, const MachineModel &machine,
            double tickCycles, double roomShare, const LayerPlan *columns,
            bool &late) {
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
  uint64_t most = machine.pes.size() + 1;
  double weights = 0; // of the rows of one-tile panels, bytes
  for (const EdgeShape &edge : layer.edges)
    weights += edge.sources * edge.delays * edge.filled.front() *
               layer.neurons * edge.bits / 8;
  double updates = layer.neurons * CycleCosts().neuron;
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
      ways.push_back(std::make_unique<ParallelEstimator>(shape, machine,
                                                         tickCycles, room));
    else
      ways.push_back(
          std::make_unique<SerialEstimator>(shape, machine, tickCycles, room));
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
