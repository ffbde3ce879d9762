//===- RowSample.cpp - A few rows of a stored projection ------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "planner/RowSample.h"

#include "compiler/Fabric/NeuronOrder.h"
#include "compiler/SNN/ParamValues.h"
#include "runtime/support/Random.h"

#include <algorithm>
#include <cmath>
#include <tuple>

using namespace mlir;

namespace snnc::fabric {

/// Drawn places: even steps would meet the period of a convolution's maps.
RowSample::RowSample(uint32_t sources, uint32_t targets)
    : sources(sources), targets(targets) {
  uint32_t count =
      std::min(sources, std::max(kSampledSources,
                                 kSampledPairs / std::max(1u, targets)));
  PhiloxKey key = streamKey(1, streamOf("row sample"));
  for (uint32_t i = 0; i < count; ++i) {
    auto begin = uint32_t(uint64_t(i) * sources / count);
    auto end = uint32_t(uint64_t(i + 1) * sources / count);
    PhiloxCounter words = philox4x32({i, 0, 0, 0}, key);
    chosen.push_back(begin + below(words[0], words[1], end - begin));
  }
}

void RowSample::add(uint32_t source, uint32_t target, uint32_t delay,
                    uint32_t size) {
  cells.push_back({source, delay, target, size});
}

/// |q|, q = round(weight * scale) as IntConnectivity does.
namespace {
class Quantizer {
public:
  Quantizer(snn::QuantAttr quant, size_t targets, MLIRContext *context) {
    if (!quant)
      return;
    scales = snn::ParamValues::get(quant.getScales(), targets, context);
    truncates = quant.getRounding() == snn::Rounding::TowardZero;
    limit = std::ldexp(1.0, int(quant.getBits()) - 1) - 1;
  }
  uint32_t operator()(double weight, uint32_t target) const {
    double scaled = std::abs(weight * (scales ? scales->at(target) : 1e9));
    if (truncates ? scaled < 1 : scaled <= 0.5)
      return 0;
    return uint32_t(std::min(limit, scaled + (truncates ? 0 : 0.5)));
  }

private:
  std::optional<snn::ParamValues> scales;
  bool truncates = false;
  double limit = 127;
};
} // namespace

bool RowSample::readDense(snn::ProjectionOp op) {
  auto dense = dyn_cast<snn::DenseAttr>(op.getWeights());
  if (!dense || op.getPoolAttr())
    return false;
  auto weights = snn::ParamValues::get(
      dense.getWeights(), size_t(sources) * targets, op.getContext());
  if (!weights)
    return false;
  Quantizer quantizer(op.getQuantAttr(), targets, op.getContext());
  // [target, source]; extra delays do not exist, so 1 stands for all.
  for (uint32_t target = 0; target < targets; ++target)
    for (uint32_t source : chosen)
      if (uint32_t size = quantizer(
              float(weights->at(size_t(target) * sources + source)), target))
        add(source, target, 1, size);
  return true;
}

bool RowSample::readList(snn::ProjectionOp op) {
  if (!snn::isListed(op.getWeights()) || op.getPoolAttr())
    return false;
  std::string error; // the full view reports it
  auto view = snn::Connectivity::create(op.getWeights(), nullptr, sources,
                                        targets, error);
  if (!view)
    return false;
  Quantizer quantizer(op.getQuantAttr(), targets, op.getContext());
  std::vector<snn::Synapse> row;
  for (uint32_t source : chosen) {
    view->row(source, row);
    for (const snn::Synapse &synapse : row)
      if (uint32_t size = quantizer(synapse.weight, synapse.target))
        add(source, synapse.target, synapse.delay, size);
  }
  return true;
}

std::optional<RowSample> RowSample::read(snn::ProjectionOp op) {
  RowSample sample(uint32_t(op.numSources()), uint32_t(op.numTargets()));
  if (!sample.readDense(op) && !sample.readList(op)) {
    auto view = snn::IntConnectivity::create(op);
    if (!view)
      return std::nullopt;
    std::vector<snn::IntSynapse> row;
    for (uint32_t source : sample.chosen) {
      view->row(source, row);
      for (const snn::IntSynapse &synapse : row)
        sample.add(source, synapse.target, synapse.delay,
                   uint32_t(std::abs(synapse.weight)));
    }
  }
  auto from = NeuronOrder::of(op.getSource().getDefiningOp()),
       to = NeuronOrder::of(op.getTarget().getDefiningOp());
  if (failed(from) || failed(to))
    return std::nullopt;
  for (Cell &cell : sample.cells) { // tiles and ranges are of places
    cell.source = from->placeOf(cell.source);
    cell.target = to->placeOf(cell.target);
  }
  sample.sort();
  return sample;
}

/// By source, delay, target. Most cells come in order of targets or of sources:
/// dealing them out by source leaves little to sort.
void RowSample::sort() {
  std::vector<uint32_t> begin(size_t(sources) + 1);
  for (const Cell &cell : cells)
    ++begin[cell.source + 1];
  for (uint32_t source = 0; source < sources; ++source)
    begin[source + 1] += begin[source];
  std::vector<uint32_t> next(begin.begin(), begin.end() - 1);
  std::vector<Cell> dealt(cells.size());
  for (const Cell &cell : cells)
    dealt[next[cell.source]++] = cell;
  cells = std::move(dealt);
  auto before = [](const Cell &a, const Cell &b) {
    return std::tie(a.delay, a.target) < std::tie(b.delay, b.target);
  };
  for (uint32_t source = 0; source < sources; ++source) {
    auto row = cells.begin() + begin[source],
         end = cells.begin() + begin[source + 1];
    if (!std::is_sorted(row, end, before))
      std::sort(row, end, before);
  }
}

double RowSample::density() const {
  double rows = double(chosen.size());
  return std::min(1.0, double(cells.size()) / (rows * targets));
}

double RowSample::unevenness() const {
  double rows = double(chosen.size()), squares = 0;
  double mean = double(cells.size()) / rows;
  if (mean == 0)
    return 0;
  size_t seen = 0;
  for (size_t i = 0; i < cells.size(); ++seen) {
    size_t begin = i;
    for (; i < cells.size() && cells[i].source == cells[begin].source; ++i)
      ;
    double length = double(i - begin);
    squares += (length - mean) * (length - mean);
  }
  squares += (rows - double(seen)) * mean * mean; // rows without synapse
  double chance = mean * std::max(0.0, 1 - density());
  return std::sqrt(std::max(0.0, squares / rows - chance)) / mean;
}

double RowSample::largestSum() const {
  double pairs = double(chosen.size()) * targets, mean = 0, square = 0;
  for (const Cell &cell : cells) {
    mean += cell.size / pairs;
    square += double(cell.size) * cell.size / pairs;
  }
  return largestSumByChance(sources, targets, mean, square);
}

double RowSample::meanSum() const {
  double sum = 0;
  for (const Cell &cell : cells)
    sum += cell.size;
  return sum / double(chosen.size()) * sources / targets;
}

double RowSample::filled(unsigned tiles, double delays) const {
  double rows = double(chosen.size());
  uint32_t columns = tiles * kTileNeurons;
  // A partial last panel would only dilute the others.
  uint32_t panels = std::max(1u, targets / columns);
  size_t count = 0;
  for (size_t i = 0; i < cells.size(); ++i)
    count += cells[i].target / columns < panels &&
             (i == 0 || cells[i].source != cells[i - 1].source ||
              cells[i].delay != cells[i - 1].delay ||
              cells[i].target / columns != cells[i - 1].target / columns);
  return std::min(1.0, double(count) / (rows * panels * delays));
}

namespace {
/// What the sample says about one slice.
struct Slice {
  uint32_t first = UINT32_MAX, last = 0, sources = 0;
  double synapses = 0, rows = 0;
};
} // namespace

/// The largest of the counts over their mean; what a sample of a `share` of the
/// sources adds to the largest by chance is taken off again.
static double heaviest(const std::vector<Slice> &slices, double Slice::*count,
                       double share) {
  double sum = 0, largest = 0;
  for (const Slice &slice : slices) {
    sum += slice.*count;
    largest = std::max(largest, slice.*count);
  }
  auto n = double(slices.size());
  if (sum == 0 || slices.size() < 2)
    return 1;
  double mean = sum / n;
  double chance =
      normalQuantile((n - 0.375) / (n + 0.25)) * std::sqrt(mean * (1 - share));
  return std::max(1.0, (largest - chance) / mean);
}

/// k sources seen of those of a range of length r are (k - 1) / (k + 1) r apart
/// on average; all sources seen are the range itself.
static double rangeOf(const Slice &slice, double chosen, double sources) {
  double k = slice.sources, length = double(slice.last) - slice.first + 1;
  if (k == 0)
    return 0;
  if (chosen < sources)
    length = k > 1 ? length * (k + 1) / (k - 1) : sources / chosen;
  return std::min(1.0, length / sources);
}

void RowSample::readSlices(size_t i, EdgeShape &edge) const {
  uint32_t columns = kTileNeurons << i;
  // A partial last slice would only dilute the mean.
  std::vector<Slice> slices(std::max(1u, targets / columns));
  const Cell *before = nullptr;
  for (const Cell &cell : cells) { // by source, delay, target
    bool newRow = !before || before->source != cell.source ||
                  before->delay != cell.delay ||
                  before->target / kTileNeurons != cell.target / kTileNeurons;
    before = &cell;
    if (cell.target / columns >= slices.size())
      continue;
    Slice &slice = slices[cell.target / columns];
    slice.synapses += 1;
    slice.rows += newRow;
    if (slice.sources && slice.last == cell.source)
      continue;
    slice.first = std::min(slice.first, cell.source);
    slice.last = cell.source;
    ++slice.sources;
  }
  double seen = double(chosen.size()), sum = 0, longest = 0;
  // The ends of a range are known where enough of its sources were seen.
  constexpr uint32_t enough = 16;
  for (const Slice &slice : slices) {
    double range = rangeOf(slice, seen, sources);
    sum += range;
    if (slice.sources < enough && seen != sources) // at least what was seen
      range = slice.sources ? (slice.last - slice.first + 1.0) / sources : 0;
    longest = std::max(longest, range);
  }
  edge.reach[i] = sum / double(slices.size());
  edge.heavyReach[i] = std::max(1.0, sum > 0 ? longest / edge.reach[i] : 1);
  edge.heavySynapses[i] = heaviest(slices, &Slice::synapses, seen / sources);
  edge.heavyRows[i] = heaviest(slices, &Slice::rows, seen / sources);
}

} // namespace snnc::fabric
