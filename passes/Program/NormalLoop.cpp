//===- NormalLoop.cpp - The loop over the numbers a core draws ------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// docs/semantics.md S3.7.

#include "passes/Program/NormalLoop.h"

#include "runtime/abi/CoreHeader.h"
#include "runtime/support/Normals.h"

#include <cstddef>

using namespace mlir;
using arith::CmpIPredicate;

namespace snnc::program {

static_assert(sizeof(kNormalTable) == SNNC_NORMAL_ROWS * 16);
static constexpr unsigned kRowShift = 4, kBias = 127, kMantissa = 23;

NormalLoop::NormalLoop(LoopEmitter &emitter, tick::NormalOp draw,
                       uint32_t header, Value tick)
    : e(emitter) {
  auto headerField = [&](size_t offset) {
    return e.load(e.constant(header + uint32_t(offset)));
  };
  base = e.add(headerField(offsetof(SnncCoreHeader, drive_base)),
               uint32_t(draw.getAt()));
  neuron = field(offsetof(SnncNoise, neuron));
  rows =
      e.sub(field(offsetof(SnncNoise, table)), e.constant(kBias << kRowShift));
  Value array = headerField(offsetof(SnncCoreHeader, param) +
                            size_t(draw.getParam()) * 4);
  numbers = e.sub(array, e.shl(neuron, 2));
  philox().beginTick(
      field(offsetof(SnncNoise, key)), field(offsetof(SnncNoise, key) + 4),
      e.sub(tick, field(offsetof(SnncNoise, latency))), e.constant(kNormalMark),
      field(offsetof(SnncNoise, sample)));
}

PhiloxCode NormalLoop::philox() {
  return {e, base, offsetof(SnncNoise, round_key)};
}

void NormalLoop::emit(Value first, Value end) {
  Value last = e.add(neuron, end);
  e.whileLoop(
      {e.add(neuron, first)},
      [&](ValueRange at) { return e.compare(CmpIPredicate::ult, at[0], last); },
      [&](ValueRange at) -> llvm::SmallVector<Value> {
        Value group = e.lshr(at[0], 2);
        auto words = philox().block(group);
        Value next = e.shl(e.add(group, 1), 2);
        emitBlock(at[0], e.b.create<arith::MinUIOp>(e.loc, next, last), words);
        return {next};
      });
}

void NormalLoop::emitBlock(Value at, Value stop,
                           const PhiloxCode::Words &words) {
  auto place = [&](Value n) { return e.add(numbers, e.shl(n, 2)); };
  auto whole = [&] {
    Value to = place(at);
    emitNumbers(words, {to, e.add(to, 4), e.add(to, 8), e.add(to, 12)});
  };
  auto part = [&] { // at the ends of a core's neurons
    Value kept = address(offsetof(SnncNoise, words));
    for (uint32_t w = 0; w < words.size(); ++w)
      e.store(e.add(kept, 4 * w), words[w]);
    e.forRange(at, stop, [&](Value n) {
      Value word = e.load(e.add(kept, e.shl(e.bitAnd(n, 3), 2)));
      emitNumbers(word, place(n));
    });
  };
  Value isWhole = e.compare(CmpIPredicate::eq, e.sub(stop, at), e.constant(4));
  e.ifLikely(isWhole, whole, part);
}

/// In the order of normalOf, one operation after the other for all words: no
/// result is needed by the next instruction.
void NormalLoop::emitNumbers(llvm::ArrayRef<Value> words,
                             llvm::ArrayRef<Value> places) {
  OpBuilder &b = e.b;
  Type real = b.getF32Type(), whole = b.getI32Type();
  using Values = llvm::SmallVector<Value, 4>;
  auto each = [&](llvm::function_ref<Value(size_t)> one) {
    Values results;
    for (size_t k = 0; k < words.size(); ++k)
      results.push_back(one(k));
    return results;
  };
  Values m = each([&](size_t k) -> Value {
    return b.create<arith::UIToFPOp>(
        e.loc, real, e.bitOr(e.shl(words[k], 1), e.constant(1)));
  });
  Values row = each([&](size_t k) {
    Value bits = b.create<arith::BitcastOp>(e.loc, whole, m[k]);
    return e.add(rows, e.shl(e.lshr(bits, kMantissa), kRowShift));
  });
  Values size = each([&](size_t k) { return e.loadFloat(e.add(row[k], 12)); });
  for (uint32_t c = 3; c-- > 0;) {
    Values factor =
        each([&](size_t k) { return e.loadFloat(e.add(row[k], 4 * c)); });
    Values product = each([&](size_t k) -> Value {
      return b.create<arith::MulFOp>(e.loc, m[k], size[k]);
    });
    size = each([&](size_t k) -> Value {
      return b.create<arith::AddFOp>(e.loc, factor[k], product[k]);
    });
  }
  for (size_t k = 0; k < words.size(); ++k) {
    Value sign = e.bitAnd(words[k], 0x80000000u);
    Value plain = b.create<arith::BitcastOp>(e.loc, whole, size[k]);
    e.store(places[k], b.create<arith::XOrIOp>(e.loc, plain, sign));
  }
}

} // namespace snnc::program
