//===- RowContext.h - One spike in one block of rows ------------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef SNNC_TICK_ROWCONTEXT_H
#define SNNC_TICK_ROWCONTEXT_H

#include "compiler/Tick/LoopEmitter.h"
#include "runtime/abi/CoreHeader.h"

#include <cstddef>

namespace snnc::tick {

/// What the loop over a row (RowFormat::emitLoop) works on: the table entry's
/// address, the source's number in the entry, and where the ring buffer is in
/// this tick.
struct RowContext {
  mlir::Value entry;     ///< address of the SnncTableEntry
  mlir::Value source;    ///< its number in the block
  mlir::Value tick;      ///< now
  mlir::Value slotMask;  ///< ring_slots - 1
  mlir::Value slotBytes; ///< ring_slot_bytes
  mlir::Value ringBase;
  mlir::Value neurons; ///< of the core
  /// Of a fetched row, instead of `source`: the address in SRAM of its first
  /// byte, and FetchedRow::count.
  mlir::Value fetched = {}, count = {};
  bool joined = false; ///< as in tick.ring_add, of the block's format

  /// A word of the table entry; `offset`: offsetof(SnncTableEntry, ...).
  mlir::Value field(LoopEmitter &e, size_t offset) const {
    return e.load(e.add(entry, uint32_t(offset)));
  }
  /// Address of the accumulator of target 0 in the slot `ticks` after now.
  mlir::Value slotAddress(LoopEmitter &e, mlir::Value ticks) const {
    mlir::Value slot = e.bitAnd(e.add(tick, ticks), slotMask);
    return e.add(ringBase, e.mul(slot, slotBytes));
  }
  /// The same with the delay and the first accumulator of the entry.
  mlir::Value sums(LoopEmitter &e) const {
    mlir::Value target = e.shl(field(e, offsetof(SnncTableEntry, target)), 2);
    return e.add(slotAddress(e, field(e, offsetof(SnncTableEntry, delay))),
                 target);
  }
};

} // namespace snnc::tick

#endif // SNNC_TICK_ROWCONTEXT_H
