//===- Regions.cpp - Neuron models as machine code ------------------------===//
//
// Part of the snnc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "backends/cpu/Regions.h"

#include "compiler/Reference/RegionEvaluator.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/IR/IRMapping.h"
#include "mlir/IR/ImplicitLocOpBuilder.h"

#include <fmt/format.h>

using namespace mlir;
using namespace snnc::snn;

namespace snnc::cpu {

namespace {

/// Writes, for one model, two functions: a loop whose arguments are the arrays,
/// none of which overlaps another, and the entry that takes them from a table.
class Writer {
public:
  Writer(ModuleOp module, NeuronOp model, std::string symbol)
      : b(UnknownLoc::get(module.getContext()), module.getContext()),
        model(model), symbol(std::move(symbol)),
        pointer(LLVM::LLVMPointerType::get(module.getContext())) {
    b.setInsertionPointToEnd(module.getBody());
  }
  void write();

private:
  unsigned inputs() {
    return model.numReceptors() + model.numStates() + model.numParams();
  }
  Value at(Value array, Value index, Type element) {
    return b.create<LLVM::GEPOp>(pointer, element, array,
                                 llvm::ArrayRef<LLVM::GEPArg>{index});
  }
  void writeLoop();
  void writeNeuron(llvm::ArrayRef<Value> arrays, Value index);
  Value copy(Operation &op, IRMapping &map);
  void writeEntry();

  ImplicitLocOpBuilder b;
  NeuronOp model;
  std::string symbol;
  Type pointer;
};

} // namespace

void Writer::write() {
  writeLoop();
  writeEntry();
}

void Writer::writeLoop() {
  llvm::SmallVector<Type> types{b.getI64Type()};
  types.append(inputs() + 1, pointer);
  auto function =
      b.create<func::FuncOp>(symbol + "_loop", b.getFunctionType(types, {}));
  function.setPrivate();
  for (unsigned i = 1; i < types.size(); ++i)
    function.setArgAttr(i, LLVM::LLVMDialect::getNoAliasAttrName(),
                        b.getUnitAttr());
  OpBuilder::InsertionGuard guard(b);
  b.setInsertionPointToStart(function.addEntryBlock());
  Value zero = b.create<arith::ConstantOp>(b.getI64IntegerAttr(0));
  Value one = b.create<arith::ConstantOp>(b.getI64IntegerAttr(1));
  auto loop = b.create<scf::ForOp>(zero, function.getArgument(0), one);
  b.create<func::ReturnOp>();
  b.setInsertionPointToStart(loop.getBody());
  llvm::SmallVector<Value> arrays(llvm::drop_begin(function.getArguments()));
  writeNeuron(arrays, loop.getInductionVar());
}

/// An operation of the region, with the results that S3.2 fixes and LLVM does
/// not: the sign of zero in maxnum and minnum, a float that no int32 holds.
Value Writer::copy(Operation &op, IRMapping &map) {
  auto operand = [&](unsigned i) { return map.lookup(op.getOperand(i)); };
  auto isNan = [&](Value x) -> Value {
    return b.create<arith::CmpFOp>(arith::CmpFPredicate::UNO, x, x);
  };
  if (isa<arith::MaxNumFOp, arith::MinNumFOp>(op)) {
    Value x = operand(0), y = operand(1), both;
    if (isa<arith::MaxNumFOp>(op))
      both = b.create<arith::MaximumFOp>(x, y);
    else
      both = b.create<arith::MinimumFOp>(x, y);
    both = b.create<arith::SelectOp>(isNan(y), x, both);
    return b.create<arith::SelectOp>(isNan(x), y, both);
  }
  if (isa<arith::FPToSIOp>(op)) {
    auto limit = [&](float v) -> Value {
      return b.create<arith::ConstantOp>(b.getF32FloatAttr(v));
    };
    Value x = operand(0);
    Value inside = b.create<arith::AndIOp>(
        b.create<arith::CmpFOp>(arith::CmpFPredicate::OGE, x, limit(-0x1p31f)),
        b.create<arith::CmpFOp>(arith::CmpFPredicate::OLT, x, limit(0x1p31f)));
    Value safe = b.create<arith::SelectOp>(inside, x, limit(0));
    return b.create<arith::FPToSIOp>(b.getI32Type(), safe);
  }
  Operation *same = b.clone(op, map);
  // Promises about values (nsw, nnan, ...) are no part of S3.
  if (auto f = dyn_cast<arith::ArithFastMathInterface>(same))
    same->setAttr(f.getFastMathAttrName(),
                  arith::FastMathFlagsAttr::get(b.getContext(),
                                                arith::FastMathFlags::none));
  if (auto i = dyn_cast<arith::ArithIntegerOverflowFlagsInterface>(same))
    same->setAttr(i.getIntegerOverflowAttrName(),
                  arith::IntegerOverflowFlagsAttr::get(
                      b.getContext(), arith::IntegerOverflowFlags::none));
  return same->getResult(0);
}

void Writer::writeNeuron(llvm::ArrayRef<Value> arrays, Value index) {
  Block &body = model.getBody().front();
  IRMapping map;
  for (auto [argument, array] : llvm::zip(body.getArguments(), arrays))
    map.map(argument, b.create<LLVM::LoadOp>(b.getF32Type(),
                                             at(array, index, b.getF32Type())));
  for (Operation &op : body.without_terminator())
    map.map(op.getResult(0), copy(op, map));
  auto yield = cast<YieldOp>(body.back());
  for (auto [k, state] : llvm::enumerate(yield.getStates()))
    b.create<LLVM::StoreOp>(
        map.lookup(state),
        at(arrays[model.numReceptors() + k], index, b.getF32Type()));
  if (Value spike = yield.getSpike())
    b.create<LLVM::StoreOp>(
        b.create<arith::ExtUIOp>(b.getI8Type(), map.lookup(spike)),
        at(arrays.back(), index, b.getI8Type()));
}

void Writer::writeEntry() {
  auto function = b.create<func::FuncOp>(
      symbol, b.getFunctionType({b.getI64Type(), pointer}, {}));
  OpBuilder::InsertionGuard guard(b);
  b.setInsertionPointToStart(function.addEntryBlock());
  llvm::SmallVector<Value> arguments{function.getArgument(0)};
  for (unsigned i = 0; i <= inputs(); ++i) {
    Value slot =
        b.create<LLVM::GEPOp>(pointer, pointer, function.getArgument(1),
                              llvm::ArrayRef<LLVM::GEPArg>{int32_t(i)});
    arguments.push_back(b.create<LLVM::LoadOp>(pointer, slot));
  }
  b.create<func::CallOp>(symbol + "_loop", TypeRange(), arguments);
  b.create<func::ReturnOp>();
}

/// The function `model` of a module.
static Expected<UpdateFunction> compile(ModuleOp module,
                                        target::NativeCode &code) {
  std::string key;
  llvm::raw_string_ostream(key) << module;
  void *function = code.find(key);
  if (!function) {
    if (failed(target::lowerToLLVM(module)))
      return makeError("SNN0650", {}, "a neuron model cannot be lowered");
    auto added = code.add(module, "model", key);
    if (!added)
      return added.takeError();
    function = *added;
  }
  return reinterpret_cast<UpdateFunction>(function);
}

FailureOr<std::unique_ptr<Regions>>
Regions::create(llvm::ArrayRef<NeuronOp> models,
                std::shared_ptr<target::NativeCode> code,
                DiagnosticSink &sink) {
  auto result = std::make_unique<Regions>();
  result->code = std::move(code);
  DialectRegistry registry;
  target::registerNativeDialects(registry);
  for (NeuronOp model : models) {
    // The list of operations with a rule is the reference's.
    if (failed(reference::RegionEvaluator::create(model)))
      return failure();
    MLIRContext *context = model->getContext();
    context->appendDialectRegistry(registry);
    context->loadAllAvailableDialects();
    OwningOpRef<ModuleOp> module = ModuleOp::create(UnknownLoc::get(context));
    Writer(*module, model, "model").write();
    auto function = compile(*module, *result->code);
    if (!function) {
      sink.report(function.takeError());
      return failure();
    }
    result->functions.push_back(*function);
  }
  return result;
}

/// Generated code carries no type hash in front of it, which UBSan's check of
/// function pointers would read.
#if defined(__clang__)
__attribute__((no_sanitize("function")))
#endif
void
callUpdate(UpdateFunction function, uint64_t neurons, void *const *arrays) {
  function(neurons, arrays);
}

} // namespace snnc::cpu
