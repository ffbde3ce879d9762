//===- I.cpp - An integrator ----------------------------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "compiler/Import/NIR/NirFamilies.h"

namespace snnc::nir {

const Primitive &primitiveI() {
  static const Neuron kind("I", "i", {{"r", FieldRole::Real}});
  return kind;
}

} // namespace snnc::nir
