//===- S2ToLLVM.cpp - Registers and instructions for LLVM -----------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "backends/spinnaker2/S2/Passes.h"

#include "mlir/Transforms/DialectConversion.h"

using namespace mlir;

namespace snnc::s2 {
#define GEN_PASS_DEF_S2TOLLVM
#include "backends/spinnaker2/S2/Passes.h.inc"

/// Architectural addresses of ARMv7-M (not of the chip): Armv7-M Architecture
/// Reference Manual B3.2.2 and B3.4.3.
static constexpr uint32_t kCpacr = 0xE000ED88;
static constexpr uint32_t kNvicEnable0 = 0xE000E100;
static constexpr uint32_t kNvicClearPending0 = 0xE000E280;
static constexpr uint32_t kFpuFullAccess = 0xFu << 20;

/// A program that fetches rows is made for a machine with DRAM only.
static DmaUnit dmaOf(const MachineModel &machine) {
  return machine.dram ? machine.dram->dma : DmaUnit();
}

static uint32_t addressOf(Register reg, const MachineModel &machine) {
  const PacketReceiveRegisters &in = machine.receive;
  const MacArray &mac = machine.mac;
  const DmaUnit dma = dmaOf(machine);
  switch (reg) {
  case Register::ReceiveStart:
    return in.base + in.start;
  case Register::ReceiveEnd:
    return in.base + in.end;
  case Register::ReceiveRead:
    return in.base + in.readPointer;
  case Register::ReceiveWords:
    return in.base + in.words;
  case Register::SendKey:
    return machine.send.base + machine.send.key;
  case Register::TimerLoad:
    return machine.timer.base + machine.timer.load;
  case Register::TimerStatus:
    return machine.timer.base + machine.timer.rawStatus;
  case Register::MacA:
    return mac.base + mac.sourceA;
  case Register::MacB:
    return mac.base + mac.sourceB;
  case Register::MacResult:
    return mac.base + mac.target;
  case Register::MacM:
    return mac.base + mac.rowsA;
  case Register::MacK:
    return mac.base + mac.colsA;
  case Register::MacN:
    return mac.base + mac.colsB;
  case Register::DmaLocal:
    return dma.base + dma.local;
  case Register::DmaRemote:
    return dma.base + dma.remote;
  case Register::DmaLength:
    return dma.base + dma.length;
  }
  llvm_unreachable("a register without an address");
}

/// Address and value.
static std::pair<uint32_t, uint32_t> settingOf(Setting setting,
                                               const MachineModel &machine) {
  const TimerRegisters &timer = machine.timer;
  const MacArray &mac = machine.mac;
  const DmaUnit dma = dmaOf(machine);
  uint32_t word = timer.irq / 32 * 4, bit = 1u << timer.irq % 32;
  switch (setting) {
  case Setting::FpuAccess:
    return {kCpacr, kFpuFullAccess};
  case Setting::ReceiveMulticast:
    return {machine.receive.base + machine.receive.config,
            machine.receive.configMulticast};
  case Setting::SendMulticast:
    return {machine.send.base + machine.send.control,
            machine.send.controlMulticast};
  case Setting::TimerRun:
    return {timer.base + timer.control, timer.controlEnable};
  case Setting::TimerClear:
    return {timer.base + timer.clear, 1};
  case Setting::TimerIrqEnable:
    return {kNvicEnable0 + word, bit};
  case Setting::TimerIrqClear:
    return {kNvicClearPending0 + word, bit};
  case Setting::MacInt8:
    return {mac.base + mac.trigger, mac.startInt8};
  case Setting::MacInt16:
    return {mac.base + mac.trigger, mac.startInt16};
  case Setting::DmaRead:
    return {dma.base + dma.command, dma.startRead};
  }
  llvm_unreachable("a setting without a register");
}

static Value constant(OpBuilder &b, Location loc, uint32_t value) {
  return b.create<LLVM::ConstantOp>(loc, b.getI32Type(),
                                    b.getI32IntegerAttr(int32_t(value)));
}

static Value pointer(OpBuilder &b, Location loc, uint32_t address) {
  return b.create<LLVM::IntToPtrOp>(loc,
                                    LLVM::LLVMPointerType::get(b.getContext()),
                                    constant(b, loc, address));
}

static void write(OpBuilder &b, Location loc, uint32_t address, Value value) {
  b.create<LLVM::StoreOp>(loc, value, pointer(b, loc, address), 4,
                          /*isVolatile=*/true);
}

static Value read(OpBuilder &b, Location loc, uint32_t address) {
  return b.create<LLVM::LoadOp>(loc, b.getI32Type(), pointer(b, loc, address),
                                4, /*isVolatile=*/true);
}

static LLVM::InlineAsmOp assembly(OpBuilder &b, Location loc, TypeRange results,
                                  ValueRange operands, llvm::StringRef text,
                                  llvm::StringRef constraints,
                                  bool hasSideEffects = true) {
  return b.create<LLVM::InlineAsmOp>(loc, results, operands, text, constraints,
                                     hasSideEffects, /*is_align_stack=*/false,
                                     LLVM::AsmDialectAttr(), ArrayAttr());
}

static std::string groupRegister(int64_t place, unsigned k) {
  return "s" + std::to_string(4 + 4 * place + k);
}

static std::string groupRegisters(int64_t place) {
  return "{" + groupRegister(place, 0) + "-" + groupRegister(place, 3) + "}";
}

namespace {

template <typename OpT> struct MachinePattern : OpConversionPattern<OpT> {
  MachinePattern(MLIRContext *context, const MachineModel &machine)
      : OpConversionPattern<OpT>(context), machine(machine) {}
  const MachineModel &machine;
};

struct LowerRead : MachinePattern<ReadOp> {
  using MachinePattern::MachinePattern;
  LogicalResult matchAndRewrite(ReadOp op, OpAdaptor,
                                ConversionPatternRewriter &b) const override {
    b.replaceOp(op, read(b, op.getLoc(), addressOf(op.getReg(), machine)));
    return success();
  }
};

struct LowerWrite : MachinePattern<WriteOp> {
  using MachinePattern::MachinePattern;
  LogicalResult matchAndRewrite(WriteOp op, OpAdaptor adaptor,
                                ConversionPatternRewriter &b) const override {
    write(b, op.getLoc(), addressOf(op.getReg(), machine), adaptor.getValue());
    b.eraseOp(op);
    return success();
  }
};

struct LowerSet : MachinePattern<SetOp> {
  using MachinePattern::MachinePattern;
  LogicalResult matchAndRewrite(SetOp op, OpAdaptor,
                                ConversionPatternRewriter &b) const override {
    auto [address, value] = settingOf(op.getSetting(), machine);
    write(b, op.getLoc(), address, constant(b, op.getLoc(), value));
    b.eraseOp(op);
    return success();
  }
};

/// Address, mask and masked value of a status register while it is not so.
struct WaitingState {
  uint32_t address, mask, value;
};
WaitingState waitingState(Condition condition, const MachineModel &machine) {
  const PacketSendRegisters &send = machine.send;
  const MacArray &mac = machine.mac;
  const DmaUnit dma = dmaOf(machine);
  switch (condition) {
  case Condition::SendReady:
    return {send.base + send.status, send.statusReady, 0};
  case Condition::MacIdle:
    return {mac.base + mac.trigger, mac.busy, mac.busy};
  case Condition::DmaIdle:
    return {dma.base + dma.status, dma.busy, dma.busy};
  case Condition::DmaRoom: {
    uint32_t full = dma.queue > 1 ? dma.full : dma.busy;
    return {dma.base + dma.status, full, full};
  }
  }
  llvm_unreachable("a condition without a register");
}

/// while ((register & mask) == value) ;
struct LowerPoll : MachinePattern<PollOp> {
  using MachinePattern::MachinePattern;
  LogicalResult matchAndRewrite(PollOp op, OpAdaptor,
                                ConversionPatternRewriter &b) const override {
    WaitingState wait = waitingState(op.getCondition(), machine);
    b.create<scf::WhileOp>(
        op.getLoc(), TypeRange(), ValueRange(),
        [&](OpBuilder &inner, Location loc, ValueRange) {
          auto number = [&](uint32_t n) -> Value {
            return inner.create<arith::ConstantOp>(
                loc, inner.getI32IntegerAttr(int32_t(n)));
          };
          Value masked = inner.create<arith::AndIOp>(
              loc, read(inner, loc, wait.address), number(wait.mask));
          Value again = inner.create<arith::CmpIOp>(
              loc, arith::CmpIPredicate::eq, masked, number(wait.value));
          inner.create<scf::ConditionOp>(loc, again, ValueRange());
        },
        [&](OpBuilder &inner, Location loc, ValueRange) {
          inner.create<scf::YieldOp>(loc);
        });
    // What a transfer brought is not read before it is there.
    if (op.getCondition() == Condition::DmaIdle ||
        op.getCondition() == Condition::DmaRoom)
      assembly(b, op.getLoc(), {}, {}, "", "~{memory}");
    b.eraseOp(op);
    return success();
  }
};

/// An instruction without operands.
template <typename OpT> struct LowerPlain : OpConversionPattern<OpT> {
  LowerPlain(MLIRContext *context, llvm::StringRef text)
      : OpConversionPattern<OpT>(context), text(text) {}
  LogicalResult matchAndRewrite(OpT op, typename OpT::Adaptor,
                                ConversionPatternRewriter &b) const override {
    assembly(b, op.getLoc(), {}, {}, text, "~{memory}");
    b.eraseOp(op);
    return success();
  }
  llvm::StringRef text;
};

struct LowerSxta : OpConversionPattern<SxtaOp> {
  using OpConversionPattern::OpConversionPattern;
  LogicalResult matchAndRewrite(SxtaOp op, OpAdaptor adaptor,
                                ConversionPatternRewriter &b) const override {
    std::string text =
        op.getBits() == 8 ? "sxtab $0, $1, $2" : "sxtah $0, $1, $2";
    if (op.getRotate() != 0)
      text += ", ror #" + std::to_string(op.getRotate());
    auto add = assembly(b, op.getLoc(), b.getI32Type(),
                        {adaptor.getSum(), adaptor.getWord()}, text, "=r,r,r",
                        /*hasSideEffects=*/false);
    b.replaceOp(op, add.getResults());
    return success();
  }
};

struct LowerVldm : OpConversionPattern<VldmOp> {
  using OpConversionPattern::OpConversionPattern;
  LogicalResult matchAndRewrite(VldmOp op, OpAdaptor adaptor,
                                ConversionPatternRewriter &b) const override {
    bool walks = !op.getNext().use_empty();
    std::string text = walks ? "vldmia $4!, " : "vldmia $4, ", constraints;
    text += groupRegisters(op.getPlace());
    llvm::SmallVector<Type> types(4, b.getF32Type());
    for (unsigned k = 0; k < 4; ++k) {
      std::string name = groupRegister(op.getPlace(), k);
      constraints += "={" + name + "},";
      if (op.getConvert())
        text += "\n\tvcvt.f32.s32 " + name + ", " + name;
    }
    if (walks)
      types.push_back(b.getI32Type());
    constraints += walks ? "=r,4,~{memory}" : "r,~{memory}";
    auto load = assembly(
        b, op.getLoc(), LLVM::LLVMStructType::getLiteral(b.getContext(), types),
        adaptor.getAddress(), text, constraints);
    llvm::SmallVector<Value> values;
    for (unsigned k = 0; k < types.size(); ++k)
      values.push_back(b.create<LLVM::ExtractValueOp>(
          op.getLoc(), load.getResult(0), int64_t(k)));
    if (!walks)
      values.push_back(adaptor.getAddress()); // nobody uses it
    b.replaceOp(op, values);
    return success();
  }
};

struct LowerVstm : OpConversionPattern<VstmOp> {
  using OpConversionPattern::OpConversionPattern;
  LogicalResult matchAndRewrite(VstmOp op, OpAdaptor adaptor,
                                ConversionPatternRewriter &b) const override {
    std::string text = "vstmia $0!, " + groupRegisters(op.getPlace());
    std::string constraints = "=r,0";
    for (unsigned k = 0; k < 4; ++k)
      constraints += ",{" + groupRegister(op.getPlace(), k) + "}";
    auto store = assembly(b, op.getLoc(), b.getI32Type(), adaptor.getOperands(),
                          text, constraints + ",~{memory}");
    b.replaceOp(op, store.getResults());
    return success();
  }
};

} // namespace

void populateS2ToLLVMPatterns(RewritePatternSet &patterns,
                              const MachineModel &machine) {
  MLIRContext *context = patterns.getContext();
  patterns.add<LowerRead, LowerWrite, LowerSet, LowerPoll>(context, machine);
  patterns.add<LowerPlain<CpsidOp>>(context, "cpsid i");
  patterns.add<LowerPlain<WfiOp>>(context, "wfi");
  patterns.add<LowerPlain<BarrierOp>>(context, "dsb\nisb");
  patterns.add<LowerSxta, LowerVldm, LowerVstm>(context);
}

LogicalResult lowerS2ToLLVM(Operation *root, const MachineModel &machine) {
  RewritePatternSet patterns(root->getContext());
  populateS2ToLLVMPatterns(patterns, machine);
  ConversionTarget target(*root->getContext());
  target.addIllegalDialect<S2Dialect>();
  target.markUnknownOpDynamicallyLegal([](Operation *) { return true; });
  return applyPartialConversion(root, target, std::move(patterns));
}

namespace {

struct S2ToLLVMPass : impl::S2ToLLVMBase<S2ToLLVMPass> {
  using S2ToLLVMBase::S2ToLLVMBase;
  void runOnOperation() override {
    auto model =
        builtinMachine(machine.empty() ? defaultMachineName() : machine);
    if (!model) {
      getOperation()->emitError(model.error().message);
      return signalPassFailure();
    }
    if (failed(lowerS2ToLLVM(getOperation(), *model)))
      signalPassFailure();
  }
};

} // namespace
} // namespace snnc::s2
