//===- PhiloxCode.cpp - Philox4x32-10 in a core program -------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "passes/Program/PhiloxCode.h"

using namespace mlir;

namespace snnc::program {

void PhiloxCode::expandKey(Value low, Value high) {
  for (unsigned r = 0; r < kRounds; ++r) {
    e.store(keyOf(r), low);
    e.store(e.add(base, uint32_t(offset + 8 * r + 4)), high);
    low = e.add(low, 0x9E3779B9u);
    high = e.add(high, 0xBB67AE85u);
  }
}

PhiloxCode::Words PhiloxCode::round(const Words &c, Value key) {
  auto product = [&](Value word, uint32_t factor) {
    OpBuilder &b = e.b;
    Type wide = b.getI64Type(), narrow = b.getI32Type();
    Value x = b.create<arith::ExtUIOp>(e.loc, wide, word);
    Value y = b.create<arith::ConstantOp>(e.loc,
                                          b.getI64IntegerAttr(int64_t(factor)));
    Value all = b.create<arith::MulIOp>(e.loc, x, y);
    Value shift = b.create<arith::ConstantOp>(e.loc, b.getI64IntegerAttr(32));
    Value high = b.create<arith::TruncIOp>(
        e.loc, narrow, b.create<arith::ShRUIOp>(e.loc, all, shift));
    Value low = b.create<arith::TruncIOp>(e.loc, narrow, all);
    return std::pair(high, low);
  };
  auto bitXor = [&](Value x, Value y) -> Value {
    return e.b.create<arith::XOrIOp>(e.loc, x, y);
  };
  auto [aHigh, aLow] = product(c[0], 0xD2511F53u);
  auto [bHigh, bLow] = product(c[2], 0xCD9E8D57u);
  return {bitXor(bitXor(bHigh, c[1]), e.load(key)), bLow,
          bitXor(bitXor(aHigh, c[3]), e.load(e.add(key, 4))), aLow};
}

PhiloxCode::Words PhiloxCode::block(Words counter) {
  for (unsigned r = 0; r < kRounds; ++r)
    counter = round(counter, keyOf(r));
  return counter;
}

} // namespace snnc::program
