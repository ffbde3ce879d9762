//===- TickToS2.cpp - Packets, pointers and arithmetic of a PE ------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "backends/spinnaker2/S2/S2.h"
#include "compiler/Tick/LoopEmitter.h"
#include "runtime/abi/CoreHeader.h"

#include <cstddef>

using namespace mlir;
using arith::CmpIPredicate;

namespace snnc::s2 {

/// The receive ring is read where it lies; one acknowledgement frees it all.
static void lowerForPackets(tick::ForPacketsOp op, uint32_t header) {
  OpBuilder builder(op);
  tick::LoopEmitter e(builder, op.getLoc(), op.getCore());
  Value begin = e.load(
      e.constant(header + uint32_t(offsetof(SnncCoreHeader, fifo_base))));
  Value end =
      e.load(e.constant(header + uint32_t(offsetof(SnncCoreHeader, fifo_end))));
  Value words = builder.create<FifoWordsOp>(op.getLoc(), builder.getI32Type());
  Value oldest =
      builder.create<FifoReadPointerOp>(op.getLoc(), builder.getI32Type());
  auto last = e.whileLoop(
      {oldest, words},
      [&](ValueRange at) {
        return e.compare(CmpIPredicate::ne, at[1], e.constant(0));
      },
      [&](ValueRange at) {
        Value key = e.load(at[0]);
        Block &body = op.getBody().front();
        body.getArgument(0).replaceAllUsesWith(key);
        Block *into = builder.getInsertionBlock();
        into->getOperations().splice(builder.getInsertionPoint(),
                                     body.getOperations());
        Value next = e.add(at[0], 4);
        Value wrapped = builder.create<arith::SelectOp>(
            op.getLoc(), e.compare(CmpIPredicate::eq, next, end), begin, next);
        return llvm::SmallVector<Value>{wrapped, e.sub(at[1], e.constant(1))};
      });
  builder.create<FifoAckOp>(op.getLoc(), last[0]);
  op.erase();
}

/// Panel fields into the array's registers.
static void lowerMacStart(tick::MacStartOp op) {
  OpBuilder b(op);
  tick::LoopEmitter e(b, op.getLoc(), op.getCore());
  auto field = [&](size_t offset) {
    return e.load(e.add(op.getPanel(), uint32_t(offset)));
  };
  b.create<MacStartOp>(
      op.getLoc(), field(offsetof(SnncPanel, operand)),
      field(offsetof(SnncPanel, weights)), field(offsetof(SnncPanel, output)),
      e.constant(uint32_t(op.getBatch())), field(offsetof(SnncPanel, rows)),
      field(offsetof(SnncPanel, columns)), op.getBitsAttr());
  op.erase();
}

/// SXTAB and SXTAH with rotation. The top part is an ordinary shifted operand.
static void lowerAddPart(tick::AddPartOp op) {
  int64_t bits = op.getBits(), part = op.getPart();
  if ((part + 1) * bits == 32)
    return tick::expandAddPart(op);
  OpBuilder b(op);
  std::string text = bits == 8 ? "sxtab $0, $1, $2" : "sxtah $0, $1, $2";
  if (part != 0)
    text += ", ror #" + std::to_string(part * bits);
  auto add = b.create<LLVM::InlineAsmOp>(
      op.getLoc(), b.getI32Type(), ValueRange{op.getSum(), op.getWord()}, text,
      "=r,r,r", /*has_side_effects=*/false, /*is_align_stack=*/false,
      LLVM::AsmDialectAttr(), ArrayAttr());
  op.replaceAllUsesWith(add.getResult(0));
  op.erase();
}

/// Registers of the groups: s4 upwards. s0 to s3 are left for what is the same
/// for all neurons.
static constexpr int64_t kGroupPlaces = 7;

static std::string groupRegister(int64_t place, unsigned k) {
  return "s" + std::to_string(4 + 4 * place + k);
}

static std::string groupRegisters(int64_t place) {
  return "{" + groupRegister(place, 0) + "-" + groupRegister(place, 3) + "}";
}

/// VLDM; with write-back only where somebody wants the next address, because
/// LLVM would have to copy the old one otherwise.
static void lowerGroup(tick::LoadGroupOp op) {
  int64_t place = op.getPlace();
  if (place >= kGroupPlaces)
    return tick::expandGroup(op);
  OpBuilder b(op);
  bool walks = !op.getNext().use_empty();
  std::string text = walks ? "vldmia $4!, " : "vldmia $4, ", constraints;
  text += groupRegisters(place);
  llvm::SmallVector<Type> types(4, b.getF32Type());
  for (unsigned k = 0; k < 4; ++k) {
    std::string name = groupRegister(place, k);
    constraints += "={" + name + "},";
    if (op.getConvert())
      text += "\n\tvcvt.f32.s32 " + name + ", " + name;
  }
  if (walks)
    types.push_back(b.getI32Type());
  constraints += walks ? "=r,4,~{memory}" : "r,~{memory}";
  auto load = b.create<LLVM::InlineAsmOp>(
      op.getLoc(), LLVM::LLVMStructType::getLiteral(b.getContext(), types),
      ValueRange{op.getAddress()}, text, constraints,
      /*has_side_effects=*/true, /*is_align_stack=*/false,
      LLVM::AsmDialectAttr(), ArrayAttr());
  for (unsigned k = 0; k < types.size(); ++k)
    op.getResult(k).replaceAllUsesWith(b.create<LLVM::ExtractValueOp>(
        op.getLoc(), load.getResult(0), int64_t(k)));
  op.erase();
}

/// VSTM.
static void lowerGroup(tick::StoreGroupOp op) {
  int64_t place = op.getPlace();
  if (place >= kGroupPlaces)
    return tick::expandGroup(op);
  OpBuilder b(op);
  std::string text = "vstmia $0!, " + groupRegisters(place);
  std::string constraints = "=r,0";
  for (unsigned k = 0; k < 4; ++k)
    constraints += ",{" + groupRegister(place, k) + "}";
  auto store = b.create<LLVM::InlineAsmOp>(
      op.getLoc(), b.getI32Type(),
      ValueRange{op.getAddress(), op.getA(), op.getB(), op.getC(), op.getD()},
      text, constraints + ",~{memory}", /*has_side_effects=*/true,
      /*is_align_stack=*/false, LLVM::AsmDialectAttr(), ArrayAttr());
  op.getNext().replaceAllUsesWith(store.getResult(0));
  op.erase();
}

void lowerAddresses(ModuleOp module) {
  module.walk([&](tick::AddressOp address) {
    OpBuilder b(address);
    address.replaceAllUsesWith(Value(b.create<LLVM::IntToPtrOp>(
        address.getLoc(), address.getType(), address.getAddress())));
    address.erase();
  });
}

LogicalResult lowerTickToS2(ModuleOp module, uint32_t headerAddress) {
  llvm::SmallVector<tick::ForPacketsOp> packets;
  module.walk([&](tick::ForPacketsOp op) { packets.push_back(op); });
  for (tick::ForPacketsOp op : packets)
    lowerForPackets(op, headerAddress);
  llvm::SmallVector<tick::MacStartOp> macStarts;
  module.walk([&](Operation *op) {
    OpBuilder b(op);
    if (auto send = dyn_cast<tick::SendOp>(op)) {
      b.create<SendMcOp>(op->getLoc(), send.getKey());
      op->erase();
    } else if (auto mac = dyn_cast<tick::MacStartOp>(op)) {
      macStarts.push_back(mac);
    } else if (isa<tick::MacWaitOp>(op)) {
      b.create<MacWaitOp>(op->getLoc());
      op->erase();
    }
  });
  for (tick::MacStartOp mac : macStarts)
    lowerMacStart(mac);
  module.walk([](tick::AddPartOp op) { lowerAddPart(op); });
  module.walk([](tick::LoadGroupOp op) { lowerGroup(op); });
  module.walk([](tick::StoreGroupOp op) { lowerGroup(op); });
  // Volatile is how LLVM is told to leave accesses as they stand.
  module.walk([&](Operation *op) {
    if (!op->removeAttr(tick::kInOrderAttr))
      return;
    if (auto load = dyn_cast<LLVM::LoadOp>(op))
      load.setVolatile_(true);
    else
      cast<LLVM::StoreOp>(op).setVolatile_(true);
  });
  lowerAddresses(module);
  return success();
}

} // namespace snnc::s2
