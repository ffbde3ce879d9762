//===- NeuronScaling.h - Is a model linear in its input's scale? ----------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef SNNC_SNN_NEURONSCALING_H
#define SNNC_SNN_NEURONSCALING_H

#include "compiler/SNN/SNN.h"

#include <optional>

namespace snnc::snn {

/// If the receptors' sums are multiplied by s > 0 (those of power 1), state k
/// by s^states[k] and parameter j by s^params[j], the model spikes exactly as
/// before (in real arithmetic). docs/semantics.md S6.3.
struct ScaleDegrees {
  llvm::SmallVector<int> states;
  llvm::SmallVector<int> params;
};

/// Dimensional analysis of the region: every value has an integer power of s;
/// sums and comparisons need equal powers, products add them, functions and
/// non-zero constants have power 0. Nothing when the equations contradict each
/// other (Izhikevich): such a model multiplies its input by 1/s instead.
/// `receptors` has the power of each one's sum; without one: that sum is 0.
/// `drawn`, by parameter: drawn anew in each tick, power 0.
std::optional<ScaleDegrees>
inferScaleDegrees(NeuronOp model, llvm::ArrayRef<std::optional<int>> receptors,
                  llvm::ArrayRef<bool> drawn);

} // namespace snnc::snn

#endif // SNNC_SNN_NEURONSCALING_H
