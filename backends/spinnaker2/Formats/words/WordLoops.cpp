//===- WordLoops.cpp - The inner loop over a row of synaptic words --------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Unrolled by eight with shorter steps for what remains; whole words are
// loaded, which hold one or two synapses.

#include "backends/spinnaker2/Formats/words/Words.h"

#include "compiler/Tick/RowContext.h"

using namespace mlir;
using namespace snnc::tick;

namespace snnc::s2 {

namespace {
/// What all synaptic words of a row have in common.
struct SparseRow {
  WordFields format;
  Value base; ///< accumulator of target 0: in slot 0, or in the only slot
  Value tick; ///< tick of delay field 0
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
  unsigned index = sparse.format.indexBits;
  unsigned delay = sparse.format.delayBits;
  auto field = [&](unsigned at, unsigned bits) {
    return e.bitAnd(e.lshr(word.bits, word.low + at), (1u << bits) - 1);
  };
  Value base = sparse.base;
  if (delay && row.joined) {
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
/// right because a row names an accumulator once (Sparse.h), unless the
/// format says otherwise.
void addSynapses(LoopEmitter &e, const SparseRow &sparse, const RowContext &row,
                 llvm::ArrayRef<SynapticWord> words) {
  unsigned weight = sparse.format.weightBits;
  bool ahead = !sparse.format.repeats;
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
    unsigned end = word.low + sparse.format.word;
    if (end == 32)
      sum = e.add(next, e.ashr(word.bits, 32 - weight));
    else
      sum = e.b.create<pe::AddPartOp>(e.loc, e.b.getI32Type(), next, word.bits,
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
  unsigned width = sparse.format.word, perWord = 32 / width;
  // As many at a time as there are registers for.
  bool separate = sparse.format.delayBits && !row.joined;
  unsigned atOnce = separate                                  ? 2
                    : perWord == 1 || sparse.format.delayBits ? 4
                                                              : 8;
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
  Value bits = sparse.format.word == 32 ? e.load(address)
                                        : e.loadNarrow(address, 16, false);
  addSynapses(e, sparse, row, SynapticWord{bits, 0});
}

} // namespace

void emitWords(LoopEmitter &e, const WordFields &format, const RowContext &row,
               Value at, Value first, Value count) {
  unsigned wordBytes = format.bytes();
  SparseRow sparse{format, {}, {}};
  sparse.tick = e.add(row.tick, row.field(e, offsetof(SnncTableEntry, delay)));
  sparse.base = e.add(row.ringBase,
                      e.shl(row.field(e, offsetof(SnncTableEntry, target)), 2));
  if (format.delayBits == 0)
    sparse.base = e.add(
        sparse.base, e.mul(e.bitAnd(sparse.tick, row.slotMask), row.slotBytes));
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

void emitWordsAt(LoopEmitter &e, const WordFields &fields,
                 const RowContext &row, Value place) {
  Value first = e.loadNarrow(place, 16, false);
  Value last = e.loadNarrow(e.add(place, 2), 16, false);
  Value at = e.add(row.field(e, offsetof(SnncTableEntry, rows_base)),
                   e.shl(first, fields.word == 32 ? 2 : 1));
  emitWords(e, fields, row, at, first, e.sub(last, first));
}

} // namespace snnc::s2
