//===- Flatten.cpp - Several dimensions become one ------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "compiler/Import/NIR/NirFamilies.h"
#include "compiler/Import/NIR/NirLayerShapes.h"

#include <fmt/format.h>

namespace snnc::nir {

/// Flattened `input`, dimensions counted from `start` to `end` (both may be
/// negative); nullopt when they are no dimensions of it.
static std::optional<Shape> flattened(const Shape &input, int64_t start,
                                      int64_t end) {
  int64_t rank = int64_t(input.size());
  start += start < 0 ? rank : 0;
  end += end < 0 ? rank : 0;
  if (start < 0 || end < start || end >= rank)
    return std::nullopt;
  Shape output(input.begin(), input.begin() + start);
  uint64_t product = 1;
  for (int64_t i = start; i <= end; ++i)
    product *= input[size_t(i)]; // inputs have fewer than 2^32 elements
  output.push_back(product);
  output.insert(output.end(), input.begin() + end + 1, input.end());
  return output;
}

namespace {
class Flatten : public Primitive {
public:
  Flatten()
      : Primitive("Flatten",
                  {{"start_dim", FieldRole::Dimension, FieldMissing::One, 1},
                   {"end_dim", FieldRole::Dimension, FieldMissing::MinusOne, 1},
                   {"input_type", FieldRole::Shape, FieldMissing::LeaveOut}}) {}
  std::optional<Ports> infer(Node &node, const Shape &input,
                             ShapeContext &context) const override;
  const char *storedShape() const override { return "input_type"; }
  void complete(Node &node, Reporter &reporter) const override {
    node.fields["input_type"] = shapeField(node.inputShape);
  }
  bool translate(const Node &node, Translator &translator) const override {
    return translator.flatten(node);
  }
};
} // namespace

/// The stored dimensions, or, where only that fits what follows, the other
/// reading: dimension 0 was a batch that the shapes do not have.
std::optional<Ports> Flatten::infer(Node &node, const Shape &input,
                                    ShapeContext &context) const {
  int64_t start = node.integer("start_dim"), end = node.integer("end_dim");
  std::optional<Shape> stored = flattened(input, start, end);
  int64_t otherStart = start > 0 ? start - 1 : start;
  int64_t otherEnd = end > 0 ? end - 1 : end;
  std::optional<Shape> other;
  if (otherStart != start || otherEnd != end)
    other = flattened(input, otherStart, otherEnd);
  auto answer = [&](const std::optional<Shape> &output) {
    return output ? context.accepted(*output) : std::optional<bool>(false);
  };
  bool useOther =
      other && answer(stored) == false && (!stored || answer(other) != false);
  if (!stored && !useOther) {
    context.reporter.error(
        "SNN0240", node.path,
        fmt::format("start_dim {} and end_dim {} are no dimensions of the "
                    "input {}",
                    start, end, toString(input)),
        {"NIR counts without the batch: start_dim is usually 0"});
    return std::nullopt;
  }
  if (useOther) {
    context.reporter.note(
        "SNN0245", node.path,
        fmt::format("start_dim {} counts a batch dimension: {} -> {} fits what "
                    "follows",
                    start, toString(input), toString(*other)));
    start = otherStart;
    end = otherEnd;
  }
  int64_t rank = int64_t(input.size());
  node.fields["start_dim"] =
      Tensor({}, std::vector<int64_t>{start < 0 ? start + rank : start});
  node.fields["end_dim"] =
      Tensor({}, std::vector<int64_t>{end < 0 ? end + rank : end});
  return Ports{input, useOther ? *other : *stored};
}

const Primitive &primitiveFlatten() {
  static const Flatten kind;
  return kind;
}

} // namespace snnc::nir
