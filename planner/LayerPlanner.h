//===- LayerPlanner.h - One population cut into cores -----------*- C++ -*-===//
//
// Part of the snnc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Exact plans in both paradigms: neurons per slice, cores, bytes, cycles. The
// slicer, the choice of the paradigm and the error messages all ask here. Each
// projection is scanned once per paradigm; every candidate is then evaluated
// from prefix sums and tile counts.
//
//===----------------------------------------------------------------------===//
#ifndef SNNC_PLANNER_LAYERPLANNER_H
#define SNNC_PLANNER_LAYERPLANNER_H

#include "planner/Arrivals.h"
#include "planner/BlockChoices.h"
#include "planner/LayerPlan.h"
#include "planner/NetworkInfo.h"
#include "planner/SumDigits.h"
#include "planner/WeightDelayMap.h"

#include "llvm/ADT/MapVector.h"

#include <array>

namespace snnc::fabric {

/// One subordinate of a row split: some of the sources of some neurons.
struct RowPart {
  Range targets;
  Range grains; ///< of LayerPlanner, ranges of sources
  SumDigits digits = {};
  double sums = 0; ///< packets of partial sums a tick, expected
  bool operator==(const RowPart &) const = default;
};

/// How a population (or input: one slice) is cut.
struct LayerCut {
  uint32_t chunk = 0; ///< neurons per slice
  bool parallel = false;
  bool fullRing = true; ///< CoreDemand::fullRing
  bool dram = false;    ///< rows that a core's SRAM has no room for are there
  /// Row split: slices are dominant cores, `parts` their subordinates, in the
  /// order of their neurons, then of their sources.
  bool rows = false;
  std::vector<RowPart> parts;
};

/// Most of one core; 0: what fits.
struct CoreLimits {
  uint32_t neurons = 0;
  /// (projection, source) pairs of a parallel core whose population can be
  /// split by sources.
  uint32_t sources = 0;
};

/// What a slice has to keep to.
enum class Limits : uint8_t {
  Bytes,       ///< its core's SRAM
  BytesAndTime ///< and CycleEstimate::peak within the tick
};

class LayerPlanner {
public:
  /// `tickCycles` of one tick, 0: time does not matter. Nodes start uncut, in
  /// the paradigm that the network asks for.
  LayerPlanner(const NetworkInfo &info, const MachineModel &machine,
               CoreLimits most = {}, double tickCycles = 0);

  double tickCycles() const { return budget; }
  void setTickCycles(double cycles) {
    budget = cycles;
    late = false;
  }
  /// Standard deviations above the mean tick that have to fit (CycleEstimate::
  /// peakWith); 0 at first.
  void setHeadroom(double deviations) { headroom = deviations; }
  /// Whether a tick of that length has ruled anything out since it was set:
  /// all plans are the same without it otherwise.
  bool timeMattered() const { return late; }

  const LayerCut &cut(uint32_t node) const { return cuts[node]; }
  const std::vector<LayerCut> &allCuts() const { return cuts; }
  /// Back to what was cut before, of all nodes or of one.
  void restore(std::vector<LayerCut> before) { cuts = std::move(before); }
  void restore(uint32_t node, LayerCut before) {
    cuts[node] = std::move(before);
  }
  /// Takes back all shrinking of `node`; a row split where the network asks for
  /// one.
  /// Rows of `node` may be in DRAM where allowDram() says so.
  void start(uint32_t node, bool parallel, bool fullRing);
  void allowDram(uint32_t node) { mayFetch[node] = true; }
  void allowDram(std::vector<bool> nodes) { mayFetch = std::move(nodes); }
  const std::vector<bool> &dramAllowed() const { return mayFetch; }
  void forbidDram() { mayFetch.assign(mayFetch.size(), false); }
  bool mayUseDram(uint32_t node) const { return mayFetch[node]; }
  /// Cycles from now on as of a plan in which so many PEs fetch; at first all.
  void setFetching(uint64_t pes) { fetching = pes; }
  /// The same as a row split, which needs NetworkNode::mayRowSplit.
  mlir::LogicalResult startRows(uint32_t node);
  /// Parallel: the numbers of ticks per product that `node` may have, most
  /// first: what it asks for, or up to the rows of the array.
  std::vector<uint32_t> batches(uint32_t node) const;
  /// After start() and scan(): plans with `batch` ticks per product and with
  /// delays that allow it (MapStatistics::setBatch).
  void setBatch(uint32_t node, uint32_t batch);
  /// Reads the projections into `node` as its paradigm needs it; an error is
  /// emitted at a projection otherwise.
  mlir::LogicalResult scan(uint32_t node);
  /// Lets go of what scan() keeps of every synapse of `node`; what it counted
  /// of rows stays and is not read again.
  void forget(uint32_t node);

  std::vector<Range> slices(uint32_t node) const;
  uint64_t sliceCount(uint32_t node) const;
  /// Whether every slice fits a core when `node` is cut into `chunk` neurons.
  bool fits(uint32_t node, uint32_t chunk,
            Limits limits = Limits::BytesAndTime);
  /// Cuts `node` into the fewest slices that fit, never larger than before.
  /// False: not even the smallest fits.
  /// A row split gets the fewest cores, dominant ones and subordinates.
  bool shrink(uint32_t node, Limits limits = Limits::BytesAndTime);
  /// Plans with more slices than this are not looked at: no machine of that
  /// kind holds them, and telling so exactly takes their square.
  uint64_t mostSlices() const { return 4 * room + 64; }
  /// Cores that there are for the plan; those of the machine at first.
  void setRoom(uint64_t cores) { room = cores; }
  /// Row splits of more cores than this are not looked for; those of the
  /// machine at first.
  void setMostOfRows(uint64_t cores) {
    mostOfRows = std::min(cores, machine.coreCount());
  }
  bool tooManySlices(uint32_t node, uint32_t chunk) const {
    return info.nodes[node].size > mostSlices() * std::max(1u, chunk);
  }
  /// Neurons of the smallest slice that is possible.
  uint32_t smallestSlice(uint32_t node) const;

  /// A slice; of a row split, a dominant one.
  CoreDemand demandOf(uint32_t node, Range targets) const;
  /// The same as if `node` was cut into slices of `chunk` neurons, which a
  /// recurrent population notices.
  CoreDemand demandAt(uint32_t node, Range targets, uint32_t chunk);
  CycleEstimate cyclesOf(uint32_t node, Range targets) const;
  RingShape ringOf(uint32_t node, uint32_t neurons) const;
  bool keysHaveGaps(uint32_t node) const;
  /// Whether a core with that estimate finishes its ticks in time.
  bool inTime(const CycleEstimate &cycles) const {
    return budget <= 0 || cycles.peakWith(headroom) <= budget;
  }
  LayerPlan planOf(uint32_t node) const;

  /// Row split: the map of one subordinate, its core and its cycles.
  MapStatistics partMap(uint32_t node, const RowPart &part) const;
  CoreDemand partDemand(uint32_t node, Range targets,
                        const MapStatistics &map) const;
  CycleEstimate partCycles(uint32_t node, const RowPart &part,
                           const MapStatistics &map) const;
  /// The smallest subordinate that needs the most bytes, when shrink() found
  /// none that fits; for messages.
  RowPart largestGrain(uint32_t node) const;
  /// Keys that partial sums of one population may take.
  uint64_t sumKeys() const;
  /// Whether `node` is parallel and may become a row split.
  bool mayRowSplit(uint32_t node) const {
    return cuts[node].parallel && info.nodes[node].mayRowSplit;
  }
  bool hasNear(uint32_t node) const { return info.nodes[node].hasNear; }
  /// Whether a core of a column split reads more sources than it may.
  bool exceedsSources(uint32_t node) const;
  /// Whether a row split may need fewer cores than `pes`, by bytes.
  bool mayPay(uint32_t node, uint64_t pes) const;

  /// The sources whose spikes the block of `edge` into `targets` reads: the
  /// least range that holds every one with a synapse there from this or another
  /// edge with the same source. Empty without synapses.
  Range sourcesOf(uint32_t edge, Range targets) const;
  /// The same of all projections into `node`, in their order, in one go.
  std::vector<Range> allSourcesOf(uint32_t node, Range targets) const;

  /// Serial: the encodings of a core's blocks, in the order of
  /// NetworkNode::incoming; nothing for a block that none holds. Rows are in
  /// SRAM but for the fewest blocks, those that free most bytes first, that
  /// have to be in DRAM for the rest to fit; there all are as fast as can be
  /// where SRAM has room for it, else as small.
  using Choices = BlockChoices::Each;
  Choices choices(uint32_t node, Range targets) const;
  /// The row buffers of a core with those blocks; 0: none.
  uint64_t fetchBytes(uint32_t node, Range targets,
                      const Choices &choices) const;
  /// Parallel: what the scan of all projections into `node` found.
  const MapStatistics &map(uint32_t node) const { return *maps[node]; }
  /// Whether the largest possible sum of `node` fits the MAC array's
  /// accumulator; `limit` is the largest sum that does.
  bool sumFits(uint32_t node) const;
  uint64_t sumLimit() const;

private:
  struct Grain {
    uint32_t origin = 0; ///< node
    Range sources;
    MapStatistics statistics;
  };
  class PartBuilder;
  /// The rows of `edge` that a serial core holds, or a dominant one, where they
  /// were scanned: null for projections that it has none of.
  const BlockStatistics *rowsOf(uint32_t edge) const;
  bool isMap(uint32_t node) const {
    return cuts[node].parallel && !cuts[node].rows;
  }
  mlir::LogicalResult scanRows(uint32_t edge, bool near);
  mlir::LogicalResult scanMap(uint32_t node);
  mlir::LogicalResult scanGrains(uint32_t node);
  std::vector<Range> grainsOf(uint32_t node, uint32_t origin) const;
  bool shrinkRows(uint32_t node, Limits limits);
  std::optional<std::vector<RowPart>> partition(uint32_t node, uint32_t columns,
                                                uint64_t most, Limits limits);
  bool addParts(uint32_t node, Range targets, uint64_t most, Limits limits,
                std::vector<RowPart> &parts);
  bool fitsPart(uint32_t node, const RowPart &part, const MapStatistics &map,
                Limits limits);
  std::array<std::optional<BlockStatistics::Choice>, 2>
  inDram(uint32_t edge, Range targets, Range sources) const;
  double rowCycles(uint32_t edge, Range targets, Range sources,
                   const RowEncoding &encoding) const;
  BlockChoices choicesOf(uint32_t node, Range targets, bool dram) const;
  void addInDram(uint32_t node, Range targets, BlockChoices &choices) const;
  std::shared_ptr<const BlockChoices> blockChoices(uint32_t node,
                                                   Range targets) const;
  CoreDemand serialDemand(uint32_t node, Range targets,
                          const Choices &choices) const;
  CoreDemand demandOf(uint32_t node, Range targets,
                      const Choices &choices) const;
  CycleEstimate cyclesOf(uint32_t node, Range targets,
                         const Choices &choices) const;
  CoreDemand partDemand(uint32_t node, Range targets,
                        const MapLayout &layout) const;
  CycleEstimate partCycles(uint32_t node, const RowPart &part,
                           const MapStatistics &map,
                           const MapLayout &layout) const;
  CoreWork sumsOf(uint32_t node, const RowPart &part, const MapStatistics &map,
                  const MapLayout &layout, bool worst) const;
  PartSums sumsOf(uint32_t node, const RowPart &part) const;
  void addDigits(uint32_t node, std::vector<RowPart> &parts) const;
  bool fitsRows(uint32_t node, Limits limits);
  bool shrinkWide(uint32_t node, Limits limits);
  std::vector<uint32_t> widthsOf(uint32_t node, Limits limits);
  bool tryWidth(uint32_t node, uint32_t columns, Limits limits, LayerCut &best);
  void addSums(uint32_t node, Range targets, CoreWork &expected,
               CoreWork &worst) const;
  void addMap(CoreDemand &demand, uint32_t node, const MapLayout &layout) const;
  MapFormat formatOf(uint32_t node) const;
  uint32_t granule(uint32_t node) const;
  /// `dominant`: of a row split, not of a subordinate.
  std::vector<Arrival> arrivals(uint32_t node, std::span<const Range> sources,
                                bool dominant) const;
  SlicesMet slicesWith(uint32_t node, Range neurons) const;
  void addSenders(uint32_t node, std::span<const Range> sources, CoreWork &work,
                  bool worst, bool dominant) const;
  bool fitsCore(uint32_t node, Range targets, Limits limits);
  bool keepsTime(const CycleEstimate &cycles);
  uint32_t chunkFor(uint32_t node, uint32_t count) const;

  const NetworkInfo &info;
  const MachineModel &machine;
  CoreLimits most;
  double budget;                  ///< cycles of a tick, 0: any
  uint64_t room;                  ///< setRoom()
  uint64_t mostOfRows;            ///< setMostOfRows()
  double headroom = 0;            ///< setHeadroom()
  uint64_t fetching = UINT64_MAX; ///< setFetching()
  bool late = false;              ///< timeMattered()
  std::vector<LayerCut> cuts;     ///< per node
  std::vector<bool> mayFetch;     ///< per node
  std::vector<std::optional<BlockStatistics>> statistics; ///< per edge
  /// Per edge, of Delays::Near.
  std::vector<std::optional<BlockStatistics>> nearRows;
  std::vector<std::optional<MapStatistics>> maps; ///< per node
  mutable BlockChoicesCache known; ///< of `statistics` and `nearRows`
  /// Per node that may be split by sources: the statistics of neighbouring
  /// ranges of sources, population by population.
  std::vector<std::vector<Grain>> grains;
  /// Per node, the least delay of its grains.
  std::vector<uint64_t> leastDelay;
};

/// The sizes of `layout` as the core planner wants them.
MapDemand demandOf(const MapLayout &layout);

} // namespace snnc::fabric

#endif // SNNC_PLANNER_LAYERPLANNER_H
