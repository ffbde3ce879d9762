//===- Limits.cpp - min and max as a comparison ---------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "passes/Program/Limits.h"

#include "compiler/Tick/Tick.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/IR/Matchers.h"

#include <limits>
#include <utility>

using namespace mlir;

namespace snnc::program {

namespace {

using Predicate = arith::CmpFPredicate;

/// A literal or a parameter that all neurons share: never a NaN: importers
/// refuse those.
bool isFixed(Value value) {
  APFloat literal(0.0f);
  if (matchPattern(value, m_ConstantFloat(&literal)))
    return !literal.isNaN();
  auto param = value.getDefiningOp<tick::ParamOp>();
  return param && param.getUniform();
}

bool negates(Value x, Value y) {
  auto negation = x.getDefiningOp<arith::NegFOp>();
  return negation && negation.getOperand() == y;
}

class LimitEmitter {
public:
  LimitEmitter(OpBuilder &builder, Location loc, bool isMax, bool takesNaN)
      : b(builder), loc(loc), isMax(isMax), takesNaN(takesNaN) {}

  /// Of x and a y that is no NaN.
  Value limit(Value x, Value y) {
    Predicate ordered = isMax ? Predicate::OGT : Predicate::OLT,
              any = isMax ? Predicate::UGT : Predicate::ULT;
    Value wins = b.create<arith::CmpFOp>(loc, takesNaN ? any : ordered, x,
                                         belowZeros(y));
    return b.create<arith::SelectOp>(loc, wins, x, y);
  }

  Value limitAny(Value x, Value y) {
    Value both = limit(x, y);
    Value isNaN = b.create<arith::CmpFOp>(loc, Predicate::UNO, y, y);
    return b.create<arith::SelectOp>(loc, isNaN, takesNaN ? y : x, both);
  }

private:
  /// What x is compared with. Zeros are equal to a comparison, but -0 is below
  /// +0: where y is the zero that loses against the other one, the subnormal
  /// number next to it stands in its place.
  Value belowZeros(Value y) {
    int32_t losing = isMax ? INT32_MIN : 0; // bits of -0, +0
    Type i32 = b.getI32Type();
    Value bits = b.create<arith::BitcastOp>(loc, i32, y);
    Value zero = b.create<arith::ConstantOp>(loc, b.getI32IntegerAttr(losing));
    Value loses =
        b.create<arith::CmpIOp>(loc, arith::CmpIPredicate::eq, bits, zero);
    float least = std::numeric_limits<float>::denorm_min();
    Value next = b.create<arith::ConstantOp>(
        loc, b.getF32FloatAttr(isMax ? -least : least));
    return b.create<arith::SelectOp>(loc, loses, next, y);
  }

  OpBuilder &b;
  Location loc;
  bool isMax, takesNaN;
};

} // namespace

bool emitLimit(OpBuilder &b, Operation &op, IRMapping &map) {
  bool isMax = isa<arith::MaximumFOp, arith::MaxNumFOp>(op);
  bool takesNaN = isa<arith::MaximumFOp, arith::MinimumFOp>(op);
  if (!isMax && !isa<arith::MinimumFOp, arith::MinNumFOp>(op))
    return false;
  Value x = op.getOperand(0), y = op.getOperand(1);
  if (negates(x, y) || negates(y, x))
    return false;
  if (isFixed(x))
    std::swap(x, y);
  LimitEmitter emitter(b, op.getLoc(), isMax, takesNaN);
  Value left = map.lookup(x), right = map.lookup(y);
  map.map(op.getResult(0), isFixed(y) ? emitter.limit(left, right)
                                      : emitter.limitAny(left, right));
  return true;
}

} // namespace snnc::program
