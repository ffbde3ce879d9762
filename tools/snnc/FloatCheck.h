//===- FloatCheck.h - The integer network against the float one -*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What quantisation did to a network: `snnc verify NET --against float`.
//
//===----------------------------------------------------------------------===//
#ifndef SNNC_TOOLS_FLOATCHECK_H
#define SNNC_TOOLS_FLOATCHECK_H

#include "runtime/host/Compare.h"
#include "runtime/support/Diagnostic.h"
#include "tools/snnc/Firing.h"

#include <nlohmann/json.hpp>

namespace snnc {

/// A state over all samples, ticks and neurons, in the user's units.
struct StateError {
  std::string variable;
  double largest = 0; ///< max |after - before|
  double rms = 0;     ///< sqrt(mean (after - before)^2)
  double before = 0;  ///< sqrt(mean before^2)
  /// rms / before, at most 1: 0 where both are 0.
  double share() const;
};

/// One layer; "before" is the float network, "after" the integer one.
struct LayerComparison {
  std::string name;
  uint64_t neurons = 0;
  bool hasSpikes = false; ///< both rasters are there
  Firing before, after;
  uint64_t shared = 0; ///< spikes at the same sample, tick and neuron
  std::optional<runtime::Divergence> first; ///< spike that differs
  std::vector<StateError> states;

  /// 2 shared / (spikes before + spikes after), 1 where nobody fires.
  double equalSpikes() const;
  /// What the tolerance limits: 1 - equalSpikes(); of a layer without spikes
  /// the largest share() of its states.
  double differing() const;
  bool wentSilent() const { return before.spikes > 0 && after.spikes == 0; }
  /// Neurons that fire in every tick only after quantisation.
  bool saturates() const {
    return after.saturatedNeurons > before.saturatedNeurons;
  }
};

/// In the order of the manifest, every population that has an array in both.
/// Error SNN0430 when nothing is in common, or shapes differ.
Expected<std::vector<LayerComparison>>
compareLayers(const runtime::Manifest &manifest,
              const runtime::ArrayMap &before, const runtime::ArrayMap &after);

/// Facts of the run for the head line and the JSON object.
struct FloatCheckHead {
  std::string backend;
  uint64_t samples = 1, ticks = 0;
  double tolerance = 0;
};

/// True when every layer differs by at most the tolerance.
bool withinTolerance(const std::vector<LayerComparison> &layers,
                     double tolerance);
void printFloatCheck(const FloatCheckHead &head,
                     const std::vector<LayerComparison> &layers);
nlohmann::json toJson(const FloatCheckHead &head,
                      const std::vector<LayerComparison> &layers);

} // namespace snnc

#endif // SNNC_TOOLS_FLOATCHECK_H
