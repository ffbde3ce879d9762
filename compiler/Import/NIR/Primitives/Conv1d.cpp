//===- Conv1d.cpp - A convolution over one dimension ----------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "compiler/Import/NIR/NirFamilies.h"

namespace snnc::nir {

const Primitive &primitiveConv1d() {
  static const Convolution kind("Conv1d", 1);
  return kind;
}

} // namespace snnc::nir
