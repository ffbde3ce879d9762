//===- ResetRules.h - What a spike does, as a library model -----*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef SNNC_NORMALIZE_RESETRULES_H
#define SNNC_NORMALIZE_RESETRULES_H

#include "compiler/SNN/SNN.h"

#include <string>

namespace snnc::normalize {

/// Options of snn-discretize: docs/semantics.md S2.3 and S2.13.
struct ResetRules {
  std::string reset;   ///< value | zero | subtract | none
  bool late = false;   ///< the reset acts in the next tick
  std::string compare; ///< above | reached | lowered | before

  /// The model has a `drop`, which is 0 without a reset, in place of `reset`.
  bool subtracts() const { return reset == "subtract" || reset == "none"; }
  bool actsLate() const { return late && reset != "none"; }
  /// Of the library model of an IF, LIF or CubaLIF: "_value", "_value_late",
  /// "_value_skip", "_subtract", "_subtract_late" or "_subtract_lowered".
  /// `feedsItself`: its spikes come back to it.
  std::string suffix(snn::OdeKind kind, bool feedsItself) const;
  /// The same for neurons with a refractory period; not when actsLate().
  std::string refractorySuffix() const;
};

/// A projection leads from `ode` to itself.
bool feedsItself(snn::OdeOp ode);

/// The float32 number below float32(`threshold`): to be above it is to reach
/// the threshold.
double justBelow(double threshold);

} // namespace snnc::normalize

#endif // SNNC_NORMALIZE_RESETRULES_H
