//===- RowLoops.cpp - From a table entry to the ring buffer ---------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "passes/Program/RowLoops.h"

#include "compiler/Rows/RowFormat.h"

using namespace mlir;

namespace snnc::program {

/// One digit of a partial sum. `source` is cell, place and digit.
static void emitSum(LoopEmitter &e, unsigned bits, const RowContext &row) {
  Value digit = e.ashr(e.shl(row.source, 32 - bits), 32 - bits);
  Value place = e.bitAnd(e.lshr(row.source, bits), 1);
  Value value = e.shlBy(digit, e.mul(place, e.constant(bits)));
  Value cell = e.add(e.lshr(row.source, bits + 1),
                     row.field(e, offsetof(SnncTableEntry, target)));
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
    emitSum(e, sums.getBits(), row);
    return success();
  }
  return failure();
}

} // namespace snnc::program
