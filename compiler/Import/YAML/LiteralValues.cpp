//===- LiteralValues.cpp - What literals alone come to --------------------===//
//
// Part of the snnc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "compiler/Import/YAML/LiteralValues.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/IR/Matchers.h"
#include "llvm/ADT/TypeSwitch.h"

#include <algorithm>
#include <cmath>
#include <fmt/format.h>

using namespace mlir;

namespace snnc::yaml {

std::optional<float> LiteralValues::of(Value value) const {
  FloatAttr attr;
  if (matchPattern(value, m_Constant(&attr)) && attr.getType().isF32())
    return attr.getValue().convertToFloat();
  auto found = known.find(value);
  return found == known.end() ? std::nullopt : std::optional(found->second);
}

/// Nothing for an operation that is not of arithmetic alone.
static std::optional<float> valueOf(Operation *op, float x, float y) {
  return llvm::TypeSwitch<Operation *, std::optional<float>>(op)
      .Case<arith::AddFOp>([&](auto) { return x + y; })
      .Case<arith::SubFOp>([&](auto) { return x - y; })
      .Case<arith::MulFOp>([&](auto) { return x * y; })
      .Case<arith::DivFOp>([&](auto) { return x / y; })
      .Case<arith::NegFOp>([&](auto) { return -x; })
      .Case<arith::MinimumFOp>([&](auto) { return std::min(x, y); })
      .Case<arith::MaximumFOp>([&](auto) { return std::max(x, y); })
      .Case<math::AbsFOp>([&](auto) { return std::abs(x); })
      .Case<math::SqrtOp>([&](auto) { return std::sqrt(x); })
      .Case<math::ExpOp>([&](auto) { return std::exp(x); })
      .Case<math::LogOp>([&](auto) { return std::log(x); })
      .Default([](auto) { return std::nullopt; });
}

std::string LiteralValues::note(Value value) {
  Operation *op = value.getDefiningOp();
  if (!op || op->getNumOperands() == 0 || op->getNumOperands() > 2)
    return "";
  std::optional<float> x = of(op->getOperand(0));
  std::optional<float> y = of(op->getOperands().back());
  if (isa<arith::DivFOp>(op) && y == 0.0f)
    return "it divides by 0";
  if (!x || !y)
    return "";
  std::optional<float> result = valueOf(op, *x, *y);
  if (!result)
    return "";
  if (!std::isfinite(*result))
    return fmt::format("it is {}", std::isnan(*result) ? "nan"
                                   : *result > 0       ? "inf"
                                                       : "-inf");
  known[value] = *result;
  return "";
}

} // namespace snnc::yaml
