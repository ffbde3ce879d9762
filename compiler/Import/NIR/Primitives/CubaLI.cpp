//===- CubaLI.cpp - A leaky integrator of a decaying current --------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "compiler/Import/NIR/NirFamilies.h"

namespace snnc::nir {

const Primitive &primitiveCubaLI() {
  static const Neuron kind("CubaLI", "cuba_li",
                           {{"tau_syn", FieldRole::Tau},
                            {"tau_mem", FieldRole::Tau},
                            {"r", FieldRole::Real},
                            {"v_leak", FieldRole::Real},
                            {"w_in", FieldRole::Real, FieldMissing::One}});
  return kind;
}

} // namespace snnc::nir
