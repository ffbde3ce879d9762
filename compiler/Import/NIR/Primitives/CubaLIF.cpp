//===- CubaLIF.cpp - A CubaLI that spikes ---------------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "compiler/Import/NIR/NirFamilies.h"

namespace snnc::nir {

const Primitive &primitiveCubaLIF() {
  static const Neuron kind(
      "CubaLIF", "cuba_lif",
      {{"tau_syn", FieldRole::Tau},
       {"tau_mem", FieldRole::Tau},
       {"r", FieldRole::Real},
       {"v_leak", FieldRole::Real},
       {"w_in", FieldRole::Real, FieldMissing::One},
       {"v_threshold", FieldRole::Real},
       {"v_reset", FieldRole::Real, FieldMissing::Zero},
       {"refractory", FieldRole::Delay, FieldMissing::LeaveOut}});
  return kind;
}

} // namespace snnc::nir
