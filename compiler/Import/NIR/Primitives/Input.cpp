//===- Input.cpp - Where a tick of the input enters -----------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "compiler/Import/NIR/NirFamilies.h"
#include "compiler/Import/NIR/NirLayerShapes.h"

namespace snnc::nir {

namespace {
class Input : public Primitive {
public:
  Input() : Primitive("Input", {{"shape", FieldRole::Shape}}) {}
  bool isInput() const override { return true; }
  void complete(Node &node, Reporter &reporter) const override {
    node.fields["shape"] = shapeField(node.outputShape);
  }
  bool translate(const Node &node, Translator &translator) const override {
    return translator.input(node);
  }
};
} // namespace

const Primitive &primitiveInput() {
  static const Input kind;
  return kind;
}

} // namespace snnc::nir
