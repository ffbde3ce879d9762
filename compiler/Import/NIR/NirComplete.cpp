//===- NirComplete.cpp - Judge connections, complete fields ---------------===//
//
// Part of the snnc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The end of the shape inference: every node has its shapes; do they meet, and
// what do they say about fields?
//
//===----------------------------------------------------------------------===//

#include "compiler/Import/NIR/NirLayerShapes.h"

#include <algorithm>
#include <fmt/format.h>

namespace snnc::nir {

//===----------------------------------------------------------------------===//
// Connections
//===----------------------------------------------------------------------===//

static bool isTransposed(const Node &source, const Node &target) {
  return (target.kind == NodeKind::Linear || target.kind == NodeKind::Affine) &&
         target.inputShape != source.outputShape &&
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
      {"export the transposed matrix: weight.T",
       "old versions of Spyx export it the wrong way round: update Spyx"});
}

static void mismatch(const Node &source, const Node &target,
                     Reporter &reporter) {
  if (target.tensor("w_in").shape().size() > 1)
    return reportMatrixGain(target, reporter);
  reporter.error(
      "SNN0240", target.path,
      fmt::format("'{}' gives shape {}, but {} '{}' takes {}", source.name,
                  toString(source.outputShape), toString(target.kind),
                  target.name, toString(target.inputShape)),
      {"check the layer sizes; a Flatten may be missing in between"});
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

//===----------------------------------------------------------------------===//
// Fields
//===----------------------------------------------------------------------===//

/// The elements of `tensor` repeated to `full`, to which they broadcast.
static Tensor repeated(const Tensor &tensor, const Shape &full) {
  Shape from = *withRank(tensor.shape(), full.size());
  std::vector<double> values(size_t(*elementCount(full)));
  for (uint64_t i = 0; i < values.size(); ++i) {
    uint64_t rest = i, offset = 0, stride = 1;
    for (size_t d = full.size(); d-- > 0;) {
      offset += from[d] == 1 ? 0 : rest % full[d] * stride;
      stride *= from[d];
      rest /= full[d];
    }
    values[size_t(i)] = tensor.at(offset);
  }
  if (tensor.kind() != ElementKind::F32)
    return Tensor(full, std::move(values), tensor.storedAs());
  return Tensor(full, std::vector<float>(values.begin(), values.end()),
                tensor.storedAs());
}

/// Gives every parameter the node's shape, or makes it 0-d.
static void spreadParameters(Node &node, Reporter &reporter) {
  const Shape &full = node.outputShape;
  std::vector<std::string> spreaded, reshaped;
  bool isScalarNode = elementCount(full) == 1;
  for (auto &[name, field] : node.fields) {
    auto &tensor = std::get<Tensor>(field);
    if (tensor.shape() == full || tensor.shape().empty())
      continue;
    if (tensor.size() == elementCount(full)) {
      tensor.reshape(full);
      reshaped.push_back(name);
    } else if (tensor.size() == 1) {
      tensor.reshape({});
      spreaded.push_back(name);
    } else {
      tensor = repeated(tensor, full);
      spreaded.push_back(name);
    }
  }
  if (!spreaded.empty() && !isScalarNode)
    reporter.note("SNN0242", node.path,
                  fmt::format("parameters repeated to the shape {}: {}",
                              toString(full), fmt::join(spreaded, ", ")));
  if (!reshaped.empty())
    reporter.note("SNN0242", node.path,
                  fmt::format("parameters read with shape {}: {}",
                              toString(full), fmt::join(reshaped, ", ")));
}

static Tensor shapeField(const Shape &shape) {
  return Tensor::integers({shape.begin(), shape.end()});
}

static void completePort(Node &node, Reporter &reporter) {
  std::span<const int64_t> declared = node.tensor("shape").i64();
  Tensor shape = shapeField(node.outputShape);
  if (node.kind == NodeKind::Output &&
      !std::ranges::equal(declared, shape.i64()))
    reporter.note("SNN0244", node.path,
                  fmt::format("the file declares {} shape; {} is what arrives",
                              declared.empty() ? "no" : "another",
                              toString(node.outputShape)));
  node.fields["shape"] = std::move(shape);
}

static void complete(Node &node, Reporter &reporter) {
  if (isElementwise(node.kind)) {
    bool hasScalars = false;
    for (const auto &[name, field] : node.fields)
      hasScalars |= std::get<Tensor>(field).isScalar() &&
                    !std::get<Tensor>(field).storedAs().empty();
    if (hasScalars && elementCount(node.outputShape) != 1 &&
        !parameterShape(node))
      reporter.note("SNN0242", node.path,
                    fmt::format("scalar parameters hold for the whole shape {}",
                                toString(node.outputShape)));
    return spreadParameters(node, reporter);
  }
  if (node.kind == NodeKind::Output || node.kind == NodeKind::Input)
    return completePort(node, reporter);
  if (node.kind == NodeKind::Flatten)
    node.fields["input_type"] = shapeField(node.inputShape);
  if (node.kind == NodeKind::Conv1d || node.kind == NodeKind::Conv2d) {
    Shape area(node.inputShape.begin() + 1, node.inputShape.end());
    node.fields["input_shape"] = shapeField(area);
  }
  if (node.has("padding")) {
    auto [top, left, bottom, right] = resolvedPads(node);
    bool symmetric = top == bottom && left == right;
    node.fields["padding"] = symmetric
                                 ? Tensor::integers({top, left})
                                 : Tensor::integers({top, left, bottom, right});
  }
}

void completeFields(Graph &graph, Reporter &reporter) {
  for (Node &node : graph.nodes)
    complete(node, reporter);
}

} // namespace snnc::nir
