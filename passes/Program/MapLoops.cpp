//===- MapLoops.cpp - The weight-delay map on one core --------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "passes/Program/MapLoops.h"

#include "runtime/abi/CoreHeader.h"

#include <cstddef>

using namespace mlir;
using arith::CmpIPredicate;

namespace snnc::program {

namespace {

Value headerField(LoopEmitter &e, uint32_t header, size_t offset) {
  return e.load(e.constant(header + uint32_t(offset)));
}
#define SNNC_HEADER(name) headerField(e, header, offsetof(SnncCoreHeader, name))
#define SNNC_PANEL(panel, name)                                                \
  e.load(e.add(panel, uint32_t(offsetof(SnncPanel, name))))

/// True in the first tick of a batch.
Value batchBegins(LoopEmitter &e, Value tick, unsigned batch) {
  return e.compare(CmpIPredicate::eq, e.bitAnd(tick, batch - 1), e.constant(0));
}

void clearOperand(LoopEmitter &e, uint32_t header) {
  Value zero = e.constant(0);
  auto turn = [&](unsigned words) {
    return [&e, zero, words](Value, ValueRange at) {
      // A store of one word takes one cycle, of two three.
      LoopEmitter::InOrder inOrder(e);
      for (unsigned word = 0; word < words; ++word)
        e.store(e.add(at[0], word * 4), zero);
      return llvm::SmallVector<Value>{e.add(at[0], words * 4)};
    };
  };
  // A multiple of 16 bytes.
  Value lines = e.lshr(SNNC_HEADER(operand_bytes), 4);
  auto rest =
      e.forLoop(e.lshr(lines, 2), {SNNC_HEADER(operand_base)}, turn(16));
  e.forLoop(e.bitAnd(lines, 3), rest, turn(4));
}

/// Adds 1 at every operand row of one source at one delay.
void scatterSource(LoopEmitter &e, Value offsets, Value positions,
                   Value operand, Value source, unsigned bits, unsigned batch) {
  Value at = e.add(offsets, e.shl(source, 1));
  Value begin = e.loadNarrow(at, 16, false);
  Value end = e.loadNarrow(e.add(at, 2), 16, false);
  unsigned scale = 0;
  for (unsigned bytes = batch * bits / 8; bytes > 1; bytes /= 2)
    ++scale;
  Value last = e.add(positions, e.shl(end, 1));
  auto body = [&](ValueRange at) {
    Value row = e.loadNarrow(at[0], 16, false);
    Value cell = e.add(operand, e.shl(row, scale));
    e.storeNarrow(cell, e.add(e.loadNarrow(cell, bits, false), 1), bits);
    return e.compare(CmpIPredicate::ne, e.add(at[0], 2), last);
  };
  // A source nearly always has a row.
  e.ifLikely(e.compare(CmpIPredicate::ne, begin, end), [&] {
    e.whileLoop({e.add(positions, e.shl(begin, 1))}, body,
                [&](ValueRange at) -> llvm::SmallVector<Value> {
                  return {e.add(at[0], 2)};
                });
  });
}

} // namespace

HistorySlot historyOf(LoopEmitter &e, uint32_t header, Value tick) {
  Value mask = e.sub(SNNC_HEADER(history_slots), e.constant(1));
  Value slot = e.bitAnd(tick, mask);
  Value first = e.mul(slot, SNNC_HEADER(history_length));
  return {e.add(SNNC_HEADER(history_count), e.shl(slot, 1)),
          e.add(SNNC_HEADER(history_base), e.shl(first, 1))};
}

void closeHistory(LoopEmitter &e, const HistorySlot &slot, Value end) {
  e.storeNarrow(slot.count, e.lshr(e.sub(end, slot.sources), 1), 16);
}

void emitScatter(LoopEmitter &e, uint32_t header, Value tick, unsigned bits,
                 unsigned batch) {
  e.ifThen(batchBegins(e, tick, batch), [&] {
    clearOperand(e, header);
    Value sources = SNNC_HEADER(map_sources);
    Value positions = SNNC_HEADER(position_base);
    Value scatter = SNNC_HEADER(scatter_base);
    Value operandBase = SNNC_HEADER(operand_base);
    Value delays = SNNC_HEADER(map_delays);
    Value nearest = e.sub(SNNC_HEADER(map_delay_first), e.constant(1));
    e.forRange(e.constant(0), e.constant(batch), [&](Value k) {
      Value operand = e.add(operandBase, e.mul(k, e.constant(bits / 8)));
      // A spike for tick + k with delay d was taken in tick + k - d + 1; with
      // delays of at least `batch` it is here already.
      e.forRange(nearest, delays, [&](Value delay) {
        HistorySlot slot = historyOf(e, header, e.add(e.sub(tick, delay), k));
        Value row = e.sub(delay, nearest);
        Value offsets = e.add(scatter, e.shl(e.mul(row, sources), 1));
        Value count = e.loadNarrow(slot.count, 16, false);
        Value end = e.add(slot.sources, e.shl(count, 1));
        e.whileLoop(
            {slot.sources},
            [&](ValueRange at) {
              return e.compare(CmpIPredicate::ne, at[0], end);
            },
            [&](ValueRange at) -> llvm::SmallVector<Value> {
              Value source = e.loadNarrow(at[0], 16, false);
              scatterSource(e, offsets, positions, operand, source, bits,
                            batch);
              return {e.add(at[0], 2)};
            });
      });
    });
  });
}

void emitPanels(
    LoopEmitter &e, uint32_t header, Value tick, const PanelLoop &panels,
    llvm::function_ref<void(Value, Value, llvm::ArrayRef<Value>)> update) {
  Value base = SNNC_HEADER(panel_base);
  Value end = e.add(
      base, e.mul(SNNC_HEADER(panel_count), e.constant(sizeof(SnncPanel))));
  Value begins = batchBegins(e, tick, panels.batch);
  Value phase = e.bitAnd(tick, panels.batch - 1);
  auto start = [&](Value panel) {
    e.b.create<pe::MacStartOp>(e.loc, e.core, panel,
                               e.b.getI64IntegerAttr(panels.bits),
                               e.b.getI64IntegerAttr(panels.batch));
  };
  auto exists = [&](Value panel) {
    return e.compare(CmpIPredicate::ult, panel, end);
  };
  e.ifThen(e.bitAnd(begins, exists(base)), [&] { start(base); });
  e.whileLoop(
      {base}, [&](ValueRange at) { return exists(at[0]); },
      [&](ValueRange at) -> llvm::SmallVector<Value> {
        llvm::SmallVector<Value> sums;
        Value first = SNNC_PANEL(at[0], neuron_first);
        Value last = SNNC_PANEL(at[0], neuron_end);
        Value panel = at[0];
        for (unsigned r = 0; r < panels.receptors; ++r) {
          Value next = e.add(panel, uint32_t(sizeof(SnncPanel)));
          e.ifThen(begins, [&] {
            e.b.create<pe::MacWaitOp>(e.loc, e.core);
            e.ifThen(exists(next), [&] { start(next); });
          });
          Value row = e.mul(phase, SNNC_PANEL(panel, columns));
          Value column = e.sub(row, first);
          sums.push_back(e.add(SNNC_PANEL(panel, output), e.shl(column, 2)));
          panel = next;
        }
        update(first, last, sums);
        return {panel};
      });
}

void emitSendSums(LoopEmitter &e, uint32_t header, unsigned digits,
                  unsigned bits, Value first, Value end,
                  llvm::ArrayRef<Value> sums) {
  Value key = SNNC_HEADER(key_base);
  // The cells of a receptor stand side by side, the digits of a cell too.
  unsigned cellShift = bits + digits - 1;
  Value apart = e.shl(SNNC_HEADER(n_neurons), cellShift);
  Value zero = e.constant(0), mask = e.constant((1u << bits) - 1);
  auto ifNotZero = [&](Value value, llvm::function_ref<void()> body) {
    e.ifThen(e.compare(CmpIPredicate::ne, value, zero), body);
  };
  auto send = [&](Value digit, Value to) {
    e.b.create<pe::SendOp>(e.loc, e.core, e.add(to, e.bitAnd(digit, mask)));
  };
  auto sendTwo = [&](Value sum, Value to) {
    Value low = e.ashr(e.shl(sum, 32 - bits), 32 - bits);
    ifNotZero(low, [&] { send(low, to); });
    Value high = e.ashr(e.sub(sum, low), bits);
    ifNotZero(high, [&] { send(high, e.add(to, 1u << bits)); });
  };
  for (Value base : sums) {
    Value cell = e.add(key, e.shl(first, cellShift));
    e.forLoop(e.sub(end, first), {e.add(base, e.shl(first, 2)), cell},
              [&](Value, ValueRange at) {
                Value sum = e.load(at[0]);
                ifNotZero(sum, [&] {
                  if (digits == 1)
                    send(sum, at[1]);
                  else
                    sendTwo(sum, at[1]);
                });
                return llvm::SmallVector<Value>{e.add(at[0], 4),
                                                e.add(at[1], 1u << cellShift)};
              });
    key = e.add(key, apart);
  }
}

} // namespace snnc::program
