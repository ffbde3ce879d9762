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
  drawTick = e.sub(tick, field(offsetof(SnncNoise, latency)));
  sample = field(offsetof(SnncNoise, sample));
  neuron = field(offsetof(SnncNoise, neuron));
  rows =
      e.sub(field(offsetof(SnncNoise, table)), e.constant(kBias << kRowShift));
  Value array = headerField(offsetof(SnncCoreHeader, param) +
                            size_t(draw.getParam()) * 4);
  numbers = e.sub(array, e.shl(neuron, 2));
  PhiloxCode(e, base, offsetof(SnncNoise, round_key))
      .expandKey(field(offsetof(SnncNoise, key)),
                 field(offsetof(SnncNoise, key) + 4));
}

void NormalLoop::emit(Value first, Value end) {
  Value last = e.add(neuron, end);
  e.whileLoop(
      {e.add(neuron, first)},
      [&](ValueRange at) { return e.compare(CmpIPredicate::ult, at[0], last); },
      [&](ValueRange at) -> llvm::SmallVector<Value> {
        Value group = e.lshr(at[0], 2);
        PhiloxCode philox(e, base, offsetof(SnncNoise, round_key));
        auto words =
            philox.block({group, drawTick, e.constant(kNormalMark), sample});
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
    for (uint32_t w = 0; w < words.size(); ++w)
      emitNumber(words[w], e.add(to, 4 * w));
  };
  auto part = [&] { // at the ends of a core's neurons
    Value kept = address(offsetof(SnncNoise, words));
    for (uint32_t w = 0; w < words.size(); ++w)
      e.store(e.add(kept, 4 * w), words[w]);
    e.forRange(at, stop, [&](Value n) {
      Value word = e.load(e.add(kept, e.shl(e.bitAnd(n, 3), 2)));
      emitNumber(word, place(n));
    });
  };
  Value isWhole = e.compare(CmpIPredicate::eq, e.sub(stop, at), e.constant(4));
  e.ifLikely(isWhole, whole, part);
}

/// In the order of normalOf.
void NormalLoop::emitNumber(Value word, Value to) {
  OpBuilder &b = e.b;
  Type real = b.getF32Type(), whole = b.getI32Type();
  Value m = b.create<arith::UIToFPOp>(e.loc, real,
                                      e.bitOr(e.shl(word, 1), e.constant(1)));
  Value bits = b.create<arith::BitcastOp>(e.loc, whole, m);
  Value row = e.add(rows, e.shl(e.lshr(bits, kMantissa), kRowShift));
  Value size = e.loadFloat(e.add(row, 12));
  for (uint32_t k = 3; k-- > 0;)
    size = b.create<arith::AddFOp>(e.loc, e.loadFloat(e.add(row, 4 * k)),
                                   b.create<arith::MulFOp>(e.loc, m, size));
  Value sign = e.bitAnd(word, 0x80000000u);
  Value plain = b.create<arith::BitcastOp>(e.loc, whole, size);
  e.store(to, b.create<arith::XOrIOp>(e.loc, plain, sign));
}

} // namespace snnc::program
