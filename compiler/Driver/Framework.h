//===- Framework.h - What a framework computes and NIR omits -----*- C++
//-*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef SNNC_DRIVER_FRAMEWORK_H
#define SNNC_DRIVER_FRAMEWORK_H

#include "compiler/Driver/Options.h"
#include "compiler/Import/NIR/NirGraph.h"
#include "compiler/Import/NIR/NirNormalise.h"
#include "compiler/Support/Diagnostic.h"

#include <nlohmann/json.hpp>

namespace snnc {

/// How equations become ticks: the part of a network that NIR does not store.
/// The values are those of snn-discretize (docs/semantics.md S2).
struct Dynamics {
  std::string framework = "none";
  std::string integrator = "forward"; ///< forward | exponential
  std::string reset = "value";        ///< value | zero | subtract
  bool resetLate = false;             ///< the reset acts in the next tick
  std::string jump = "damped";        ///< damped | undamped | rise | unit
};

/// For the manifest of a bundle and for results: framework, integrator, reset,
/// reset_late, jump.
nlohmann::json toJson(const Dynamics &dynamics);

/// The profiles of docs/frameworks.md by name, "none" first.
const std::vector<std::string> &frameworkNames();

/// The dynamics of `graph` (normalised): the profile that --framework names, or
/// the one of the exporter that the file shows; every single option overrides.
/// A --reset without --reset-late acts in the tick of the spike where the
/// profile is only assumed. Notes SNN0388 what was assumed, warns SNN0389 where
/// nobody said what a spike does to the potential. `statesReset`: every neuron
/// of the file that resets has a v_reset.
Dynamics chooseDynamics(const nir::Graph &graph, const nir::ImpliedDt &implied,
                        bool statesReset, const NetworkOptions &options,
                        DiagnosticSink &sink);

} // namespace snnc

#endif // SNNC_DRIVER_FRAMEWORK_H
