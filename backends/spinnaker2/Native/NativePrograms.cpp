//===- NativePrograms.cpp - Core programs compiled for this CPU -----------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "backends/spinnaker2/Native/NativePrograms.h"

#include "runtime/support/Text.h"

#include "compiler/Pe/Expand.h"
#include "compiler/Tick/LoopEmitter.h"
#include "passes/Program/Passes.h"
#include "runtime/abi/CoreHeader.h"

#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Parser/Parser.h"
#include "mlir/Pass/PassManager.h"

#include <cstddef>

using namespace mlir;

namespace snnc::native {

namespace {

/// Address of a NativeCore field.
Value fieldPointer(OpBuilder &b, Location loc, Value core, size_t offset) {
  auto pointer = LLVM::LLVMPointerType::get(b.getContext());
  return b.create<LLVM::GEPOp>(loc, pointer, b.getI8Type(), core,
                               llvm::ArrayRef<LLVM::GEPArg>{int32_t(offset)});
}
Value loadField(OpBuilder &b, Location loc, Value core, size_t offset,
                Type type) {
  return b.create<LLVM::LoadOp>(loc, type, fieldPointer(b, loc, core, offset));
}

void lowerForPackets(pe::ForPacketsOp op) {
  OpBuilder b(op);
  Location loc = op.getLoc();
  tick::LoopEmitter e(b, loc, op.getCore());
  auto pointer = LLVM::LLVMPointerType::get(b.getContext());
  Value count = loadField(b, loc, op.getCore(), offsetof(NativeCore, numKeys),
                          b.getI32Type());
  Value keys =
      loadField(b, loc, op.getCore(), offsetof(NativeCore, keys), pointer);
  bool trailing = op.getBody().getNumArguments() == 2;
  Value key = e.variable(e.constant(0));
  auto behind = uint32_t(op.getBehind().value_or(1));
  e.forEach(trailing ? e.add(count, behind) : count, [&](Value i) {
    auto load = [&] {
      Value at = b.create<LLVM::GEPOp>(loc, pointer, b.getI32Type(), keys,
                                       llvm::ArrayRef<LLVM::GEPArg>{i});
      e.set(key, b.create<LLVM::LoadOp>(loc, b.getI32Type(), at));
    };
    Block &body = op.getBody().front();
    if (trailing) {
      Value more = e.compare(arith::CmpIPredicate::ult, i, count);
      e.ifThen(more, load);
      body.getArgument(1).replaceAllUsesWith(more);
    } else {
      load();
    }
    body.getArgument(0).replaceAllUsesWith(e.get(key));
    b.getInsertionBlock()->getOperations().splice(b.getInsertionPoint(),
                                                  body.getOperations());
  });
  op.erase();
}

void lowerSend(pe::SendOp op) {
  OpBuilder b(op);
  Location loc = op.getLoc();
  auto pointer = LLVM::LLVMPointerType::get(b.getContext());
  Value count = loadField(b, loc, op.getCore(), offsetof(NativeCore, numSent),
                          b.getI32Type());
  Value sent =
      loadField(b, loc, op.getCore(), offsetof(NativeCore, sent), pointer);
  // One word behind the last takes what does not fit: `numSent` ends at
  // `maxSent`, whatever a program does.
  Value most = loadField(b, loc, op.getCore(), offsetof(NativeCore, maxSent),
                         b.getI32Type());
  Value at = b.create<LLVM::GEPOp>(loc, pointer, b.getI32Type(), sent,
                                   llvm::ArrayRef<LLVM::GEPArg>{count});
  b.create<LLVM::StoreOp>(loc, op.getKey(), at);
  Value one = b.create<arith::ConstantOp>(loc, b.getI32IntegerAttr(1));
  Value next = b.create<arith::MinUIOp>(
      loc, b.create<arith::AddIOp>(loc, count, one), most);
  b.create<LLVM::StoreOp>(
      loc, next,
      fieldPointer(b, loc, op.getCore(), offsetof(NativeCore, numSent)));
  op.erase();
}

/// Every access of a program comes through here. Addresses depend on images,
/// which are not trusted: those behind the SRAM fall on the guard behind it.
void lowerAddress(pe::AddressOp op, uint32_t sramBytes) {
  OpBuilder b(op);
  Location loc = op.getLoc();
  auto pointer = LLVM::LLVMPointerType::get(b.getContext());
  Value sram =
      loadField(b, loc, op.getCore(), offsetof(NativeCore, sram), pointer);
  Value end =
      b.create<arith::ConstantOp>(loc, b.getI32IntegerAttr(int32_t(sramBytes)));
  Value inside = b.create<arith::MinUIOp>(loc, op.getAddress(), end);
  Value wide = b.create<arith::ExtUIOp>(loc, b.getI64Type(), inside);
  Value at = b.create<LLVM::GEPOp>(loc, pointer, b.getI8Type(), sram,
                                   llvm::ArrayRef<LLVM::GEPArg>{wide});
  // The chip faults where this is misaligned; LLVM must not rely on it.
  for (Operation *user : op->getUsers()) {
    if (auto load = dyn_cast<LLVM::LoadOp>(user))
      load.setAlignment(1);
    else if (auto store = dyn_cast<LLVM::StoreOp>(user))
      store.setAlignment(1);
  }
  op.replaceAllUsesWith(at);
  op.erase();
}

/// A call of NativeCore::fetch, which checks the addresses.
void lowerFetchStart(pe::FetchStartOp op) {
  OpBuilder b(op);
  Location loc = op.getLoc();
  auto pointer = LLVM::LLVMPointerType::get(b.getContext());
  Type word = b.getI32Type();
  auto type = LLVM::LLVMFunctionType::get(
      LLVM::LLVMVoidType::get(b.getContext()), {pointer, word, word, word});
  Value callee =
      loadField(b, loc, op.getCore(), offsetof(NativeCore, fetch), pointer);
  b.create<LLVM::CallOp>(loc, type,
                         ValueRange{callee, op.getCore(), op.getSource(),
                                    op.getTo(), op.getBytes()});
  op.erase();
}

/// result[m][n] = sum over k of a[k][m] * b[k][n], in plain loops.
void lowerMacStart(pe::MacStartOp op) {
  OpBuilder builder(op);
  tick::LoopEmitter e(builder, op.getLoc(), op.getCore());
  auto field = [&](size_t offset) {
    return e.load(e.add(op.getPanel(), uint32_t(offset)));
  };
  unsigned bits = unsigned(op.getBits()), shift = bits == 8 ? 0 : 1;
  Value a = field(offsetof(SnncPanel, operand)),
        b = field(offsetof(SnncPanel, weights)),
        out = field(offsetof(SnncPanel, output)),
        k = field(offsetof(SnncPanel, rows)),
        n = field(offsetof(SnncPanel, columns));
  Value m = e.constant(uint32_t(op.getBatch()));
  e.forEach(e.mul(m, n),
            [&](Value i) { e.store(e.add(out, e.shl(i, 2)), e.constant(0)); });
  e.forEach(k, [&](Value row) {
    e.forEach(m, [&](Value i) {
      Value cell = e.add(e.mul(row, m), i);
      Value x = e.loadNarrow(e.add(a, e.shl(cell, shift)), bits, true);
      e.ifThen(e.compare(arith::CmpIPredicate::ne, x, e.constant(0)), [&] {
        e.forEach(n, [&](Value j) {
          Value weight = e.loadNarrow(
              e.add(b, e.shl(e.add(e.mul(row, n), j), shift)), bits, true);
          Value sum = e.add(out, e.shl(e.add(e.mul(i, n), j), 2));
          e.store(sum, e.add(e.load(sum), e.mul(x, weight)));
        });
      });
    });
  });
  op.erase();
}

LogicalResult lowerToCalls(ModuleOp module, uint32_t sramBytes) {
  llvm::SmallVector<pe::ForPacketsOp> packets;
  module.walk([&](pe::ForPacketsOp op) { packets.push_back(op); });
  for (pe::ForPacketsOp op : packets)
    lowerForPackets(op);
  llvm::SmallVector<pe::MacStartOp> products;
  module.walk([&](pe::MacStartOp op) { products.push_back(op); });
  for (pe::MacStartOp op : products)
    lowerMacStart(op);
  module.walk([&](pe::MacWaitOp op) { op.erase(); });
  module.walk([&](pe::FetchStartOp op) { lowerFetchStart(op); });
  module.walk([&](pe::FetchWaitOp op) { op.erase(); });
  if (failed(pe::expand(module)))
    return failure();
  module.walk([&](Operation *op) {
    if (auto send = dyn_cast<pe::SendOp>(op))
      lowerSend(send);
    else if (auto address = dyn_cast<pe::AddressOp>(op))
      lowerAddress(address, sramBytes);
  });
  return success();
}

LogicalResult lowerProgram(ModuleOp module, const ProgramPlace &place) {
  program::TickToLoopsOptions options;
  options.headerAddress = place.headerAddress;
  options.fetchQueue = place.fetchQueue;
  PassManager loops(module.getContext());
  loops.addPass(program::createTickToLoops(options));
  if (failed(loops.run(module)))
    return failure();
  if (failed(lowerToCalls(module, place.sramBytes)))
    return failure();
  return target::lowerToLLVM(module);
}

/// What a bundle's program may consist of. Its text is not trusted: with any
/// other dialect it could call functions of this process. No division of
/// integers (it traps), no pointer, no function.
bool isAdmitted(Operation *op) {
  if (isa<tick::ProgramOp, tick::OnOp, tick::ForRowsOp, tick::RingAddOp,
          tick::DrawOp, tick::NormalOp, tick::ForNeuronsOp, tick::RingTakeOp,
          tick::LoadStateOp, tick::StoreStateOp, tick::ParamOp, tick::EmitOp,
          tick::NoteOp, tick::ScatterOp, tick::MatmulOp, tick::SendSumsOp,
          tick::RecordOp>(op))
    return true;
  return isa<arith::AddFOp, arith::SubFOp, arith::MulFOp, arith::DivFOp,
             arith::NegFOp, arith::MaximumFOp, arith::MinimumFOp, arith::CmpFOp,
             arith::CmpIOp, arith::AddIOp, arith::SubIOp, arith::MulIOp,
             arith::AndIOp, arith::OrIOp, arith::XOrIOp, arith::MaxSIOp,
             arith::MinSIOp, arith::SelectOp, arith::ConstantOp,
             arith::BitcastOp, arith::ExtSIOp, arith::ExtUIOp, arith::TruncIOp,
             arith::SIToFPOp, arith::FPToSIOp, arith::ShLIOp, arith::ShRSIOp,
             arith::ShRUIOp, arith::MaxNumFOp, arith::MinNumFOp,
             arith::UIToFPOp, arith::MaxUIOp, arith::MinUIOp, math::SqrtOp,
             math::AbsFOp, math::ExpOp, math::LogOp>(op);
}
bool isAdmitted(Type type) {
  return isa<tick::RowType>(type) || type.isF32() || type.isInteger(1) ||
         type.isInteger(32);
}

/// Numbers that index the header's tables.
bool hasAdmittedNumbers(Operation *op) {
  auto below = [](uint64_t value, uint64_t end) { return value < end; };
  if (auto take = dyn_cast<tick::RingTakeOp>(op))
    return below(take.getReceptor(), SNNC_MAX_RECEPTORS);
  if (auto load = dyn_cast<tick::LoadStateOp>(op))
    return below(load.getState(), SNNC_MAX_STATES);
  if (auto store = dyn_cast<tick::StoreStateOp>(op))
    return below(store.getState(), SNNC_MAX_STATES);
  if (auto param = dyn_cast<tick::ParamOp>(op))
    return below(param.getIndex(), SNNC_MAX_PARAMS);
  if (auto draw = dyn_cast<tick::DrawOp>(op))
    return below(draw.getDrive(), SNNC_MAX_DRIVES) &&
           below(draw.getReceptor(), SNNC_MAX_RECEPTORS);
  if (auto normal = dyn_cast<tick::NormalOp>(op))
    return below(normal.getAt(), SNNC_MAX_DRIVES * sizeof(SnncDrive) +
                                     SNNC_MAX_PARAMS * sizeof(SnncNoise)) &&
           below(normal.getParam(), SNNC_MAX_PARAMS);
  if (auto record = dyn_cast<tick::RecordOp>(op))
    return below(record.getStates(), SNNC_MAX_STATES + 1);
  auto bits = [](uint64_t value) { return value == 8 || value == 16; };
  if (auto scatter = dyn_cast<tick::ScatterOp>(op))
    return bits(scatter.getBits()) && below(scatter.getBatch() - 1, 64);
  if (auto product = dyn_cast<tick::MatmulOp>(op))
    return bits(product.getBits()) && below(product.getBatch() - 1, 64) &&
           below(product.getReceptors() - 1, SNNC_MAX_RECEPTORS);
  if (auto sums = dyn_cast<tick::SendSumsOp>(op))
    return below(sums.getDigits() - 1, 2) && below(sums.getBits() - 1, 24) &&
           below(sums.getReceptors() - 1, SNNC_MAX_RECEPTORS);
  return true;
}

/// Flags that promise LLVM something about values (nsw, nnan, ...): the
/// promise may be false.
bool hasPromises(Operation *op) {
  if (auto f = dyn_cast<arith::ArithFastMathInterface>(op))
    if (f.getFastMathFlagsAttr() &&
        f.getFastMathFlagsAttr().getValue() != arith::FastMathFlags::none)
      return true;
  if (auto i = dyn_cast<arith::ArithIntegerOverflowFlagsInterface>(op))
    return i.getOverflowAttr() &&
           i.getOverflowAttr().getValue() != arith::IntegerOverflowFlags::none;
  return false;
}

/// The first op that a program must not hold, or null.
Operation *firstRefused(ModuleOp module) {
  Operation *refused = nullptr;
  module->walk([&](Operation *op) {
    if (op == module)
      return WalkResult::advance();
    bool good = isAdmitted(op) && hasAdmittedNumbers(op) && !hasPromises(op) &&
                llvm::all_of(op->getResultTypes(),
                             [](Type t) { return isAdmitted(t); });
    for (Region &region : op->getRegions())
      for (Block &block : region)
        good &= llvm::all_of(block.getArgumentTypes(),
                             [](Type t) { return isAdmitted(t); });
    if (good)
      return WalkResult::advance();
    refused = op;
    return WalkResult::interrupt();
  });
  return refused;
}

/// Brackets nest this deep at most: MLIR's parser and passes recurse.
constexpr unsigned maxNesting = 64;
constexpr size_t maxProgramBytes = 4 << 20;

Diagnostic refusedProgram(const std::string &name, const std::string &why) {
  return makeError("SNN0652", {"", name, 0, 0},
                   "the text of a core program is refused: " + why,
                   {"the bundle is damaged or was edited; compile the network "
                    "again"});
}

Diagnostic jitError(const std::string &what) {
  return makeError("SNN0650", {}, "the native core programs failed: " + what);
}

} // namespace

/// The one program of a text that is not trusted; null after an error in
/// `status`.
static OwningOpRef<ModuleOp> readProgram(MLIRContext &context,
                                         const std::string &name,
                                         const std::string &tickText,
                                         Status &status) {
  auto refuse = [&](const std::string &why) {
    status = refusedProgram(name, why);
    return OwningOpRef<ModuleOp>();
  };
  if (tickText.size() > maxProgramBytes)
    return refuse("it has more than 4 MiB");
  if (std::string why = refusedIr(tickText, maxNesting); !why.empty())
    return refuse(why);
  ScopedDiagnosticHandler silent(&context,
                                 [](mlir::Diagnostic &) { return success(); });
  auto module = parseSourceString<ModuleOp>(tickText, &context, name);
  if (!module)
    return refuse("it cannot be read");
  auto programs = module->getOps<tick::ProgramOp>();
  if (!llvm::hasSingleElement(*module->getBody()) || programs.empty() ||
      (*programs.begin()).getSymName() != name)
    return refuse("it is not one tick.program of that name");
  if (Operation *op = firstRefused(*module))
    return refuse("'" + op->getName().getStringRef().str() +
                  "' is no part of a core program");
  return module;
}

Expected<TickFunction> NativePrograms::add(const std::string &name,
                                           const std::string &tickText,
                                           const ProgramPlace &place) {
  std::string key = "tick " + std::to_string(place.headerAddress) + " " +
                    std::to_string(place.sramBytes) + " " +
                    std::to_string(place.fetchQueue) + " " +
                    std::to_string(name.size()) + " " + name + tickText;
  if (void *known = code->find(key))
    return reinterpret_cast<TickFunction>(known);
  DialectRegistry registry;
  registry.insert<tick::TickDialect, fabric::FabricDialect>();
  s2::registerRowFormats(registry, formats);
  target::registerNativeDialects(registry);
  MLIRContext context(registry, MLIRContext::Threading::DISABLED);
  Status status;
  OwningOpRef<ModuleOp> module = readProgram(context, name, tickText, status);
  if (!module)
    return status.takeError();
  std::string symbol = "tick";
  (*module->getOps<tick::ProgramOp>().begin()).setSymName(symbol);
  if (failed(lowerProgram(*module, place)))
    return jitError("program '" + name + "' cannot be lowered");
  auto address =
      code->add(*module, symbol, key, offsetof(NativeCore, exhausted));
  if (!address)
    return address.takeError();
  return reinterpret_cast<TickFunction>(*address);
}

} // namespace snnc::native
