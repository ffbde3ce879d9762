//===- FlowEmitter.cpp - Who gets which keys ------------------------------===//
//
// Part of the snnc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "passes/Map/FlowEmitter.h"

#include "planner/Arrivals.h"

#include <algorithm>
#include <bit>

namespace snnc::map {

using namespace mlir;
using namespace snnc::fabric;

FlowEmitter::FlowEmitter(MachineOp op) {
  Belongings belongings(op);
  collect(op, belongings);
}

void FlowEmitter::collect(MachineOp op, const Belongings &belongings) {
  llvm::DenseMap<Value, uint32_t> numberOfSlice;
  for (SliceOp slice : op.getOps<SliceOp>()) {
    numberOfSlice[slice.getSlice()] = uint32_t(slices.size());
    slices.push_back(slice.getSlice());
  }
  llvm::DenseMap<Value, std::map<uint32_t, Receiver>> found;
  for (Operation &part : op.getBody().front()) {
    if (auto block = dyn_cast<BlockOp>(part)) {
      Range known = belongings.knownBy(block);
      if (known.size() == 0)
        continue;
      auto target = block.getTarget().getDefiningOp<SliceOp>();
      uint32_t number = numberOfSlice.lookup(block.getTarget());
      Receiver &receiver = found[block.getSource()][number];
      receiver.target = number;
      receiver.known = hull(receiver.known, known);
      receiver.partly =
          target.getSubordinate() || block.getSource().getDefiningOp<InputOp>();
    } else if (auto gather = dyn_cast<GatherOp>(part)) {
      for (Value sender : gather.getSources()) {
        SliceInfo info = infoOf(sender);
        uint32_t number = numberOfSlice.lookup(gather.getTarget());
        found[sender][number] = {number, {info.begin, info.end}, false};
      }
    }
  }
  for (auto &[source, receivers] : found) {
    for (Value member : membersOf(source))
      sourceOf[member] = source;
    std::vector<Receiver> &all = bySource[source].all;
    for (auto &[number, receiver] : receivers)
      all.push_back(receiver);
    std::stable_sort(all.begin(), all.end(),
                     [](const Receiver &a, const Receiver &b) {
                       return a.known.begin < b.known.begin;
                     });
  }
}

uint32_t FlowEmitter::numberOf(Targets targets) {
  return numbers.try_emplace(std::move(targets), uint32_t(numbers.size()))
      .first->second;
}

/// Who knows a neuron of `slice`, which follows those before.
void FlowEmitter::moveTo(Receivers &receivers, Range slice) {
  bool changed = std::erase_if(receivers.active, [&](const auto &each) {
                   return each.second.known.end <= slice.begin;
                 }) > 0;
  for (auto &next = receivers.next; next < receivers.all.size() &&
                                    receivers.all[next].known.begin < slice.end;
       ++next)
    if (const Receiver &receiver = receivers.all[next];
        receiver.known.end > slice.begin) {
      receivers.active[receiver.target] = receiver;
      changed = true;
    }
  if (!changed)
    return;
  Targets targets;
  for (const auto &[target, receiver] : receivers.active)
    targets.push_back(target);
  receivers.set = numberOf(std::move(targets));
}

bool FlowEmitter::add(Value sender) {
  auto source = sourceOf.find(sender);
  if (source == sourceOf.end())
    return false;
  Receivers &receivers = bySource[source->second];
  SliceInfo info = infoOf(sender);
  moveTo(receivers, {info.begin, info.end});
  if (receivers.active.empty())
    return false;
  if (llvm::any_of(receivers.active,
                   [](const auto &each) { return each.second.partly; }))
    addParts(sender, receivers);
  else
    planned.push_back({sender, {}, receivers.set});
  return true;
}

/// The sender's keys are cut where the receivers change, then into aligned
/// powers of two.
void FlowEmitter::addParts(Value sender, const Receivers &receivers) {
  SliceInfo info = infoOf(sender);
  uint32_t size = std::bit_ceil(info.keys);
  struct Wanted {
    uint32_t target;
    Range keys;
  };
  std::vector<Wanted> wanted;
  std::set<uint32_t> cuts{0, size};
  for (const auto &[target, receiver] : receivers.active) {
    Range keys{0, size};
    if (receiver.partly)
      keys = routedKeys({info.begin, info.end}, receiver.known, info.unit);
    if (keys.end == info.size()) // what lies behind is never sent
      keys.end = size;
    wanted.push_back({target, keys});
    cuts.insert({keys.begin, keys.end});
  }
  if (cuts.size() == 2) {
    planned.push_back({sender, {}, receivers.set});
    return;
  }
  for (auto cut = cuts.begin(); std::next(cut) != cuts.end(); ++cut) {
    uint32_t begin = *cut, end = *std::next(cut);
    Targets here;
    for (const Wanted &each : wanted)
      if (each.keys.begin <= begin && end <= each.keys.end)
        here.push_back(each.target);
    uint32_t set = numberOf(std::move(here));
    while (begin < end) {
      uint32_t block = begin ? begin & -begin : size;
      while (block > end - begin)
        block /= 2;
      planned.push_back({sender, {begin, begin + block}, set});
      begin += block;
    }
  }
}

void FlowEmitter::emit(OpBuilder &b) {
  std::vector<uint32_t> uses(numbers.size());
  for (const Flow &flow : planned)
    ++uses[flow.set];
  std::vector<const Targets *> sets(numbers.size());
  for (const auto &[targets, number] : numbers)
    sets[number] = &targets;
  std::vector<Value> groups(numbers.size());
  for (const Flow &flow : planned) {
    llvm::SmallVector<Value> targets;
    if (groups[flow.set])
      targets.push_back(groups[flow.set]);
    else
      for (uint32_t number : *sets[flow.set])
        targets.push_back(slices[number]);
    Location loc = flow.sender.getLoc();
    if (targets.size() > 1 && uses[flow.set] > 1) {
      groups[flow.set] =
          b.create<GroupOp>(loc, SliceType::get(b.getContext()), targets);
      targets = {groups[flow.set]};
    }
    IntegerAttr first, last;
    if (flow.keys.size()) {
      first = b.getI64IntegerAttr(flow.keys.begin);
      last = b.getI64IntegerAttr(flow.keys.end);
    }
    b.create<FlowOp>(loc, flow.sender, first, last, targets, IntegerAttr(),
                     IntegerAttr());
  }
}

} // namespace snnc::map
