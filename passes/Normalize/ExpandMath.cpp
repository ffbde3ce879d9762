//===- ExpandMath.cpp - exp, log and abs in float32 -----------------------===//
//
// Part of the snnc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// One fixed sequence of IEEE operations for each function, so that the
// reference, the native backend and the chip agree bit for bit. Reduction and
// coefficients: exp as Cephes' expf (Moshier), log as FreeBSD's e_logf (Sun
// Microsystems' fdlibm, Lg1 to Lg4). Written as multiplications and additions
// that are never contracted. The errors in Passes.td are measured over all
// float32 arguments by tests/unit/ExpandMathTest.cpp.
//
//===----------------------------------------------------------------------===//

#include "passes/Normalize/Passes.h"

#include "mlir/IR/ImplicitLocOpBuilder.h"

#include <bit>
#include <limits>

namespace snnc::normalize {
#define GEN_PASS_DEF_EXPANDMATH
#include "passes/Normalize/Passes.h.inc"

using namespace mlir;
using namespace snnc::snn;

namespace {

/// Short names for the operations of a float32 sequence.
class Sequence {
public:
  /// The location keeps the name of the function that the sequence is
  /// ("math.exp"), for whoever asks what made a value.
  explicit Sequence(Operation *at)
      : b(NameLoc::get(at->getName().getIdentifier(), at->getLoc()), at) {}

  Value real(float v) {
    return b.create<arith::ConstantOp>(b.getF32FloatAttr(v));
  }
  Value whole(int32_t v) {
    return b.create<arith::ConstantOp>(b.getI32IntegerAttr(v));
  }
  Value add(Value x, Value y) { return b.create<arith::AddFOp>(x, y); }
  Value sub(Value x, Value y) { return b.create<arith::SubFOp>(x, y); }
  Value mul(Value x, Value y) { return b.create<arith::MulFOp>(x, y); }
  Value div(Value x, Value y) { return b.create<arith::DivFOp>(x, y); }
  Value neg(Value x) { return b.create<arith::NegFOp>(x); }
  Value max(Value x, Value y) { return b.create<arith::MaximumFOp>(x, y); }
  Value min(Value x, Value y) { return b.create<arith::MinimumFOp>(x, y); }
  Value addInt(Value x, Value y) { return b.create<arith::AddIOp>(x, y); }
  Value subInt(Value x, Value y) { return b.create<arith::SubIOp>(x, y); }
  Value andInt(Value x, Value y) { return b.create<arith::AndIOp>(x, y); }
  Value shiftLeft(Value x, int by) {
    return b.create<arith::ShLIOp>(x, whole(by));
  }
  Value shiftRight(Value x, int by) {
    return b.create<arith::ShRSIOp>(x, whole(by));
  }
  Value toInt(Value x) { return b.create<arith::FPToSIOp>(b.getI32Type(), x); }
  Value toReal(Value x) { return b.create<arith::SIToFPOp>(b.getF32Type(), x); }
  Value bits(Value x) { return b.create<arith::BitcastOp>(b.getI32Type(), x); }
  Value fromBits(Value x) {
    return b.create<arith::BitcastOp>(b.getF32Type(), x);
  }
  Value compare(arith::CmpFPredicate predicate, Value x, Value y) {
    return b.create<arith::CmpFOp>(predicate, x, y);
  }
  Value select(Value condition, Value x, Value y) {
    return b.create<arith::SelectOp>(condition, x, y);
  }

private:
  ImplicitLocOpBuilder b;
};

} // namespace

/// 2^n for -126 <= n <= 127.
static Value powerOfTwo(Sequence &s, Value n) {
  return s.fromBits(s.shiftLeft(s.addInt(n, s.whole(127)), 23));
}

static Value expandExp(Sequence &s, Value x) {
  // Beyond these the result is 0 or inf already; a NaN goes through.
  Value limited = s.min(s.max(x, s.real(-104.0f)), s.real(89.0f));
  // n = x / log 2, rounded: adding and taking away 1.5 * 2^23 rounds to even.
  Value magic = s.real(12582912.0f);
  Value n = s.sub(s.add(s.mul(limited, s.real(0x1.715476p+0f)), magic), magic);
  // r = x - n log 2; n * 0.693359375 is exact (9 + 10 bits).
  Value r = s.sub(s.sub(limited, s.mul(n, s.real(0.693359375f))),
                  s.mul(n, s.real(-2.12194440e-4f)));
  Value p = s.real(1.9875691500e-4f);
  for (float c : {1.3981999507e-3f, 8.3334519073e-3f, 4.1665795894e-2f,
                  1.6666665459e-1f, 5.0000001201e-1f})
    p = s.add(s.mul(p, r), s.real(c));
  p = s.add(s.add(s.mul(p, s.mul(r, r)), r), s.real(1.0f));
  // Two factors, since n runs from -150 to 128; a NaN has no integer.
  Value isNan = s.compare(arith::CmpFPredicate::UNO, x, x);
  Value whole = s.toInt(s.select(isNan, s.real(0.0f), n));
  Value half = s.shiftRight(whole, 1);
  return s.mul(s.mul(p, powerOfTwo(s, half)),
               powerOfTwo(s, s.subInt(whole, half)));
}

static Value expandLog(Sequence &s, Value x) {
  using P = arith::CmpFPredicate;
  // Subnormal arguments are brought into the normal range first.
  Value tiny = s.compare(P::OLT, x, s.real(0x1p-126f));
  Value normal = s.select(tiny, s.mul(x, s.real(0x1p+25f)), x);
  // x = 2^k m with m in [sqrt(1/2), sqrt(2)): 0x3F3504F3 is sqrt(1/2).
  Value root = s.whole(0x3F3504F3);
  Value above = s.subInt(s.bits(normal), root);
  Value k = s.toReal(s.shiftRight(above, 23));
  k = s.sub(k, s.select(tiny, s.real(25.0f), s.real(0.0f)));
  Value m = s.fromBits(s.addInt(s.andInt(above, s.whole(0x7FFFFF)), root));
  Value f = s.sub(m, s.real(1.0f));
  Value t = s.div(f, s.add(f, s.real(2.0f)));
  Value z = s.mul(t, t), w = s.mul(z, z);
  auto coefficient = [&](uint32_t pattern) {
    return s.real(std::bit_cast<float>(pattern));
  };
  // Lg1 to Lg4: 0.66666662693, 0.40000972152, 0.28498786688, 0.24279078841.
  Value odd = s.mul(
      w, s.add(coefficient(0x3ECCCE13), s.mul(w, coefficient(0x3E789E26))));
  Value even = s.mul(
      z, s.add(coefficient(0x3F2AAAAA), s.mul(w, coefficient(0x3E91E9EE))));
  Value series = s.add(even, odd);
  Value square = s.mul(s.mul(s.real(0.5f), f), f);
  Value low = s.mul(k, s.real(9.0580006145e-6f));
  Value high = s.mul(k, s.real(6.9313812256e-1f));
  Value sum = s.add(s.mul(t, s.add(square, series)), low);
  Value result = s.add(s.add(s.sub(sum, square), f), high);
  constexpr float infinity = std::numeric_limits<float>::infinity();
  constexpr float nan = std::numeric_limits<float>::quiet_NaN();
  result = s.select(s.compare(P::OEQ, x, s.real(infinity)), x, result);
  Value outside = s.select(s.compare(P::OEQ, x, s.real(0.0f)),
                           s.real(-infinity), s.real(nan));
  return s.select(s.compare(P::OGT, x, s.real(0.0f)), result, outside);
}

namespace {
struct ExpandMathPass : impl::ExpandMathBase<ExpandMathPass> {
  void runOnOperation() override {
    for (NeuronOp model : getOperation().getOps<NeuronOp>())
      for (Operation &op : llvm::make_early_inc_range(model.getBody().front()))
        expand(op);
  }

  void expand(Operation &op) {
    if (!isa<math::ExpOp, math::LogOp, math::AbsFOp>(op))
      return;
    Sequence s(&op);
    Value x = op.getOperand(0), result;
    if (isa<math::ExpOp>(op))
      result = expandExp(s, x);
    else if (isa<math::LogOp>(op))
      result = expandLog(s, x);
    else
      result = s.max(x, s.neg(x));
    op.getResult(0).replaceAllUsesWith(result);
    op.erase();
    ++expanded;
  }
};
} // namespace
} // namespace snnc::normalize
