//===- NirNormalise.cpp - Repair a NIR graph and give it shapes -----------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "compiler/Import/NIR/NirReport.h"

#include <fmt/format.h>

namespace snnc::nir {

/// The order matters: names before nesting, nesting before ports, fields before
/// shapes, and cycles last, because they need checked delays.
static void runSteps(Graph &graph, Reporter &reporter) {
  resolveEdges(graph, reporter);
  if (reporter.ok())
    inlineGraphs(graph, reporter);
  if (reporter.ok())
    repairPorts(graph, reporter);
  for (Node &node : graph.nodes)
    if (!node.graph)
      checkFields(node, reporter);
  if (reporter.ok())
    inferShapes(graph, reporter);
  if (reporter.ok())
    insertBroadcasts(graph, reporter);
  if (reporter.ok())
    checkTopology(graph, reporter);
}

bool normalise(Graph &graph, DiagnosticSink &findings) {
  Reporter reporter(findings, graph.file);
  try {
    runSteps(graph, reporter);
  } catch (const std::exception &e) {
    reporter.error("SNN0249", graph.path,
                   fmt::format("the model needs too much memory: {}", e.what()),
                   {"check the declared shapes"});
  }
  return reporter.ok();
}

} // namespace snnc::nir
