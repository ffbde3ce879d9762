//===- RegionEvaluator.cpp - A neuron model, evaluated --------------------===//
//
// Part of the snnc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "compiler/Reference/RegionEvaluator.h"

#include "compiler/Support/Report.h"

#include "mlir/IR/Matchers.h"
#include "llvm/ADT/DenseMap.h"
#include "llvm/ADT/TypeSwitch.h"

#include <algorithm>
#include <bit>
#include <cmath>

using namespace mlir;
using namespace snnc::snn;

namespace snnc::reference {

//===----------------------------------------------------------------------===//
// From the region to instructions
//===----------------------------------------------------------------------===//

struct RegionEvaluator::Compiler {
  RegionEvaluator &out;
  llvm::DenseMap<Value, uint16_t> slots;

  explicit Compiler(RegionEvaluator &out) : out(out) {}

  uint16_t define(Value value) {
    bool isBit = value.getType().isInteger(1);
    uint16_t &next = isBit ? out.bitSlots : out.floatSlots;
    slots[value] = next;
    return next++;
  }

  void emit(Operation *op, Code code, uint8_t predicate = 0) {
    Instruction instruction{code, predicate, 0, 0, 0, 0};
    uint16_t *operands[] = {&instruction.a, &instruction.b, &instruction.c};
    for (auto [i, operand] : llvm::enumerate(op->getOperands()))
      *operands[i] = slots.lookup(operand);
    instruction.result = define(op->getResult(0));
    out.instructions.push_back(instruction);
    out.operations.push_back(op);
  }

  LogicalResult constant(arith::ConstantOp op) {
    uint16_t slot = define(op);
    if (auto number = dyn_cast<FloatAttr>(op.getValue()))
      out.floatConstants.emplace_back(slot, number.getValue().convertToFloat());
    else if (op.getType().isInteger(32))
      out.floatConstants.emplace_back(
          slot, std::bit_cast<float>(
                    int32_t(cast<IntegerAttr>(op.getValue()).getInt())));
    else
      out.bitConstants.emplace_back(
          slot, cast<IntegerAttr>(op.getValue()).getValue().getBoolValue());
    return success();
  }

  LogicalResult refuse(Operation *op) {
    InFlightDiagnostic diag =
        report(op, "SNN0702")
        << "the neuron model '" << op->getParentOfType<NeuronOp>().getSymName()
        << "' uses '" << op->getName() << "', which has no float32 rule here";
    attachHelp(diag) << "write it with add, sub, mul, div, neg, min, "
                        "max, sqrt, compare and select (docs/semantics.md "
                        "S3.2); run snn-expand-math for exp and log";
    return failure();
  }

  /// Operations on i1 that have no rule for i32, and the reverse.
  LogicalResult onlyBit(Operation *op, Code code) {
    if (!op->getOperand(0).getType().isInteger(1))
      return refuse(op);
    emit(op, code);
    return success();
  }
  LogicalResult onlyWord(Operation *op, Code code) {
    if (!op->getResult(0).getType().isInteger(32))
      return refuse(op);
    emit(op, code);
    return success();
  }
  /// S3.6: by a literal of 0 to 31, so that every backend agrees.
  LogicalResult shift(Operation *op, Code code) {
    IntegerAttr amount;
    if (!matchPattern(op->getOperand(1), m_Constant(&amount)) ||
        amount.getValue().uge(32))
      return refuse(op);
    return onlyWord(op, code);
  }

  LogicalResult compile(Operation &op) {
    auto simple = [&](Code code) {
      emit(&op, code);
      return success();
    };
    return llvm::TypeSwitch<Operation *, LogicalResult>(&op)
        .Case<arith::ConstantOp>([&](auto o) { return constant(o); })
        .Case<arith::AddFOp>([&](auto) { return simple(Code::Add); })
        .Case<arith::SubFOp>([&](auto) { return simple(Code::Sub); })
        .Case<arith::MulFOp>([&](auto) { return simple(Code::Mul); })
        .Case<arith::DivFOp>([&](auto) { return simple(Code::Div); })
        .Case<arith::NegFOp>([&](auto) { return simple(Code::Neg); })
        .Case<arith::MaximumFOp>([&](auto) { return simple(Code::Max); })
        .Case<arith::MinimumFOp>([&](auto) { return simple(Code::Min); })
        .Case<arith::MaxNumFOp>([&](auto) { return simple(Code::MaxNum); })
        .Case<arith::MinNumFOp>([&](auto) { return simple(Code::MinNum); })
        .Case<math::SqrtOp>([&](auto) { return simple(Code::Sqrt); })
        .Case<arith::BitcastOp>([&](auto) { return simple(Code::Copy); })
        .Case<arith::AddIOp>([&](Operation *o) {
          return onlyWord(o, Code::AddInt);
        })
        .Case<arith::SubIOp>([&](Operation *o) {
          return onlyWord(o, Code::SubInt);
        })
        .Case<arith::ShLIOp>([&](Operation *o) {
          return shift(o, Code::ShiftLeft);
        })
        .Case<arith::ShRSIOp>([&](Operation *o) {
          return shift(o, Code::ShiftRight);
        })
        .Case<arith::FPToSIOp>([&](Operation *o) {
          return onlyWord(o, Code::ToInt);
        })
        .Case<arith::AndIOp>([&](arith::AndIOp o) {
          return simple(o.getType().isInteger(1) ? Code::And : Code::AndInt);
        })
        .Case<arith::OrIOp>([&](Operation *o) { return onlyBit(o, Code::Or); })
        .Case<arith::XOrIOp>(
            [&](Operation *o) { return onlyBit(o, Code::Xor); })
        .Case<arith::UIToFPOp>(
            [&](Operation *o) { return onlyBit(o, Code::BitToFloat); })
        .Case<arith::SIToFPOp>([&](arith::SIToFPOp o) {
          bool isBit = o.getIn().getType().isInteger(1);
          return simple(isBit ? Code::BitToSigned : Code::FromInt);
        })
        .Case<arith::CmpFOp>([&](arith::CmpFOp o) {
          emit(o, Code::Compare, uint8_t(o.getPredicate()));
          return success();
        })
        .Case<arith::SelectOp>([&](arith::SelectOp o) {
          bool isBit = o.getType().isInteger(1);
          emit(o, isBit ? Code::SelectBit : Code::Select);
          return success();
        })
        .Default([&](Operation *o) { return refuse(o); });
  }
};

FailureOr<RegionEvaluator> RegionEvaluator::create(NeuronOp model) {
  RegionEvaluator result;
  result.model = model;
  Compiler compiler(result);
  Block &body = model.getBody().front();
  // Slots are 16-bit numbers; a region that large is a mistake.
  if (body.getOperations().size() + body.getNumArguments() > 60000)
    return report(model, "SNN0702")
           << "the neuron model has " << body.getOperations().size()
           << " operations, the interpreter takes 60000";
  for (BlockArgument argument : body.getArguments())
    compiler.define(argument);
  for (Operation &op : body.without_terminator())
    if (failed(compiler.compile(op)))
      return failure();
  auto yield = cast<YieldOp>(body.back());
  for (Value state : yield.getStates())
    result.nextStates.push_back(compiler.slots.lookup(state));
  if (Value spike = yield.getSpike())
    result.spikeSlot = compiler.slots.lookup(spike);
  return result;
}

//===----------------------------------------------------------------------===//
// Evaluation. S3.1: every operation rounds to float32, in the written order;
// this library is compiled with -ffp-contract=off.
//===----------------------------------------------------------------------===//

/// S3.2: a NaN operand gives NaN, and -0 is less than +0.
static float maximum(float a, float b) {
  if (std::isnan(a) || std::isnan(b))
    return a + b;
  if (a == b)
    return std::signbit(a) ? b : a;
  return a > b ? a : b;
}
static float minimum(float a, float b) {
  if (std::isnan(a) || std::isnan(b))
    return a + b;
  if (a == b)
    return std::signbit(a) ? a : b;
  return a < b ? a : b;
}
/// S3.2: a NaN operand loses against a number.
static float maximumNumber(float a, float b) {
  return std::isnan(a) ? b : std::isnan(b) ? a : maximum(a, b);
}
static float minimumNumber(float a, float b) {
  return std::isnan(a) ? b : std::isnan(b) ? a : minimum(a, b);
}

/// S3.3. The names are arith's: o... is false, u... is true for NaN.
static bool compare(arith::CmpFPredicate predicate, float a, float b) {
  using P = arith::CmpFPredicate;
  bool unordered = std::isnan(a) || std::isnan(b);
  switch (predicate) {
  case P::AlwaysFalse:
    return false;
  case P::OEQ:
    return a == b;
  case P::OGT:
    return a > b;
  case P::OGE:
    return a >= b;
  case P::OLT:
    return a < b;
  case P::OLE:
    return a <= b;
  case P::ONE:
    return !unordered && a != b;
  case P::ORD:
    return !unordered;
  case P::UEQ:
    return unordered || a == b;
  case P::UGT:
    return unordered || a > b;
  case P::UGE:
    return unordered || a >= b;
  case P::ULT:
    return unordered || a < b;
  case P::ULE:
    return unordered || a <= b;
  case P::UNE:
    return a != b;
  case P::UNO:
    return unordered;
  case P::AlwaysTrue:
    return true;
  }
  return false;
}

template <typename T, typename Function, typename... Operands>
static void forEach(size_t count, T *result, Function function,
                    const Operands *...operands) {
  for (size_t i = 0; i < count; ++i)
    result[i] = T(function(operands[i]...));
}

void RegionEvaluator::runBlock(const Instruction &in, size_t count,
                               float *floats, uint8_t *bits) const {
  auto f = [&](uint16_t slot) { return floats + size_t(slot) * kBlock; };
  auto b = [&](uint16_t slot) { return bits + size_t(slot) * kBlock; };
  auto binary = [&](auto function) {
    forEach(count, f(in.result), function, f(in.a), f(in.b));
  };
  auto words = [&](auto function) {
    forEach(
        count, f(in.result),
        [&](float x, float y) {
          return std::bit_cast<float>(
              function(std::bit_cast<uint32_t>(x), std::bit_cast<uint32_t>(y)));
        },
        f(in.a), f(in.b));
  };
  auto logic = [&](auto function) {
    forEach(count, b(in.result), function, b(in.a), b(in.b));
  };
  auto predicate = arith::CmpFPredicate(in.predicate);
  switch (in.code) {
  case Code::Add:
    return binary([](float x, float y) { return x + y; });
  case Code::Sub:
    return binary([](float x, float y) { return x - y; });
  case Code::Mul:
    return binary([](float x, float y) { return x * y; });
  case Code::Div:
    return binary([](float x, float y) { return x / y; });
  case Code::Neg:
    return forEach(count, f(in.result), [](float x) { return -x; }, f(in.a));
  case Code::Max:
    return binary(maximum);
  case Code::Min:
    return binary(minimum);
  case Code::MaxNum:
    return binary(maximumNumber);
  case Code::MinNum:
    return binary(minimumNumber);
  case Code::Compare:
    return forEach(
        count, b(in.result),
        [=](float x, float y) { return compare(predicate, x, y); }, f(in.a),
        f(in.b));
  // arith.select's operands: condition, value if true, value if false.
  case Code::Select:
    return forEach(
        count, f(in.result),
        [](uint8_t c, float x, float y) { return c ? x : y; }, b(in.a), f(in.b),
        f(in.c));
  case Code::SelectBit:
    return forEach(
        count, b(in.result),
        [](uint8_t c, uint8_t x, uint8_t y) { return c ? x : y; }, b(in.a),
        b(in.b), b(in.c));
  case Code::And:
    return logic([](uint8_t x, uint8_t y) { return x & y; });
  case Code::Or:
    return logic([](uint8_t x, uint8_t y) { return x | y; });
  case Code::Xor:
    return logic([](uint8_t x, uint8_t y) { return x ^ y; });
  case Code::Sqrt:
    return forEach(
        count, f(in.result), [](float x) { return std::sqrt(x); }, f(in.a));
  case Code::Copy:
    return forEach(count, f(in.result), [](float x) { return x; }, f(in.a));
  case Code::AddInt:
    return words([](uint32_t x, uint32_t y) { return x + y; });
  case Code::SubInt:
    return words([](uint32_t x, uint32_t y) { return x - y; });
  case Code::AndInt:
    return words([](uint32_t x, uint32_t y) { return x & y; });
  case Code::ShiftLeft:
    return words([](uint32_t x, uint32_t y) { return x << y; });
  case Code::ShiftRight:
    return words(
        [](uint32_t x, uint32_t y) { return uint32_t(int32_t(x) >> y); });
  case Code::ToInt:
    return forEach(
        count, f(in.result),
        [](float x) {
          bool inside = x >= -2147483648.0f && x < 2147483648.0f;
          return std::bit_cast<float>(inside ? int32_t(x) : 0);
        },
        f(in.a));
  case Code::FromInt:
    return forEach(
        count, f(in.result),
        [](float x) { return float(std::bit_cast<int32_t>(x)); }, f(in.a));
  case Code::BitToFloat:
    return forEach(
        count, f(in.result), [](uint8_t x) { return x ? 1.0f : 0.0f; },
        b(in.a));
  case Code::BitToSigned:
    return forEach(
        count, f(in.result), [](uint8_t x) { return x ? -1.0f : 0.0f; },
        b(in.a));
  }
}

void RegionEvaluator::run(size_t neurons,
                          std::span<const float *const> receptors,
                          std::span<float *const> states,
                          std::span<const float *const> params,
                          uint8_t *spikes) const {
  std::vector<float> floats(size_t(floatSlots) * kBlock);
  std::vector<uint8_t> bits(size_t(bitSlots) * kBlock);
  for (auto [slot, value] : floatConstants)
    std::fill_n(&floats[size_t(slot) * kBlock], kBlock, value);
  for (auto [slot, value] : bitConstants)
    std::fill_n(&bits[size_t(slot) * kBlock], kBlock, value);

  for (size_t first = 0; first < neurons; first += kBlock) {
    size_t count = std::min(kBlock, neurons - first);
    float *slot = floats.data();
    auto load = [&](const float *values) {
      std::copy_n(values + first, count, slot);
      slot += kBlock;
    };
    for (const float *values : receptors)
      load(values);
    for (const float *values : states)
      load(values);
    for (const float *values : params)
      load(values);
    for (const Instruction &instruction : instructions)
      runBlock(instruction, count, floats.data(), bits.data());
    for (size_t k = 0; k < nextStates.size(); ++k)
      std::copy_n(&floats[size_t(nextStates[k]) * kBlock], count,
                  states[k] + first);
    if (spikeSlot >= 0)
      std::copy_n(&bits[size_t(spikeSlot) * kBlock], count, spikes + first);
  }
}

} // namespace snnc::reference
