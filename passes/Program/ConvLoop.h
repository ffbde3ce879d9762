//===- ConvLoop.h - Targets computed from coordinates -------------*- C++
//-*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef SNNC_PASSES_PROGRAM_CONVLOOP_H
#define SNNC_PASSES_PROGRAM_CONVLOOP_H

#include "passes/Program/RowLoops.h"
#include "planner/Encoding.h"

namespace snnc::program {

/// Adds the taps that a source's kernel reaches; `sums` is the address of
/// accumulator 0 of the slice. The layout is planner/Encoding.h's.
void emitConvRow(LoopEmitter &e, const fabric::ConvShape &shape, unsigned bits,
                 const RowContext &row, mlir::Value sums);

} // namespace snnc::program

#endif // SNNC_PASSES_PROGRAM_CONVLOOP_H
