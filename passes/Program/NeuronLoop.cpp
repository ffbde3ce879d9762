//===- NeuronLoop.cpp - The loop over a core's neurons --------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "passes/Program/NeuronLoop.h"

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
      emitNeurons(at[0], at.drop_front(), size, clearSums);
      llvm::SmallVector<Value> next{e.add(at[0], size)};
      for (Value pointer : at.drop_front())
        next.push_back(e.add(pointer, size * 4));
      return next;
    };
  };
  auto rest = e.forLoop(e.lshr(count, 2), carried, turn(kGroup));
  e.forLoop(e.bitAnd(count, kGroup - 1), rest, turn(1));
}

void NeuronLoop::emitNeurons(Value n, ValueRange pointers, unsigned count,
                             bool clearSums) {
  Group group{n, pointers, std::vector<IRMapping>(count)};
  for (unsigned k = 0; k < count; ++k)
    group.maps[k].map(loop.getBody().getArgument(0), e.add(n, k));
  // One operation after the other for all neurons of the group: neighbours in
  // memory are loaded together, and no result is needed by the next
  // instruction.
  for (Operation &op : loop.getBody().front())
    if (isa<RingTakeOp, LoadStateOp, ParamOp>(op))
      emitLoads(op, group);
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
}

void NeuronLoop::emitLoads(Operation &op, Group &group) {
  for (auto [k, map] : llvm::enumerate(group.maps)) {
    auto at = [&](unsigned place) {
      return e.add(group.pointers[place], uint32_t(k) * 4);
    };
    if (auto take = dyn_cast<RingTakeOp>(op)) {
      Value sum = e.load(at(unsigned(take.getReceptor())));
      map.map(take.getSum(),
              e.b.create<arith::SIToFPOp>(e.loc, e.b.getF32Type(), sum));
    } else if (auto load = dyn_cast<LoadStateOp>(op)) {
      map.map(load.getValue(),
              e.loadFloat(at(states[int64_t(load.getState())].first)));
    } else {
      auto param = cast<ParamOp>(op);
      int64_t j = int64_t(param.getIndex());
      map.map(param.getValue(), param.getUniform()
                                    ? uniforms[j]
                                    : e.loadFloat(at(arrays[j].first)));
    }
  }
}

void NeuronLoop::emitArithmetic(Group &group,
                                llvm::function_ref<bool(Operation *)> wanted) {
  for (Operation &op : loop.getBody().front())
    if (!isa<TickDialect>(op.getDialect()) && wanted(&op))
      for (IRMapping &map : group.maps)
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
  for (auto store : loop.getBody().front().getOps<StoreStateOp>())
    for (auto [k, map] : llvm::enumerate(group.maps))
      e.storeFloat(at(states[int64_t(store.getState())].first, k),
                   map.lookup(store.getValue()));
}

void NeuronLoop::emitSpike(Value neuron, bool local) {
  Value word = e.add(bitmap, e.shl(e.lshr(neuron, 5), 2));
  Value bit = e.shlBy(e.constant(1), e.bitAnd(neuron, e.constant(31)));
  e.store(word, e.bitOr(e.load(word), bit));
  if (!local)
    e.b.create<SendOp>(e.loc, e.core, e.add(keyBase, neuron));
}

} // namespace snnc::program
