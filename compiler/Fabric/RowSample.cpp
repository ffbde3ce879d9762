//===- RowSample.cpp - A few rows of a stored projection ------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "compiler/Fabric/RowSample.h"

#include "compiler/Fabric/LayerShape.h"
#include "compiler/SNN/ParamValues.h"

#include <algorithm>
#include <cmath>
#include <tuple>

using namespace mlir;

namespace snnc::fabric {

RowSample::RowSample(uint32_t sources, uint32_t targets)
    : sources(sources), targets(targets),
      step(std::max(1u, (sources + kSampledSources - 1) / kSampledSources)) {}

bool RowSample::isSampled(uint32_t source) const { return source % step == 0; }

void RowSample::add(uint32_t source, uint32_t target, uint32_t delay) {
  cells.push_back({source, delay, target});
}

/// q = round(weight * scale) as IntConnectivity does, and whether it is not 0.
namespace {
class Quantizer {
public:
  Quantizer(snn::QuantAttr quant, size_t targets, MLIRContext *context) {
    if (!quant)
      return;
    scales = snn::ParamValues::get(quant.getScales(), targets, context);
    truncates = quant.getRounding() == snn::Rounding::TowardZero;
  }
  bool keeps(double weight, uint32_t target) const {
    double scaled = std::abs(weight * (scales ? scales->at(target) : 1e9));
    return truncates ? scaled >= 1 : scaled > 0.5;
  }

private:
  std::optional<snn::ParamValues> scales;
  bool truncates = false;
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
    for (uint32_t source = 0; source < sources; source += step)
      if (quantizer.keeps(float(weights->at(size_t(target) * sources + source)),
                          target))
        add(source, target, 1);
  return true;
}

bool RowSample::readList(snn::ProjectionOp op) {
  auto list = dyn_cast<snn::ListAttr>(op.getWeights());
  if (!list || op.getPoolAttr())
    return false;
  MLIRContext *context = op.getContext();
  size_t count = size_t(list.getSources().getType().getNumElements());
  auto from = snn::ParamValues::get(list.getSources(), count, context);
  auto to = snn::ParamValues::get(list.getTargets(), count, context);
  auto weights = snn::ParamValues::get(list.getWeights(), count, context);
  std::optional<snn::ParamValues> delays;
  if (list.getDelays())
    delays = snn::ParamValues::get(list.getDelays(), count, context);
  if (!from || !to || !weights || (list.getDelays() && !delays))
    return false;
  Quantizer quantizer(op.getQuantAttr(), targets, context);
  for (size_t i = 0; i < count; ++i) {
    double source = from->at(i), target = to->at(i);
    if (!(source >= 0 && source < sources && target >= 0 && target < targets))
      return false; // the full view reports it
    if (isSampled(uint32_t(source)) &&
        quantizer.keeps(float(weights->at(i)), uint32_t(target)))
      add(uint32_t(source), uint32_t(target),
          delays ? uint32_t(delays->at(i)) : 0);
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
    for (uint32_t source = 0; source < sample.sources; source += sample.step) {
      view->row(source, row);
      for (const snn::IntSynapse &synapse : row)
        sample.add(source, synapse.target, synapse.delay);
    }
  }
  std::sort(sample.cells.begin(), sample.cells.end(),
            [](const Cell &a, const Cell &b) {
              return std::tie(a.source, a.delay, a.target) <
                     std::tie(b.source, b.delay, b.target);
            });
  return sample;
}

double RowSample::density() const {
  double rows = (sources + step - 1) / step;
  return std::min(1.0, double(cells.size()) / (rows * targets));
}

double RowSample::unevenness() const {
  double rows = (sources + step - 1) / step, squares = 0;
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

double RowSample::filled(unsigned tiles, double delays) const {
  double rows = (sources + step - 1) / step;
  uint32_t columns = tiles * kTileNeurons;
  double panels = std::ceil(double(targets) / columns);
  size_t count = 0;
  for (size_t i = 0; i < cells.size(); ++i)
    count += i == 0 || cells[i].source != cells[i - 1].source ||
             cells[i].delay != cells[i - 1].delay ||
             cells[i].target / columns != cells[i - 1].target / columns;
  return std::min(1.0, double(count) / (rows * panels * delays));
}

} // namespace snnc::fabric
