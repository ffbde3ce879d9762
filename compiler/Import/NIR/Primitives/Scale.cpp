//===- Scale.cpp - y = s x ------------------------------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "compiler/Import/NIR/NirFamilies.h"

namespace snnc::nir {

namespace {
class Scale : public Elementwise {
public:
  Scale() : Elementwise("Scale", {{"scale", FieldRole::Real}}) {}
  bool translate(const Node &node, Translator &translator) const override {
    return translator.scale(node, "scale");
  }
};
} // namespace

const Primitive &primitiveScale() {
  static const Scale kind;
  return kind;
}

} // namespace snnc::nir
