//===- RowLoops.h - The inner loops over synaptic rows -----------*- C++
//-*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef SNNC_PASSES_PROGRAM_ROWLOOPS_H
#define SNNC_PASSES_PROGRAM_ROWLOOPS_H

#include "passes/Program/LoopEmitter.h"

namespace snnc::program {

/// One spike in one block: the table entry's address, the source's number in
/// the entry, and where the ring buffer is in this tick.
struct RowContext {
  mlir::Value entry;     ///< address of the SnncTableEntry
  mlir::Value source;    ///< key - key_first
  mlir::Value tick;      ///< now
  mlir::Value slotMask;  ///< ring_slots - 1
  mlir::Value slotBytes; ///< ring_slot_bytes
  mlir::Value ringBase;
  mlir::Value neurons; ///< of the core
};

/// Adds the row's weights into the ring buffer; `format` is a fabric row
/// encoding, `joined` as in tick.ring_add. The layouts are
/// planner/Encoding.h's.
mlir::LogicalResult emitRowLoop(LoopEmitter &e, mlir::Attribute format,
                                bool joined, const RowContext &row);

} // namespace snnc::program

#endif // SNNC_PASSES_PROGRAM_ROWLOOPS_H
