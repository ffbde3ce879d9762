//===- PhiloxCode.cpp - Philox4x32-10 in a core program -------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "passes/Program/PhiloxCode.h"

using namespace mlir;

namespace snnc::program {

namespace {
constexpr uint32_t kFactor0 = 0xD2511F53, kFactor1 = 0xCD9E8D57;
constexpr uint32_t kStep0 = 0x9E3779B9, kStep1 = 0xBB67AE85;
} // namespace

PhiloxCode::Product PhiloxCode::product(Value word, uint32_t factor) {
  OpBuilder &b = e.b;
  Type wide = b.getI64Type(), narrow = b.getI32Type();
  Value x = b.create<arith::ExtUIOp>(e.loc, wide, word);
  Value y =
      b.create<arith::ConstantOp>(e.loc, b.getI64IntegerAttr(int64_t(factor)));
  Value all = b.create<arith::MulIOp>(e.loc, x, y);
  Value shift = b.create<arith::ConstantOp>(e.loc, b.getI64IntegerAttr(32));
  return {b.create<arith::TruncIOp>(
              e.loc, narrow, b.create<arith::ShRUIOp>(e.loc, all, shift)),
          b.create<arith::TruncIOp>(e.loc, narrow, all)};
}

Value PhiloxCode::bitXor(Value x, Value y) {
  return e.b.create<arith::XOrIOp>(e.loc, x, y);
}

// Of the first round one factor, of the second the other does not depend on
// the counter's first word.
void PhiloxCode::beginTick(Value low, Value high, Value second, Value third,
                           Value fourth) {
  auto keep = [&](unsigned word, Value value) {
    e.store(e.add(base, uint32_t(offset + 4 * word)), value);
  };
  Product b = product(third, kFactor1);
  Value first = bitXor(bitXor(b.high, second), low);
  keep(0, bitXor(fourth, high));
  low = e.add(low, kStep0);
  high = e.add(high, kStep1);
  Product a = product(first, kFactor0);
  keep(1, bitXor(b.low, low));
  keep(2, bitXor(a.high, high));
  keep(3, a.low);
  for (unsigned r = 2; r < kRounds; ++r) {
    low = e.add(low, kStep0);
    high = e.add(high, kStep1);
    keep(2 * r, low);
    keep(2 * r + 1, high);
  }
}

PhiloxCode::Words PhiloxCode::firstRounds(Value group) {
  auto kept = [&](unsigned word) {
    return e.load(e.add(base, uint32_t(offset + 4 * word)));
  };
  Product a = product(group, kFactor0);
  Product b = product(bitXor(a.high, kept(0)), kFactor1);
  return {bitXor(b.high, kept(1)), b.low, bitXor(a.low, kept(2)), kept(3)};
}

PhiloxCode::Words PhiloxCode::round(const Words &c, Value key) {
  Product a = product(c[0], kFactor0), b = product(c[2], kFactor1);
  Value low = e.load(key), high = e.load(e.add(key, 4));
  return {bitXor(bitXor(b.high, c[1]), low), b.low,
          bitXor(bitXor(a.high, c[3]), high), a.low};
}

PhiloxCode::Words PhiloxCode::block(Value group) {
  // Neighbouring keys become one LDRD.
  Words words = firstRounds(group);
  for (unsigned r = 2; r < kRounds; ++r)
    words = round(words, e.add(base, uint32_t(offset + 8 * r)));
  return words;
}

PhiloxCode::Words PhiloxCode::shortBlock(Value group) {
  Words first = firstRounds(group);
  Value keys = e.add(base, uint32_t(offset + 16));
  auto words =
      e.forLoop(e.constant(kRounds - 2), first, [&](Value r, ValueRange at) {
        Words next =
            round({at[0], at[1], at[2], at[3]}, e.add(keys, e.shl(r, 3)));
        return llvm::SmallVector<Value>(next.begin(), next.end());
      });
  return {words[0], words[1], words[2], words[3]};
}

} // namespace snnc::program
