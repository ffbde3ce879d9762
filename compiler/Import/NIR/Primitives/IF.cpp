//===- IF.cpp - An integrator that spikes ---------------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "compiler/Import/NIR/NirFamilies.h"

namespace snnc::nir {

const Primitive &primitiveIF() {
  static const Neuron kind(
      "IF", "if",
      {{"r", FieldRole::Real},
       {"v_threshold", FieldRole::Real},
       {"v_reset", FieldRole::Real, FieldMissing::Zero},
       {"refractory", FieldRole::Delay, FieldMissing::LeaveOut}});
  return kind;
}

} // namespace snnc::nir
