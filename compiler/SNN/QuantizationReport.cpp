//===- QuantizationReport.cpp - What rounding did to the weights ----------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "compiler/SNN/QuantizationReport.h"

#include "compiler/SNN/Connectivity.h"

#include <cmath>

namespace snnc::snn {

static void addProjection(ProjectionOp projection, QuantizationReport &report,
                          double &signal, double &noise) {
  auto real = Connectivity::create(projection);
  auto integers = IntConnectivity::create(projection);
  if (!real || !integers)
    return;
  report.bits = integers->weightBits();
  double limit = double((int64_t(1) << (report.bits - 1)) - 1);
  real->forEach([&](uint32_t, const Synapse &synapse) {
    double w = synapse.weight, s = integers->scaleOf(synapse.target);
    int32_t q = integers->quantize(synapse.weight, synapse.target);
    double lost = w - q / s;
    report.synapses += q != 0;
    report.underflow += q == 0;
    report.saturated += std::abs(w * s) >= limit + 0.5;
    report.smallest = std::min(report.smallest, w);
    report.largest = std::max(report.largest, w);
    signal += w * w;
    noise += lost * lost;
  });
}

QuantizationReport reportQuantization(PopulationOp population) {
  QuantizationReport report;
  double signal = 0, noise = 0;
  for (mlir::Operation *user : population.getSignal().getUsers())
    if (auto projection = mlir::dyn_cast<ProjectionOp>(user))
      if (projection.getTarget() == population.getSignal())
        addProjection(projection, report, signal, noise);
  report.snrDecibel = noise > 0 ? 10 * std::log10(signal / noise)
                                : std::numeric_limits<double>::infinity();
  return report;
}

} // namespace snnc::snn
