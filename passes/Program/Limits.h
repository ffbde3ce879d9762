//===- Limits.h - min and max as a comparison -------------------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef SNNC_PASSES_PROGRAM_LIMITS_H
#define SNNC_PASSES_PROGRAM_LIMITS_H

#include "mlir/IR/Builders.h"
#include "mlir/IR/IRMapping.h"

namespace snnc::program {

/// Emits a minimum or maximum of docs/semantics.md S3.2 as comparisons and
/// selects, with the operands that `map` says, and maps its result. Where one
/// operand is a literal or a parameter that all neurons share it is one
/// comparison; LLVM's own expansion takes eight times as long on the core.
/// False, and nothing is emitted: `op` is something else or an absolute value,
/// for which the core has an instruction.
bool emitLimit(mlir::OpBuilder &b, mlir::Operation &op, mlir::IRMapping &map);

} // namespace snnc::program

#endif // SNNC_PASSES_PROGRAM_LIMITS_H
