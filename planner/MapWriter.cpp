//===- MapWriter.cpp - Writing a weight-delay map -------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Little endian, byte by byte: the host's order does not matter.

#include "planner/MapCells.h"

#include <algorithm>
#include <array>
#include <numeric>

using snnc::snn::IntSynapse;

namespace snnc::fabric {

uint64_t copiesFor(int64_t sum, unsigned bits) {
  uint64_t largest = (uint64_t(1) << (bits - 1)) - 1;
  return sum >= 0 ? (uint64_t(sum) + largest - 1) / largest
                  : (uint64_t(-sum) + largest) / (largest + 1);
}

/// `row`, which ascends by target, by delay, then target: in two walks over it
/// where delays are few.
static void sortByDelay(std::span<const IntSynapse> row,
                        std::vector<MapCell> &cells) {
  constexpr uint32_t kFew = 64;
  auto [least, largest] = std::minmax_element(
      row.begin(), row.end(), [](const IntSynapse &a, const IntSynapse &b) {
        return a.delay < b.delay;
      });
  uint32_t first = row.empty() ? 0 : least->delay;
  uint32_t range = row.empty() ? 0 : largest->delay - first;
  auto cellOf = [](const IntSynapse &synapse) {
    return MapCell{synapse.delay, synapse.target, synapse.weight};
  };
  cells.resize(row.size());
  if (range == 0 || range >= kFew) {
    std::transform(row.begin(), row.end(), cells.begin(), cellOf);
    if (range)
      std::stable_sort(
          cells.begin(), cells.end(),
          [](const MapCell &a, const MapCell &b) { return a.delay < b.delay; });
    return;
  }
  std::array<uint32_t, kFew + 1> next{}; ///< by delay, where its next cell goes
  for (const IntSynapse &synapse : row)
    ++next[synapse.delay - first + 1];
  std::partial_sum(next.begin(), next.end(), next.begin());
  for (const IntSynapse &synapse : row)
    cells[next[synapse.delay - first]++] = cellOf(synapse);
}

void addUp(std::span<const IntSynapse> row, std::vector<MapCell> &sums) {
  sortByDelay(row, sums);
  size_t out = 0;
  for (size_t i = 0; i < sums.size();) {
    MapCell sum = sums[i++];
    for (; i < sums.size() && sums[i].delay == sum.delay &&
           sums[i].target == sum.target;
         ++i)
      sum.weight += sums[i].weight;
    if (sum.weight != 0)
      sums[out++] = sum;
  }
  sums.resize(out);
}

static void store(std::vector<std::byte> &bytes, uint64_t at, uint64_t value,
                  uint64_t width) {
  for (uint64_t i = 0; i < width; ++i)
    bytes[at + i] = std::byte(value >> (8 * i));
}

MapWriter::MapWriter(MapLayout layout, Range slice) : targets(slice) {
  map.layout = std::move(layout);
  map.weights.resize(map.layout.weightBytes);
  keys.resize(map.layout.panels.size());
  uint32_t pitch = map.layout.format.tileNeurons;
  for (uint32_t p = 0; p < map.layout.panels.size(); ++p) {
    const MapPanel &panel = map.layout.panels[p];
    receptors = std::max(receptors, panel.receptor + 1);
    if (panel.receptor == 0)
      panelOf.resize((panel.neurons.end + pitch - 1) / pitch, p);
  }
}

/// The rows of one (source, delay) in one panel: the first takes what fits,
/// the next the rest.
bool MapWriter::addPanelRows(uint32_t index, std::span<const MapCell> part,
                             uint64_t key) {
  const MapPanel &panel = map.layout.panels[index];
  const MapFormat &format = map.layout.format;
  int64_t limit = int64_t(1) << (format.weightBits - 1);
  uint64_t copies = 0;
  for (const MapCell &cell : part)
    copies = std::max(copies, copiesFor(cell.weight, format.weightBits));
  std::vector<uint64_t> &rows = keys[index];
  if (rows.size() + copies > panel.rows)
    return false;
  for (const MapCell &cell : part) {
    int64_t rest = cell.weight;
    for (uint64_t copy = 0; copy < copies && rest != 0; ++copy) {
      int64_t value = std::clamp(rest, -limit, limit - 1);
      uint64_t at = panel.weights + ((rows.size() + copy) * panel.columns +
                                     cell.target - panel.neurons.begin) *
                                        format.weightBytes();
      store(map.weights, at, uint64_t(value), format.weightBytes());
      rest -= value;
    }
  }
  for (uint64_t copy = 0; copy < copies; ++copy) {
    if (!panel.shared)
      positions.push_back({key, index, uint32_t(rows.size())});
    rows.push_back(key);
  }
  return true;
}

void MapWriter::add(uint32_t projection, uint32_t source, uint32_t receptor,
                    const std::vector<IntSynapse> &row) {
  auto below = [](const IntSynapse &synapse, uint32_t target) {
    return synapse.target < target;
  };
  auto first = std::lower_bound(row.begin(), row.end(), targets.begin, below);
  auto last = std::lower_bound(first, row.end(), targets.end, below);
  map.synapses += uint64_t(last - first);
  std::vector<MapCell> sums;
  addUp({first, last}, sums);
  ok &= receptor < receptors && projection < map.layout.sourcesOf.size();
  if (!ok || sums.empty())
    return;
  Range known = map.layout.sourcesOf[projection];
  ok = known.begin <= source && source < known.end;
  uint64_t number = map.layout.firstSource(projection) + source - known.begin;
  for (size_t i = 0; ok && i < sums.size();) {
    uint32_t delay = sums[i].delay;
    auto panelAt = [&](size_t at) {
      return panelOf[(sums[at].target - targets.begin) /
                     map.layout.format.tileNeurons] +
             receptor;
    };
    uint32_t panel = panelAt(i);
    cells.clear();
    for (; i < sums.size() && sums[i].delay == delay && panelAt(i) == panel;
         ++i)
      cells.push_back({delay, sums[i].target - targets.begin, sums[i].weight});
    const MapLayout &layout = map.layout;
    uint64_t first = layout.firstDelay + layout.lead;
    ok = delay >= first && delay <= layout.lastDelay + layout.lead &&
         addPanelRows(panel, cells, (delay - first) * layout.sources + number);
  }
}

/// The panel whose operand rows it has needs the same keys in the same order.
bool MapWriter::sharesRightly(size_t index) const {
  const auto &panels = map.layout.panels;
  if (!panels[index].shared)
    return true;
  for (size_t other = 0; other < index; ++other)
    if (!panels[other].shared && panels[other].rows > 0 &&
        panels[other].firstRow == panels[index].firstRow)
      return keys[other] == keys[index];
  return false;
}

std::optional<EncodedMap> MapWriter::finish() {
  const MapLayout &layout = map.layout;
  ok &= layout.addressable() && positions.size() == layout.positions;
  for (size_t p = 0; ok && p < keys.size(); ++p)
    ok = keys[p].size() == layout.panels[p].rows && sharesRightly(p);
  if (!ok)
    return std::nullopt;
  std::sort(positions.begin(), positions.end(),
            [](const Position &a, const Position &b) {
              return std::tie(a.key, a.panel, a.row) <
                     std::tie(b.key, b.panel, b.row);
            });
  map.scatter.resize(layout.scatterBytes());
  map.positions.resize(layout.positionBytes());
  uint64_t next = 0;
  for (uint64_t key = 0; key <= layout.delays() * layout.sources; ++key) {
    store(map.scatter, 2 * key, next, 2);
    for (; next < positions.size() && positions[next].key == key; ++next)
      store(map.positions, 2 * next,
            layout.panels[positions[next].panel].firstRow + positions[next].row,
            2);
  }
  return std::move(map);
}

} // namespace snnc::fabric
