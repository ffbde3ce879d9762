//===- Delay.cpp - The input some time later ------------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "compiler/Import/NIR/NirFamilies.h"

namespace snnc::nir {

namespace {
class Delay : public Elementwise {
public:
  Delay() : Elementwise("Delay", {{"delay", FieldRole::Delay}}) {}
  /// Where an element's delay is 0, the output is that of the same instant.
  bool isInstant(const Node &node) const override {
    const Tensor &delay = node.tensor("delay");
    for (uint64_t i = 0; i < delay.size(); ++i)
      if (!(delay.at(i) > 0))
        return true;
    return false;
  }
  bool translate(const Node &node, Translator &translator) const override {
    return translator.delay(node, "delay");
  }
};
} // namespace

const Primitive &primitiveDelay() {
  static const Delay kind;
  return kind;
}

} // namespace snnc::nir
