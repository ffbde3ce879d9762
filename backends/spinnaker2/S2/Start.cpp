//===- Start.cpp - What a PE does besides its handlers --------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "backends/spinnaker2/S2/S2.h"
#include "compiler/Tick/LoopEmitter.h"
#include "runtime/abi/CoreHeader.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"

#include <cstddef>

using namespace mlir;
using arith::CmpIPredicate;

namespace snnc::s2 {

/// Reset handler: devices on, report ready, then one tick per timer interrupt.
void addStart(ModuleOp module, llvm::ArrayRef<llvm::StringRef> handlers,
              uint32_t header) {
  OpBuilder b = OpBuilder::atBlockEnd(module.getBody());
  Location loc = module.getLoc();
  auto pointer = LLVM::LLVMPointerType::get(module.getContext());
  for (llvm::StringRef handler : handlers)
    b.create<func::FuncOp>(loc, handler, b.getFunctionType({pointer}, {}))
        .setPrivate();
  auto start = b.create<func::FuncOp>(loc, "start", b.getFunctionType({}, {}));
  b.setInsertionPointToStart(start.addEntryBlock());
  Value core = b.create<LLVM::ZeroOp>(loc, pointer);
  tick::LoopEmitter e(b, loc, core);
  auto at = [&](size_t offset) {
    return e.constant(header + uint32_t(offset));
  };
  b.create<MaskIrqsOp>(loc);
  b.create<EnableFpuOp>(loc);
  Value magic = e.load(at(offsetof(SnncCoreHeader, magic)));
  Value version = e.load(at(offsetof(SnncCoreHeader, abi_version)));
  Value known = e.bitAnd(
      e.compare(CmpIPredicate::eq, magic, e.constant(SNNC_ABI_MAGIC)),
      e.compare(CmpIPredicate::eq, version, e.constant(SNNC_ABI_VERSION)));
  e.ifThen(
      known,
      [&] {
        b.create<FifoOpenOp>(loc,
                             e.load(at(offsetof(SnncCoreHeader, fifo_base))),
                             e.load(at(offsetof(SnncCoreHeader, fifo_end))));
        b.create<SendSetupOp>(loc);
        b.create<TimerStartOp>(
            loc, e.load(at(offsetof(SnncCoreHeader, timer_load))));
        e.store(at(offsetof(SnncCoreHeader, status)),
                e.constant(SNNC_STATUS_READY));
      },
      [&] {
        e.store(at(offsetof(SnncCoreHeader, status)),
                e.constant(SNNC_STATUS_BAD_ABI));
      });
  // Sleeping for ever after a bad header: no timer was started.
  Value forever = b.create<arith::ConstantOp>(loc, b.getBoolAttr(true));
  e.whileLoop(
      {}, [&](ValueRange) { return forever; },
      [&](ValueRange) -> llvm::SmallVector<Value> {
        b.create<SleepOp>(loc);
        Value due = b.create<TimerPendingOp>(loc, b.getI32Type());
        e.ifThen(e.compare(CmpIPredicate::ne, due, e.constant(0)), [&] {
          b.create<TimerClearOp>(loc);
          for (llvm::StringRef handler : handlers)
            b.create<func::CallOp>(loc, handler, TypeRange(), core);
          Value late = b.create<TimerPendingOp>(loc, b.getI32Type());
          e.ifThen(e.compare(CmpIPredicate::ne, late, e.constant(0)), [&] {
            e.increment(at(offsetof(SnncCoreHeader, overruns)));
          });
        });
        return {};
      });
  b.create<func::ReturnOp>(loc);
  lowerAddresses(module);
}

} // namespace snnc::s2
