//===- RowLoops.cpp - From a table entry to the ring buffer ---------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "passes/Program/RowLoops.h"

#include "compiler/Rows/RowFormat.h"

using namespace mlir;

namespace snnc::program {

/// One digit of a partial sum. `source` is cell, place (of two) and digit. With
/// `known` 0 the entry knows the digit's bits.
static void emitSum(LoopEmitter &e, unsigned digits, unsigned known,
                    const RowContext &row) {
  Value above, bits;
  if (known) {
    above = e.constant(32 - known);
    bits = e.constant(known);
  } else {
    // Below 32, whatever the table holds: a longer shift is undefined.
    above = e.bitAnd(row.field(e, offsetof(SnncTableEntry, length)), 31);
    bits = e.bitAnd(e.sub(e.constant(32), above), 31);
  }
  Value value = e.ashrBy(e.shlBy(row.source, above), above);
  Value cell = e.lshrBy(row.source, bits);
  if (digits == 2) {
    value = e.shlBy(value, e.mul(e.bitAnd(cell, 1), bits));
    cell = e.lshr(cell, 1);
  }
  cell = e.add(cell, row.field(e, offsetof(SnncTableEntry, target)));
  Value sum =
      e.add(row.slotAddress(e, row.field(e, offsetof(SnncTableEntry, delay))),
            e.shl(cell, 2));
  e.store(sum, e.add(e.load(sum), value));
}

LogicalResult emitRowLoop(LoopEmitter &e, Attribute format,
                          const RowContext &row) {
  if (auto rows = dyn_cast<fabric::RowsAttr>(format)) {
    rows.getFormat()->emitLoop(e, rows.getFields(), row);
    return success();
  }
  if (auto sums = dyn_cast<fabric::SumsAttr>(format)) {
    emitSum(e, sums.getDigits(), sums.getBits(), row);
    return success();
  }
  return failure();
}

} // namespace snnc::program
