//===- Framework.h - What a framework computes and NIR omits ----*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef SNNC_TOOLS_FRAMEWORK_H
#define SNNC_TOOLS_FRAMEWORK_H

#include "compiler/Import/NIR/NirGraph.h"
#include "compiler/Import/NIR/NirNormalise.h"
#include "compiler/Import/NIR/NirRules.h"
#include "runtime/support/Diagnostic.h"
#include "tools/snnc/Options.h"

#include <nlohmann/json.hpp>

namespace snnc {

/// How equations become ticks: the part of a network that NIR does not store.
/// The values are those of snn-discretize (docs/semantics.md S2).
struct Dynamics {
  std::string framework = "none";
  std::string integrator = "forward"; ///< forward | exponential
  std::string reset = "value";        ///< value | zero | subtract | none
  bool resetLate = false;             ///< the reset acts in the next tick
  std::string compare = "above";      ///< above | reached | lowered | before
  std::string jump = "damped";        ///< damped | undamped | decayed | unit
  std::string start = "leak";         ///< leak | reset

  struct Layer {
    std::string reset;
    bool late;
  };
  /// By node, whose metadata differ from the others'.
  std::map<std::string, Layer> layers = {};
};

/// For the manifest of a bundle and for results: framework, integrator, reset,
/// reset_late, compare, jump, start; layers: {name: {reset, reset_late}}.
nlohmann::json toJson(const Dynamics &dynamics);

/// The profiles of docs/frameworks.md by name, "none" first.
const std::vector<std::string> &frameworkNames();

/// Reports a finding about the file as a whole.
void reportOf(const nir::Graph &graph, DiagnosticCode code, std::string message,
              std::vector<std::string> hints, DiagnosticSink &sink);

/// What of the file decides the dynamics, beside its nodes.
struct FileRules {
  nir::ImpliedDt implied;
  nir::StatedRules stated; ///< by metadata
  /// Every neuron that resets has a v_reset.
  bool hasEveryReset = false;
};

/// A time step and why it is that.
struct UsualDt {
  double dt; ///< in the unit of the file's time constants
  std::string reason;
};
/// The time step of a framework that --framework or the metadata name, where
/// the file's gains do not imply it.
std::optional<UsualDt> usualDt(const nir::Graph &graph, const FileRules &file,
                               const NetworkOptions &options);

/// The dynamics of `graph` (normalised): the profile that --framework or the
/// file's metadata name, or the one of the exporter that the file shows; then
/// what metadata state; every single option overrides, for all neurons. A reset
/// without reset-late acts in the tick of the spike where the profile is only
/// assumed. Notes SNN0388 what was assumed, warns SNN0389 where nobody said
/// what a spike does to the potential. Undoes what the exporter of Spyx gets
/// wrong (SNN0387).
Dynamics chooseDynamics(nir::Graph &graph, const FileRules &file,
                        const NetworkOptions &options, DiagnosticSink &sink);

} // namespace snnc

#endif // SNNC_TOOLS_FRAMEWORK_H
