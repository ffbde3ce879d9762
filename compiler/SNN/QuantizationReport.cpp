//===- QuantizationReport.cpp - What rounding did to the weights ----------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "compiler/SNN/QuantizationReport.h"

#include "compiler/SNN/Connectivity.h"

#include <cmath>

namespace snnc::snn {

namespace {
/// Of one receptor, neuron by neuron.
struct Sums {
  WeightRounding rounding;
  std::vector<double> size, error; ///< sum |w|, sum |w - q / s|
};
} // namespace

double WeightRounding::snrDecibel() const {
  return noise > 0 ? 10 * std::log10(signal / noise)
                   : std::numeric_limits<double>::infinity();
}

static void addProjection(ProjectionOp projection, unsigned &bits, Sums &sums) {
  auto real = Connectivity::create(projection);
  auto integers = IntConnectivity::create(projection);
  if (!real || !integers)
    return;
  bits = integers->weightBits();
  double limit = double((int64_t(1) << (bits - 1)) - 1);
  WeightRounding &into = sums.rounding;
  sums.size.resize(real->numTargets());
  sums.error.resize(real->numTargets());
  real->forEach([&](uint32_t, const Synapse &synapse) {
    double w = synapse.weight, s = integers->scaleOf(synapse.target);
    int32_t q = integers->quantize(synapse.weight, synapse.target);
    double lost = w - q / s;
    into.synapses += q != 0;
    into.underflow += q == 0 && w != 0;
    into.saturated += std::abs(w * s) >= limit + 0.5;
    into.smallest = std::min(into.smallest, w);
    into.largest = std::max(into.largest, w);
    into.signal += w * w;
    into.noise += lost * lost;
    sums.size[synapse.target] += std::abs(w);
    sums.error[synapse.target] += std::abs(lost);
  });
}

/// S6.9.
static double sumError(const Sums &sums) {
  double total = 0;
  uint64_t reached = 0;
  for (size_t n = 0; n < sums.size.size(); ++n)
    if (sums.size[n] > 0) {
      total += sums.error[n] / sums.size[n];
      ++reached;
    }
  return reached ? total / double(reached) : 0;
}

static void add(WeightRounding &all, const WeightRounding &part) {
  all.synapses += part.synapses;
  all.underflow += part.underflow;
  all.saturated += part.saturated;
  all.smallest = std::min(all.smallest, part.smallest);
  all.largest = std::max(all.largest, part.largest);
  all.signal += part.signal;
  all.noise += part.noise;
  all.sumError = std::max(all.sumError, part.sumError);
}

QuantizationReport reportQuantization(PopulationOp population) {
  QuantizationReport report;
  std::vector<Sums> receptors;
  for (mlir::Operation *user : population.getSignal().getUsers()) {
    auto projection = mlir::dyn_cast<ProjectionOp>(user);
    if (!projection || projection.getTarget() != population.getSignal())
      continue;
    size_t receptor = size_t(projection.getReceptor());
    receptors.resize(std::max(receptors.size(), receptor + 1));
    addProjection(projection, report.bits, receptors[receptor]);
  }
  for (Sums &sums : receptors) {
    sums.rounding.sumError = sumError(sums);
    add(report.all, sums.rounding);
    report.receptors.push_back(sums.rounding);
  }
  return report;
}

} // namespace snnc::snn
