//===- DenseLoop.cpp - The inner loop over a dense row --------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Unrolled by sixteen; whole words are loaded, which hold two or four weights.

#include "backends/spinnaker2/Formats/dense/Dense.h"

#include "compiler/Tick/RowContext.h"

using namespace mlir;
using namespace snnc::tick;

namespace snnc::s2 {

namespace {
constexpr unsigned kDenseGroup = 4; ///< weights, and what rows are padded to

/// Adds `groups` groups of four neighbouring weights. Per group: all loads,
/// then all stores.
void addDense(LoopEmitter &e, unsigned bits, unsigned groups, Value weights,
              Value sums) {
  LoopEmitter::InOrder inOrder(e);
  constexpr unsigned size = kDenseGroup;
  unsigned perWord = 32 / bits;
  for (unsigned group = 0; group < groups; ++group) {
    llvm::SmallVector<Value, 4> words, values;
    for (unsigned word = 0; word < size / perWord; ++word)
      words.push_back(
          e.load(e.add(weights, group * size * bits / 8 + word * 4)));
    auto at = [&](unsigned k) { return e.add(sums, (group * size + k) * 4); };
    for (unsigned k = 0; k < size; ++k)
      values.push_back(e.load(at(k)));
    for (unsigned k = 0; k < size; ++k)
      values[k] = e.b.create<pe::AddPartOp>(
          e.loc, e.b.getI32Type(), values[k], words[k / perWord],
          e.b.getI64IntegerAttr(bits), e.b.getI64IntegerAttr(k % perWord));
    for (unsigned k = 0; k < size; ++k)
      e.store(at(k), values[k]);
  }
}

} // namespace

/// All rows are as long as the stride.
fabric::FetchedRow findDenseRow(LoopEmitter &e, const RowContext &row) {
  Value stride = row.field(e, offsetof(SnncTableEntry, index_base));
  Value from = e.add(row.field(e, offsetof(SnncTableEntry, rows_base)),
                     e.mul(row.source, stride));
  return {from, stride, stride};
}

void emitDenseRow(LoopEmitter &e, unsigned bits, const RowContext &row) {
  Value weights = row.fetched;
  if (!weights) {
    Value stride = row.field(e, offsetof(SnncTableEntry, index_base));
    weights = e.add(row.field(e, offsetof(SnncTableEntry, rows_base)),
                    e.mul(row.source, stride));
  }
  Value sums = row.sums(e);
  auto turn = [&](unsigned groups) {
    return [&e, bits, groups](Value, ValueRange at) {
      addDense(e, bits, groups, at[0], at[1]);
      unsigned size = groups * kDenseGroup;
      return llvm::SmallVector<Value>{e.add(at[0], size * bits / 8),
                                      e.add(at[1], size * 4)};
    };
  };
  // Rows are padded to whole groups.
  Value length = row.field(e, offsetof(SnncTableEntry, length));
  auto rest = e.forLoop(e.lshr(length, 4), {weights, sums}, turn(4));
  e.forLoop(e.bitAnd(e.lshr(length, 2), 3), rest, turn(1));
}

} // namespace snnc::s2
