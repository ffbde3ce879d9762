//===- SumPool2d.cpp - The sum of a window --------------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "compiler/Import/NIR/NirFamilies.h"

namespace snnc::nir {

const Primitive &primitiveSumPool2d() {
  static const Pool kind("SumPool2d", PoolRule::Sum, 2);
  return kind;
}

} // namespace snnc::nir
