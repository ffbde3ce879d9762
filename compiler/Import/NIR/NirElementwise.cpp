//===- NirElementwise.cpp - Neurons and other element by element ----------===//
//
// Part of the snnc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "compiler/Import/NIR/NirFamilies.h"
#include "compiler/Import/NIR/NirLayerShapes.h"

#include <algorithm>
#include <fmt/format.h>
#include <fmt/ranges.h>

namespace snnc::nir {

//===----------------------------------------------------------------------===//
// Shapes
//===----------------------------------------------------------------------===//

/// Does `w_in` have more dimensions than the neuron's other parameters?
static bool hasMatrixGain(const Node &node) {
  const Tensor &gain = node.tensor("w_in");
  if (gain.shape().size() < 2)
    return false;
  Shape others;
  for (const auto &[name, field] : node.fields)
    if (name != "w_in" && !broadcast(others, std::get<Tensor>(field).shape()))
      return false; // they clash among themselves
  return elementCount(others) != 1 && !broadcastsTo(gain.shape(), others);
}

void Elementwise::check(Node &node, Reporter &reporter) const {
  if (hasMatrixGain(node))
    return reportMatrixGain(node, reporter);
  bool clash = false;
  parameterShape(node, &clash);
  if (!clash)
    return;
  std::string shapes;
  for (const auto &[name, field] : node.fields)
    shapes += fmt::format("{}{} {}", shapes.empty() ? "" : ", ", name,
                          toString(std::get<Tensor>(field).shape()));
  reporter.error("SNN0222", node.path,
                 "the parameters have shapes that do not fit each other: " +
                     shapes,
                 {"all parameters of a neuron have one shape, or are scalars"});
}

std::optional<Shape> Elementwise::ownInput(const Node &node) const {
  return parameterShape(node);
}

std::optional<Ports> Elementwise::known(const Node &node) const {
  // A 1 may be a batch, or a dimension to repeat: wait for the producer.
  std::optional<Shape> own = parameterShape(node);
  if (!own || squeezed(*own) != *own)
    return std::nullopt;
  return Ports{*own, *own};
}

std::optional<bool> Elementwise::accepts(const Node &node,
                                         const Shape &input) const {
  std::optional<Shape> own = parameterShape(node);
  if (!own || elementCount(*own) == 1)
    return std::nullopt;
  if (squeezed(*own) == squeezed(input))
    return true;
  return broadcastsTo(*own, input) ? std::nullopt : std::optional<bool>(false);
}

std::optional<Shape> Elementwise::behind(const Node &node,
                                         const Shape &input) const {
  return input;
}

std::optional<Ports> Elementwise::infer(Node &node, const Shape &input,
                                        ShapeContext &context) const {
  std::optional<Shape> own = parameterShape(node);
  // Per-channel parameters, (C, 1, 1), repeat; the rest checkConnections()
  // judges.
  if (own && elementCount(*own) != 1 && squeezed(*own) != squeezed(input) &&
      !broadcastsTo(*own, input))
    return Ports{*own, *own};
  return Ports{input, input};
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

void Elementwise::complete(Node &node, Reporter &reporter) const {
  bool hasScalars = false;
  for (const auto &[name, field] : node.fields)
    hasScalars |= std::get<Tensor>(field).isScalar() &&
                  !std::get<Tensor>(field).storedAs().empty();
  if (hasScalars && elementCount(node.outputShape) != 1 &&
      !parameterShape(node))
    reporter.note("SNN0242", node.path,
                  fmt::format("scalar parameters hold for the whole shape {}",
                              toString(node.outputShape)));
  spreadParameters(node, reporter);
}

//===----------------------------------------------------------------------===//
// Neurons
//===----------------------------------------------------------------------===//

Neuron::Neuron(const char *name, const char *equation,
               std::vector<FieldRule> fields)
    : Elementwise(name, std::move(fields)), equation(equation),
      spikes(std::ranges::any_of(this->fields(), [](const FieldRule &rule) {
        return std::string_view(rule.name) == "v_threshold";
      })) {}

bool Neuron::translate(const Node &node, Translator &translator) const {
  return translator.ode(node, equation);
}

} // namespace snnc::nir
