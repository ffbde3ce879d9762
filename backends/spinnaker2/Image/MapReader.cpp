//===- MapReader.cpp - A weight-delay map, from its image -----------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "backends/spinnaker2/Image/MapReader.h"

#include "compiler/Rows/Range.h"

#include <algorithm>
#include <cstring>
#include <fmt/format.h>

namespace snnc::s2 {

static uint32_t halfAt(std::span<const std::byte> bytes, uint64_t at) {
  return uint32_t(bytes[2 * at]) | uint32_t(bytes[2 * at + 1]) << 8;
}

MapReader::MapReader(const CoreImage &image, const Program &program)
    : image(image), program(program), width(program.weightBits / 8) {
  broken = readTables();
  for (uint32_t p = 0; broken.empty() && p < header.panel_count; ++p)
    broken = readPanel(p);
  if (broken.empty())
    broken = checkTiles();
  if (broken.empty())
    indexRows();
}

std::string MapReader::readTables() {
  if (image.bytes.size() < sizeof header)
    return "there is no header";
  std::memcpy(&header, image.bytes.data(), sizeof header);
  // Delays of no source are never read.
  bool late = header.map_sources && header.map_delay_first < header.batch;
  if (!header.batch || late || header.map_delays < header.map_delay_first ||
      header.history_slots < header.map_delays ||
      header.history_length < header.map_sources)
    return fmt::format("delays of {} to {} ticks and {} sources do not go with "
                       "{} ticks a product and a history of {} x {}",
                       header.map_delay_first, header.map_delays,
                       header.map_sources, header.batch, header.history_slots,
                       header.history_length);
  uint64_t delays = uint64_t(header.map_delays) - header.map_delay_first + 1;
  scatter =
      image.at(header.scatter_base, 2 * (delays * header.map_sources + 1));
  if (scatter.empty())
    return "the scatter table is not in the image";
  uint64_t bytes = 2 * halfAt(scatter, scatter.size() / 2 - 1);
  positions = image.at(header.position_base, bytes);
  if (positions.size() != bytes)
    return "the positions are not in the image";
  return {};
}

std::string MapReader::readPanel(uint32_t number) {
  Panel panel;
  auto bytes = image.at(header.panel_base + uint64_t(number) * sizeof panel.at,
                        sizeof panel.at);
  if (bytes.empty())
    return "the panels are not in the image";
  std::memcpy(&panel.at, bytes.data(), sizeof panel.at);
  const SnncPanel &at = panel.at;
  uint64_t from = uint64_t(at.operand) - header.operand_base,
           weightBytes = width * at.rows * at.columns;
  panel.firstRow = from / rowBytes();
  panel.weights = image.at(at.weights, weightBytes);
  // The range of neurons is that of the tile's first receptor.
  uint32_t receptor = number % program.receptors;
  const SnncPanel &tile = receptor ? panels[number - receptor].at : at;
  panel.accumulator =
      receptor * uint32_t(fabric::align4(header.n_neurons)) + tile.neuron_first;
  panel.neurons = tile.neuron_end - tile.neuron_first;
  if (at.operand < header.operand_base || from % rowBytes() ||
      from + at.rows * rowBytes() > header.operand_bytes)
    return fmt::format("panel {} has operand rows outside the operand", number);
  if (panel.weights.size() != weightBytes)
    return fmt::format("the weights of panel {} are not in the image", number);
  if (tile.neuron_end < tile.neuron_first || at.columns < panel.neurons)
    return fmt::format("panel {} has {} columns for neurons [{}, {})", number,
                       at.columns, tile.neuron_first, tile.neuron_end);
  panels.push_back(panel);
  return {};
}

/// Every neuron is of one tile, and every panel has outputs of its own.
std::string MapReader::checkTiles() const {
  uint32_t next = 0;
  for (size_t p = 0; p < panels.size(); p += program.receptors) {
    const SnncPanel &tile = panels[p].at;
    if (tile.neuron_first != next)
      return fmt::format("panel {} begins at neuron {}, not at {}", p,
                         tile.neuron_first, next);
    next = tile.neuron_end;
  }
  if (next != header.n_neurons || panels.size() % program.receptors)
    return fmt::format("{} panels end at neuron {} of {}", panels.size(), next,
                       header.n_neurons);
  std::vector<std::pair<uint64_t, uint64_t>> outputs;
  for (const Panel &panel : panels)
    outputs.emplace_back(panel.at.output,
                         panel.at.output +
                             uint64_t(4) * header.batch * panel.at.columns);
  std::sort(outputs.begin(), outputs.end());
  for (size_t i = 1; i < outputs.size(); ++i)
    if (outputs[i].first < outputs[i - 1].second)
      return fmt::format("two panels have their output at {:#x}",
                         outputs[i].first);
  return {};
}

void MapReader::indexRows() {
  begin.assign(header.operand_bytes / rowBytes() + 2, 0);
  auto forEachRow = [&](auto visit) {
    for (uint32_t p = 0; p < panels.size(); ++p)
      for (uint64_t row = 0; row < panels[p].at.rows; ++row)
        visit(panels[p].firstRow + row, p);
  };
  forEachRow([&](uint64_t row, uint32_t) { ++begin[row + 2]; });
  for (size_t row = 2; row < begin.size(); ++row)
    begin[row] += begin[row - 1];
  panelsAt.resize(begin.back());
  forEachRow([&](uint64_t row, uint32_t p) { panelsAt[begin[row + 1]++] = p; });
}

void MapReader::readRow(const Panel &panel, uint64_t row, uint32_t delay,
                        Visit visit) const {
  const std::byte *at =
      panel.weights.data() + (row - panel.firstRow) * panel.at.columns * width;
  const uint32_t word = uint32_t(sizeof(uint64_t) / width);
  for (uint32_t c = 0; c < panel.neurons;) {
    uint64_t several = 1;
    if (c % word == 0 && c + word <= panel.at.columns)
      std::memcpy(&several, at + c * width, sizeof several);
    if (!several) { // most of a sparse map
      c += word;
      continue;
    }
    int32_t weight = width == 1 ? int32_t(int8_t(at[c]))
                                : int32_t(int16_t(halfAt({at, 2 * c + 2}, c)));
    if (weight)
      visit(panel.accumulator + c, delay, weight);
    ++c;
  }
}

std::string MapReader::read(uint32_t source, Visit visit) const {
  if (source >= header.map_sources)
    return fmt::format("there is no source {} of {}", source,
                       header.map_sources);
  for (uint32_t d = header.map_delay_first; d <= header.map_delays; ++d) {
    uint64_t at =
        uint64_t(d - header.map_delay_first) * header.map_sources + source;
    uint32_t first = halfAt(scatter, at), last = halfAt(scatter, at + 1);
    if (first > last || 2 * size_t(last) > positions.size())
      return fmt::format("source {} has positions [{}, {}) at delay {}", source,
                         first, last, d);
    for (uint32_t i = first; i < last; ++i) {
      uint32_t row = halfAt(positions, i);
      if (row + 2 >= begin.size())
        return fmt::format("source {} has operand row {} at delay {}", source,
                           row, d);
      for (uint32_t p = begin[row]; p < begin[row + 1]; ++p)
        readRow(panels[panelsAt[p]], row, d + program.lead, visit);
    }
  }
  return {};
}

} // namespace snnc::s2
