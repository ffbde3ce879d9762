//===- NeuronCycles.cpp - Cycles of one neuron in one tick ----------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "planner/NeuronCycles.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/IR/Matchers.h"
#include "llvm/ADT/DenseMap.h"
#include "llvm/ADT/DenseSet.h"
#include "llvm/ADT/STLExtras.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <map>
#include <queue>
#include <tuple>

using namespace mlir;

namespace snnc::fabric {

namespace {

/// Core cycles of one neuron and tick, in a loop that updates groups of four
/// (passes/Program/NeuronLoop.h).
struct NeuronCosts {
  double loop = 1.7;        ///< its share of the turn
  double receptor = 4;      ///< take a sum, make it a float, clear it
  double array = 1.25;      ///< load or store a float of its own
  double pointer = 1.4;     ///< the same beyond kGroupPlaces arrays, on top
  double move = 1.5;        ///< a sum or state that becomes another state
  double simple = 1.17;     ///< float +, -, *, negation; now and then a wait
  double divide = 14;       ///< also a square root
  double whole = 1.3;       ///< integers, and between them and floats
  double branch = 3;        ///< compare and jump: the spike
  double flag = 5;          ///< compare into a register, for and, or
  double select = 4.2;      ///< compare and move; min, max with a number
  double limitAny = 14.2;   ///< min, max of two that differ between neurons
  double crowd = 3;         ///< a group of four that no register is left for
  double spike = 10.3;      ///< mark it
  double send = 16;         ///< its packet
  double spikingGroup = 40; ///< the other side of the branch, for all four
  double record = 7;        ///< copy a state into the record window
  double margin = 1.15;     ///< worst: measured updates are below this
  double clear = 2;         ///< of a receptor's, clear it: serial cores only
  double single = 8;        ///< a neuron behind the last group, on top
  double tick = 215;        ///< what a core does once a tick
  double tickState = 42;    ///< on top, for each state behind the first
  double tickMost = 500;    ///< worst: the same, and to begin with packets
};

/// Neurons of a group, float registers less those of passing results, and
/// arrays that are loaded as groups (backends/spinnaker2/S2/S2.h).
constexpr unsigned kGroup = 4, kRegisters = 29, kPlaces = 7;

/// The region as the compiler leaves it where no neuron of a group spikes:
/// what is written twice is computed once, what is the same for all neurons
/// outside of the loop, and what only a spike needs not at all.
class SilentRegion {
public:
  SilentRegion(snn::NeuronOp model, ArrayRef<bool> uniform);
  double cycles(const NeuronCosts &costs);

private:
  void fold(Operation &op);
  void keep();
  void keepOperands(Operation *op, DenseSet<Value> &wanted, bool silent);
  SmallVector<Value, 3> operandsOf(Operation *op) const;
  bool inLoop(Value value) const { return !outside.contains(value); }
  bool decidesSpike(Value condition);
  double costOf(Operation *op, const NeuronCosts &costs);
  double compareCost(Operation *op, const NeuronCosts &costs);
  double limitCost(Operation *op, const NeuronCosts &costs);
  double arrayCost(const NeuronCosts &costs);
  unsigned crowded();

  Value once(Value value) const {
    auto it = first.find(value);
    return it == first.end() ? value : it->second;
  }
  Value quiet(Value value) const {
    auto it = unspiked.find(value);
    return it == unspiked.end() ? value : it->second;
  }

  snn::NeuronOp model;
  Value spike;                ///< null: none
  SmallVector<Value> results; ///< of the states
  SmallVector<Operation *> ops;
  DenseMap<Value, Value> first;    ///< of those that compute the same
  DenseMap<Value, Value> unspiked; ///< what a select is without a spike
  DenseSet<Value> never;           ///< bits that only a spike sets
  DenseSet<Value> outside;         ///< the same for all neurons
  DenseSet<Value> early, late;     ///< before the branch, behind it
  DenseMap<Value, SmallVector<Operation *, 2>> users; ///< of kept operations
  DenseMap<Value, bool> forSpike;                     ///< decidesSpike()
  std::map<std::tuple<const void *, const void *, std::vector<const void *>>,
           Value>
      known;
};

SilentRegion::SilentRegion(snn::NeuronOp model, ArrayRef<bool> uniform)
    : model(model) {
  Block &block = model.getBody().front();
  unsigned before = model.numReceptors() + model.numStates();
  for (auto [j, same] : llvm::enumerate(uniform))
    if (same)
      outside.insert(block.getArgument(before + unsigned(j)));
  for (Operation &op : block.without_terminator())
    fold(op);
  auto yield = cast<snn::YieldOp>(block.getTerminator());
  if (yield.getSpike())
    never.insert(spike = once(yield.getSpike()));
  for (Operation *op : ops) {
    Value result = op->getResult(0);
    auto isNever = [&](Value v) { return never.contains(once(v)); };
    if (auto select = dyn_cast<arith::SelectOp>(op);
        select && isNever(select.getCondition()))
      unspiked[result] = quiet(once(select.getFalseValue()));
    else if (isa<arith::AndIOp>(op) && llvm::any_of(op->getOperands(), isNever))
      never.insert(result);
  }
  for (Value state : yield.getStates())
    results.push_back(quiet(once(state)));
  keep();
}

void SilentRegion::fold(Operation &op) {
  std::vector<const void *> operands;
  bool same = true;
  for (Value operand : op.getOperands()) {
    operands.push_back(once(operand).getAsOpaquePointer());
    same &= outside.contains(once(operand));
  }
  auto [it, isNew] = known.try_emplace(
      {op.getName().getAsOpaquePointer(),
       op.getAttrDictionary().getAsOpaquePointer(), std::move(operands)},
      op.getResult(0));
  if (!isNew) {
    first[op.getResult(0)] = it->second;
    return;
  }
  ops.push_back(&op);
  if (same)
    outside.insert(op.getResult(0));
}

SmallVector<Value, 3> SilentRegion::operandsOf(Operation *op) const {
  bool silent = !early.contains(op->getResult(0));
  SmallVector<Value, 3> values;
  for (Value operand : op->getOperands())
    values.push_back(silent ? quiet(once(operand)) : once(operand));
  return values;
}

/// Leaves what the spike and the states need, and notes who uses what.
void SilentRegion::keep() {
  if (spike)
    early.insert(spike);
  late.insert(results.begin(), results.end());
  for (Operation *op : llvm::reverse(ops)) {
    if (early.contains(op->getResult(0)))
      for (Value operand : op->getOperands())
        early.insert(once(operand));
    if (late.contains(op->getResult(0)))
      for (Value operand : op->getOperands())
        late.insert(quiet(once(operand)));
  }
  llvm::erase_if(ops, [&](Operation *op) {
    Value result = op->getResult(0);
    return !inLoop(result) ||
           (!early.contains(result) && !late.contains(result));
  });
  for (Operation *op : ops)
    for (Value operand : operandsOf(op))
      users[operand].push_back(op);
}

/// Whether a bit is needed as such: not where selects alone use it, or `and`,
/// `or` of which that holds.
bool SilentRegion::decidesSpike(Value condition) {
  auto it = forSpike.find(condition);
  return it == forSpike.end() || it->second;
}

static bool isBit(Operation *op) {
  return op->getResult(0).getType().isInteger(1) && !isa<arith::CmpFOp>(op);
}

double SilentRegion::compareCost(Operation *op, const NeuronCosts &costs) {
  bool logic = llvm::any_of(users[op->getResult(0)], [](Operation *user) {
    return !isa<arith::SelectOp>(user);
  });
  double branch = op->getResult(0) == spike ? costs.branch : 0;
  if (!logic)
    return branch; // or where it is used
  return branch + (decidesSpike(op->getResult(0)) ? costs.flag : costs.select);
}

double SilentRegion::limitCost(Operation *op, const NeuronCosts &costs) {
  SmallVector<Value, 3> values = operandsOf(op);
  auto negates = [](Value x, Value y) {
    auto negation = x.getDefiningOp<arith::NegFOp>();
    return negation && negation.getOperand() == y;
  };
  if (negates(values[0], values[1]) || negates(values[1], values[0]))
    return 0; // an absolute value, the negation's place
  // As passes/Program/Limits.cpp.
  auto isFixed = [&](Value v) {
    return outside.contains(v) &&
           (isa<BlockArgument>(v) || matchPattern(v, m_Constant()));
  };
  if (llvm::any_of(values, isFixed))
    return costs.select;
  bool same = llvm::any_of(values, [&](Value v) { return !inLoop(v); });
  return same ? 2 * costs.select : costs.limitAny;
}

double SilentRegion::costOf(Operation *op, const NeuronCosts &costs) {
  if (isa<arith::AddFOp, arith::SubFOp, arith::MulFOp, arith::NegFOp>(op))
    return costs.simple;
  if (isa<arith::DivFOp, math::SqrtOp>(op))
    return costs.divide;
  if (isa<arith::CmpFOp>(op))
    return compareCost(op, costs);
  if (auto select = dyn_cast<arith::SelectOp>(op)) {
    // Of a bit of several comparisons: each of them moves.
    Operation *condition = operandsOf(op)[0].getDefiningOp();
    return condition && isBit(condition) &&
                   !decidesSpike(condition->getResult(0))
               ? 0
               : costs.select;
  }
  if (isa<arith::MaximumFOp, arith::MinimumFOp, arith::MaxNumFOp,
          arith::MinNumFOp>(op))
    return limitCost(op, costs);
  if (isBit(op))
    return op->getResult(0) == spike ? costs.branch : 0;
  return costs.whole;
}

/// Sums, states and parameters that are not the same for all neurons.
double SilentRegion::arrayCost(const NeuronCosts &costs) {
  Block &block = model.getBody().front();
  unsigned receptors = model.numReceptors(), states = model.numStates();
  unsigned places = receptors + states;
  double cost = receptors * costs.receptor + states * costs.array;
  for (BlockArgument argument : block.getArguments().drop_front(receptors)) {
    unsigned number = argument.getArgNumber();
    bool isState = number < receptors + states;
    bool isUsed = !users[argument].empty() ||
                  llvm::is_contained(results, Value(argument));
    if (isState ? isUsed : !outside.contains(argument))
      cost += costs.array;
    places += !isState && !outside.contains(argument);
  }
  for (auto [k, result] : llvm::enumerate(results))
    if (auto argument = dyn_cast<BlockArgument>(result);
        argument && argument.getArgNumber() != receptors + k)
      cost += costs.move;
  return cost + costs.pointer * (places > kPlaces ? places - kPlaces : 0);
}

/// Groups of floats that no register is left for, when arrays are loaded one
/// after the other and everything is computed as soon as it can be.
unsigned SilentRegion::crowded() {
  Block &block = model.getBody().front();
  DenseMap<Value, unsigned> uses, missing;
  DenseMap<Operation *, unsigned> order;
  DenseSet<Value> fixed, alive;
  std::priority_queue<unsigned, std::vector<unsigned>, std::greater<>> ready;
  auto isFloat = [](Value v) { return v.getType().isF32(); };
  for (auto [i, op] : llvm::enumerate(ops)) {
    order[op] = unsigned(i);
    unsigned waits = 0;
    for (Value operand : operandsOf(op)) {
      ++uses[operand];
      waits += inLoop(operand);
      if (!inLoop(operand) && isFloat(operand))
        fixed.insert(operand);
    }
    missing[op->getResult(0)] = waits;
    if (!waits)
      ready.push(unsigned(i));
  }
  for (Value result : results)
    ++uses[result];
  unsigned most = 0; // groups
  auto arrive = [&](Value value) {
    if (isFloat(value))
      alive.insert(value);
    for (Operation *user : users[value])
      if (--missing[user->getResult(0)] == 0)
        ready.push(order[user]);
  };
  auto compute = [&] {
    for (; !ready.empty();) {
      Operation *op = ops[ready.top()];
      ready.pop();
      arrive(op->getResult(0));
      most = std::max(most, alive.size());
      for (Value operand : operandsOf(op))
        if (--uses[operand] == 0)
          alive.erase(operand);
    }
  };
  compute();
  for (BlockArgument argument : block.getArguments()) {
    if (!inLoop(argument) || !uses.contains(argument))
      continue;
    arrive(argument);
    most = std::max(most, alive.size());
    compute();
  }
  unsigned wanted = kGroup * most + fixed.size();
  return wanted > kRegisters ? wanted - kRegisters : 0;
}

double SilentRegion::cycles(const NeuronCosts &costs) {
  // Users stand behind what they use.
  for (Operation *op : llvm::reverse(ops))
    if (Value result = op->getResult(0);
        result.getType().isInteger(1) && result != spike)
      forSpike[result] = llvm::any_of(users[result], [&](Operation *user) {
        return !isa<arith::SelectOp>(user) &&
               (!isBit(user) || decidesSpike(user->getResult(0)));
      });
  double sum = costs.loop + arrayCost(costs);
  for (Operation *op : ops)
    sum += costOf(op, costs);
  return sum + costs.crowd * crowded() / kGroup;
}

} // namespace

NeuronCycles neuronCycles(snn::NeuronOp model, const NeuronUse &use) {
  const NeuronCosts costs;
  double silent = SilentRegion(model, use.uniform).cycles(costs);
  double spike = costs.spike + (use.sends ? costs.send : 0);
  double rate = model.isSpiking() ? std::clamp(use.rate, 0.0, 1.0) : 0;
  auto spikes = [&](double share) {
    double inGroup = 1 - std::pow(1 - share, double(kGroup));
    return share * spike + inGroup * costs.spikingGroup / kGroup;
  };
  return {silent + spikes(rate) + use.recorded * costs.record,
          costs.margin * silent + spikes(model.isSpiking() ? 1 : 0) +
              model.numStates() * costs.record,
          costs.tick + costs.tickState * std::max(1u, model.numStates()) -
              costs.tickState,
          costs.tickMost,
          costs.single,
          costs.clear * model.numReceptors(),
          use.recorded * costs.record,
          model.numStates() * costs.record};
}

} // namespace snnc::fabric
