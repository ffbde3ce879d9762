//===- PeToS2.cpp - A PE's memory, packets and array as SpiNNaker2's ------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "backends/spinnaker2/S2/Passes.h"
#include "compiler/Pe/Expand.h"
#include "compiler/Tick/LoopEmitter.h"
#include "runtime/abi/CoreHeader.h"

#include "mlir/Transforms/DialectConversion.h"

#include <cstddef>

using namespace mlir;
using arith::CmpIPredicate;
using snnc::tick::LoopEmitter;

namespace snnc::s2 {
#define GEN_PASS_DEF_PEEXPAND
#define GEN_PASS_DEF_PETOS2
#include "backends/spinnaker2/S2/Passes.h.inc"

namespace {

/// On the chip an address is a pointer.
struct LowerAddress : OpConversionPattern<pe::AddressOp> {
  using OpConversionPattern::OpConversionPattern;
  LogicalResult matchAndRewrite(pe::AddressOp op, OpAdaptor adaptor,
                                ConversionPatternRewriter &b) const override {
    b.replaceOpWithNewOp<LLVM::IntToPtrOp>(op, op.getType(),
                                           adaptor.getAddress());
    return success();
  }
};

/// The receive ring is read where it lies; one acknowledgement frees it all.
struct LowerForPackets : OpConversionPattern<pe::ForPacketsOp> {
  LowerForPackets(MLIRContext *context, uint32_t header)
      : OpConversionPattern(context), header(header) {}
  LogicalResult matchAndRewrite(pe::ForPacketsOp op, OpAdaptor adaptor,
                                ConversionPatternRewriter &b) const override {
    Location loc = op.getLoc();
    LoopEmitter e(b, loc, adaptor.getCore());
    auto field = [&](size_t offset) {
      return e.load(e.constant(header + uint32_t(offset)));
    };
    Value begin = field(offsetof(SnncCoreHeader, fifo_base));
    Value end = field(offsetof(SnncCoreHeader, fifo_end));
    Value words = b.create<ReadOp>(loc, b.getI32Type(), Register::ReceiveWords);
    Value oldest = b.create<ReadOp>(loc, b.getI32Type(), Register::ReceiveRead);
    // The turns behind the last packet look at the words after it.
    bool trailing = op.getBody().getNumArguments() == 2;
    auto behind = uint32_t(op.getBehind().value_or(1));
    auto last = e.whileLoop(
        {oldest, trailing ? e.add(words, behind) : words},
        [&](ValueRange at) {
          return e.compare(CmpIPredicate::ne, at[1], e.constant(0));
        },
        [&](ValueRange at) {
          llvm::SmallVector<Value, 2> arguments{e.load(at[0])};
          if (trailing)
            arguments.push_back(
                e.compare(CmpIPredicate::ugt, at[1], e.constant(behind)));
          b.inlineBlockBefore(&op.getBody().front(), b.getInsertionBlock(),
                              b.getInsertionPoint(), arguments);
          Value next = e.add(at[0], 4);
          Value wrapped = b.create<arith::SelectOp>(
              loc, e.compare(CmpIPredicate::eq, next, end), begin, next);
          return llvm::SmallVector<Value>{wrapped, e.sub(at[1], e.constant(1))};
        });
    Value next = last[0];
    if (trailing) {
      Value newest = e.add(oldest, e.shl(words, 2));
      next = b.create<arith::SelectOp>(
          loc, e.compare(CmpIPredicate::uge, newest, end),
          e.sub(newest, e.sub(end, begin)), newest);
    }
    b.create<WriteOp>(loc, Register::ReceiveRead, next);
    b.eraseOp(op);
    return success();
  }

private:
  uint32_t header;
};

struct LowerSend : OpConversionPattern<pe::SendOp> {
  using OpConversionPattern::OpConversionPattern;
  LogicalResult matchAndRewrite(pe::SendOp op, OpAdaptor adaptor,
                                ConversionPatternRewriter &b) const override {
    b.create<PollOp>(op.getLoc(), Condition::SendReady);
    b.create<WriteOp>(op.getLoc(), Register::SendKey, adaptor.getKey());
    b.eraseOp(op);
    return success();
  }
};

/// result[m][n] = a[k][m]^T b[k][n]: fields of the panel into registers.
struct LowerMacStart : OpConversionPattern<pe::MacStartOp> {
  using OpConversionPattern::OpConversionPattern;
  LogicalResult matchAndRewrite(pe::MacStartOp op, OpAdaptor adaptor,
                                ConversionPatternRewriter &b) const override {
    Location loc = op.getLoc();
    LoopEmitter e(b, loc, adaptor.getCore());
    auto field = [&](size_t offset) {
      return e.load(e.add(adaptor.getPanel(), uint32_t(offset)));
    };
    const std::pair<Register, Value> values[] = {
        {Register::MacA, field(offsetof(SnncPanel, operand))},
        {Register::MacB, field(offsetof(SnncPanel, weights))},
        {Register::MacResult, field(offsetof(SnncPanel, output))},
        {Register::MacM, e.constant(uint32_t(op.getBatch()))},
        {Register::MacK, field(offsetof(SnncPanel, rows))},
        {Register::MacN, field(offsetof(SnncPanel, columns))}};
    for (const auto &[reg, value] : values)
      b.create<WriteOp>(loc, reg, value);
    b.create<SetOp>(loc,
                    op.getBits() == 8 ? Setting::MacInt8 : Setting::MacInt16);
    b.eraseOp(op);
    return success();
  }
};

struct LowerMacWait : OpConversionPattern<pe::MacWaitOp> {
  using OpConversionPattern::OpConversionPattern;
  LogicalResult matchAndRewrite(pe::MacWaitOp op, OpAdaptor,
                                ConversionPatternRewriter &b) const override {
    b.replaceOpWithNewOp<PollOp>(op, Condition::MacIdle);
    return success();
  }
};

struct LowerFetchStart : OpConversionPattern<pe::FetchStartOp> {
  using OpConversionPattern::OpConversionPattern;
  LogicalResult matchAndRewrite(pe::FetchStartOp op, OpAdaptor adaptor,
                                ConversionPatternRewriter &b) const override {
    Location loc = op.getLoc();
    b.create<WriteOp>(loc, Register::DmaRemote, adaptor.getSource());
    b.create<WriteOp>(loc, Register::DmaLocal, adaptor.getTo());
    b.create<WriteOp>(loc, Register::DmaLength, adaptor.getBytes());
    b.create<SetOp>(loc, Setting::DmaRead);
    b.eraseOp(op);
    return success();
  }
};

struct LowerFetchWait : OpConversionPattern<pe::FetchWaitOp> {
  using OpConversionPattern::OpConversionPattern;
  LogicalResult matchAndRewrite(pe::FetchWaitOp op, OpAdaptor,
                                ConversionPatternRewriter &b) const override {
    b.replaceOpWithNewOp<PollOp>(op, op.getRoom() ? Condition::DmaRoom
                                                  : Condition::DmaIdle);
    return success();
  }
};

/// The top part is an ordinary shifted operand: pe-expand's.
struct LowerAddPart : OpConversionPattern<pe::AddPartOp> {
  using OpConversionPattern::OpConversionPattern;
  LogicalResult matchAndRewrite(pe::AddPartOp op, OpAdaptor adaptor,
                                ConversionPatternRewriter &b) const override {
    int64_t bits = op.getBits(), part = op.getPart();
    if ((part + 1) * bits == 32)
      return failure();
    b.replaceOpWithNewOp<SxtaOp>(op, b.getI32Type(), adaptor.getSum(),
                                 adaptor.getWord(), bits, part * bits);
    return success();
  }
};

/// Groups that no register is left for are pe-expand's.
struct LowerLoadGroup : OpConversionPattern<pe::LoadGroupOp> {
  using OpConversionPattern::OpConversionPattern;
  LogicalResult matchAndRewrite(pe::LoadGroupOp op, OpAdaptor adaptor,
                                ConversionPatternRewriter &b) const override {
    if (op.getPlace() >= kGroupPlaces)
      return failure();
    b.replaceOpWithNewOp<VldmOp>(op, op.getResultTypes(), adaptor.getAddress(),
                                 op.getPlace(), op.getConvert());
    return success();
  }
};

struct LowerStoreGroup : OpConversionPattern<pe::StoreGroupOp> {
  using OpConversionPattern::OpConversionPattern;
  LogicalResult matchAndRewrite(pe::StoreGroupOp op, OpAdaptor adaptor,
                                ConversionPatternRewriter &b) const override {
    if (op.getPlace() >= kGroupPlaces)
      return failure();
    b.replaceOpWithNewOp<VstmOp>(op, b.getI32Type(), adaptor.getAddress(),
                                 adaptor.getA(), adaptor.getB(), adaptor.getC(),
                                 adaptor.getD(), op.getPlace());
    return success();
  }
};

} // namespace

void populatePeToS2Patterns(RewritePatternSet &patterns,
                            uint32_t headerAddress) {
  MLIRContext *context = patterns.getContext();
  patterns.add<LowerAddress, LowerSend, LowerMacStart, LowerMacWait,
               LowerFetchStart, LowerFetchWait>(context);
  // Before what pe-expand would make of them.
  patterns.add<LowerAddPart, LowerLoadGroup, LowerStoreGroup>(context,
                                                              /*benefit=*/2);
  patterns.add<LowerForPackets>(context, headerAddress);
}

LogicalResult lowerPeToS2(Operation *root, uint32_t headerAddress) {
  RewritePatternSet patterns(root->getContext());
  populatePeToS2Patterns(patterns, headerAddress);
  pe::populateExpandPatterns(patterns);
  ConversionTarget target(*root->getContext());
  target.addIllegalDialect<pe::PeDialect>();
  target.markUnknownOpDynamicallyLegal([](Operation *) { return true; });
  if (failed(applyPartialConversion(root, target, std::move(patterns))))
    return failure();
  root->walk([&](Operation *op) {
    if (!op->removeAttr(tick::kInOrderAttr))
      return;
    if (auto load = dyn_cast<LLVM::LoadOp>(op))
      load.setVolatile_(true);
    else if (auto store = dyn_cast<LLVM::StoreOp>(op))
      store.setVolatile_(true);
  });
  return success();
}

namespace {

struct PeExpandPass : impl::PeExpandBase<PeExpandPass> {
  void runOnOperation() override {
    if (failed(pe::expand(getOperation())))
      signalPassFailure();
  }
};

struct PeToS2Pass : impl::PeToS2Base<PeToS2Pass> {
  using PeToS2Base::PeToS2Base;
  void runOnOperation() override {
    if (failed(lowerPeToS2(getOperation(), headerAddress)))
      signalPassFailure();
  }
};

} // namespace
} // namespace snnc::s2
