//===- NeuronLoop.cpp - The loop over a core's neurons --------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "passes/Program/NeuronLoop.h"

#include "runtime/abi/CoreHeader.h"

#include "llvm/ADT/TypeSwitch.h"

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
  llvm::SmallVector<Spike> spikes;
  for (unsigned k = 0; k < count; ++k)
    emitNeuron(n, pointers, k, clearSums, spikes);
  if (spikes.empty())
    return;
  Value any = spikes.front().condition;
  for (const Spike &spike : llvm::drop_begin(spikes))
    any = e.bitOr(any, spike.condition);
  e.ifUnlikely(any, [&] {
    for (const Spike &spike : spikes) {
      if (count == 1)
        emitSpike(spike);
      else
        e.ifThen(spike.condition, [&] { emitSpike(spike); });
    }
  });
}

void NeuronLoop::emitNeuron(Value n, ValueRange pointers, unsigned offset,
                            bool clearSums,
                            llvm::SmallVectorImpl<Spike> &spikes) {
  Value neuron = e.add(n, offset);
  IRMapping map;
  map.map(loop.getBody().getArgument(0), neuron);
  for (Operation &op : loop.getBody().front())
    emitOp(op, neuron, pointers, offset * 4, clearSums, map, spikes);
}

void NeuronLoop::emitOp(Operation &op, Value n, ValueRange pointers,
                        unsigned offset, bool clearSums, IRMapping &map,
                        llvm::SmallVectorImpl<Spike> &spikes) {
  auto at = [&](unsigned place) { return e.add(pointers[place], offset); };
  llvm::TypeSwitch<Operation *>(&op)
      .Case<RingTakeOp>([&](RingTakeOp take) {
        Value address = at(unsigned(take.getReceptor()));
        Value sum = e.load(address);
        if (clearSums)
          e.store(address, e.constant(0));
        map.map(take.getSum(),
                e.b.create<arith::SIToFPOp>(e.loc, e.b.getF32Type(), sum));
      })
      .Case<LoadStateOp>([&](LoadStateOp load) {
        map.map(load.getValue(),
                e.loadFloat(at(states[int64_t(load.getState())].first)));
      })
      .Case<StoreStateOp>([&](StoreStateOp store) {
        e.storeFloat(at(states[int64_t(store.getState())].first),
                     map.lookup(store.getValue()));
      })
      .Case<ParamOp>([&](ParamOp param) {
        int64_t j = int64_t(param.getIndex());
        map.map(param.getValue(), param.getUniform()
                                      ? uniforms[j]
                                      : e.loadFloat(at(arrays[j].first)));
      })
      .Case<EmitOp>([&](EmitOp emit) {
        spikes.push_back({n, map.lookup(emit.getSpike()), emit.getLocal()});
      })
      .Default([&](Operation *o) { e.b.clone(*o, map); });
}

void NeuronLoop::emitSpike(const Spike &spike) {
  Value word = e.add(bitmap, e.shl(e.lshr(spike.neuron, 5), 2));
  Value bit = e.shlBy(e.constant(1), e.bitAnd(spike.neuron, e.constant(31)));
  e.store(word, e.bitOr(e.load(word), bit));
  if (!spike.local)
    e.b.create<SendOp>(e.loc, e.core, e.add(keyBase, spike.neuron));
}

} // namespace snnc::program
