//===- Threshold.cpp - 1 above the threshold, else 0 ----------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "compiler/Import/NIR/NirFamilies.h"

namespace snnc::nir {

namespace {
class Threshold : public Elementwise {
public:
  Threshold() : Elementwise("Threshold", {{"threshold", FieldRole::Real}}) {}
  bool translate(const Node &node, Translator &translator) const override {
    return translator.ode(node, "threshold");
  }
};
} // namespace

const Primitive &primitiveThreshold() {
  static const Threshold kind;
  return kind;
}

} // namespace snnc::nir
