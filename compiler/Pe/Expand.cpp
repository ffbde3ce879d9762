//===- Expand.cpp - pe ops in ordinary operations -------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "compiler/Pe/Expand.h"

#include "compiler/Pe/Pe.h"

#include "mlir/Transforms/DialectConversion.h"

using namespace mlir;

namespace snnc::pe {

static Value addConstant(OpBuilder &b, Location loc, Value x, uint32_t y) {
  if (y == 0)
    return x;
  Value number =
      b.create<arith::ConstantOp>(loc, b.getI32IntegerAttr(int32_t(y)));
  return b.create<arith::AddIOp>(loc, x, number);
}

namespace {

struct ExpandAddPart : OpRewritePattern<AddPartOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(AddPartOp op,
                                PatternRewriter &b) const override {
    Location loc = op.getLoc();
    Value part = op.getWord();
    if (auto shift = int32_t(op.getBits() * op.getPart()))
      part = b.create<arith::ShRUIOp>(
          loc, part,
          b.create<arith::ConstantOp>(loc, b.getI32IntegerAttr(shift)));
    Value narrow = b.create<arith::TruncIOp>(
        loc, b.getIntegerType(unsigned(op.getBits())), part);
    Value wide = b.create<arith::ExtSIOp>(loc, b.getI32Type(), narrow);
    b.replaceOpWithNewOp<arith::AddIOp>(op, op.getSum(), wide);
    return success();
  }
};

struct ExpandLoadGroup : OpRewritePattern<LoadGroupOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(LoadGroupOp op,
                                PatternRewriter &b) const override {
    Location loc = op.getLoc();
    llvm::SmallVector<Value> values;
    for (unsigned k = 0; k < 4; ++k) {
      Value at = b.create<AddressOp>(
          loc, op.getCore(), addConstant(b, loc, op.getAddress(), 4 * k));
      Type type = op.getConvert() ? Type(b.getI32Type()) : b.getF32Type();
      Value word = b.create<LLVM::LoadOp>(loc, type, at, 4);
      if (op.getConvert())
        word = b.create<arith::SIToFPOp>(loc, b.getF32Type(), word);
      values.push_back(word);
    }
    values.push_back(addConstant(b, loc, op.getAddress(), 16));
    b.replaceOp(op, values);
    return success();
  }
};

struct ExpandStoreGroup : OpRewritePattern<StoreGroupOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(StoreGroupOp op,
                                PatternRewriter &b) const override {
    Location loc = op.getLoc();
    Value values[] = {op.getA(), op.getB(), op.getC(), op.getD()};
    for (unsigned k = 0; k < 4; ++k) {
      Value at = b.create<AddressOp>(
          loc, op.getCore(), addConstant(b, loc, op.getAddress(), 4 * k));
      b.create<LLVM::StoreOp>(loc, values[k], at, 4);
    }
    b.replaceOp(op, addConstant(b, loc, op.getAddress(), 16));
    return success();
  }
};

} // namespace

void populateExpandPatterns(RewritePatternSet &patterns) {
  patterns.add<ExpandAddPart, ExpandLoadGroup, ExpandStoreGroup>(
      patterns.getContext());
}

LogicalResult expand(Operation *root) {
  RewritePatternSet patterns(root->getContext());
  populateExpandPatterns(patterns);
  ConversionTarget target(*root->getContext());
  target.addIllegalOp<AddPartOp, LoadGroupOp, StoreGroupOp>();
  target.markUnknownOpDynamicallyLegal([](Operation *) { return true; });
  return applyPartialConversion(root, target, std::move(patterns));
}

} // namespace snnc::pe
