//===- AssignKeys.cpp - Aligned blocks of keys ----------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A block of 2^k keys that starts at a multiple of 2^k is matched by one key
// and mask. The slices of a population share one such block, cut evenly.

#include "passes/Map/Support.h"

#include "compiler/Support/Report.h"

#include "llvm/ADT/DenseMap.h"
#include "llvm/ADT/MapVector.h"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <map>

namespace snnc::map {
#define GEN_PASS_DEF_FABRICASSIGNKEYS
#include "passes/Map/Passes.h.inc"

using namespace mlir;
using namespace snnc::fabric;

namespace {

constexpr uint64_t keySpace = uint64_t(1) << 32;

/// Disjoint ranges of keys: begin -> (end, owner).
class KeySpace {
public:
  /// The owner of a range that overlaps; null after a successful claim.
  Value claim(uint64_t begin, uint64_t size, Value owner) {
    auto next = taken.lower_bound(begin);
    if (next != taken.end() && next->first < begin + size)
      return next->second.second;
    if (next != taken.begin() && std::prev(next)->second.first > begin)
      return std::prev(next)->second.second;
    taken[begin] = {begin + size, owner};
    return Value();
  }
  /// The lowest multiple of `unit` from which `size` keys are free; keySpace
  /// when there is none.
  uint64_t lowest(uint64_t unit, uint64_t size) const {
    uint64_t at = 0;
    for (const auto &[begin, range] : taken) {
      if (at + size <= begin)
        break;
      at = std::max(at, (range.first + unit - 1) / unit * unit);
    }
    return at + size <= keySpace ? at : keySpace;
  }

private:
  std::map<uint64_t, std::pair<uint64_t, Value>> taken;
};

struct FabricAssignKeysPass : impl::FabricAssignKeysBase<FabricAssignKeysPass> {
  void runOnOperation() override {
    for (MachineOp op : getOperation().getOps<MachineOp>()) {
      blockSize.clear();
      if (failed(assign(op)))
        return signalPassFailure();
      for (FlowOp flow : op.getOps<FlowOp>())
        setMask(flow);
    }
  }

  /// The slices of a population, or an input, or subordinates with as many
  /// keys.
  struct Group {
    llvm::SmallVector<Value> owners;
    uint64_t size = 0; ///< keys per owner
    bool sums = false; ///< of subordinates
    /// One power of two for all slices of a population, which one entry of a
    /// table then knows. Partial sums have an entry each and many keys: their
    /// blocks stand side by side and fill no power of two.
    uint64_t total() const {
      return size * (sums ? owners.size() : std::bit_ceil(owners.size()));
    }
    uint64_t unit() const { return sums ? size : total(); }
  };

  LogicalResult assign(MachineOp op) {
    // Subordinates send with many more keys: groups of their own, as an input
    // is that has a population's name.
    llvm::MapVector<std::pair<llvm::StringRef, uint64_t>, Group> byName;
    for (Operation &part : op.getBody().front())
      if (isa<InputOp, SliceOp>(part)) {
        SliceInfo info = infoOf(part.getResult(0));
        auto slice = dyn_cast<SliceOp>(part);
        uint64_t size = std::bit_ceil(uint64_t(info.keys));
        bool sums = slice && slice.getSubordinate();
        Group &group = byName[{info.name, sums ? 2 + size : slice ? 0 : 1}];
        group.owners.push_back(part.getResult(0));
        group.size = std::max(group.size, size);
        group.sums = sums;
      }
    KeySpace space;
    llvm::SmallVector<const Group *> order;
    for (auto &[name, group] : byName) {
      order.push_back(&group);
      for (Value owner : group.owners)
        if (failed(pin(space, owner, group.size)))
          return failure();
    }
    // Largest first, which leaves no gaps; the order of the module where they
    // tie.
    llvm::sort(order, [](const Group *a, const Group *b) {
      return a->unit() != b->unit()
                 ? a->unit() > b->unit()
                 : a->owners[0].getDefiningOp()->isBeforeInBlock(
                       b->owners[0].getDefiningOp());
    });
    for (const Group *group : order)
      if (failed(choose(space, *group)))
        return failure();
    return success();
  }

  /// Claims the keys that were pinned by hand.
  LogicalResult pin(KeySpace &space, Value owner, uint64_t wanted) {
    SliceInfo info = infoOf(owner);
    if (!info.key)
      return success();
    // A block no larger than the key's alignment; its own size at least.
    uint64_t own = std::bit_ceil(uint64_t(info.keys));
    uint64_t key = *info.key, size = wanted;
    while (size > own && (key & (size - 1)))
      size /= 2;
    Operation *op = owner.getDefiningOp();
    if (key & (size - 1)) {
      InFlightDiagnostic diag =
          report(op, "SNN0359")
          << "key " << fmt::format("{:#x}", key) << " of '" << info.name
          << "' is not a multiple of " << size << ", the block that "
          << info.size() << " neurons or channels take";
      attachHelp(diag) << "use " << fmt::format("{:#x}", key & ~(own - 1))
                       << " or remove the key";
      return failure();
    }
    Value other = space.claim(key, size, owner);
    if (other && size > own) {
      size = own;
      other = space.claim(key, size, owner);
    }
    blockSize[owner] = size;
    if (!other)
      return success();
    InFlightDiagnostic diag = report(op, "SNN0359")
                              << "key " << fmt::format("{:#x}", key) << " of '"
                              << info.name << "' lies in the keys of '"
                              << infoOf(other).name << "'";
    diag.attachNote(other.getLoc()) << "the other block is here";
    return failure();
  }

  /// One aligned block for the whole population where nothing is pinned, so
  /// that its routes merge; else block by block.
  LogicalResult choose(KeySpace &space, const Group &group) {
    bool pinned = llvm::any_of(group.owners, [](Value owner) {
      return infoOf(owner).key.has_value();
    });
    uint64_t next = pinned ? 0 : space.lowest(group.unit(), group.total());
    for (Value owner : group.owners) {
      if (infoOf(owner).key)
        continue;
      Operation *op = owner.getDefiningOp();
      uint64_t key = pinned ? space.lowest(group.size, group.size) : next;
      if (key >= keySpace)
        return refuse(op, group, pinned);
      (void)space.claim(key, group.size, owner);
      next = key + group.size;
      blockSize[owner] = group.size;
      op->setAttr("key",
                  Builder(op->getContext()).getI64IntegerAttr(int64_t(key)));
    }
    return success();
  }

  LogicalResult refuse(Operation *op, const Group &group, bool pinned) {
    std::string name = infoOf(op->getResult(0)).name.str();
    InFlightDiagnostic diag = report(op, "SNN0356")
                              << "no "
                              << grouped(pinned ? group.size : group.total())
                              << " aligned keys left of " << grouped(keySpace)
                              << " for '" << name << "'";
    if (group.sums)
      attachHelp(diag) << "compute '" << name
                       << "' serially (paradigm): its sources are split over "
                       << group.owners.size() << " core(s), which send sums as "
                       << grouped(group.size) << " keys each";
    return failure();
  }

  void setMask(FlowOp flow) {
    if (flow.getKeyAttr())
      return;
    Builder builder(&getContext());
    SliceInfo info = infoOf(flow.getSource());
    uint64_t first = flow.getFirst().value_or(0);
    flow.setKeyAttr(builder.getI64IntegerAttr(int64_t(*info.key + first)));
    uint64_t size = blockSize.lookup(flow.getSource());
    if (flow.getFirst())
      size = *flow.getLast() - first;
    flow.setMaskAttr(builder.getI64IntegerAttr(int64_t(uint32_t(~(size - 1)))));
  }

  llvm::DenseMap<Value, uint64_t> blockSize;
};
} // namespace
} // namespace snnc::map
