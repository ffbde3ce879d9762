//===- Formats.h - The row formats of the chip ------------------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef SNNC_S2_FORMATS_FORMATS_H
#define SNNC_S2_FORMATS_FORMATS_H

#include "compiler/Rows/RowFormat.h"

#include "mlir/IR/DialectRegistry.h"

namespace snnc::s2 {

/// In the order in which they are tried for a block.
fabric::RowFormats rowFormats();

/// Contexts made with `registry` read and write the attributes of `formats`,
/// and their passes plan with them.
void registerRowFormats(mlir::DialectRegistry &registry,
                        fabric::RowFormats formats = rowFormats());

} // namespace snnc::s2

#endif // SNNC_S2_FORMATS_FORMATS_H
