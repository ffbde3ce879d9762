//===- Passes.h - Normalize: from the file to integers -----------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef SNNC_PASSES_NORMALIZE_PASSES_H
#define SNNC_PASSES_NORMALIZE_PASSES_H

#include "compiler/SNN/SNN.h"

#include "mlir/IR/BuiltinOps.h"
#include "mlir/Pass/Pass.h"

namespace snnc::normalize {

/// Of snn-quantize.
enum class QuantizeMode : uint8_t {
  PerNeuron,   ///< a scale per target neuron, rounded to nearest even (S6)
  PySpinnaker2 ///< a scale per population, truncated: that tool's numbers
};

/// "per-neuron", "py-spinnaker2".
constexpr const char *nameOf(QuantizeMode mode) {
  return mode == QuantizeMode::PerNeuron ? "per-neuron" : "py-spinnaker2";
}

#define GEN_PASS_DECL
#include "passes/Normalize/Passes.h.inc"

#define GEN_PASS_REGISTRATION
#include "passes/Normalize/Passes.h.inc"

} // namespace snnc::normalize

#endif // SNNC_PASSES_NORMALIZE_PASSES_H
