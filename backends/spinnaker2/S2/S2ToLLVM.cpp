//===- S2ToLLVM.cpp - Register actions become volatile accesses -----------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "backends/spinnaker2/S2/S2.h"

#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/IR/Builders.h"
#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;

namespace snnc::s2 {

namespace {

/// Architectural addresses of ARMv7-M (not of the chip): Armv7-M Architecture
/// Reference Manual B3.2.2 and B3.4.3.
constexpr uint32_t kCpacr = 0xE000ED88;
constexpr uint32_t kNvicEnable0 = 0xE000E100;
constexpr uint32_t kNvicClearPending0 = 0xE000E280;
constexpr uint32_t kFpuFullAccess = 0xFu << 20;

class RegisterLowering {
public:
  RegisterLowering(Operation *op, const MachineModel &machine)
      : b(op), loc(op->getLoc()), machine(machine) {}

  Value constant(uint32_t value) {
    return b.create<LLVM::ConstantOp>(loc, b.getI32Type(),
                                      b.getI32IntegerAttr(int32_t(value)));
  }
  Value pointer(uint32_t address) {
    return b.create<LLVM::IntToPtrOp>(
        loc, LLVM::LLVMPointerType::get(b.getContext()), constant(address));
  }
  void write(uint32_t address, Value value) {
    b.create<LLVM::StoreOp>(loc, value, pointer(address), 4,
                            /*isVolatile=*/true);
  }
  void write(uint32_t address, uint32_t value) {
    write(address, constant(value));
  }
  Value read(uint32_t address) {
    return b.create<LLVM::LoadOp>(loc, b.getI32Type(), pointer(address), 4,
                                  /*isVolatile=*/true);
  }
  void assembly(llvm::StringRef text) {
    b.create<LLVM::InlineAsmOp>(loc, TypeRange(), ValueRange(), text,
                                "~{memory}", /*has_side_effects=*/true,
                                /*is_align_stack=*/false,
                                LLVM::AsmDialectAttr(), ArrayAttr());
  }

  /// while ((register & mask) == value) ;
  void pollWhile(uint32_t address, uint32_t mask, uint32_t value) {
    b.create<scf::WhileOp>(
        loc, TypeRange(), ValueRange(),
        [&](OpBuilder &inner, Location, ValueRange) {
          auto number = [&](uint32_t n) -> Value {
            return inner.create<arith::ConstantOp>(
                loc, inner.getI32IntegerAttr(int32_t(n)));
          };
          Value masked = inner.create<arith::AndIOp>(
              loc, readWith(inner, address), number(mask));
          Value again = inner.create<arith::CmpIOp>(
              loc, arith::CmpIPredicate::eq, masked, number(value));
          inner.create<scf::ConditionOp>(loc, again, ValueRange());
        },
        [&](OpBuilder &inner, Location, ValueRange) {
          inner.create<scf::YieldOp>(loc);
        });
  }

  void sendMc(SendMcOp op) {
    const PacketSendRegisters &send = machine.send;
    pollWhile(send.base + send.status, send.statusReady, 0);
    write(send.base + send.key, op.getKey());
  }

  void macStart(MacStartOp op) {
    const MacArray &mac = machine.mac;
    write(mac.base + mac.sourceA, op.getA());
    write(mac.base + mac.sourceB, op.getB());
    write(mac.base + mac.target, op.getResult());
    write(mac.base + mac.rowsA, op.getM());
    write(mac.base + mac.colsA, op.getK());
    write(mac.base + mac.colsB, op.getN());
    write(mac.base + mac.trigger,
          op.getBits() == 8 ? mac.startInt8 : mac.startInt16);
  }

  void lower(Operation *op) {
    const TimerRegisters &timer = machine.timer;
    const PacketReceiveRegisters &in = machine.receive;
    const PacketSendRegisters &out = machine.send;
    llvm::TypeSwitch<Operation *>(op)
        .Case<MaskIrqsOp>([&](auto) { assembly("cpsid i"); })
        .Case<SleepOp>([&](auto) { assembly("wfi"); })
        .Case<EnableFpuOp>([&](auto) {
          write(kCpacr, kFpuFullAccess);
          assembly("dsb\nisb");
        })
        .Case<SendSetupOp>(
            [&](auto) { write(out.base + out.control, out.controlMulticast); })
        .Case<SendMcOp>([&](SendMcOp send) { sendMc(send); })
        .Case<MacStartOp>([&](MacStartOp mac) { macStart(mac); })
        .Case<MacWaitOp>([&](auto) {
          const MacArray &mac = machine.mac;
          pollWhile(mac.base + mac.trigger, mac.busy, mac.busy);
        })
        .Case<FifoOpenOp>([&](FifoOpenOp fifo) {
          write(in.base + in.start, fifo.getBegin());
          write(in.base + in.end, fifo.getEnd());
          write(in.base + in.readPointer, fifo.getBegin());
          write(in.base + in.config, in.configMulticast);
        })
        .Case<FifoWordsOp>([&](FifoWordsOp words) {
          words.replaceAllUsesWith(read(in.base + in.words));
        })
        .Case<FifoReadPointerOp>([&](FifoReadPointerOp pointer) {
          pointer.replaceAllUsesWith(read(in.base + in.readPointer));
        })
        .Case<FifoAckOp>([&](FifoAckOp ack) {
          write(in.base + in.readPointer, ack.getValue());
        })
        .Case<TimerStartOp>([&](TimerStartOp start) {
          write(timer.base + timer.load, start.getValue());
          write(kNvicEnable0 + timer.irq / 32 * 4, 1u << timer.irq % 32);
          write(timer.base + timer.control, timer.controlEnable);
        })
        .Case<TimerPendingOp>([&](TimerPendingOp pending) {
          pending.replaceAllUsesWith(read(timer.base + timer.rawStatus));
        })
        .Case<TimerClearOp>([&](auto) {
          write(timer.base + timer.clear, 1);
          write(kNvicClearPending0 + timer.irq / 32 * 4, 1u << timer.irq % 32);
        });
    op->erase();
  }

private:
  Value readWith(OpBuilder &inner, uint32_t address) {
    Value number = inner.create<LLVM::ConstantOp>(
        loc, inner.getI32Type(), inner.getI32IntegerAttr(int32_t(address)));
    Value pointer = inner.create<LLVM::IntToPtrOp>(
        loc, LLVM::LLVMPointerType::get(inner.getContext()), number);
    return inner.create<LLVM::LoadOp>(loc, inner.getI32Type(), pointer, 4,
                                      /*isVolatile=*/true);
  }

  OpBuilder b;
  Location loc;
  const MachineModel &machine;
};

} // namespace

LogicalResult lowerS2ToLLVM(ModuleOp module, const MachineModel &machine) {
  llvm::SmallVector<Operation *> actions;
  module.walk([&](Operation *op) {
    if (isa<S2Dialect>(op->getDialect()))
      actions.push_back(op);
  });
  for (Operation *op : actions)
    RegisterLowering(op, machine).lower(op);
  return success();
}

} // namespace snnc::s2
