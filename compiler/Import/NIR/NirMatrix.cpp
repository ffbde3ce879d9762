//===- NirMatrix.cpp - Linear and Affine ----------------------------------===//
//
// Part of the snnc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "compiler/Import/NIR/NirFamilies.h"
#include "compiler/Import/NIR/NirLayerShapes.h"

#include <algorithm>
#include <fmt/format.h>

namespace snnc::nir {

Matrix::Matrix(const char *name, std::vector<FieldRule> fields)
    : Primitive(name, std::move(fields)),
      hasBias(std::ranges::any_of(this->fields(), [](const FieldRule &rule) {
        return std::string_view(rule.name) == "bias";
      })) {}

void Matrix::check(Node &node, Reporter &reporter) const {
  const Shape &weight = node.tensor("weight").shape();
  if (weight.size() == 2)
    return checkBias(node, weight[0], reporter);
  reporter.error(
      "SNN0222", node.path,
      fmt::format("'weight' has shape {}, {} needs [outputs, inputs]",
                  toString(weight), name()),
      {"split a stack of matrices into one Linear each"});
}

std::optional<Shape> Matrix::ownInput(const Node &node) const {
  const Shape &weight = node.tensor("weight").shape();
  return weight.size() == 2 ? std::optional(Shape{weight[1]}) : std::nullopt;
}

std::optional<Ports> Matrix::known(const Node &node) const {
  const Shape &weight = node.tensor("weight").shape();
  return Ports{{weight[1]}, {weight[0]}};
}

std::optional<bool> Matrix::accepts(const Node &node,
                                    const Shape &input) const {
  std::optional<Shape> own = ownInput(node);
  return own ? std::optional(squeezed(*own) == squeezed(input)) : std::nullopt;
}

bool Matrix::translate(const Node &node, Translator &translator) const {
  size_t rank = node.tensor("weight").shape().size();
  if (rank != 2)
    return translator.refuse(
        node, "SNN0291",
        fmt::format("weight has {} dimensions, a weight matrix has 2 (out, in)",
                    rank));
  return translator.linear(node, "weight", hasBias ? "bias" : nullptr);
}

} // namespace snnc::nir
