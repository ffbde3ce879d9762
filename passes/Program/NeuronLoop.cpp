//===- NeuronLoop.cpp - The loop over a core's neurons --------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "passes/Program/NeuronLoop.h"

#include "passes/Program/Limits.h"
#include "runtime/abi/CoreHeader.h"

#include "mlir/Analysis/SliceAnalysis.h"
#include "llvm/ADT/SetVector.h"

#include <cstddef>

using namespace mlir;
using namespace snnc::tick;

namespace snnc::program {

Value NeuronLoop::headerField(size_t offset) {
  return e.load(e.constant(header + uint32_t(offset)));
}

NeuronLoop::NeuronLoop(LoopEmitter &emitter, ForNeuronsOp loop, uint32_t header,
                       Value bitmap)
    : e(emitter), loop(loop), header(header), bitmap(bitmap) {
  for (Operation &op : loop.getBody().front())
    if (auto take = dyn_cast<RingTakeOp>(op))
      receptors = std::max(receptors, unsigned(take.getReceptor()) + 1);
  auto state = [&](int64_t k) {
    unsigned place = receptors + unsigned(states.size() + arrays.size());
    if (!states.count(k))
      states[k] = {
          place, headerField(offsetof(SnncCoreHeader, state) + size_t(k) * 4)};
  };
  for (Operation &op : loop.getBody().front()) {
    if (auto load = dyn_cast<LoadStateOp>(op))
      state(int64_t(load.getState()));
    if (auto store = dyn_cast<StoreStateOp>(op))
      state(int64_t(store.getState()));
    auto param = dyn_cast<ParamOp>(op);
    if (!param)
      continue;
    int64_t j = int64_t(param.getIndex());
    size_t offset = offsetof(SnncCoreHeader, param) + size_t(j) * 4;
    if (param.getUniform())
      uniforms[j] = e.loadFloat(e.constant(header + uint32_t(offset)));
    else if (!arrays.count(j)) {
      unsigned place = receptors + unsigned(states.size() + arrays.size());
      arrays[j] = {place, headerField(offset)};
    }
  }
  keyBase = headerField(offsetof(SnncCoreHeader, key_base));
}

void NeuronLoop::emit(Value first, Value end, llvm::ArrayRef<Value> sums,
                      bool clearSums) {
  Value begin = e.shl(first, 2);
  llvm::SmallVector<Value> carried{first};
  for (unsigned r = 0; r < receptors; ++r)
    carried.push_back(e.add(sums[r], begin));
  llvm::SmallVector<Value> bases(states.size() + arrays.size());
  for (auto &[k, entry] : states)
    bases[entry.first - receptors] = e.add(entry.second, begin);
  for (auto &[j, entry] : arrays)
    bases[entry.first - receptors] = e.add(entry.second, begin);
  carried.append(bases);

  Value count = e.sub(end, first);
  auto turn = [&](unsigned size) {
    return [this, size, clearSums](Value, ValueRange at) {
      llvm::SmallVector<Value> next{e.add(at[0], size)};
      next.append(emitNeurons(at[0], at.drop_front(), size, clearSums));
      return next;
    };
  };
  auto rest = e.forLoop(e.lshr(count, 2), carried, turn(kGroup));
  e.forLoop(e.bitAnd(count, kGroup - 1), rest, turn(1));
}

llvm::SmallVector<Value> NeuronLoop::emitNeurons(Value n, ValueRange pointers,
                                                 unsigned count,
                                                 bool clearSums) {
  Group group{n, pointers, std::vector<IRMapping>(count),
              llvm::SmallVector<Value>(pointers.size())};
  for (unsigned k = 0; k < count; ++k)
    group.maps[k].map(loop.getBody().getArgument(0), e.add(n, k));
  // One operation after the other for all neurons of the group: neighbours in
  // memory are loaded together, and no result is needed by the next
  // instruction.
  emitLoads(group, clearSums);
  EmitOp spike;
  for (EmitOp op : loop.getBody().front().getOps<EmitOp>())
    spike = op;
  llvm::SetVector<Operation *> early;
  if (spike) {
    BackwardSliceOptions inLoop;
    inLoop.inclusive = true;
    inLoop.filter = [&](Operation *op) {
      return op->getBlock() == &loop.getBody().front();
    };
    getBackwardSlice(spike.getSpike(), &early, inLoop);
  }
  emitArithmetic(group, [&](Operation *op) { return early.contains(op); });
  auto late = [&](Operation *op) { return !early.contains(op); };
  if (spike)
    emitSpikes(spike, group, late);
  else
    emitArithmetic(group, late);
  emitStores(group, clearSums);
  for (auto [place, pointer] : llvm::enumerate(pointers))
    if (!group.next[place])
      group.next[place] = e.add(pointer, count * 4);
  return group.next;
}

void NeuronLoop::emitLoads(Group &group, bool clearSums) {
  llvm::SmallDenseSet<int64_t> written;
  for (auto store : loop.getBody().front().getOps<StoreStateOp>())
    written.insert(int64_t(store.getState()));
  llvm::SmallDenseMap<unsigned, unsigned> uses; // of a place
  auto place = [&](Operation &op) -> std::optional<unsigned> {
    if (auto take = dyn_cast<RingTakeOp>(op))
      return unsigned(take.getReceptor());
    if (auto load = dyn_cast<LoadStateOp>(op))
      return states[int64_t(load.getState())].first;
    auto param = dyn_cast<ParamOp>(op);
    if (!param || param.getUniform())
      return std::nullopt;
    return arrays[int64_t(param.getIndex())].first;
  };
  for (Operation &op : loop.getBody().front())
    if (auto at = place(op))
      ++uses[*at];
  for (Operation &op : loop.getBody().front()) {
    if (auto at = place(op)) {
      auto load = dyn_cast<LoadStateOp>(op);
      bool isSum = isa<RingTakeOp>(op);
      // Whoever uses the pointer once more moves it on.
      bool last = --uses[*at] == 0 && !(isSum && clearSums) &&
                  !(load && written.contains(int64_t(load.getState())));
      emitLoad(op.getResult(0), *at, group, isSum, last);
    } else if (auto param = dyn_cast<ParamOp>(op)) {
      for (IRMapping &map : group.maps)
        map.map(param.getValue(), uniforms[int64_t(param.getIndex())]);
    }
  }
}

void NeuronLoop::emitLoad(Value result, unsigned place, Group &group,
                          bool isSum, bool walks) {
  if (group.maps.size() == kGroup) {
    llvm::SmallVector<Type> types(kGroup, e.b.getF32Type());
    types.push_back(e.b.getI32Type());
    auto load = e.b.create<pe::LoadGroupOp>(
        e.loc, types, e.corePointer(), group.pointers[place],
        e.b.getI64IntegerAttr(place), isSum ? e.b.getUnitAttr() : UnitAttr());
    for (auto [k, map] : llvm::enumerate(group.maps))
      map.map(result, load.getResult(unsigned(k)));
    if (walks)
      group.next[place] = load.getNext();
    return;
  }
  for (auto [k, map] : llvm::enumerate(group.maps)) {
    Value at = e.add(group.pointers[place], uint32_t(k) * 4);
    map.map(result, isSum ? e.b.create<arith::SIToFPOp>(e.loc, e.b.getF32Type(),
                                                        e.load(at))
                          : e.loadFloat(at));
  }
}

void NeuronLoop::emitArithmetic(Group &group,
                                llvm::function_ref<bool(Operation *)> wanted) {
  for (Operation &op : loop.getBody().front())
    if (!isa<TickDialect>(op.getDialect()) && wanted(&op))
      for (IRMapping &map : group.maps)
        if (!emitLimit(e.b, op, map))
          e.b.clone(op, map);
}

/// What is left of the update, once for the case that no neuron of the group
/// spikes, and once for the rare other one, which also sends.
void NeuronLoop::emitSpikes(EmitOp spike, Group &group,
                            llvm::function_ref<bool(Operation *)> late) {
  llvm::SmallVector<Value> results = stored();
  llvm::SmallVector<Type> types;
  for (size_t k = 0; k < group.maps.size(); ++k)
    types.append(results.size(), e.b.getF32Type());
  Value any;
  for (IRMapping &map : group.maps) {
    Value condition = map.lookup(spike.getSpike());
    any = any ? e.bitOr(any, condition) : condition;
  }
  auto finish = [&](Group &side) {
    emitArithmetic(side, late);
    llvm::SmallVector<Value> values;
    for (IRMapping &map : side.maps)
      for (Value result : results)
        values.push_back(map.lookup(result));
    e.b.create<scf::YieldOp>(e.loc, values);
  };
  auto spiking = [&](OpBuilder &, Location) {
    Group side = group;
    for (auto [k, map] : llvm::enumerate(side.maps)) {
      Value neuron = e.add(side.first, uint32_t(k));
      if (side.maps.size() == 1)
        emitSpike(neuron, spike.getLocal());
      else
        e.ifThen(map.lookup(spike.getSpike()),
                 [&] { emitSpike(neuron, spike.getLocal()); });
    }
    finish(side);
  };
  auto silent = [&](OpBuilder &, Location) {
    Group side = group;
    Value no = e.b.create<arith::ConstantOp>(e.loc, e.b.getBoolAttr(false));
    for (IRMapping &map : side.maps)
      map.map(spike.getSpike(), no);
    finish(side);
  };
  Value never = e.b.create<arith::ConstantOp>(e.loc, e.b.getBoolAttr(false));
  Value hint = e.b.create<LLVM::ExpectOp>(e.loc, any, never);
  auto both = e.b.create<scf::IfOp>(e.loc, hint, spiking, silent);
  for (auto [k, map] : llvm::enumerate(group.maps))
    for (auto [r, result] : llvm::enumerate(results))
      map.map(result, both.getResult(unsigned(k * results.size() + r)));
}

llvm::SmallVector<Value> NeuronLoop::stored() {
  llvm::SmallVector<Value> values;
  for (auto store : loop.getBody().front().getOps<StoreStateOp>())
    values.push_back(store.getValue());
  return values;
}

void NeuronLoop::emitStores(Group &group, bool clearSums) {
  auto at = [&](unsigned place, size_t k) {
    return e.add(group.pointers[place], uint32_t(k) * 4);
  };
  if (clearSums)
    for (unsigned r = 0; r < receptors; ++r)
      for (size_t k = 0; k < group.maps.size(); ++k)
        e.store(at(r, k), e.constant(0));
  for (auto store : loop.getBody().front().getOps<StoreStateOp>()) {
    unsigned place = states[int64_t(store.getState())].first;
    if (group.maps.size() == kGroup) {
      auto value = [&](unsigned k) {
        return group.maps[k].lookup(store.getValue());
      };
      group.next[place] = e.b.create<pe::StoreGroupOp>(
          e.loc, e.b.getI32Type(), e.corePointer(), group.pointers[place],
          value(0), value(1), value(2), value(3), e.b.getI64IntegerAttr(place));
      continue;
    }
    for (auto [k, map] : llvm::enumerate(group.maps))
      e.storeFloat(at(place, k), map.lookup(store.getValue()));
  }
}

void NeuronLoop::emitSpike(Value neuron, bool local) {
  Value word = e.add(bitmap, e.shl(e.lshr(neuron, 5), 2));
  Value bit = e.shlBy(e.constant(1), e.bitAnd(neuron, e.constant(31)));
  e.store(word, e.bitOr(e.load(word), bit));
  if (!local)
    e.b.create<pe::SendOp>(e.loc, e.core, e.add(keyBase, neuron));
}

} // namespace snnc::program
