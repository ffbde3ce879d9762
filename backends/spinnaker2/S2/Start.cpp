//===- Start.cpp - What a PE does besides its handlers --------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "backends/spinnaker2/S2/Passes.h"
#include "compiler/Tick/LoopEmitter.h"
#include "runtime/abi/CoreHeader.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"

#include <cstddef>

using namespace mlir;
using arith::CmpIPredicate;

namespace snnc::s2 {

namespace {

/// Writes the body of @start.
class StartEmitter {
public:
  StartEmitter(OpBuilder &builder, Location loc, Value core, uint32_t header)
      : b(builder), loc(loc), e(builder, loc, core), header(header) {}

  /// Whether the header is of this version.
  Value knowsHeader() {
    Value magic = e.load(at(offsetof(SnncCoreHeader, magic)));
    Value version = e.load(at(offsetof(SnncCoreHeader, abi_version)));
    return e.bitAnd(
        e.compare(CmpIPredicate::eq, magic, e.constant(SNNC_ABI_MAGIC)),
        e.compare(CmpIPredicate::eq, version, e.constant(SNNC_ABI_VERSION)));
  }

  void prepareCore() {
    b.create<CpsidOp>(loc);
    set(Setting::FpuAccess);
    b.create<BarrierOp>(loc);
  }

  void openDevices() {
    Value ring = e.load(at(offsetof(SnncCoreHeader, fifo_base)));
    Value ringEnd = e.load(at(offsetof(SnncCoreHeader, fifo_end)));
    b.create<WriteOp>(loc, Register::ReceiveStart, ring);
    b.create<WriteOp>(loc, Register::ReceiveEnd, ringEnd);
    b.create<WriteOp>(loc, Register::ReceiveRead, ring);
    set(Setting::ReceiveMulticast);
    set(Setting::SendMulticast);
    b.create<WriteOp>(loc, Register::TimerLoad,
                      e.load(at(offsetof(SnncCoreHeader, timer_load))));
    set(Setting::TimerIrqEnable);
    set(Setting::TimerRun);
  }

  void reportStatus(uint32_t status) {
    e.store(at(offsetof(SnncCoreHeader, status)), e.constant(status));
  }

  /// Sleeping for ever after a bad header: no timer was started.
  void sleepFromTickToTick(llvm::ArrayRef<std::string> handlers) {
    Value forever = b.create<arith::ConstantOp>(loc, b.getBoolAttr(true));
    e.whileLoop(
        {}, [&](ValueRange) { return forever; },
        [&](ValueRange) -> llvm::SmallVector<Value> {
          b.create<WfiOp>(loc);
          e.ifThen(isDue(), [&] {
            set(Setting::TimerClear);
            set(Setting::TimerIrqClear);
            for (const std::string &handler : handlers)
              b.create<func::CallOp>(loc, handler, TypeRange(), e.core);
            e.ifThen(isDue(), [&] {
              e.increment(at(offsetof(SnncCoreHeader, overruns)));
            });
          });
          return {};
        });
  }

  tick::LoopEmitter &loops() { return e; }

private:
  Value at(size_t offset) { return e.constant(header + uint32_t(offset)); }
  void set(Setting setting) { b.create<SetOp>(loc, setting); }
  Value isDue() {
    Value status = b.create<ReadOp>(loc, b.getI32Type(), Register::TimerStatus);
    return e.compare(CmpIPredicate::ne, status, e.constant(0));
  }

  OpBuilder &b;
  Location loc;
  tick::LoopEmitter e;
  uint32_t header;
};

} // namespace

/// Reset handler: devices on, report ready, then one tick per timer interrupt.
void addStart(ModuleOp module, llvm::ArrayRef<std::string> handlers,
              uint32_t header) {
  OpBuilder b = OpBuilder::atBlockEnd(module.getBody());
  Location loc = module.getLoc();
  auto pointer = LLVM::LLVMPointerType::get(module.getContext());
  for (const std::string &handler : handlers)
    b.create<func::FuncOp>(loc, handler, b.getFunctionType({pointer}, {}))
        .setPrivate();
  auto start = b.create<func::FuncOp>(loc, "start", b.getFunctionType({}, {}));
  b.setInsertionPointToStart(start.addEntryBlock());
  StartEmitter emitter(b, loc, b.create<LLVM::ZeroOp>(loc, pointer), header);
  emitter.prepareCore();
  emitter.loops().ifThen(
      emitter.knowsHeader(),
      [&] {
        emitter.openDevices();
        emitter.reportStatus(SNNC_STATUS_READY);
      },
      [&] { emitter.reportStatus(SNNC_STATUS_BAD_ABI); });
  emitter.sleepFromTickToTick(handlers);
  b.create<func::ReturnOp>(loc);
}

} // namespace snnc::s2
