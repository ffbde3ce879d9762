//===- NeuronScaling.cpp - Is a model linear in its input's scale? --------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "compiler/SNN/NeuronScaling.h"

#include "mlir/IR/Matchers.h"
#include "llvm/ADT/DenseMap.h"
#include "llvm/ADT/TypeSwitch.h"

#include <cmath>

using namespace mlir;

namespace snnc::snn {

namespace {

/// sum of coefficient * unknown = constant, over the values' powers of s.
class PowerEquations {
public:
  explicit PowerEquations(Block &body) {
    for (Operation &op : body)
      for (Value result : op.getResults())
        if (result.getType().isF32())
          column.try_emplace(result, unsigned(column.size()));
    for (BlockArgument arg : body.getArguments())
      column.try_emplace(arg, unsigned(column.size()));
  }

  void equal(Value a, Value b) { add({{a, 1}, {b, -1}}, 0); }
  void fixed(Value a, int power) { add({{a, 1}}, power); }
  void product(Value result, Value a, Value b, int sign) {
    add({{result, 1}, {a, -1}, {b, double(-sign)}}, 0);
  }

  /// Gauss-Jordan; free unknowns become 0. False: contradiction.
  bool solve() {
    size_t n = column.size();
    std::vector<int> pivotRow(n, -1);
    size_t row = 0;
    for (size_t c = 0; c < n && row < rows.size(); ++c) {
      size_t best = row;
      while (best < rows.size() && std::abs(rows[best][c]) < 1e-9)
        ++best;
      if (best == rows.size())
        continue;
      std::swap(rows[row], rows[best]);
      eliminate(row, c);
      pivotRow[c] = int(row++);
    }
    for (size_t r = row; r < rows.size(); ++r)
      if (std::abs(rows[r][n]) > 1e-9)
        return false;
    powers.assign(n, 0.0);
    for (size_t c = 0; c < n; ++c)
      if (pivotRow[c] >= 0)
        powers[c] = rows[size_t(pivotRow[c])][n];
    return true;
  }

  double power(Value v) const { return powers[column.lookup(v)]; }

private:
  static bool isZero(Value v) {
    FloatAttr attr;
    return matchPattern(v, m_Constant(&attr)) && attr.getValue().isZero();
  }

  /// A literal 0 has any power, so equations with one say nothing.
  void add(std::initializer_list<std::pair<Value, double>> terms, int value) {
    for (auto &[v, coefficient] : terms)
      if (isZero(v))
        return;
    std::vector<double> equation(column.size() + 1, 0.0);
    for (auto &[v, coefficient] : terms)
      equation[column.lookup(v)] += coefficient;
    equation.back() = value;
    rows.push_back(std::move(equation));
  }

  void eliminate(size_t row, size_t c) {
    double pivot = rows[row][c];
    for (double &x : rows[row])
      x /= pivot;
    for (size_t r = 0; r < rows.size(); ++r) {
      double factor = r == row ? 0.0 : rows[r][c];
      if (factor == 0.0)
        continue;
      for (size_t k = 0; k < rows[r].size(); ++k)
        rows[r][k] -= factor * rows[row][k];
    }
  }

  llvm::DenseMap<Value, unsigned> column;
  std::vector<std::vector<double>> rows;
  std::vector<double> powers;
};

} // namespace

static void addEquations(PowerEquations &eq, Operation &op) {
  llvm::TypeSwitch<Operation *>(&op)
      .Case<arith::AddFOp, arith::SubFOp, arith::MaximumFOp, arith::MinimumFOp,
            arith::MaxNumFOp, arith::MinNumFOp>([&](Operation *o) {
        eq.equal(o->getResult(0), o->getOperand(0));
        eq.equal(o->getResult(0), o->getOperand(1));
      })
      .Case<arith::NegFOp, math::AbsFOp>([&](Operation *o) {
        eq.equal(o->getResult(0), o->getOperand(0));
      })
      .Case<arith::MulFOp>([&](arith::MulFOp o) {
        eq.product(o, o.getLhs(), o.getRhs(), 1);
      })
      .Case<arith::DivFOp>([&](arith::DivFOp o) {
        eq.product(o, o.getLhs(), o.getRhs(), -1);
      })
      .Case<arith::CmpFOp>(
          [&](arith::CmpFOp o) { eq.equal(o.getLhs(), o.getRhs()); })
      .Case<arith::SelectOp>([&](arith::SelectOp o) {
        if (!o.getType().isF32())
          return;
        eq.equal(o.getResult(), o.getTrueValue());
        eq.equal(o.getResult(), o.getFalseValue());
      })
      .Default([&](Operation *o) {
        // Constants and functions: plain numbers.
        for (Value operand : o->getOperands())
          if (operand.getType().isF32())
            eq.fixed(operand, 0);
        for (Value result : o->getResults())
          if (result.getType().isF32())
            eq.fixed(result, 0);
      });
}

std::optional<ScaleDegrees> inferScaleDegrees(NeuronOp model) {
  Block &body = model.getBody().front();
  PowerEquations eq(body);
  for (unsigned r = 0; r < model.numReceptors(); ++r)
    eq.fixed(body.getArgument(r), 1);
  auto yield = cast<YieldOp>(body.back());
  for (Operation &op : body.without_terminator())
    addEquations(eq, op);
  for (unsigned k = 0; k < model.numStates(); ++k)
    eq.equal(model.stateArg(k), yield.getStates()[k]);
  if (!eq.solve())
    return std::nullopt;
  ScaleDegrees degrees;
  auto integral = [&](Value v, llvm::SmallVectorImpl<int> &out) {
    double power = eq.power(v);
    out.push_back(int(std::lround(power)));
    return std::abs(power - std::round(power)) < 1e-6;
  };
  bool ok = true;
  for (unsigned k = 0; k < model.numStates(); ++k)
    ok &= integral(model.stateArg(k), degrees.states);
  for (unsigned j = 0; j < model.numParams(); ++j)
    ok &= integral(model.paramArg(j), degrees.params);
  return ok ? std::optional(degrees) : std::nullopt;
}

} // namespace snnc::snn
