//===- NirRules.h - Arithmetic that metadata state --------------*- C++ -*-===//
//
// Part of the snnc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
#ifndef SNNC_IMPORT_NIR_NIRRULES_H
#define SNNC_IMPORT_NIR_NIRRULES_H

#include "compiler/Import/NIR/NirGraph.h"
#include "runtime/support/Diagnostic.h"

namespace snnc::nir {

/// The values that a key of the metadata (docs/frameworks.md, "In the file") or
/// an option may have.
const std::vector<std::string> &integratorNames(); ///< forward, exponential
/// value, zero, subtract, none: docs/semantics.md S2.3.
const std::vector<std::string> &resetNames();

/// What metadata state beside the NIR nodes.
struct StatedRules {
  std::optional<std::string> framework;  ///< of the whole file
  std::optional<std::string> integrator; ///< of the whole file
  std::optional<std::string> reset; ///< what all spiking neurons have in common
  std::optional<bool> resetLate;    ///< the same
  bool everyReset = false;          ///< each spiking neuron has a stated reset
  /// A neuron emitted one spike a tick at most; of the whole file.
  std::optional<bool> singleSpike;
};

/// Reads the keys `framework`, `integrator` and `single_spike` of the graph's
/// metadata, and
/// `reset` and `reset_late` of the graph, of a nested graph or of a spiking
/// neuron, the innermost first. What differs between neurons is left in their
/// Node::reset and Node::resetLate. A value that is none of those allowed is
/// warned of (SNN0383) and not taken. `graph` is normalised.
StatedRules statedRules(Graph &graph,
                        const std::vector<std::string> &frameworks,
                        DiagnosticSink &findings);

} // namespace snnc::nir

#endif // SNNC_IMPORT_NIR_NIRRULES_H
