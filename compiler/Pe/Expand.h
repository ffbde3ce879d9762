//===- Expand.h - pe ops in ordinary operations ------------------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef SNNC_PE_EXPAND_H
#define SNNC_PE_EXPAND_H

#include "mlir/IR/PatternMatch.h"

namespace snnc::pe {

/// pe.add_part, pe.load_group and pe.store_group as arith operations and single
/// accesses to pe.address: for machines without such an instruction, and where
/// it does not reach.
void populateExpandPatterns(mlir::RewritePatternSet &patterns);
/// Applies them to all that `root` holds.
mlir::LogicalResult expand(mlir::Operation *root);

} // namespace snnc::pe

#endif // SNNC_PE_EXPAND_H
