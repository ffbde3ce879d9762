//===- QuantizationReport.h - What rounding did to the weights --*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef SNNC_SNN_QUANTIZATIONREPORT_H
#define SNNC_SNN_QUANTIZATIONREPORT_H

#include "compiler/SNN/SNN.h"

namespace snnc::snn {

/// Over the synapses of one receptor, or of all, that end in one population.
struct WeightRounding {
  uint64_t synapses = 0;            ///< with an integer weight other than 0
  uint64_t underflow = 0;           ///< weight not 0, integer 0
  uint64_t saturated = 0;           ///< integer clipped to +-(2^(bits-1) - 1)
  double smallest = 0, largest = 0; ///< weights, the user's units
  double signal = 0, noise = 0;     ///< sum w^2, sum (w - q / s)^2
  /// docs/semantics.md S6.9; over all: of the receptor with the largest.
  double sumError = 0;

  /// 10 log10(signal / noise); +inf: exact.
  double snrDecibel() const;
};

struct QuantizationReport {
  WeightRounding all;
  /// As the neuron model has them. No synapse: not in use.
  std::vector<WeightRounding> receptors;
  unsigned bits = 0;
};

/// Streams the rows of every incoming projection once.
QuantizationReport reportQuantization(PopulationOp population);

} // namespace snnc::snn

#endif // SNNC_SNN_QUANTIZATIONREPORT_H
