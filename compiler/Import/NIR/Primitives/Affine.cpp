//===- Affine.cpp - y = W x + b -------------------------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "compiler/Import/NIR/NirFamilies.h"

namespace snnc::nir {

const Primitive &primitiveAffine() {
  static const Matrix kind("Affine",
                           {{"weight", FieldRole::Real},
                            {"bias", FieldRole::Real, FieldMissing::Zero}});
  return kind;
}

} // namespace snnc::nir
