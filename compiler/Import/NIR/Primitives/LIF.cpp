//===- LIF.cpp - A leaky integrator that spikes ---------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "compiler/Import/NIR/NirFamilies.h"

namespace snnc::nir {

const Primitive &primitiveLIF() {
  static const Neuron kind(
      "LIF", "lif",
      {{"tau", FieldRole::Tau},
       {"r", FieldRole::Real},
       {"v_leak", FieldRole::Real},
       {"v_threshold", FieldRole::Real},
       {"v_reset", FieldRole::Real, FieldMissing::Zero},
       {"refractory", FieldRole::Delay, FieldMissing::LeaveOut}});
  return kind;
}

} // namespace snnc::nir
