//===- NIRGraph.cpp - A graph in a graph ----------------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "compiler/Import/NIR/NirFamilies.h"

namespace snnc::nir {

namespace {
class NIRGraph : public Primitive {
public:
  NIRGraph() : Primitive("NIRGraph", {}) {}
  bool isGraph() const override { return true; }
  bool translate(const Node &node, Translator &translator) const override {
    return translator.refuse(node, "SNN0290", "a nested graph was not inlined");
  }
};
} // namespace

const Primitive &primitiveNIRGraph() {
  static const NIRGraph kind;
  return kind;
}

} // namespace snnc::nir
