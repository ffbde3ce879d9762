//===- RowLoops.cpp - The inner loops over synaptic rows ------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The loops in which a chip spends its time. Sparse rows are unrolled by eight
// with shorter steps for what remains, dense rows by sixteen; both load whole
// words that hold two or four weights.

#include "passes/Program/RowLoops.h"

#include "passes/Program/ConvLoop.h"
#include "planner/NetworkInfo.h"
#include "runtime/abi/CoreHeader.h"

#include <cstddef>

using namespace mlir;

namespace snnc::program {

namespace {
constexpr unsigned kDenseGroup = 4; ///< weights, and what rows are padded to

Value field(LoopEmitter &e, Value entry, size_t offset) {
  return e.load(e.add(entry, uint32_t(offset)));
}
#define SNNC_FIELD(e, entry, name)                                             \
  field(e, entry, offsetof(SnncTableEntry, name))

/// Address of the accumulator of target 0 in the slot `ticks` after now.
Value slotAddress(LoopEmitter &e, const RowContext &row, Value ticks) {
  Value slot = e.bitAnd(e.add(row.tick, ticks), row.slotMask);
  return e.add(row.ringBase, e.mul(slot, row.slotBytes));
}

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
      values[k] = e.b.create<tick::AddPartOp>(
          e.loc, e.b.getI32Type(), values[k], words[k / perWord],
          e.b.getI64IntegerAttr(bits), e.b.getI64IntegerAttr(k % perWord));
    for (unsigned k = 0; k < size; ++k)
      e.store(at(k), values[k]);
  }
}

void emitDense(LoopEmitter &e, unsigned bits, const RowContext &row) {
  Value stride = SNNC_FIELD(e, row.entry, index_base);
  Value weights =
      e.add(SNNC_FIELD(e, row.entry, rows_base), e.mul(row.source, stride));
  Value target = e.shl(SNNC_FIELD(e, row.entry, target), 2);
  Value sums =
      e.add(slotAddress(e, row, SNNC_FIELD(e, row.entry, delay)), target);
  auto turn = [&](unsigned groups) {
    return [&e, bits, groups](Value, ValueRange at) {
      addDense(e, bits, groups, at[0], at[1]);
      unsigned size = groups * kDenseGroup;
      return llvm::SmallVector<Value>{e.add(at[0], size * bits / 8),
                                      e.add(at[1], size * 4)};
    };
  };
  // Rows are padded to whole groups.
  Value length = SNNC_FIELD(e, row.entry, length);
  auto rest = e.forLoop(e.lshr(length, 4), {weights, sums}, turn(4));
  e.forLoop(e.bitAnd(e.lshr(length, 2), 3), rest, turn(1));
}

/// What all synaptic words of a row have in common.
struct SparseRow {
  fabric::SparseRowsAttr format;
  Value base; ///< accumulator of target 0: in slot 0, or in the only slot
  Value tick; ///< tick of delay field 0
  bool joined = false; ///< as in tick.ring_add
};

/// A synaptic word: bits [low, low + width) of `bits`. From its low end index,
/// delay, weight.
struct SynapticWord {
  Value bits;
  unsigned low;
};

/// Where the word's accumulator stands.
Value accumulatorOf(LoopEmitter &e, const SparseRow &sparse,
                    const RowContext &row, SynapticWord word) {
  unsigned index = sparse.format.getIndexBits();
  unsigned delay = sparse.format.getDelayBits();
  auto field = [&](unsigned at, unsigned bits) {
    return e.bitAnd(e.lshr(word.bits, word.low + at), (1u << bits) - 1);
  };
  Value base = sparse.base;
  if (delay && sparse.joined) {
    // One addition turns the delay into the slot; what it carries out of the
    // field is not looked at.
    Value moved = e.add(word.bits, e.shl(sparse.tick, word.low + index));
    Value joint =
        e.bitAnd(e.lshr(moved, word.low), (1u << (index + delay)) - 1);
    return e.add(base, e.shl(joint, 2));
  }
  if (delay) {
    Value slot =
        e.bitAnd(e.add(sparse.tick, field(index, delay)), row.slotMask);
    base = e.add(base, e.mul(slot, row.slotBytes));
  }
  return e.add(base, e.shl(field(0, index), 2));
}

/// Adds synapses. A load and a store with register offset behind it overlap in
/// the pipeline, so a sum is read before the one before it is written. That is
/// right because a row names an accumulator once (Encoding.h), unless the
/// format says otherwise.
void addSynapses(LoopEmitter &e, const SparseRow &sparse, const RowContext &row,
                 llvm::ArrayRef<SynapticWord> words) {
  unsigned weight = sparse.format.getWeightBits();
  bool ahead = !sparse.format.getRepeats();
  Value place, sum;
  for (SynapticWord word : words) {
    Value nextPlace = accumulatorOf(e, sparse, row, word);
    if (sum && !ahead)
      e.store(place, sum);
    Value next = e.load(nextPlace);
    if (sum && ahead)
      e.store(place, sum);
    // The weight's upper end is the word's. Below the top of the register it
    // has 8 bits.
    unsigned end = word.low + sparse.format.getWord();
    if (end == 32)
      sum = e.add(next, e.ashr(word.bits, 32 - weight));
    else
      sum =
          e.b.create<tick::AddPartOp>(e.loc, e.b.getI32Type(), next, word.bits,
                                      e.b.getI64IntegerAttr(weight),
                                      e.b.getI64IntegerAttr(end / weight - 1));
    place = nextPlace;
  }
  e.store(place, sum);
}

/// Adds `size` words at `address`, 4-byte aligned. All are read first:
/// neighbouring loads overlap in the pipeline.
void addSparse(LoopEmitter &e, const SparseRow &sparse, const RowContext &row,
               unsigned size, Value address) {
  LoopEmitter::InOrder inOrder(e);
  unsigned width = sparse.format.getWord(), perWord = 32 / width;
  // As many at a time as there are registers for.
  unsigned atOnce = perWord == 1 || sparse.format.getDelayBits() ? 4 : 8;
  for (unsigned first = 0; first < size; first += atOnce) {
    llvm::SmallVector<SynapticWord, 8> words;
    for (unsigned k = first; k < std::min(size, first + atOnce); k += perWord) {
      Value bits = e.load(e.add(address, k * width / 8));
      for (unsigned low = 0; low < 32; low += width)
        words.push_back({bits, low});
    }
    addSynapses(e, sparse, row, words);
  }
}

/// Adds one word of 16 or 32 bits.
void addOne(LoopEmitter &e, const SparseRow &sparse, const RowContext &row,
            Value address) {
  LoopEmitter::InOrder inOrder(e);
  Value bits = sparse.format.getWord() == 32 ? e.load(address)
                                             : e.loadNarrow(address, 16, false);
  addSynapses(e, sparse, row, SynapticWord{bits, 0});
}

/// The loops over the `count` words of a row from address `at`, the first of
/// them the block's word number `first`.
void emitWords(LoopEmitter &e, const SparseRow &sparse, const RowContext &row,
               Value at, Value first, Value count) {
  unsigned wordBytes = sparse.format.getWord() / 8;
  auto turn = [&](unsigned size) {
    return [&, size](Value, ValueRange from) {
      if (size == 1)
        addOne(e, sparse, row, from[0]);
      else
        addSparse(e, sparse, row, size, from[0]);
      return llvm::SmallVector<Value>{e.add(from[0], size * wordBytes)};
    };
  };
  if (wordBytes == 2) {
    // Up to the next whole word.
    Value some = e.b.create<arith::ExtUIOp>(
        e.loc, e.b.getI32Type(),
        e.compare(arith::CmpIPredicate::ne, count, e.constant(0)));
    Value odd = e.bitAnd(first, some);
    at = e.forLoop(odd, {at}, turn(1)).front();
    count = e.sub(count, odd);
  }
  auto rest = e.forLoop(e.lshr(count, 3), {at}, turn(8));
  if (wordBytes == 2)
    rest = e.forLoop(e.bitAnd(e.lshr(count, 1), 3), rest, turn(2));
  else
    rest = e.forLoop(e.bitAnd(e.lshr(count, 2), 1), rest, turn(4));
  e.forLoop(e.bitAnd(count, wordBytes == 2 ? 1 : 3), rest, turn(1));
}

void emitSparse(LoopEmitter &e, fabric::SparseRowsAttr format, bool joined,
                const RowContext &row) {
  unsigned wordBytes = format.getWord() / 8;
  Value index =
      e.add(SNNC_FIELD(e, row.entry, index_base), e.shl(row.source, 1));
  Value first = e.loadNarrow(index, 16, false);
  Value last = e.loadNarrow(e.add(index, 2), 16, false);
  Value count = e.sub(last, first);
  Value at = e.add(SNNC_FIELD(e, row.entry, rows_base),
                   e.shl(first, wordBytes == 4 ? 2 : 1));
  SparseRow sparse{format, {}, {}, joined};
  sparse.tick = e.add(row.tick, SNNC_FIELD(e, row.entry, delay));
  sparse.base = e.add(row.ringBase, e.shl(SNNC_FIELD(e, row.entry, target), 2));
  if (format.getDelayBits() == 0)
    sparse.base = e.add(
        sparse.base, e.mul(e.bitAnd(sparse.tick, row.slotMask), row.slotBytes));
  emitWords(e, sparse, row, at, first, count);
}

/// One digit of a partial sum. `source` is cell, place and digit.
void emitSum(LoopEmitter &e, unsigned bits, const RowContext &row) {
  Value digit = e.ashr(e.shl(row.source, 32 - bits), 32 - bits);
  Value place = e.bitAnd(e.lshr(row.source, bits), 1);
  Value value = e.shlBy(digit, e.mul(place, e.constant(bits)));
  Value cell =
      e.add(e.lshr(row.source, bits + 1), SNNC_FIELD(e, row.entry, target));
  Value sum = e.add(slotAddress(e, row, SNNC_FIELD(e, row.entry, delay)),
                    e.shl(cell, 2));
  e.store(sum, e.add(e.load(sum), value));
}
} // namespace

LogicalResult emitRowLoop(LoopEmitter &e, Attribute format, bool joined,
                          const RowContext &row) {
  if (auto dense = dyn_cast<fabric::DenseRowsAttr>(format)) {
    emitDense(e, dense.getBits(), row);
    return success();
  }
  if (auto sparse = dyn_cast<fabric::SparseRowsAttr>(format)) {
    emitSparse(e, sparse, joined, row);
    return success();
  }
  if (auto sums = dyn_cast<fabric::SumsAttr>(format)) {
    emitSum(e, sums.getBits(), row);
    return success();
  }
  if (auto conv = dyn_cast<fabric::ConvRowsAttr>(format)) {
    Value target = e.shl(SNNC_FIELD(e, row.entry, target), 2);
    Value sums =
        e.add(slotAddress(e, row, SNNC_FIELD(e, row.entry, delay)), target);
    emitConvRow(e, fabric::shapeOf(conv), conv.getBits(), row, sums);
    return success();
  }
  return failure();
}

} // namespace snnc::program
