//===- RowLoops.h - From a table entry to the ring buffer -------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef SNNC_PASSES_PROGRAM_ROWLOOPS_H
#define SNNC_PASSES_PROGRAM_ROWLOOPS_H

#include "compiler/Tick/RowContext.h"

namespace snnc::program {

using tick::LoopEmitter;
using tick::RowContext;

/// Adds the row's weights into the ring buffer. `format`: a #fabric row format,
/// whose own loop it is (RowFormat::emitLoop), or #fabric.sums.
mlir::LogicalResult emitRowLoop(LoopEmitter &e, mlir::Attribute format,
                                const RowContext &row);

} // namespace snnc::program

#endif // SNNC_PASSES_PROGRAM_ROWLOOPS_H
