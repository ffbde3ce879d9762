//===- WeightDelayMap.h - Synapses as a matrix product ----------*- C++ -*-===//
//
// Part of the snnc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The format of the parallel paradigm, for one slice and all projections into
// it. Of each projection, the least range of sources that holds all with a
// synapse into the slice counts; these ranges are numbered 0 .. sources - 1 in
// the order of the projections. A tile is
// `arrayColumns` neurons; neighbouring tiles share a panel where that takes no
// more bytes. A panel has one row per (source, delay) with a synapse into its
// columns; one receptor each, all receptors of a tile in order.
//
//   weights    signed [rows][columns] per panel, panels one after the other;
//              a row is a multiple of 16 B
//   operand    [operand rows][batch] of the weights' width; the rows of a panel
//              are consecutive and begin at a multiple of 16 B (a gap of rows
//              that nobody sets before them). Panels that have every row of
//              their receptor, as those of dense layers, share their rows
//   positions  u16 operand rows, one per row of a panel that does not share
//              another's, by delay, then source
//   scatter    u16 [last - first + 1][sources] + 1, first and last the least
//   and
//              largest delay: positions of (source, delay) are [scatter[i],
//              scatter[i + 1]), i = (delay - first) * sources + source
//   output     int32 [batch][columns] per panel
//   history    u16 [slots][length], slots a power of two >= last: a spike of
//              tick t is read last in tick t + last - 1; and u16 counts
//              [slots]. Neurons spike once a tick; inputs may more often
//              (historyRoom)
//
// Synapses of one (source, delay, target) are added up; where the sum does not
// fit the width the (source, delay) has several rows. The core's side of the
// format is SnncPanel in runtime/abi/CoreHeader.h.
//
//===----------------------------------------------------------------------===//
#ifndef SNNC_PLANNER_WEIGHTDELAYMAP_H
#define SNNC_PLANNER_WEIGHTDELAYMAP_H

#include "compiler/Rows/Range.h"
#include "compiler/Rows/SynapseView.h"
#include "planner/SumDigits.h"

#include <array>

namespace snnc::fabric {

struct MapFormat {
  uint32_t weightBits = 8; ///< 8 or 16
  uint32_t batch = 1;      ///< ticks per product, a power of two up to 16
  uint32_t arrayColumns = 16;
  /// Neurons of a tile. Fewer than `arrayColumns` only where slices have to be
  /// smaller than the array is wide; a slice is one tile then.
  uint32_t tileNeurons = 16;
  uint32_t maxColumns = 64; ///< of a panel

  uint64_t weightBytes() const { return weightBits / 8; }
  bool operator==(const MapFormat &) const = default;
  /// Bytes of one operand row.
  uint64_t operandBytes() const { return batch * weightBytes(); }
};

struct MapPanel {
  uint32_t receptor = 0;
  Range neurons;         ///< local to the slice
  uint32_t columns = 0;  ///< a multiple of arrayColumns
  uint32_t rows = 0;     ///< may be 0
  uint32_t firstRow = 0; ///< operand row
  bool shared = false;   ///< has the operand rows of a panel before it
  uint64_t weights = 0;  ///< offset in the weights, bytes
  uint64_t output = 0;   ///< offset in the outputs, bytes
  bool operator==(const MapPanel &) const = default;
};

/// Spikes of one tick that `sources` of a projection are given room for. Those
/// of an input are Poisson distributed at `inputRate` per channel; the mean and
/// eight standard deviations and eight more are exceeded in less than one of
/// 1e12 ticks. Neurons (rate 0) spike at most once.
uint64_t historyRoom(uint64_t sources, double inputRate);
/// The same bound alone: spikes of a tick of `sources` that spike `rate` times
/// in it on average. An hour of 1 ms ticks on 152 cores exceeds it with less
/// than one in a thousand.
uint64_t packetRoom(uint64_t sources, double rate);

/// Exact sizes of one slice's map.
struct MapLayout {
  MapFormat format;
  std::vector<MapPanel> panels;
  std::vector<Range> sourcesOf;           ///< per projection
  uint64_t sources = 0;                   ///< in all of them
  uint64_t historyLength = 0;             ///< spikes of a tick, >= sources
  uint64_t firstDelay = 1, lastDelay = 1; ///< ticks, of any synapse
  /// Sums are multiplied so many ticks before they are due (a subordinate's):
  /// firstDelay and lastDelay are shorter than the synapses' by this.
  uint32_t lead = 0;
  uint64_t positions = 0;   ///< rows of panels not `shared`
  uint64_t operandRows = 0; ///< with gaps
  uint64_t weightBytes = 0, outputBytes = 0;

  uint64_t operandBytes() const { return operandRows * format.operandBytes(); }
  uint64_t positionBytes() const { return 2 * positions; }
  uint64_t delays() const { return lastDelay - firstDelay + 1; }
  uint64_t scatterBytes() const { return 2 * (delays() * sources + 1); }
  uint64_t historySlots() const;
  uint64_t historyBytes() const { return 2 * historySlots() * historyLength; }
  uint64_t historyCountBytes() const { return 2 * historySlots(); }
  /// Whether sources, rows and positions are below the format's 16 bits.
  bool addressable() const;
  /// Number of the first source of `projection`.
  uint32_t firstSource(uint32_t projection) const;
};

/// What a scan of the projections into a population finds: the layout of any
/// slice that begins at a tile is then known in O(tiles).
class MapStatistics {
public:
  MapStatistics() = default;
  MapStatistics(const MapFormat &format, uint32_t targets, uint32_t receptors)
      : MapStatistics(format, Range{0, targets}, receptors) {}
  /// To be merged into, of `slice` alone: its time and memory grow with the
  /// slice, not with the population. Layouts of other neurons must not be asked
  /// for. It begins and ends as those of `layout` do.
  MapStatistics(const MapFormat &format, Range slice, uint32_t receptors);

  /// Scans one projection into the whole population; projections are numbered
  /// from 0 in this order. Those with the same `origin` have the same keys,
  /// hence get one range of sources. `inputRate`: expected spikes per tick of a
  /// channel, 0 for neurons.
  void add(const SynapseView &view, uint32_t receptor, uint32_t origin,
           double inputRate = 0) {
    add(view, receptor, origin, inputRate, {0, view.numSources()});
  }
  /// The synapses of `sources` of it alone.
  void add(const SynapseView &view, uint32_t receptor, uint32_t origin,
           double inputRate, Range sources);
  /// Adds the statistics of other sources of the same projections.
  void merge(const MapStatistics &other);
  /// The same, as if the sources with a synapse into these neurons were
  /// `sources`, per projection: all that `other` knows.
  void merge(const MapStatistics &other, std::span<const Range> sources);
  /// Whether there is a synapse into `targets`.
  bool touches(Range targets) const;

  const MapFormat &format() const { return mapFormat; }
  /// Layouts for `batch` ticks a product from now on. While the least delay is
  /// shorter, all count as moved up until it is not: what snn-batch-ticks does.
  void setBatch(uint32_t batch);
  /// Layouts for subordinates of a row split from now on: sums one tick ahead,
  /// as if all delays were moved up until the least is snn::kRowSplitDelay.
  /// `least` is the least delay of the population.
  void setLead(uint64_t least);
  /// Largest delay that a synapse really has, ticks; 1 without synapses.
  uint64_t maxDelay() const { return largestDelay; }
  /// Least such delay; nothing without synapses.
  std::optional<uint64_t> minDelay() const;

  /// The panels with the fewest bytes for the slice. `targets` begins at a
  /// multiple of tileNeurons and ends at one or at the population's end.
  MapLayout layout(Range targets) const;
  /// Per projection, MapLayout::sourcesOf of the slice.
  std::vector<Range> sourcesOf(Range targets) const;
  /// Positions of `projection` in `layout`, and bytes of its weights and
  /// positions.
  uint64_t positionsOf(uint32_t projection, const MapLayout &layout,
                       Range targets) const;
  uint64_t bytesOf(uint32_t projection, const MapLayout &layout,
                   Range targets) const;

  /// The neuron and receptor whose weights can add up to the largest sum: the
  /// sum of |weights|, one spike per source and delay.
  struct Sum {
    uint64_t value = 0;
    uint32_t neuron = 0, receptor = 0;
  };
  Sum largestSum() const;
  /// Adds the sums of `targets` to `cells`, [receptor][neuron of them]: of one
  /// spike per source and delay, `times` times. Of scanned projections; nothing
  /// that is merged with sources of its own knows them.
  void addSums(Range targets, uint64_t times, std::span<SumRange> cells) const;

  /// Of the synapses of `projection` into `targets`, integers: what those of
  /// one source, delay and target add up to where that is not 0, their number,
  /// their sum and that of their squares.
  struct Weights {
    double count = 0, sum = 0, square = 0;
    Weights &operator+=(const Weights &more);
  };
  Weights weightsOf(uint32_t projection, Range targets) const;

  /// The packets of a subordinate's sums in a tick (expectedSums), tile by
  /// tile. `sources`: per projection, how many there are; `silent`: the chance
  /// that one of them sends nothing.
  double sumsOf(Range targets, std::span<const Range> sources,
                std::span<const double> silent, double beyond) const;

private:
  static constexpr uint32_t maxWindow = 8;
  /// Rows of a panel that begins at a tile, by number of tiles - 1.
  using Windows = std::vector<std::array<uint32_t, maxWindow>>;
  /// Sources, delays and weights of the synapses into a tile.
  struct Reach {
    Range sources, delays;
    Weights weights = {};
  };
  struct Touch {
    uint32_t tile, copies;
  };
  /// What the weights of a neuron add up to, by sign; at most UINT32_MAX, which
  /// is beyond any accumulator.
  struct CellSum {
    uint32_t plus = 0, minus = 0;
  };
  static void addTo(uint32_t &sum, uint64_t more) {
    sum = uint32_t(std::min<uint64_t>(sum + more, UINT32_MAX));
  }
  /// Rows, delays and sums that `other` has of the tiles of this.
  void mergeTiles(const MapStatistics &other);
  Range tilesOf(Range slice) const;
  size_t sumAt(uint32_t receptor, uint32_t target) const {
    return size_t(receptor) * slice.size() + target - slice.begin;
  }
  const std::array<uint32_t, maxWindow> &windowsAt(size_t projection,
                                                   uint32_t tile) const {
    return windows[projection][tile - tiles.begin];
  }
  std::span<const Reach> reachesOf(size_t projection, Range of) const;
  void count(std::span<const Touch> touched, Windows &windows) const;
  uint64_t rows(uint32_t receptor, uint32_t tile, uint32_t tiles) const;
  uint64_t allRows(uint32_t receptor) const;
  uint64_t rowsIn(uint32_t projection, const MapPanel &panel,
                  Range slice) const;
  Range delaysOf(Range targets) const;
  uint64_t cost(uint32_t tile, uint32_t tiles) const;
  uint32_t window() const;

  MapFormat mapFormat;
  uint32_t receptors = 1;
  Range slice; ///< neurons that this is of
  Range tiles; ///< theirs
  uint64_t largestDelay = 1, leastDelay = UINT64_MAX, shift = 0;
  uint32_t lead = 0;
  std::vector<Windows> windows;            ///< per projection and of `tiles`
  std::vector<uint64_t> rowsOfAll;         ///< per projection, of one panel
  std::vector<std::vector<Reach>> reaches; ///< per projection and of `tiles`
  std::vector<uint32_t> originOf;          ///< per projection
  std::vector<uint32_t> receptorOf;        ///< per projection
  std::vector<double> inputRates;          ///< per projection
  std::vector<CellSum> cellSums;           ///< [receptor][of `slice`]
};

/// A written map.
struct EncodedMap {
  MapLayout layout;
  std::vector<std::byte> weights, scatter, positions;
  uint64_t synapses = 0; ///< of the network, before adding up
};

/// All synapses of one source with one delay and target.
struct MapCell {
  uint32_t delay, target;
  int64_t weight;
};

/// Writes the map of one slice row by row.
class MapWriter {
public:
  MapWriter(MapLayout layout, Range targets);

  /// `row`: the synapses of one source, ascending by target; those outside the
  /// slice are ignored. Projections and their sources come in ascending order.
  void add(uint32_t projection, uint32_t source, uint32_t receptor,
           const std::vector<snn::IntSynapse> &row);
  /// Nothing when the rows were not those that the layout was made for.
  std::optional<EncodedMap> finish();

private:
  struct Position {
    uint64_t key; ///< (delay - first) * sources + source
    uint32_t panel, row;
  };
  bool sharesRightly(size_t panel) const;
  bool addPanelRows(uint32_t panel, std::span<const MapCell> cells,
                    uint64_t key);

  EncodedMap map;
  Range targets;
  uint32_t receptors = 1;
  std::vector<uint32_t> panelOf; ///< by tile, the panel of receptor 0
  /// Per panel, the keys of its rows so far.
  std::vector<std::vector<uint64_t>> keys;
  std::vector<Position> positions;
  std::vector<MapCell> cells;
  bool ok = true;
};

} // namespace snnc::fabric

#endif // SNNC_PLANNER_WEIGHTDELAYMAP_H
