//===- Output.cpp - What a run gives back ---------------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "compiler/Import/NIR/NirFamilies.h"
#include "compiler/Import/NIR/NirLayerShapes.h"

#include <algorithm>
#include <fmt/format.h>

namespace snnc::nir {

namespace {
class Output : public Primitive {
public:
  Output() : Primitive("Output", {{"shape", FieldRole::Shape}}) {}
  bool isOutput() const override { return true; }
  void complete(Node &node, Reporter &reporter) const override {
    std::span<const int64_t> declared = node.tensor("shape").i64();
    Tensor shape = shapeField(node.outputShape);
    if (!std::ranges::equal(declared, shape.i64()))
      reporter.note("SNN0244", node.path,
                    fmt::format("the file declares {} shape; {} is what "
                                "arrives",
                                declared.empty() ? "no" : "another",
                                toString(node.outputShape)));
    node.fields["shape"] = std::move(shape);
  }
  bool translate(const Node &node, Translator &translator) const override {
    return translator.probe(node);
  }
};
} // namespace

const Primitive &primitiveOutput() {
  static const Output kind;
  return kind;
}

} // namespace snnc::nir
