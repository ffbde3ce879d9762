//===- NeuronScaling.cpp - Is a model linear in its input's scale? --------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "compiler/SNN/NeuronScaling.h"

#include "mlir/IR/Matchers.h"
#include "llvm/ADT/DenseMap.h"
#include "llvm/ADT/TypeSwitch.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <numeric>
#include <set>

using namespace mlir;

namespace snnc::snn {

namespace {

/// The powers of s that a model's values have. Columns are the results of the
/// operations in their order, then the arguments; every value that is free
/// gets power 0, the later of two first. Equal values share one unknown, the
/// last of them, and what is known is put in at once, so the work is in
/// proportion to the operations but for products of unknowns.
class PowerEquations {
public:
  explicit PowerEquations(Block &body) {
    for (Operation &op : body)
      for (Value result : op.getResults())
        if (result.getType().isF32())
          column.try_emplace(result, unsigned(column.size()));
    for (BlockArgument arg : body.getArguments())
      column.try_emplace(arg, unsigned(column.size()));
    leader.resize(column.size());
    std::iota(leader.begin(), leader.end(), 0u);
  }

  void equal(Value a, Value b) {
    if (isZero(a) || isZero(b))
      return;
    unsigned x = find(column.lookup(a)), y = find(column.lookup(b));
    leader[std::min(x, y)] = std::max(x, y);
  }
  void fixed(Value a, int power) {
    if (!isZero(a))
      known.push_back({{{column.lookup(a), 1.0}}, double(power)});
  }
  void product(Value result, Value a, Value b, int sign) {
    if (isZero(result) || isZero(a) || isZero(b))
      return;
    products.push_back({{{column.lookup(result), 1.0},
                         {column.lookup(a), -1.0},
                         {column.lookup(b), double(-sign)}},
                        0});
  }

  /// Reduced row echelon form, built row by row: pivots are leftmost, so it is
  /// the one there is. False: a contradiction, or more than kMostEntries.
  bool solve() {
    // What is known first: most rows then have one unknown at most.
    for (const std::vector<Row> *part : {&known, &products})
      for (const Row &equation : *part)
        if (!insert(equation))
          return false;
    return true;
  }

  /// Free unknowns are 0.
  double power(Value v) {
    auto it = rows.find(find(column.lookup(v)));
    return it == rows.end() ? 0.0 : it->second.value;
  }

private:
  static constexpr size_t kMostEntries = size_t(1) << 20;
  static constexpr double kNone = 1e-9;

  /// sum of coefficient * unknown = value
  struct Row {
    std::map<unsigned, double> terms;
    double value = 0;
    Row(std::initializer_list<std::pair<unsigned, double>> list, double value)
        : value(value) {
      for (auto [c, coefficient] : list)
        terms[c] += coefficient;
    }
  };

  static bool isZero(Value v) { // a literal 0 has any power: it says nothing
    FloatAttr attr;
    return matchPattern(v, m_Constant(&attr)) && attr.getValue().isZero();
  }

  unsigned find(unsigned x) {
    while (leader[x] != x)
      x = leader[x] = leader[leader[x]];
    return x;
  }

  /// row += factor * other; `users` follows.
  void addTo(Row &row, std::optional<unsigned> pivot, const Row &other,
             double factor) {
    row.value += factor * other.value;
    for (auto [c, coefficient] : other.terms) {
      double &sum = row.terms[c];
      sum += factor * coefficient;
      bool gone = std::abs(sum) < kNone;
      if (gone)
        row.terms.erase(c);
      if (pivot && gone)
        users[c].erase(*pivot);
      else if (pivot)
        users[c].insert(*pivot);
    }
  }

  bool insert(const Row &equation) {
    Row row({}, equation.value);
    for (auto [c, coefficient] : equation.terms) {
      unsigned x = find(c);
      auto pivot = rows.find(x);
      if (pivot == rows.end())
        addTo(row, {}, Row({{x, 1.0}}, 0), coefficient);
      else // x = value - the others of its row
        addTo(row, {}, negated(pivot->second, x), coefficient);
    }
    if (row.terms.empty())
      return std::abs(row.value) < kNone;
    auto [pivot, scale] = *row.terms.begin();
    for (auto &[c, coefficient] : row.terms)
      coefficient /= scale;
    row.value /= scale;
    // Out of the other rows.
    for (unsigned user : std::set<unsigned>(std::move(users[pivot]))) {
      Row &other = rows.at(user);
      entries -= other.terms.size();
      addTo(other, user, row, -other.terms.at(pivot));
      entries += other.terms.size();
    }
    users.erase(pivot);
    for (auto [c, coefficient] : row.terms)
      if (c != pivot)
        users[c].insert(pivot);
    entries += row.terms.size();
    rows.emplace(pivot, std::move(row));
    return entries <= kMostEntries;
  }

  /// The pivot x in terms of the others: terms and value of "x = ...", with
  /// the value's sign as addTo wants it.
  static Row negated(const Row &row, unsigned x) {
    Row result({}, -row.value);
    for (auto [c, coefficient] : row.terms)
      if (c != x)
        result.terms[c] = -coefficient;
    return result;
  }

  llvm::DenseMap<Value, unsigned> column;
  std::vector<unsigned> leader;
  std::vector<Row> known, products;
  std::map<unsigned, Row> rows;                 ///< by pivot
  std::map<unsigned, std::set<unsigned>> users; ///< rows that name a column
  size_t entries = 0;
};

} // namespace

static void addEquations(PowerEquations &eq, Operation &op) {
  llvm::TypeSwitch<Operation *>(&op)
      .Case<arith::AddFOp, arith::SubFOp, arith::MaximumFOp, arith::MinimumFOp,
            arith::MaxNumFOp, arith::MinNumFOp>([&](Operation *o) {
        eq.equal(o->getResult(0), o->getOperand(0));
        eq.equal(o->getResult(0), o->getOperand(1));
      })
      .Case<arith::NegFOp, math::AbsFOp>(
          [&](Operation *o) { eq.equal(o->getResult(0), o->getOperand(0)); })
      .Case<arith::MulFOp>(
          [&](arith::MulFOp o) { eq.product(o, o.getLhs(), o.getRhs(), 1); })
      .Case<arith::DivFOp>(
          [&](arith::DivFOp o) { eq.product(o, o.getLhs(), o.getRhs(), -1); })
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

std::optional<ScaleDegrees>
inferScaleDegrees(NeuronOp model, llvm::ArrayRef<std::optional<int>> receptors,
                  llvm::ArrayRef<bool> drawn) {
  Block &body = model.getBody().front();
  PowerEquations eq(body);
  for (unsigned r = 0; r < model.numReceptors(); ++r)
    if (receptors[r])
      eq.fixed(body.getArgument(r), *receptors[r]);
  for (auto [j, isDrawn] : llvm::enumerate(drawn))
    if (isDrawn)
      eq.fixed(model.paramArg(unsigned(j)), 0);
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
