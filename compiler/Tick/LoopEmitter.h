//===- LoopEmitter.h - Writing address arithmetic in MLIR -------*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Shorthand over OpBuilder for code that works on 32-bit byte addresses of one
// core's SRAM. Addresses stay integers until the access, so the backend decides
// what a pointer is (pe.address).
//
//===----------------------------------------------------------------------===//
#ifndef SNNC_TICK_LOOPEMITTER_H
#define SNNC_TICK_LOOPEMITTER_H

#include "compiler/Tick/Tick.h"

#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/IR/Builders.h"

#include <functional>

namespace snnc::tick {

class LoopEmitter {
public:
  LoopEmitter(mlir::OpBuilder &builder, mlir::Location loc, mlir::Value core)
      : b(builder), loc(loc), core(core) {}

  using Value = mlir::Value;

  Value constant(uint32_t value);
  Value add(Value x, Value y);
  Value add(Value x, uint32_t y) { return y ? add(x, constant(y)) : x; }
  Value sub(Value x, Value y);
  Value mul(Value x, Value y);
  Value bitAnd(Value x, Value y);
  Value bitAnd(Value x, uint32_t y) { return bitAnd(x, constant(y)); }
  Value bitOr(Value x, Value y);
  Value shl(Value x, unsigned bits);
  Value shlBy(Value x, Value bits);
  Value lshr(Value x, unsigned bits);
  Value lshrBy(Value x, Value bits);
  Value ashr(Value x, unsigned bits);
  Value ashrBy(Value x, Value bits);
  /// Unsigned or equality comparison.
  Value compare(mlir::arith::CmpIPredicate predicate, Value x, Value y);

  Value load(Value address); ///< 32 bits
  /// 8 or 16 bits, sign or zero extended to 32.
  Value loadNarrow(Value address, unsigned bits, bool isSigned);
  void store(Value address, Value value);
  /// The low 8 or 16 bits of `value`.
  void storeNarrow(Value address, Value value, unsigned bits);
  /// While it lives, memory accesses are marked `tick.in_order`: the chip's
  /// backend keeps them one by one and in the order written here. Its pipeline
  /// overlaps neighbouring single loads, so the order is the speed; LLVM would
  /// pair them up (docs/cycles.md: LDRD costs 3, two neighbouring LDRs 2 to 3).
  class InOrder {
  public:
    explicit InOrder(LoopEmitter &emitter) : e(emitter) { e.inOrder = true; }
    ~InOrder() { e.inOrder = false; }

  private:
    LoopEmitter &e;
  };
  Value loadFloat(Value address);
  void storeFloat(Value address, Value value);
  mlir::Value corePointer() const { return core; }
  /// A local variable of 32 bits; LLVM makes it a register.
  Value variable(Value initial);
  Value get(Value variable);
  void set(Value variable, Value value);
  /// word at `address` += 1.
  void increment(Value address);

  /// for (i = 0; i < count; ++i), carrying `carried`; the body returns the next
  /// carried values. Returns the last ones.
  llvm::SmallVector<Value> forLoop(
      Value count, mlir::ValueRange carried,
      llvm::function_ref<llvm::SmallVector<Value>(Value i, mlir::ValueRange)>
          body);
  /// for (i = first; i < end; ++i).
  void forRange(Value first, Value end, llvm::function_ref<void(Value i)> body);
  void forEach(Value count, llvm::function_ref<void(Value i)> body);
  /// while (condition(carried)) carried = body(carried).
  llvm::SmallVector<Value> whileLoop(
      mlir::ValueRange carried,
      llvm::function_ref<Value(mlir::ValueRange)> condition,
      llvm::function_ref<llvm::SmallVector<Value>(mlir::ValueRange)> body);
  void ifThen(Value condition, llvm::function_ref<void()> then,
              llvm::function_ref<void()> otherwise = {});

  /// The value of one of two sides.
  Value choose(Value condition, llvm::function_ref<Value()> then,
               llvm::function_ref<Value()> otherwise);
  Value constantBool(bool value);
  /// `condition`, with the hint that it nearly always holds.
  Value likely(Value condition);

  /// The same, with the hint that the condition hardly ever holds.
  void ifUnlikely(Value condition, llvm::function_ref<void()> then);
  void ifLikely(Value condition, llvm::function_ref<void()> then,
                llvm::function_ref<void()> otherwise = {});

  mlir::OpBuilder &b;
  mlir::Location loc;
  mlir::Value core;

private:
  Value pointer(Value address);
  template <typename Access> Access mark(Access access);

  bool inOrder = false;
};

/// The mark of InOrder on llvm.load and llvm.store.
inline constexpr const char *kInOrderAttr = "tick.in_order";

} // namespace snnc::tick

#endif // SNNC_TICK_LOOPEMITTER_H
