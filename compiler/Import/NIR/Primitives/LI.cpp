//===- LI.cpp - A leaky integrator ----------------------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "compiler/Import/NIR/NirFamilies.h"

namespace snnc::nir {

const Primitive &primitiveLI() {
  static const Neuron kind("LI", "li",
                           {{"tau", FieldRole::Tau},
                            {"r", FieldRole::Real},
                            {"v_leak", FieldRole::Real}});
  return kind;
}

} // namespace snnc::nir
