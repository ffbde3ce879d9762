//===- Conv2d.cpp - A convolution over two dimensions ---------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "compiler/Import/NIR/NirFamilies.h"

namespace snnc::nir {

const Primitive &primitiveConv2d() {
  static const Convolution kind("Conv2d", 2);
  return kind;
}

} // namespace snnc::nir
