//===- ConvFields.cpp - A convolution's synapses by their shape -----------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "planner/ConvFields.h"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace snnc::fabric {

ConvFields::Field ConvFields::fieldOf(uint32_t target) const {
  uint32_t plane = shape.outPlane(), channel = target / plane;
  uint32_t position = target % plane;
  if (shape.channelsLast) {
    channel = target % shape.out[0];
    position = target / shape.out[0];
  }
  Field field;
  field.group = channel / shape.outPerGroup();
  uint32_t at[2] = {position / shape.out[2], position % shape.out[2]};
  for (unsigned axis : {0, 1}) {
    int64_t begin =
        int64_t(at[axis]) * shape.stride[axis] - int64_t(shape.padding[axis]);
    int64_t size = shape.in[axis];
    field.box[axis] = {
        uint32_t(std::clamp<int64_t>(begin, 0, size)),
        uint32_t(std::clamp<int64_t>(begin + shape.kernel[axis], 0, size))};
  }
  return field;
}

Range ConvFields::placesOf(const Field &field) const {
  if (field.cells() == 0)
    return {};
  auto placeOf = [&](uint32_t channel, uint32_t y, uint32_t x) {
    return shape.channelsLast
               ? (y * shape.source[2] + x) * shape.source[0] + channel
               : (channel * shape.source[1] + y) * shape.source[2] + x;
  };
  uint32_t channels = shape.inPerGroup();
  return {placeOf(field.group * channels, field.box[0].begin * shape.pool[0],
                  field.box[1].begin * shape.pool[1]),
          placeOf((field.group + 1) * channels - 1,
                  field.box[0].end * shape.pool[0] - 1,
                  field.box[1].end * shape.pool[1] - 1) +
              1};
}

namespace {

/// What the formulas need to know of every target and tile.
class Survey {
public:
  explicit Survey(const ConvShape &shape);

  /// Rows of all panels of `tiles` tiles; of each panel, by its number.
  std::vector<double> rowsOf(unsigned tiles);
  void readSlices(EdgeShape &edge);

  double synapses() const { return before.back(); }
  size_t targets() const { return fields.size(); }

private:
  const ConvShape &shape;
  ConvFields geometry;
  std::vector<ConvFields::Field> fields;
  std::vector<double> before;   ///< synapses of the targets before one
  std::vector<uint32_t> seenBy; ///< last panel, by group, y, x
  uint32_t panel = 0;
};

} // namespace

Survey::Survey(const ConvShape &shape)
    : shape(shape), geometry(shape), before{0},
      seenBy(size_t(shape.groups) * shape.in[0] * shape.in[1]) {
  uint32_t targets = shape.out[0] * shape.outPlane();
  double perCell = double(geometry.sourcesPerCell());
  for (uint32_t target = 0; target < targets; ++target) {
    fields.push_back(geometry.fieldOf(target));
    before.push_back(before.back() + double(fields.back().cells()) * perCell);
  }
}

std::vector<double> Survey::rowsOf(unsigned tiles) {
  std::vector<double> rows;
  size_t columns = size_t(tiles) * kTileNeurons;
  for (size_t begin = 0; begin < fields.size(); begin += columns) {
    uint64_t cells = 0;
    ++panel;
    size_t end = std::min(begin + columns, fields.size());
    for (size_t target = begin; target < end; ++target) {
      const ConvFields::Field &field = fields[target];
      if (target > begin && field == fields[target - 1])
        continue;
      for (uint32_t y = field.box[0].begin; y < field.box[0].end; ++y)
        for (uint32_t x = field.box[1].begin; x < field.box[1].end; ++x) {
          uint32_t &seen =
              seenBy[(size_t(field.group) * shape.in[0] + y) * shape.in[1] + x];
          cells += seen != panel;
          seen = panel;
        }
    }
    rows.push_back(double(cells * geometry.sourcesPerCell()));
  }
  return rows;
}

static double meanOf(const std::vector<double> &counts) {
  return std::accumulate(counts.begin(), counts.end(), 0.0) /
         double(counts.size());
}

/// The largest over the mean.
static double heaviest(const std::vector<double> &counts) {
  double mean = meanOf(counts);
  return mean > 0 ? *std::max_element(counts.begin(), counts.end()) / mean : 1;
}

void Survey::readSlices(EdgeShape &edge) {
  std::vector<double> tileRows = rowsOf(1);
  for (size_t i = 0; i < kReaches; ++i) {
    size_t columns = size_t(kTileNeurons) << i;
    size_t slices = std::max<size_t>(1, fields.size() / columns);
    std::vector<double> synapses, rows, reached;
    for (size_t slice = 0; slice < slices; ++slice) {
      size_t begin = slice * columns;
      size_t end = std::min(begin + columns, fields.size());
      synapses.push_back(before[end] - before[begin]);
      double sum = 0;
      for (size_t tile = begin / kTileNeurons; tile * kTileNeurons < end;
           ++tile)
        sum += tileRows[tile];
      rows.push_back(sum);
      Range all;
      for (size_t target = begin; target < end; ++target)
        all = hull(all, geometry.placesOf(fields[target]));
      reached.push_back(all.size());
    }
    edge.reach[i] = meanOf(reached) / edge.sources;
    edge.heavyReach[i] = heaviest(reached);
    edge.heavySynapses[i] = heaviest(synapses);
    edge.heavyRows[i] = heaviest(rows);
  }
}

/// Share of the sources that reach any target.
static double shareReached(const ConvShape &shape) {
  double share = 1;
  for (unsigned axis : {0, 1}) {
    std::vector<uint32_t> reached = shape.reachAlong(axis);
    share *= 1 - double(std::count(reached.begin(), reached.end(), 0u)) /
                     double(reached.size());
  }
  return share;
}

/// Standard deviation over mean of the row lengths beyond what chance gives
/// rows of this density: a row's length is a product of both axes.
static double unevenness(const ConvShape &shape, double density) {
  double mean = shape.outPerGroup(), squares = mean * mean;
  for (unsigned axis : {0, 1}) {
    std::vector<uint32_t> reached = shape.reachAlong(axis);
    double sum = 0, sumSquares = 0;
    for (double count : reached) {
      sum += count;
      sumSquares += count * count;
    }
    mean *= sum / double(reached.size());
    squares *= sumSquares / double(reached.size());
  }
  if (mean <= 0)
    return 0;
  double chance = mean * std::max(0.0, 1 - density);
  return std::sqrt(std::max(0.0, squares - mean * mean - chance)) / mean;
}

void fillByFields(const ConvShape &shape, EdgeShape &edge) {
  Survey survey(shape);
  edge.density = survey.synapses() / (edge.sources * double(survey.targets()));
  edge.unevenness = unevenness(shape, edge.density);
  for (unsigned tiles = 1; tiles <= edge.filled.size(); ++tiles) {
    std::vector<double> rows = survey.rowsOf(tiles);
    if (rows.size() > 1 && survey.targets() % (tiles * kTileNeurons) != 0)
      rows.pop_back(); // a partial panel would only dilute the others
    edge.filled[tiles - 1] =
        std::min(1.0, meanOf(rows) / (edge.sources * edge.delays));
  }
  edge.filledAnywhere = shareReached(shape) / edge.delays;
  survey.readSlices(edge);
}

} // namespace snnc::fabric
