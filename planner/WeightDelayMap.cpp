//===- WeightDelayMap.cpp - Synapses as a matrix product ------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "planner/WeightDelayMap.h"

#include "planner/MapCells.h"
#include "runtime/abi/CoreHeader.h"

#include "llvm/ADT/DenseMap.h"
#include "llvm/ADT/STLExtras.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <numeric>
#include <tuple>

using snnc::snn::IntSynapse;

namespace snnc::fabric {

static uint64_t roundUp(uint64_t n, uint64_t unit) {
  return (n + unit - 1) / unit * unit;
}

/// Operand rows between two places that are 16 B apart or coincide.
static uint64_t rowUnit(const MapFormat &format) {
  return 16 / std::gcd<uint64_t>(16, format.operandBytes());
}

uint64_t historyRoom(uint64_t sources, double inputRate) {
  if (inputRate <= 0 || sources == 0)
    return sources;
  return std::max(sources, packetRoom(sources, inputRate));
}

uint64_t packetRoom(uint64_t sources, double rate) {
  // More than any core holds: nothing hostile reaches 64 bits.
  double mean = std::min(double(sources) * rate, 1e9);
  return uint64_t(mean + 8 * std::sqrt(mean) + 8);
}

uint64_t MapLayout::historySlots() const { return std::bit_ceil(lastDelay); }

bool MapLayout::addressable() const {
  return sources <= UINT16_MAX && historyLength <= UINT16_MAX &&
         positions <= UINT16_MAX && operandRows <= uint64_t(UINT16_MAX) + 1 &&
         lastDelay <= UINT16_MAX;
}

uint32_t MapLayout::firstSource(uint32_t projection) const {
  uint32_t first = 0;
  for (uint32_t p = 0; p < projection; ++p)
    first += sourcesOf[p].size();
  return first;
}

//===----------------------------------------------------------------------===//
// Statistics
//===----------------------------------------------------------------------===//

MapStatistics::MapStatistics(const MapFormat &format, Range slice,
                             uint32_t receptors)
    : mapFormat(format), receptors(receptors), slice(slice),
      tiles(tilesOf(slice)), cellSums(size_t(slice.size()) * receptors) {}

Range MapStatistics::tilesOf(Range neurons) const {
  uint32_t width = mapFormat.tileNeurons;
  return {neurons.begin / width, (neurons.end + width - 1) / width};
}

std::span<const MapStatistics::Reach>
MapStatistics::reachesOf(size_t projection, Range of) const {
  if (reaches[projection].empty())
    return {};
  return std::span(reaches[projection])
      .subspan(of.begin - tiles.begin, of.size());
}

uint32_t MapStatistics::window() const {
  if (mapFormat.tileNeurons < mapFormat.arrayColumns)
    return 1;
  return std::clamp(mapFormat.maxColumns / mapFormat.arrayColumns, 1u,
                    maxWindow);
}

std::optional<uint64_t> MapStatistics::minDelay() const {
  return leastDelay == UINT64_MAX ? std::nullopt : std::optional(leastDelay);
}

void MapStatistics::setBatch(uint32_t batch) {
  mapFormat.batch = batch;
  shift = batch - std::min<uint64_t>(batch, minDelay().value_or(batch));
}

void MapStatistics::setLead(uint64_t least) {
  constexpr uint64_t needed = snn::kRowSplitDelay;
  mapFormat.batch = 1;
  shift = needed - std::min(least, needed);
  lead = 1;
}

void MapStatistics::mergeTiles(const MapStatistics &other) {
  if (windows.empty()) {
    originOf = other.originOf;
    receptorOf = other.receptorOf;
    inputRates = other.inputRates;
    windows.resize(originOf.size());
    reaches.resize(originOf.size());
    rowsOfAll.resize(originOf.size());
  }
  for (size_t p = 0; p < other.windows.size(); ++p) {
    rowsOfAll[p] += other.rowsOfAll[p];
    if (other.windows[p].empty())
      continue;
    windows[p].resize(tiles.size());
    reaches[p].resize(tiles.size());
    auto theirs = other.reachesOf(p, tiles);
    for (uint32_t i = 0; i < tiles.size(); ++i) {
      const auto &more = other.windowsAt(p, tiles.begin + i);
      for (uint32_t w = 0; w < maxWindow; ++w)
        windows[p][i][w] += more[w];
      reaches[p][i].delays = hull(reaches[p][i].delays, theirs[i].delays);
      reaches[p][i].weights += theirs[i].weights;
    }
  }
  largestDelay = std::max(largestDelay, other.largestDelay);
  leastDelay = std::min(leastDelay, other.leastDelay);
}

void MapStatistics::merge(const MapStatistics &other) {
  mergeTiles(other);
  for (uint32_t r = 0; r < receptors; ++r)
    for (uint32_t n = slice.begin; n < slice.end; ++n) {
      CellSum &sum = cellSums[sumAt(r, n)];
      const CellSum &more = other.cellSums[other.sumAt(r, n)];
      addTo(sum.plus, more.plus);
      addTo(sum.minus, more.minus);
    }
  for (size_t p = 0; p < other.reaches.size(); ++p)
    for (auto [i, more] : llvm::enumerate(other.reachesOf(p, tiles)))
      reaches[p][i].sources = hull(reaches[p][i].sources, more.sources);
}

/// Of the parts of a row split, where nobody asks for largestSum: sums would be
/// a third of the time of its many merges.

void MapStatistics::merge(const MapStatistics &other,
                          std::span<const Range> sources) {
  mergeTiles(other);
  for (size_t p = 0; p < other.reaches.size(); ++p)
    for (auto [i, more] : llvm::enumerate(other.reachesOf(p, tiles)))
      if (more.sources.size())
        reaches[p][i].sources = hull(reaches[p][i].sources, sources[p]);
}

bool MapStatistics::touches(Range neurons) const {
  for (size_t p = 0; p < reaches.size(); ++p)
    for (const Reach &reach : reachesOf(p, tilesOf(neurons)))
      if (reach.sources.size())
        return true;
  return false;
}

/// One (source, delay): a panel needs the most copies that one of its tiles
/// needs. Every window is counted once, at the first tile that it touches.
void MapStatistics::count(std::span<const Touch> touched,
                          Windows &counts) const {
  for (size_t first = 0; first < touched.size(); ++first) {
    uint32_t tile = touched[first].tile;
    uint32_t least = first == 0 ? 0 : touched[first - 1].tile + 1;
    for (uint32_t tiles = 1; tiles <= window(); ++tiles) {
      uint32_t from = tile >= tiles - 1 ? tile - (tiles - 1) : 0;
      uint32_t copies = 0;
      size_t next = first;
      // The window that begins at `start` ends further right the further right
      // it begins, so `next` only moves forward.
      for (uint32_t start = std::max(from, least); start <= tile; ++start) {
        for (; next < touched.size() && touched[next].tile < start + tiles;
             ++next)
          copies = std::max(copies, touched[next].copies);
        counts[start][tiles - 1] += copies;
      }
    }
  }
}

void MapStatistics::add(const SynapseView &view, uint32_t receptor,
                        uint32_t origin, double inputRate, Range sources) {
  assert(tiles.begin == 0 && "statistics of a slice are only merged");
  originOf.push_back(origin);
  receptorOf.push_back(receptor);
  inputRates.push_back(inputRate);
  if (sources.size() == 0) {
    rowsOfAll.push_back(0);
    windows.emplace_back();
    reaches.emplace_back();
    return;
  }
  Windows counts(tiles.size());
  std::vector<Reach> reach(tiles.size());
  std::vector<IntSynapse> row;
  std::vector<MapCell> sums;
  std::vector<Touch> touched;
  uint64_t all = 0;
  for (uint32_t source = sources.begin; source < sources.end; ++source) {
    view.row(source, row);
    for (const IntSynapse &synapse : row) {
      Reach &here = reach[synapse.target / mapFormat.tileNeurons];
      here.sources = hull(here.sources, {source, source + 1});
    }
    addUp(row, sums);
    for (size_t i = 0; i < sums.size();) {
      uint32_t delay = sums[i].delay;
      largestDelay = std::max<uint64_t>(largestDelay, delay);
      leastDelay = std::min<uint64_t>(leastDelay, delay);
      touched.clear();
      for (; i < sums.size() && sums[i].delay == delay; ++i) {
        const MapCell &sum = sums[i];
        uint32_t tile = sum.target / mapFormat.tileNeurons;
        auto copies = uint32_t(copiesFor(sum.weight, mapFormat.weightBits));
        if (touched.empty() || touched.back().tile != tile) {
          touched.push_back({tile, copies});
          reach[tile].delays = hull(reach[tile].delays, {delay, delay + 1});
        }
        touched.back().copies = std::max(touched.back().copies, copies);
        double weight = double(sum.weight);
        reach[tile].weights += {1, weight, weight * weight};
        CellSum &all = cellSums[sumAt(receptor, sum.target)];
        addTo(sum.weight < 0 ? all.minus : all.plus,
              uint64_t(sum.weight < 0 ? -sum.weight : sum.weight));
      }
      count(touched, counts);
      uint32_t copies = 0;
      for (const Touch &touch : touched)
        copies = std::max(copies, touch.copies);
      all += copies;
    }
  }
  rowsOfAll.push_back(all);
  windows.push_back(std::move(counts));
  reaches.push_back(std::move(reach));
}

uint64_t MapStatistics::rows(uint32_t receptor, uint32_t tile,
                             uint32_t width) const {
  uint64_t sum = 0;
  for (size_t i = 0; i < windows.size(); ++i)
    if (receptorOf[i] == receptor && !windows[i].empty())
      sum += windowsAt(i, tile)[width - 1];
  return sum;
}

/// Rows of a panel over all targets.
uint64_t MapStatistics::allRows(uint32_t receptor) const {
  uint64_t sum = 0;
  for (size_t i = 0; i < rowsOfAll.size(); ++i)
    if (receptorOf[i] == receptor)
      sum += rowsOfAll[i];
  return sum;
}

/// Bytes of the panels of `tiles` tiles from `tile`. Outputs are left out: they
/// do not depend on how tiles are merged.
uint64_t MapStatistics::cost(uint32_t tile, uint32_t tiles) const {
  uint64_t bytes = 0, columns = uint64_t(tiles) * mapFormat.arrayColumns;
  for (uint32_t r = 0; r < receptors; ++r) {
    uint64_t count = rows(r, tile, tiles);
    bytes += count * (columns * mapFormat.weightBytes() + 2) +
             roundUp(count, rowUnit(mapFormat)) * mapFormat.operandBytes() +
             sizeof(SnncPanel);
  }
  return bytes;
}

std::vector<Range> MapStatistics::sourcesOf(Range neurons) const {
  std::vector<Range> ranges;
  for (size_t p = 0; p < reaches.size(); ++p) {
    Range &sources = ranges.emplace_back();
    for (const Reach &reach : reachesOf(p, tilesOf(neurons)))
      sources = hull(sources, reach.sources);
  }
  llvm::DenseMap<uint32_t, Range> ofOrigin;
  for (auto [origin, range] : llvm::zip_equal(originOf, ranges)) {
    Range &all = ofOrigin[origin];
    all = hull(all, range);
  }
  for (auto [origin, range] : llvm::zip_equal(originOf, ranges))
    range = ofOrigin[origin];
  return ranges;
}

/// The delays of the synapses into the slice, [least, largest + 1).
Range MapStatistics::delaysOf(Range neurons) const {
  Range delays;
  for (size_t p = 0; p < reaches.size(); ++p)
    for (const Reach &reach : reachesOf(p, tilesOf(neurons)))
      delays = hull(delays, reach.delays);
  return delays;
}

/// How many tiles the panels of `count` tiles have, from the last one on, so
/// that they take the least bytes.
static std::vector<uint32_t>
panelWidths(uint32_t count, uint32_t window,
            llvm::function_ref<uint64_t(uint32_t, uint32_t)> cost) {
  // Least bytes of the tiles before i, and how many tiles the last panel has.
  std::vector<uint64_t> best(count + 1, UINT64_MAX);
  std::vector<uint32_t> width(count + 1);
  best[0] = 0;
  for (uint32_t i = 1; i <= count; ++i)
    for (uint32_t tiles = 1; tiles <= std::min(i, window); ++tiles) {
      uint64_t bytes = best[i - tiles] + cost(i - tiles, tiles);
      if (bytes <= best[i]) { // wider panels where it makes no difference
        best[i] = bytes;
        width[i] = tiles;
      }
    }
  std::vector<uint32_t> widths;
  for (uint32_t i = count; i > 0; i -= width[i])
    widths.push_back(width[i]);
  return widths;
}

MapLayout MapStatistics::layout(Range slice) const {
  uint32_t first = slice.begin / mapFormat.tileNeurons;
  uint32_t last = (slice.end - 1) / mapFormat.tileNeurons;
  uint32_t count = last - first + 1;
  auto widths =
      panelWidths(count, window(), [&](uint32_t tile, uint32_t tiles) {
        return cost(first + tile, tiles);
      });
  MapLayout layout;
  layout.format = mapFormat;
  layout.sourcesOf = sourcesOf(slice);
  for (auto [range, rate] : llvm::zip_equal(layout.sourcesOf, inputRates)) {
    layout.sources += range.size();
    layout.historyLength += historyRoom(range.size(), rate);
  }
  layout.firstDelay = layout.lastDelay = largestDelay;
  if (Range delays = delaysOf(slice); delays.size()) {
    layout.firstDelay = delays.begin;
    layout.lastDelay = delays.end - 1;
  }
  layout.lead = lead;
  // Without synapses there are no delays to be shorter.
  layout.firstDelay = std::max<uint64_t>(1, layout.firstDelay + shift - lead);
  layout.lastDelay = std::max<uint64_t>(1, layout.lastDelay + shift - lead);
  uint32_t tile = first;
  std::vector<const MapPanel *> full(receptors);
  layout.panels.reserve(widths.size() * receptors);
  for (auto tiles = widths.rbegin(); tiles != widths.rend(); ++tiles) {
    Range neurons{tile * mapFormat.tileNeurons - slice.begin,
                  std::min((tile + *tiles) * mapFormat.tileNeurons, slice.end) -
                      slice.begin};
    for (uint32_t r = 0; r < receptors; ++r) {
      uint64_t count = rows(r, tile, *tiles);
      MapPanel panel{r,
                     neurons,
                     *tiles * mapFormat.arrayColumns,
                     uint32_t(count),
                     uint32_t(layout.operandRows),
                     full[r] && count == full[r]->rows,
                     layout.weightBytes,
                     layout.outputBytes};
      if (panel.shared) {
        panel.firstRow = full[r]->firstRow;
      } else {
        layout.positions += count;
        layout.operandRows += roundUp(count, rowUnit(mapFormat));
      }
      layout.weightBytes += count * panel.columns * mapFormat.weightBytes();
      layout.outputBytes +=
          uint64_t(mapFormat.batch) * panel.columns * sizeof(int32_t);
      layout.panels.push_back(panel);
      if (!full[r] && count > 0 && count == allRows(r))
        full[r] = &layout.panels.back();
    }
    tile += *tiles;
  }
  return layout;
}

uint64_t MapStatistics::rowsIn(uint32_t projection, const MapPanel &panel,
                               Range slice) const {
  if (panel.receptor != receptorOf[projection] || windows[projection].empty())
    return 0;
  uint32_t tile = (slice.begin + panel.neurons.begin) / mapFormat.tileNeurons;
  return windowsAt(projection,
                   tile)[panel.columns / mapFormat.arrayColumns - 1];
}

uint64_t MapStatistics::positionsOf(uint32_t projection,
                                    const MapLayout &layout,
                                    Range slice) const {
  uint64_t count = 0;
  for (const MapPanel &panel : layout.panels)
    if (!panel.shared)
      count += rowsIn(projection, panel, slice);
  return count;
}

MapStatistics::Weights &
MapStatistics::Weights::operator+=(const Weights &more) {
  count += more.count;
  sum += more.sum;
  square += more.square;
  return *this;
}

MapStatistics::Weights MapStatistics::weightsOf(uint32_t projection,
                                                Range targets) const {
  Weights all;
  for (const Reach &reach : reachesOf(projection, tilesOf(targets)))
    all += reach.weights;
  return all;
}

double MapStatistics::sumsOf(Range targets, std::span<const Range> sources,
                             std::span<const double> silent,
                             double beyond) const {
  double sums = 0;
  Range own = tilesOf(targets);
  for (uint32_t tile = own.begin; tile < own.end; ++tile) {
    uint32_t first = tile * mapFormat.tileNeurons;
    double neurons =
        std::min(first + mapFormat.tileNeurons, targets.end) - first;
    std::vector<double> activity(receptors);
    for (size_t p = 0; p < reaches.size(); ++p)
      for (const Reach &reach : reachesOf(p, {tile, tile + 1}))
        activity[receptorOf[p]] += activityOf(
            sources[p].size(), reach.weights.count / neurons, silent[p]);
    for (double each : activity)
      sums += expectedSums(neurons, each, beyond);
  }
  return sums;
}

uint64_t MapStatistics::bytesOf(uint32_t projection, const MapLayout &layout,
                                Range slice) const {
  uint64_t bytes = 0;
  for (const MapPanel &panel : layout.panels)
    bytes += rowsIn(projection, panel, slice) * panel.columns *
             mapFormat.weightBytes();
  return bytes + 2 * positionsOf(projection, layout, slice);
}

MapStatistics::Sum MapStatistics::largestSum() const {
  Sum largest;
  for (size_t i = 0; i < cellSums.size(); ++i)
    if (uint64_t all = uint64_t(cellSums[i].plus) + cellSums[i].minus;
        all > largest.value)
      largest = {all, slice.begin + uint32_t(i % slice.size()),
                 uint32_t(i / slice.size())};
  return largest;
}

void MapStatistics::addSums(Range targets, uint64_t times,
                            std::span<SumRange> cells) const {
  for (uint32_t r = 0; r < receptors; ++r)
    for (uint32_t n = targets.begin; n < targets.end; ++n) {
      const CellSum &sum = cellSums[sumAt(r, n)];
      cells[size_t(r) * targets.size() + n - targets.begin].add(
          {sum.plus, sum.minus}, times);
    }
}

} // namespace snnc::fabric
