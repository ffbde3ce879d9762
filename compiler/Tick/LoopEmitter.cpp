//===- LoopEmitter.cpp - Writing address arithmetic in MLIR ---------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "compiler/Tick/LoopEmitter.h"

using namespace mlir;

namespace snnc::tick {

Value LoopEmitter::constant(uint32_t value) {
  return b.create<arith::ConstantOp>(
      loc, b.getI32IntegerAttr(static_cast<int32_t>(value)));
}
Value LoopEmitter::add(Value x, Value y) {
  return b.create<arith::AddIOp>(loc, x, y);
}
Value LoopEmitter::sub(Value x, Value y) {
  return b.create<arith::SubIOp>(loc, x, y);
}
Value LoopEmitter::mul(Value x, Value y) {
  return b.create<arith::MulIOp>(loc, x, y);
}
Value LoopEmitter::bitAnd(Value x, Value y) {
  return b.create<arith::AndIOp>(loc, x, y);
}
Value LoopEmitter::bitOr(Value x, Value y) {
  return b.create<arith::OrIOp>(loc, x, y);
}
Value LoopEmitter::shl(Value x, unsigned bits) {
  return bits ? shlBy(x, constant(bits)) : x;
}
Value LoopEmitter::shlBy(Value x, Value bits) {
  return b.create<arith::ShLIOp>(loc, x, bits);
}
Value LoopEmitter::lshrBy(Value x, Value bits) {
  return b.create<arith::ShRUIOp>(loc, x, bits);
}
Value LoopEmitter::lshr(Value x, unsigned bits) {
  return bits ? Value(b.create<arith::ShRUIOp>(loc, x, constant(bits))) : x;
}
Value LoopEmitter::ashr(Value x, unsigned bits) {
  return bits ? Value(b.create<arith::ShRSIOp>(loc, x, constant(bits))) : x;
}
Value LoopEmitter::ashrBy(Value x, Value bits) {
  return b.create<arith::ShRSIOp>(loc, x, bits);
}
Value LoopEmitter::compare(arith::CmpIPredicate predicate, Value x, Value y) {
  return b.create<arith::CmpIOp>(loc, predicate, x, y);
}

Value LoopEmitter::pointer(Value address) {
  return b.create<pe::AddressOp>(loc, core, address);
}
template <typename Access> Access LoopEmitter::mark(Access access) {
  if (inOrder)
    access->setAttr(kInOrderAttr, b.getUnitAttr());
  return access;
}
Value LoopEmitter::load(Value address) {
  return mark(b.create<LLVM::LoadOp>(loc, b.getI32Type(), pointer(address), 4));
}
Value LoopEmitter::loadNarrow(Value address, unsigned bits, bool isSigned) {
  Value narrow = mark(b.create<LLVM::LoadOp>(loc, b.getIntegerType(bits),
                                             pointer(address), bits / 8));
  if (isSigned)
    return b.create<arith::ExtSIOp>(loc, b.getI32Type(), narrow);
  return b.create<arith::ExtUIOp>(loc, b.getI32Type(), narrow);
}
void LoopEmitter::store(Value address, Value value) {
  mark(b.create<LLVM::StoreOp>(loc, value, pointer(address), 4));
}
void LoopEmitter::storeNarrow(Value address, Value value, unsigned bits) {
  Value narrow = b.create<arith::TruncIOp>(loc, b.getIntegerType(bits), value);
  mark(b.create<LLVM::StoreOp>(loc, narrow, pointer(address), bits / 8));
}
Value LoopEmitter::loadFloat(Value address) {
  return mark(b.create<LLVM::LoadOp>(loc, b.getF32Type(), pointer(address), 4));
}
void LoopEmitter::storeFloat(Value address, Value value) {
  mark(b.create<LLVM::StoreOp>(loc, value, pointer(address), 4));
}
Value LoopEmitter::variable(Value initial) {
  Value address;
  {
    // In the function's first block: in a loop the stack would grow.
    OpBuilder::InsertionGuard guard(b);
    if (auto argument = dyn_cast<BlockArgument>(core))
      b.setInsertionPointToStart(argument.getOwner());
    address = b.create<LLVM::AllocaOp>(
        loc, LLVM::LLVMPointerType::get(b.getContext()), b.getI32Type(),
        constant(1));
  }
  set(address, initial);
  return address;
}
Value LoopEmitter::get(Value variable) {
  return b.create<LLVM::LoadOp>(loc, b.getI32Type(), variable);
}
void LoopEmitter::set(Value variable, Value value) {
  b.create<LLVM::StoreOp>(loc, value, variable);
}

void LoopEmitter::increment(Value address) {
  store(address, add(load(address), 1));
}

llvm::SmallVector<Value> LoopEmitter::forLoop(
    Value count, ValueRange carried,
    llvm::function_ref<llvm::SmallVector<Value>(Value, ValueRange)> body) {
  auto loop = b.create<scf::ForOp>(
      loc, constant(0), count, constant(1), carried,
      [&](OpBuilder &, Location, Value i, ValueRange args) {
        llvm::SmallVector<Value> next = body(i, args);
        b.create<scf::YieldOp>(loc, next);
      });
  return llvm::SmallVector<Value>(loop.getResults());
}

void LoopEmitter::forEach(Value count, llvm::function_ref<void(Value)> body) {
  forLoop(count, {}, [&](Value i, ValueRange) -> llvm::SmallVector<Value> {
    body(i);
    return {};
  });
}

void LoopEmitter::forRange(Value first, Value end,
                           llvm::function_ref<void(Value)> body) {
  b.create<scf::ForOp>(loc, first, end, constant(1), ValueRange(),
                       [&](OpBuilder &, Location, Value i, ValueRange) {
                         body(i);
                         b.create<scf::YieldOp>(loc);
                       });
}

llvm::SmallVector<Value> LoopEmitter::whileLoop(
    ValueRange carried, llvm::function_ref<Value(ValueRange)> condition,
    llvm::function_ref<llvm::SmallVector<Value>(ValueRange)> body) {
  llvm::SmallVector<Type> types(carried.getTypes());
  auto loop = b.create<scf::WhileOp>(
      loc, types, carried,
      [&](OpBuilder &, Location, ValueRange args) {
        Value go = condition(args);
        b.create<scf::ConditionOp>(loc, go, args);
      },
      [&](OpBuilder &, Location, ValueRange args) {
        llvm::SmallVector<Value> next = body(args);
        b.create<scf::YieldOp>(loc, next);
      });
  return llvm::SmallVector<Value>(loop.getResults());
}

void LoopEmitter::ifThen(Value condition, llvm::function_ref<void()> then,
                         llvm::function_ref<void()> otherwise) {
  auto emit = [&](llvm::function_ref<void()> part) {
    return [this, part](OpBuilder &, Location) {
      part();
      b.create<scf::YieldOp>(loc);
    };
  };
  if (otherwise)
    b.create<scf::IfOp>(loc, condition, emit(then), emit(otherwise));
  else
    b.create<scf::IfOp>(loc, condition, emit(then));
}

void LoopEmitter::ifUnlikely(Value condition, llvm::function_ref<void()> then) {
  ifThen(b.create<LLVM::ExpectOp>(loc, condition, constantBool(false)), then);
}

void LoopEmitter::ifLikely(Value condition, llvm::function_ref<void()> then,
                           llvm::function_ref<void()> otherwise) {
  ifThen(likely(condition), then, otherwise);
}

LoopEmitter::Value LoopEmitter::choose(Value condition,
                                       llvm::function_ref<Value()> then,
                                       llvm::function_ref<Value()> otherwise) {
  auto emit = [&](llvm::function_ref<Value()> side) {
    return [this, side](OpBuilder &, Location) {
      Value value = side();
      b.create<scf::YieldOp>(loc, value);
    };
  };
  return b.create<scf::IfOp>(loc, condition, emit(then), emit(otherwise))
      .getResult(0);
}

LoopEmitter::Value LoopEmitter::constantBool(bool value) {
  return b.create<arith::ConstantOp>(loc, b.getBoolAttr(value));
}

LoopEmitter::Value LoopEmitter::likely(Value condition) {
  return b.create<LLVM::ExpectOp>(loc, condition, constantBool(true));
}

} // namespace snnc::tick
