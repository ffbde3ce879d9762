//===- NirReport.h - Findings about a NIR graph -----------------*- C++ -*-===//
//
// Part of the snnc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Private to the normalisation: one reporter that knows the user's file, and
// the steps that share it.
//
//===----------------------------------------------------------------------===//
#ifndef SNNC_IMPORT_NIR_NIRREPORT_H
#define SNNC_IMPORT_NIR_NIRREPORT_H

#include "compiler/Import/NIR/NirNormalise.h"
#include "compiler/Import/NIR/NirPrimitive.h"

namespace snnc::nir {

class Reporter {
public:
  Reporter(DiagnosticSink &sink, std::string file)
      : sink(sink), file(std::move(file)) {}
  void note(DiagnosticCode code, const std::string &path, std::string message,
            std::vector<std::string> hints = {}) {
    report(Severity::Note, code, path, std::move(message), std::move(hints));
  }
  void warning(DiagnosticCode code, const std::string &path,
               std::string message, std::vector<std::string> hints = {}) {
    report(Severity::Warning, code, path, std::move(message), std::move(hints));
  }
  void error(DiagnosticCode code, const std::string &path, std::string message,
             std::vector<std::string> hints) {
    ++errors;
    report(Severity::Error, code, path, std::move(message), std::move(hints));
  }
  bool ok() const { return errors == 0; }

private:
  void report(Severity severity, DiagnosticCode code, const std::string &path,
              std::string message, std::vector<std::string> hints) {
    sink.report({code,
                 severity,
                 {file, path, 0, 0},
                 std::move(message),
                 {},
                 std::move(hints)});
  }

  DiagnosticSink &sink;
  std::string file;
  unsigned errors = 0;
};

/// The most elements one node may have; keeps every product below 2^63 and is
/// far above any chip.
constexpr uint64_t maxNodeElements = uint64_t(1) << 32;
/// The most edges that resolving and inlining may make.
constexpr uint64_t maxInlinedEdges = 4'000'000;

/// Every field present, of the right kind, in range, finite.
void checkFields(Node &node, Reporter &reporter);
/// Fields of frameworks that mean something: refractory periods become the
/// field `refractory` of a spiking neuron, a `dt` becomes metadata.
void adoptForeignFields(Node &node, Reporter &reporter);
/// Renames the ends of edges that name no node, where one node can be meant.
/// What is left in `unresolved` names ports of nested graphs.
void resolveEdges(Graph &graph, Reporter &reporter);
/// Flattens `graph` (already resolved).
void inlineGraphs(Graph &graph, Reporter &reporter);
/// Input and Output nodes where there are none, and their edges' directions.
void repairPorts(Graph &graph, Reporter &reporter);
/// inputShape and outputShape of every node, and the fields that follow them.
void inferShapes(Graph &graph, Reporter &reporter);
/// Does the one value that `source` gives go to every element of `target`?
bool isBroadcast(const Node &source, const Node &target);
/// Puts a Linear of ones into every edge that broadcasts.
void insertBroadcasts(Graph &graph, Reporter &reporter);
/// Cycles without state, repeated and self edges, unreachable nodes.
void checkTopology(const Graph &graph, Reporter &reporter);

/// The one node of `graph` that nothing enters (`entries`) or that leads
/// nowhere, self edges aside; nullopt: there are none or several (`found`).
std::optional<uint32_t> uniqueEnd(const Graph &graph, bool entries,
                                  std::vector<std::string> &found);

/// A node of the Python package `nir` by its path in the file:
/// "graph.nodes['a']" of "/node/nodes/a". What help prints behind "in Python:"
/// is a statement on `graph`, the NIRGraph that nir.write() gets.
std::string inPython(const std::string &path);
/// The text as Python writes it: "'a'".
std::string pythonText(const std::string &text);

/// "'a', 'b', 'c' and 7 more".
std::string quotedList(const std::vector<std::string> &names, size_t limit = 5);

} // namespace snnc::nir

#endif // SNNC_IMPORT_NIR_NIRREPORT_H
