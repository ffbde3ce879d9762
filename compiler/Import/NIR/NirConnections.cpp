//===- NirConnections.cpp - Judge the connections -------------------------===//
//
// Part of the snnc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The end of the shape inference: every node has its shapes; do they meet?
//
//===----------------------------------------------------------------------===//

#include "compiler/Import/NIR/NirLayerShapes.h"

#include <algorithm>
#include <fmt/format.h>

namespace snnc::nir {

static bool isTransposed(const Node &source, const Node &target) {
  return target.kind->isMatrix() && target.inputShape != source.outputShape &&
         elementCount(target.inputShape) != elementCount(source.outputShape) &&
         target.tensor("weight").shape()[0] == elementCount(source.outputShape);
}

static void reportTransposed(const Node &source, const Node &target,
                             Reporter &reporter) {
  reporter.error(
      "SNN0241", target.path,
      fmt::format("the weight seems transposed: it has shape {}, NIR stores "
                  "[outputs, inputs], and '{}' gives {} values",
                  toString(target.tensor("weight").shape()), source.name,
                  *elementCount(source.outputShape)),
      {fmt::format("export the transposed matrix; in Python: {0}.weight = "
                   "{0}.weight.T",
                   inPython(target.path)),
       "old versions of Spyx export it the wrong way round: update Spyx"});
}

static void mismatch(const Node &source, const Node &target,
                     Reporter &reporter) {
  if (target.tensor("w_in").shape().size() > 1)
    return reportMatrixGain(target, reporter);
  std::vector<std::string> hints = {
      "check the layer sizes; a Flatten may be missing in between"};
  if (source.kind->isInput() && !target.inputShape.empty())
    hints.push_back(fmt::format(
        "where the Input is wrong, in Python: {} = nir.Input({{'input': "
        "numpy.array({})}})",
        inPython(source.path), toString(target.inputShape)));
  reporter.error("SNN0240", target.path,
                 fmt::format("'{}' gives shape {}, but {} '{}' takes {}",
                             source.name, toString(source.outputShape),
                             target.kind->name(), target.name,
                             toString(target.inputShape)),
                 std::move(hints));
}

static void checkEdge(const Node &source, const Node &target,
                      Reporter &reporter) {
  if (source.outputShape == target.inputShape || isBroadcast(source, target))
    return;
  bool sameCount =
      elementCount(source.outputShape) == elementCount(target.inputShape);
  if (!sameCount) {
    mismatch(source, target, reporter);
    return;
  }
  bool onlyOnes = squeezed(source.outputShape) == squeezed(target.inputShape);
  bool mayFlatten =
      target.inputShape.size() == 1 || source.outputShape.size() == 1;
  if (!onlyOnes && !mayFlatten)
    return mismatch(source, target, reporter);
  reporter.note("SNN0242", target.path,
                fmt::format("'{}' gives shape {}, read as {} in row-major "
                            "order{}",
                            source.name, toString(source.outputShape),
                            toString(target.inputShape),
                            onlyOnes ? "" : " (a Flatten is missing)"));
}

void checkConnections(Graph &graph, std::vector<bool> spared,
                      Reporter &reporter) {
  // One wrong layer makes its neighbours look wrong, too: the likeliest cause
  // first, and no second error about the same node.
  for (const Edge &edge : graph.edges) {
    const Node &source = graph.nodes[edge.source];
    const Node &target = graph.nodes[edge.target];
    if (spared[edge.source] || spared[edge.target] ||
        !isTransposed(source, target))
      continue;
    reportTransposed(source, target, reporter);
    spared[edge.target] = true;
  }
  const Edge *last = nullptr;
  for (const Edge &edge : graph.edges) {
    bool isRepeated = last && *last == edge;
    last = &edge;
    if (isRepeated || spared[edge.source] || spared[edge.target])
      continue;
    bool wasOk = reporter.ok();
    checkEdge(graph.nodes[edge.source], graph.nodes[edge.target], reporter);
    spared[edge.target] = wasOk && !reporter.ok();
  }
}

} // namespace snnc::nir
