//===- QuantizationReport.h - What rounding did to the weights ---*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef SNNC_SNN_QUANTIZATIONREPORT_H
#define SNNC_SNN_QUANTIZATIONREPORT_H

#include "compiler/SNN/SNN.h"

namespace snnc::snn {

/// Over all synapses that end in one population.
struct QuantizationReport {
  uint64_t synapses = 0;  ///< with an integer weight other than 0
  uint64_t underflow = 0; ///< weight not 0, integer 0
  uint64_t saturated = 0; ///< integer clipped to +-(2^(bits-1) - 1)
  double smallest = 0, largest = 0; ///< weights, the user's units
  /// 10 log10(sum w^2 / sum (w - q / s)^2); +inf: exact.
  double snrDecibel = 0;
  unsigned bits = 0;
};

/// Streams the rows of every incoming projection once.
QuantizationReport reportQuantization(PopulationOp population);

} // namespace snnc::snn

#endif // SNNC_SNN_QUANTIZATIONREPORT_H
