//===- DriveLoop.cpp - The loop over the channels a core draws ------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// docs/semantics.md S7.4 in integers: planner/NodeDrive.h made the tables.

#include "passes/Program/DriveLoop.h"

#include "runtime/abi/CoreHeader.h"
#include "runtime/support/Poisson.h"

#include <cstddef>

using namespace mlir;
using arith::CmpIPredicate;

namespace snnc::program {

static constexpr size_t kGuide = offsetof(SnncDriveTable, guide);
static constexpr size_t kLimits = sizeof(SnncDriveTable);
static constexpr unsigned kBinShift = kFirstBits - SNNC_DRIVE_GUIDE_BITS;

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
  Value drawTick = e.sub(tick, delay);
  active = e.bitAnd(e.compare(CmpIPredicate::uge, tick, delay),
                    e.compare(CmpIPredicate::ult, drawTick,
                              field(offsetof(SnncDrive, ticks))));
  channel = field(offsetof(SnncDrive, channel));
  weights = field(offsetof(SnncDrive, weights));
  tables = field(offsetof(SnncDrive, tables));
  means = field(offsetof(SnncDrive, means));
  e.ifThen(active, [&] {
    Value low = field(offsetof(SnncDrive, key)),
          high = field(offsetof(SnncDrive, key) + 4);
    philox().beginTick(low, high, drawTick, e.constant(0),
                       field(offsetof(SnncDrive, sample)));
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
    Arrays arrays{e.sub(sums[size_t(draw.getReceptor())], e.shl(channel, 2)),
                  e.sub(weights, e.shl(channel, 1)),
                  e.sub(means, e.shl(channel, 1))};
    e.whileLoop(
        {begin},
        [&](ValueRange at) {
          return e.compare(CmpIPredicate::ult, at[0], last);
        },
        [&](ValueRange at) -> llvm::SmallVector<Value> {
          return {emitBlock(at[0], last, arrays)};
        });
  });
}

Value DriveLoop::emitBlock(Value at, Value last, const Arrays &arrays) {
  static_assert(kFirstChannels == 8);
  Words words = philox().block(e.lshr(at, 3));
  keep(words);
  Value middle = e.add(at, 4), end = e.add(at, kFirstChannels);
  auto settled = [&](Value settles, Value from, auto next) {
    return e.choose(e.likely(settles), next, [&] { return from; });
  };
  Value isWhole =
      e.bitAnd(e.compare(CmpIPredicate::eq, e.bitAnd(at, 7), e.constant(0)),
               e.compare(CmpIPredicate::ule, end, last));
  // The channels from there on are left to the loop.
  Value left = settled(isWhole, at, [&] {
    return settled(emitFour(at, {words[0], words[1]}, arrays), at, [&] {
      return settled(emitFour(middle, {words[2], words[3]}, arrays), middle,
                     [&] { return end; });
    });
  });
  return e.choose(
      e.likely(e.compare(CmpIPredicate::eq, left, end)), [&] { return end; },
      [&] {
        Value behind = e.add(e.bitOr(at, e.constant(7)), 1);
        Value stop = e.b.create<arith::MinUIOp>(e.loc, behind, last);
        e.forRange(left, stop, [&](Value c) { emitOne(c, arrays); });
        return stop;
      });
}

Value DriveLoop::tableOf(Value c, const Arrays &arrays) {
  if (!draw.getEach())
    return tables;
  Value place = e.loadNarrow(e.add(arrays.means, e.shl(c, 1)), 16, false);
  return e.add(tables, e.shl(place, 2));
}

Value DriveLoop::emitFour(Value at, llvm::ArrayRef<Value> words,
                          const Arrays &arrays) {
  // Neighbouring loads overlap, and no address is of the instruction before.
  LoopEmitter::InOrder inOrder(e);
  llvm::SmallVector<Value, 4> bins, entries;
  for (uint32_t c = 0; c < 4; ++c) {
    Value bin = e.lshr(words[c / 2], 16 * (c % 2) + kBinShift);
    if (c % 2 == 0)
      bin = e.bitAnd(bin, (1u << SNNC_DRIVE_GUIDE_BITS) - 1);
    bins.push_back(e.add(tableOf(e.add(at, c), arrays), bin));
  }
  for (Value bin : bins)
    entries.push_back(e.loadNarrow(e.add(bin, uint32_t(kGuide)), 8, false));
  Value all = entries[0];
  for (Value entry : llvm::ArrayRef(entries).drop_front())
    all = e.bitOr(all, entry);
  // Spikes, and no mark of an open count among them.
  Value adds = e.compare(CmpIPredicate::ult, e.sub(all, e.constant(1)),
                         e.constant(SNNC_DRIVE_UNSETTLED - 1));
  return e.choose(
      e.likely(adds),
      [&] {
        Value weight = e.add(arrays.weights, e.shl(at, 1));
        Value sum = e.add(arrays.sums, e.shl(at, 2));
        for (uint32_t c = 0; c < 4; c += 2)
          addPair({entries[c], entries[c + 1]}, e.add(weight, 2 * c),
                  e.add(sum, 4 * c));
        return e.constantBool(true);
      },
      [&] { return e.compare(CmpIPredicate::eq, all, e.constant(0)); });
}

void DriveLoop::addPair(llvm::ArrayRef<Value> counts, Value weight, Value sum) {
  Value weights[2], sums[2];
  for (uint32_t k : {0, 1})
    weights[k] = e.loadNarrow(e.add(weight, 2 * k), 16, /*isSigned=*/true);
  for (uint32_t k : {0, 1})
    sums[k] = e.load(e.add(sum, 4 * k));
  for (uint32_t k : {0, 1})
    e.store(e.add(sum, 4 * k), e.add(sums[k], e.mul(counts[k], weights[k])));
}

/// Of a channel of the block that is kept.
void DriveLoop::emitOne(Value c, const Arrays &arrays) {
  Value first = e.loadNarrow(e.add(address(offsetof(SnncDrive, words)),
                                   e.shl(e.bitAnd(c, kFirstChannels - 1), 1)),
                             kFirstBits, false);
  Value table = tableOf(c, arrays);
  Value entry = e.loadNarrow(
      e.add(e.add(table, e.lshr(first, kBinShift)), uint32_t(kGuide)), 8,
      false);
  Value count = e.variable(entry);
  e.ifUnlikely(
      e.compare(CmpIPredicate::uge, entry, e.constant(SNNC_DRIVE_UNSETTLED)),
      [&] {
        Value known = e.sub(entry, e.constant(SNNC_DRIVE_UNSETTLED));
        e.set(count, search(table, known, first, c));
      });
  Value weight = e.loadNarrow(e.add(arrays.weights, e.shl(c, 1)), 16,
                              /*isSigned=*/true);
  Value sum = e.add(arrays.sums, e.shl(c, 2));
  e.store(sum, e.add(e.load(sum), e.mul(e.get(count), weight)));
}

Value DriveLoop::search(Value table, Value known, Value first, Value c) {
  Value limits = e.add(table, uint32_t(kLimits));
  // Behind the last limit stands one that no half of a word reaches.
  Value at = e.whileLoop(
      {e.add(limits, e.shl(known, 2))},
      [&](ValueRange v) {
        return e.compare(CmpIPredicate::ugt, first, e.load(v[0]));
      },
      [&](ValueRange v) -> llvm::SmallVector<Value> {
        return {e.add(v[0], 4)};
      })[0];
  Value passed = e.variable(e.lshr(e.sub(at, limits), 2));
  e.ifUnlikely(e.compare(CmpIPredicate::eq, first, e.load(at)),
               [&] { settleTie(table, first, c, passed); });
  Value count = e.load(e.add(table, offsetof(SnncDriveTable, count)));
  Value most = e.load(e.add(table, offsetof(SnncDriveTable, most)));
  return e.b.create<arith::SelectOp>(
      e.loc, e.compare(CmpIPredicate::eq, e.get(passed), count), most,
      e.get(passed));
}

/// The first 16 bits are those of a limit: once in 2^16 draws a limit. Draws
/// the others.
void DriveLoop::settleTie(Value table, Value first, Value c, Value passed) {
  static_assert(kOtherChannels == 4);
  Value group = e.bitOr(e.lshr(c, 2), e.constant(1u << 31));
  Words words = philox().shortBlock(group);
  Value lane = e.bitAnd(c, kOtherChannels - 1), others = words[0];
  for (unsigned w = 1; w < kOtherChannels; ++w)
    others = e.b.create<arith::SelectOp>(
        e.loc, e.compare(CmpIPredicate::eq, lane, e.constant(w)), words[w],
        others);
  Value count = e.load(e.add(table, offsetof(SnncDriveTable, count)));
  Value firsts = e.add(table, uint32_t(kLimits));
  Value rests = e.add(e.add(firsts, 4), e.shl(count, 2));
  // Further limits may begin with the same bits.
  Value k = e.whileLoop(
      {e.get(passed)},
      [&](ValueRange v) {
        // The word behind the limits is read, not used.
        Value offset = e.shl(v[0], 2);
        Value same =
            e.compare(CmpIPredicate::eq, e.load(e.add(firsts, offset)), first);
        Value reached =
            e.compare(CmpIPredicate::uge, others, e.load(e.add(rests, offset)));
        Value inside = e.compare(CmpIPredicate::ult, v[0], count);
        return e.bitAnd(e.bitAnd(same, reached), inside);
      },
      [&](ValueRange v) -> llvm::SmallVector<Value> {
        return {e.add(v[0], 1)};
      })[0];
  e.set(passed, k);
}

} // namespace snnc::program
