//===- NirPrimitive.cpp - The list of primitives --------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "compiler/Import/NIR/NirPrimitive.h"

#include <algorithm>

namespace snnc::nir {

// The build makes the list from the names of the files in Primitives/.
#define SNNC_NIR_PRIMITIVE(NAME) const Primitive &primitive##NAME();
#include "NirPrimitives.inc"
#undef SNNC_NIR_PRIMITIVE

const std::vector<const Primitive *> &primitives() {
  static const std::vector<const Primitive *> all = [] {
    std::vector<const Primitive *> list;
#define SNNC_NIR_PRIMITIVE(NAME) list.push_back(&primitive##NAME());
#include "NirPrimitives.inc"
#undef SNNC_NIR_PRIMITIVE
    std::ranges::sort(list, {}, &Primitive::name);
    return list;
  }();
  return all;
}

const Primitive *findPrimitive(std::string_view name) {
  const auto &all = primitives();
  auto found = std::ranges::lower_bound(all, name, {}, &Primitive::name);
  return found != all.end() && (*found)->name() == name ? *found : nullptr;
}

std::vector<std::string> primitiveNames() {
  std::vector<std::string> names;
  for (const Primitive *primitive : primitives())
    names.emplace_back(primitive->name());
  return names;
}

//===----------------------------------------------------------------------===//
// What holds for a primitive that says nothing else
//===----------------------------------------------------------------------===//

std::optional<Shape> Primitive::ownInput(const Node &node) const {
  return std::nullopt;
}

std::optional<Ports> Primitive::known(const Node &node) const {
  return std::nullopt;
}

std::optional<bool> Primitive::accepts(const Node &node,
                                       const Shape &input) const {
  return std::nullopt;
}

std::optional<Shape> Primitive::behind(const Node &node,
                                       const Shape &input) const {
  return std::nullopt;
}

std::optional<Ports> Primitive::infer(Node &node, const Shape &input,
                                      ShapeContext &context) const {
  return Ports{input, input};
}

} // namespace snnc::nir
