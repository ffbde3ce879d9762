//===- DriveLoop.cpp - The loop over the channels a core draws ------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// docs/semantics.md S7.4 in integers: planner/NodeDrive.h made the tables.

#include "passes/Program/DriveLoop.h"

#include "runtime/abi/CoreHeader.h"

#include <cstddef>

using namespace mlir;
using arith::CmpIPredicate;

namespace snnc::program {

static constexpr size_t kGuide = offsetof(SnncDriveTable, guide);
static constexpr size_t kLimits = sizeof(SnncDriveTable);

Value DriveLoop::address(size_t offset) {
  return e.add(base, uint32_t(offset));
}

DriveLoop::DriveLoop(LoopEmitter &emitter, tick::DrawOp draw, uint32_t header,
                     Value tick)
    : e(emitter), draw(draw) {
  Value records = e.load(
      e.constant(header + uint32_t(offsetof(SnncCoreHeader, drive_base))));
  base = e.add(records, uint32_t(draw.getDrive() * sizeof(SnncDrive)));
  Value delay = field(offsetof(SnncDrive, delay));
  drawTick = e.sub(tick, delay);
  active = e.bitAnd(e.compare(CmpIPredicate::uge, tick, delay),
                    e.compare(CmpIPredicate::ult, drawTick,
                              field(offsetof(SnncDrive, ticks))));
  channel = field(offsetof(SnncDrive, channel));
  weights = field(offsetof(SnncDrive, weights));
  tables = field(offsetof(SnncDrive, tables));
  means = field(offsetof(SnncDrive, means));
  sample = field(offsetof(SnncDrive, sample));
  e.ifThen(active, [&] {
    Value low = field(offsetof(SnncDrive, key)),
          high = field(offsetof(SnncDrive, key) + 4);
    philox().expandKey(low, high);
  });
}

PhiloxCode DriveLoop::philox() {
  return {e, base, offsetof(SnncDrive, round_key)};
}

void DriveLoop::keep(const Words &words) {
  for (size_t w = 0; w < words.size(); ++w)
    e.store(address(offsetof(SnncDrive, words) + 4 * w), words[w]);
}

void DriveLoop::emit(Value first, Value end, llvm::ArrayRef<Value> sums) {
  e.ifThen(active, [&] {
    Value begin = e.add(channel, first), last = e.add(channel, end);
    // The address at which the sum of channel 0 would stand.
    Value of = e.sub(sums[size_t(draw.getReceptor())], e.shl(channel, 2));
    e.whileLoop(
        {begin},
        [&](ValueRange at) {
          return e.compare(CmpIPredicate::ult, at[0], last);
        },
        [&](ValueRange at) -> llvm::SmallVector<Value> {
          Value group = e.lshr(at[0], 2);
          keep(philox().block({group, drawTick, e.constant(0), sample}));
          Value next = e.shl(e.add(group, 1), 2);
          Value stop = e.b.create<arith::MinUIOp>(e.loc, next, last);
          e.forRange(at[0], stop, [&](Value c) {
            emitWord(c, e.sub(c, channel), e.add(of, e.shl(c, 2)));
          });
          return {next};
        });
  });
}

void DriveLoop::emitWord(Value c, Value neuron, Value sum) {
  Value word = e.load(
      e.add(address(offsetof(SnncDrive, words)), e.shl(e.bitAnd(c, 3), 2)));
  Value table = tables;
  if (draw.getEach())
    table = e.add(
        tables,
        e.shl(e.loadNarrow(e.add(means, e.shl(neuron, 1)), 16, false), 2));
  Value bin = e.lshr(word, 32 - SNNC_DRIVE_GUIDE_BITS);
  Value entry = e.loadNarrow(
      e.add(e.add(table, uint32_t(kGuide)), e.shl(bin, 1)), 16, false);
  Value count = e.variable(entry);
  e.ifUnlikely(
      e.compare(CmpIPredicate::uge, entry, e.constant(SNNC_DRIVE_UNSETTLED)),
      [&] {
        Value known = e.sub(entry, e.constant(SNNC_DRIVE_UNSETTLED));
        e.set(count, search(table, known, word, c));
      });
  Value spikes = e.get(count);
  e.ifThen(e.compare(CmpIPredicate::ne, spikes, e.constant(0)), [&] {
    Value weight =
        e.loadNarrow(e.add(weights, e.shl(neuron, 1)), 16, /*isSigned=*/true);
    e.store(sum, e.add(e.load(sum), e.mul(spikes, weight)));
  });
}

Value DriveLoop::search(Value table, Value known, Value word, Value c) {
  Value limits = e.add(table, uint32_t(kLimits));
  // Behind the last limit stands one that no word exceeds.
  Value at = e.whileLoop(
      {e.add(limits, e.shl(known, 2))},
      [&](ValueRange v) {
        return e.compare(CmpIPredicate::ugt, word, e.load(v[0]));
      },
      [&](ValueRange v) -> llvm::SmallVector<Value> {
        return {e.add(v[0], 4)};
      })[0];
  Value passed = e.variable(e.lshr(e.sub(at, limits), 2));
  e.ifUnlikely(e.compare(CmpIPredicate::eq, word, e.load(at)),
               [&] { settleTie(table, word, c, passed); });
  Value count = e.load(e.add(table, offsetof(SnncDriveTable, count)));
  Value most = e.load(e.add(table, offsetof(SnncDriveTable, most)));
  return e.b.create<arith::SelectOp>(
      e.loc, e.compare(CmpIPredicate::eq, e.get(passed), count), most,
      e.get(passed));
}

/// The first 32 bits are those of a limit: once in 2^32 draws a limit. Draws
/// the others.
void DriveLoop::settleTie(Value table, Value word, Value c, Value passed) {
  Value group = e.bitOr(e.lshr(c, 2), e.constant(1u << 31));
  llvm::SmallVector<Value> first{group, drawTick, e.constant(0), sample};
  Value keys = address(offsetof(SnncDrive, round_key));
  auto words = e.forLoop(
      e.constant(PhiloxCode::kRounds), first, [&](Value r, ValueRange at) {
        Words next = philox().round({at[0], at[1], at[2], at[3]},
                                    e.add(keys, e.shl(r, 3)));
        return llvm::SmallVector<Value>(next.begin(), next.end());
      });
  Value lane = e.bitAnd(c, 3), low = words[0];
  for (unsigned w = 1; w < 4; ++w)
    low = e.b.create<arith::SelectOp>(
        e.loc, e.compare(CmpIPredicate::eq, lane, e.constant(w)), words[w],
        low);
  low = e.lshr(low, 11);
  Value count = e.load(e.add(table, offsetof(SnncDriveTable, count)));
  Value highs = e.add(table, uint32_t(kLimits));
  Value lows = e.add(e.add(highs, 4), e.shl(count, 2));
  // Further limits may begin with the same bits.
  Value k = e.whileLoop(
      {e.get(passed)},
      [&](ValueRange v) {
        // The word behind the limits is read, not used.
        Value offset = e.shl(v[0], 2);
        Value same =
            e.compare(CmpIPredicate::eq, e.load(e.add(highs, offset)), word);
        Value reached =
            e.compare(CmpIPredicate::uge, low, e.load(e.add(lows, offset)));
        Value inside = e.compare(CmpIPredicate::ult, v[0], count);
        return e.bitAnd(e.bitAnd(same, reached), inside);
      },
      [&](ValueRange v) -> llvm::SmallVector<Value> {
        return {e.add(v[0], 1)};
      })[0];
  e.set(passed, k);
}

} // namespace snnc::program
