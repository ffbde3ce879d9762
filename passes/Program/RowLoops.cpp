//===- RowLoops.cpp - The inner loops over synaptic rows ------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The loops in which a chip spends its time. Sparse rows are unrolled by eight
// with a step of four and a remainder loop, dense rows take four (int8) or two
// (int16) weights per loaded word.

#include "passes/Program/RowLoops.h"

#include "runtime/abi/CoreHeader.h"

#include <cstddef>

using namespace mlir;

namespace snnc::program {

namespace {
constexpr unsigned kUnroll = 4;     ///< sparse words a turn
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

void accumulate(LoopEmitter &e, Value address, Value weight) {
  e.store(address, e.add(e.load(address), weight));
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

/// A synaptic word taken apart: where its accumulator stands and what to add.
struct Synapse {
  Value address, weight;
};

/// One synaptic word: low bits index, then delay, weight on top.
Synapse decodeSynapse(LoopEmitter &e, fabric::SparseRowsAttr format, Value bits,
                      const RowContext &row, Value delay, Value fixedSums,
                      Value target) {
  unsigned index = format.getIndexBits(), delayBits = format.getDelayBits();
  Value weight = e.ashr(bits, index + delayBits);
  Value neuron = e.bitAnd(bits, (1u << index) - 1);
  Value sums = fixedSums;
  if (delayBits) {
    Value extra = e.bitAnd(e.lshr(bits, index), (1u << delayBits) - 1);
    sums = e.add(slotAddress(e, row, e.add(delay, extra)), target);
  }
  return {e.add(sums, e.shl(neuron, 2)), weight};
}

void emitSparse(LoopEmitter &e, fabric::SparseRowsAttr format,
                const RowContext &row) {
  unsigned wordBytes = format.getWord() / 8;
  Value index =
      e.add(SNNC_FIELD(e, row.entry, index_base), e.shl(row.source, 1));
  Value first = e.loadNarrow(index, 16, false);
  Value last = e.loadNarrow(e.add(index, 2), 16, false);
  Value count = e.sub(last, first);
  Value begin = e.add(SNNC_FIELD(e, row.entry, rows_base),
                      e.shl(first, wordBytes == 4 ? 2 : 1));
  Value target = e.shl(SNNC_FIELD(e, row.entry, target), 2);
  Value delay = SNNC_FIELD(e, row.entry, delay);
  Value fixedSums;
  if (format.getDelayBits() == 0)
    fixedSums = e.add(slotAddress(e, row, delay), target);
  // All words of a turn are read before the first sum is written: neighbouring
  // loads overlap in the pipeline, and LLVM may not move them over the stores.
  auto turn = [&](unsigned size) {
    return [&, size](Value, ValueRange at) {
      llvm::SmallVector<Value, 8> words;
      for (unsigned k = 0; k < size; ++k) {
        Value address = e.add(at[0], k * wordBytes);
        words.push_back(wordBytes == 4 ? e.load(address)
                                       : e.loadNarrow(address, 16, true));
      }
      for (Value word : words) {
        Synapse synapse =
            decodeSynapse(e, format, word, row, delay, fixedSums, target);
        accumulate(e, synapse.address, synapse.weight);
      }
      return llvm::SmallVector<Value>{e.add(at[0], size * wordBytes)};
    };
  };
  constexpr unsigned whole = 2 * kUnroll;
  auto rest = e.forLoop(e.lshr(count, 3), {begin}, turn(whole));
  rest = e.forLoop(e.bitAnd(e.lshr(count, 2), 1), rest, turn(kUnroll));
  e.forLoop(e.bitAnd(count, kUnroll - 1), rest, turn(1));
}
} // namespace

LogicalResult emitRowLoop(LoopEmitter &e, Attribute format,
                          const RowContext &row) {
  if (auto dense = dyn_cast<fabric::DenseRowsAttr>(format)) {
    emitDense(e, dense.getBits(), row);
    return success();
  }
  if (auto sparse = dyn_cast<fabric::SparseRowsAttr>(format)) {
    emitSparse(e, sparse, row);
    return success();
  }
  return failure();
}

} // namespace snnc::program
