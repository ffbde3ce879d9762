//===- NirLayerShapes.cpp - Shapes of parameters --------------------------===//
//
// Part of the snnc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "compiler/Import/NIR/NirLayerShapes.h"

#include <algorithm>
#include <fmt/format.h>

namespace snnc::nir {

Shape squeezed(const Shape &shape) {
  Shape result;
  std::copy_if(shape.begin(), shape.end(), std::back_inserter(result),
               [](uint64_t extent) { return extent != 1; });
  return result;
}

std::optional<Shape> withRank(Shape shape, size_t rank) {
  while (shape.size() > rank && shape.front() == 1)
    shape.erase(shape.begin());
  if (shape.size() > rank)
    return std::nullopt;
  shape.insert(shape.begin(), rank - shape.size(), 1);
  return shape;
}

bool broadcast(Shape &into, const Shape &other) {
  if (into.size() < other.size())
    into.insert(into.begin(), other.size() - into.size(), 1);
  size_t shift = into.size() - other.size();
  for (size_t i = 0; i < other.size(); ++i) {
    uint64_t &extent = into[i + shift];
    if (extent == 1)
      extent = other[i];
    else if (other[i] != 1 && other[i] != extent)
      return false;
  }
  return true;
}

bool broadcastsTo(const Shape &from, const Shape &to) {
  std::optional<Shape> aligned = withRank(from, to.size());
  return aligned &&
         std::ranges::equal(*aligned, to, [](uint64_t a, uint64_t b) {
           return a == 1 || a == b;
         });
}

std::optional<Shape> parameterShape(const Node &node, bool *clash) {
  std::optional<Shape> shape;
  for (const auto &[name, field] : node.fields) {
    const auto *tensor = std::get_if<Tensor>(&field);
    if (!tensor || tensor->shape().empty())
      continue;
    if (!shape)
      shape = tensor->shape();
    else if (!broadcast(*shape, tensor->shape())) {
      if (clash)
        *clash = true;
      return std::nullopt;
    }
  }
  return shape;
}

Tensor shapeField(const Shape &shape) {
  return Tensor::integers({shape.begin(), shape.end()});
}

void checkBias(Node &node, uint64_t outputs, Reporter &reporter) {
  auto found = node.fields.find("bias");
  if (found == node.fields.end())
    return;
  auto &bias = std::get<Tensor>(found->second);
  if (bias.size() == outputs && squeezed(bias.shape()).size() <= 1)
    bias.reshape({outputs});
  else if (bias.size() == 1)
    bias.reshape({});
  else
    reporter.error("SNN0222", node.path,
                   fmt::format("'bias' has shape {}, {} outputs need [{}]",
                               toString(bias.shape()), outputs, outputs),
                   {"one bias per output (per output channel of a "
                    "convolution)"});
}

static std::string matrixGainHelp(const Node &node) {
  size_t cut = node.path.rfind("/nodes/");
  std::string place = inPython(node.path),
              graph = inPython(node.path.substr(0, cut)),
              name = pythonText(node.name),
              before = pythonText(node.name + "_in");
  return fmt::format(
      "put the matrix into a Linear before the neuron and set w_in to 1; in "
      "Python: {0}.nodes[{3}] = nir.Linear({1}.w_in); {1}.w_in = "
      "numpy.ones({4}); "
      "{0}.edges = [(a, {3} if b == {2} else b) for a, b in {0}.edges] + "
      "[({3}, "
      "{2})]",
      graph, place, name, before, node.tensor("w_in").shape()[0]);
}

void reportMatrixGain(const Node &node, Reporter &reporter) {
  reporter.error(
      "SNN0262", node.path,
      fmt::format("'w_in' has shape {}: it is a gain, one number or one per "
                  "neuron, and no matrix of weights",
                  toString(node.tensor("w_in").shape())),
      {matrixGainHelp(node)});
}

} // namespace snnc::nir
