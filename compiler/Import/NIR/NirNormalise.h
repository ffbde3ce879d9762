//===- NirNormalise.h - Repair a NIR graph and give it shapes ---*- C++ -*-===//
//
// Part of the snnc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What frameworks write differs from what NIR specifies in a few dozen known
// ways. Each is either repaired, and a note says what was done, or refused with
// the node and a hint. Afterwards the graph is flat, complete and typed.
//
//===----------------------------------------------------------------------===//
#ifndef SNNC_IMPORT_NIR_NIRNORMALISE_H
#define SNNC_IMPORT_NIR_NIRNORMALISE_H

#include "compiler/Import/NIR/NirGraph.h"
#include "runtime/support/Diagnostic.h"

namespace snnc::nir {

/// Repairs `graph` in place; false when an Error was reported (codes SNN0220 to
/// SNN0263, docs/diagnostics/nir.md), and the graph is then good for printing
/// only. Idempotent. On success:
///  - there is no NIRGraph node, no unresolved edge, at least one Input and one
///    Output; nothing enters an Input or leaves an Output;
///  - every node has inputShape and outputShape (extents from 1), and every
///    edge connects outputShape to an inputShape of the same element count;
///  - one value into many neurons passes a Linear of ones; a refractory period
///    of the framework's is the field `refractory` of a spiking neuron, a time;
///  - every field of the kind is present; neuron parameters, Scale, Delay and
///    Threshold have either the node's full shape or are 0-d; all are finite,
///    except that a time constant may be +inf; time constants are positive;
///  - bias is [out] or 0-d; stride, dilation, kernel_size and groups are I64
///    and positive; `padding` is numeric, see Node::pads(); Conv `input_shape`
///    and Flatten's dimensions (start_dim <= end_dim, from 0, no batch) are
///    true; Input and Output `shape` equal the inferred shapes;
///  - no cycle lacks a neuron or a Delay.
bool normalise(Graph &graph, DiagnosticSink &findings);

/// Replaces every NIRGraph node by its contents, "name.inner", and its Input
/// and Output nodes (its ports) by direct edges. An edge names a port as
/// "graph.port"; a lone port needs no name. Resolves dangling edge names, too.
/// normalise() calls it. False when an Error was reported.
bool inlineSubgraphs(Graph &graph, DiagnosticSink &findings);

/// The time step that the parameters imply.
struct ImpliedDt {
  std::optional<double> dt; ///< seconds, or whatever unit the file's tau has
  std::string rule;         ///< which equation fits, or why none does
};

/// Exporters make the gain of a spike 1 by r and w_in, which gives their time
/// step away:
///  - r == tau_mem/dt and w_in == tau_syn/dt (snnTorch, Lava, SpikingJelly),
///    r == 1/dt for IF and I;
///  - r == tau*exp(-dt/tau)/dt (Rockpool).
/// One dt must fit every neuron to 1e-4 relative. When all neurons share one
/// time constant each equation fits some dt; then only a dt of at most two
/// significant digits counts. `graph` is normalised.
ImpliedDt inferDt(const Graph &graph);

/// The time step that metadata state: the key `dt` of the graph, of a node, or
/// of a group in them.
struct StatedDt {
  std::optional<double> dt; ///< in the unit of the file's time constants
  std::string where;        ///< the first key and its node
  std::string problem;      ///< not empty: no number, or two that differ
};
StatedDt statedDt(const Graph &graph);

/// Who seems to have written a file, and what shows it.
struct Exporter {
  std::string framework; ///< a profile of docs/frameworks.md; empty: not known
  std::string evidence;
};

/// By what only one exporter writes: Rockpool's gains; gains of 1 for dt = 1e-4
/// with every v_leak and v_reset 0 (snnTorch; with an infinite time constant
/// Lava); numbered CubaLIF nodes whose r and w_in are all 1 (Norse). `graph` is
/// normalised, `implied` its inferDt().
Exporter findExporter(const Graph &graph, const ImpliedDt &implied);

/// The dt with tau == dt / (1 - r) in every LIF and CubaLIF, which Spyx's
/// exporter writes; nullopt where it differs between neurons, or there is none.
std::optional<double> spyxDt(const Graph &graph);

/// Spyx leads the input of recurrent neurons through their recurrent weights:
/// every edge into a Linear or Affine that has nothing behind it but neurons
/// that feed it becomes one into these neurons. Returns how many; `graph` is
/// normalised.
unsigned feedNeuronsDirectly(Graph &graph);

} // namespace snnc::nir

#endif // SNNC_IMPORT_NIR_NIRNORMALISE_H
