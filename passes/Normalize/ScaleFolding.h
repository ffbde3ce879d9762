//===- ScaleFolding.h - Where the scales of the weights go ------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// docs/semantics.md S6.3 and S6.8.
//
//===----------------------------------------------------------------------===//
#ifndef SNNC_NORMALIZE_SCALEFOLDING_H
#define SNNC_NORMALIZE_SCALEFOLDING_H

#include "compiler/SNN/NeuronScaling.h"
#include "passes/Normalize/WeightScales.h"

namespace snnc::normalize {

/// Sums that the neuron multiplies by a parameter of its own.
struct SumMultiplier {
  std::string name;                 ///< of the parameter
  llvm::SmallVector<unsigned> sums; ///< receptors
  Numbers factors;                  ///< one for each neuron

  /// Adds the parameter, longer where the model has that name, and the
  /// product.
  void addTo(snn::NeuronOp model) const;
};

/// Parameters and states are multiplied by powers of the scales, sums by
/// parameters.
struct ScaleFolding {
  struct Power {
    snn::ScaleDegrees degrees;
    Numbers scales; ///< one for each neuron
  };
  std::vector<Power> powers;
  std::vector<SumMultiplier> multipliers;

  /// What parameter j, state k is multiplied by, one for each neuron; empty: 1.
  Numbers param(unsigned j) const;
  Numbers state(unsigned k) const;
  /// Of the copy of `model` with the multipliers.
  std::string modelName(snn::NeuronOp model) const;
};

/// Powers alone where the model's equations allow that, else multipliers for as
/// few sums as they do. `drawn`, by parameter: drawn anew in each tick.
ScaleFolding planFolding(snn::NeuronOp model, const IncomingWeights &weights,
                         const WeightScales &scales,
                         llvm::ArrayRef<bool> drawn);

llvm::StringRef receptorName(snn::NeuronOp model, size_t receptor);

} // namespace snnc::normalize

#endif // SNNC_NORMALIZE_SCALEFOLDING_H
