//===- Linear.cpp - y = W x -----------------------------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "compiler/Import/NIR/NirFamilies.h"

namespace snnc::nir {

const Primitive &primitiveLinear() {
  static const Matrix kind("Linear", {{"weight", FieldRole::Real}});
  return kind;
}

} // namespace snnc::nir
