//===- AvgPool2d.cpp - The mean of a window -------------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "compiler/Import/NIR/NirFamilies.h"

namespace snnc::nir {

const Primitive &primitiveAvgPool2d() {
  static const Pool kind("AvgPool2d", PoolRule::Average, 2);
  return kind;
}

} // namespace snnc::nir
