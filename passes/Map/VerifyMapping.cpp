//===- VerifyMapping.cpp - Check a mapping against its network ------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The pass, and what concerns neurons, cores and keys; synapses, routes and
// memory have files of their own.

#include "passes/Map/MappingChecker.h"
#include "runtime/support/Text.h"

#include <algorithm>
#include <map>

namespace snnc::map {
#define GEN_PASS_DEF_FABRICVERIFYMAPPING
#include "passes/Map/Passes.h.inc"

using namespace mlir;
using namespace snnc::fabric;

bool MappingChecker::run() {
  collect();
  checkCoverage();
  checkCores();
  checkKeys();
  checkBlocks();
  checkGathers();
  checkSums();
  if (ok) // the rest needs places and keys
    checkRoutes();
  for (SliceOp slice : op.getOps<SliceOp>())
    checkBuffers(slice);
  checkLinks();
  return ok;
}

void MappingChecker::collect() {
  for (Operation &part : op.getBody().front()) {
    if (!isa<InputOp, SliceOp>(part))
      continue;
    SliceInfo slice = infoOf(part.getResult(0));
    auto &byName =
        isa<InputOp>(part) ? info.inputByName : info.populationByName;
    auto node = byName.find(slice.name);
    if (node == byName.end()) {
      error(&part, "SNN0370") << "the network has no "
                              << (isa<InputOp>(part) ? "input" : "population")
                              << " '" << slice.name << "'";
      continue;
    }
    auto owner = dyn_cast<SliceOp>(part);
    (owner && owner.getSubordinate() ? parts : handles)[node->second].push_back(
        part.getResult(0));
  }
  for (auto &slices : handles)
    llvm::sort(slices, [](Value a, Value b) {
      return std::pair(infoOf(a).begin, infoOf(a).end) <
             std::pair(infoOf(b).begin, infoOf(b).end);
    });
}

/// Every neuron and every channel is mapped exactly once.
void MappingChecker::checkCoverage() {
  for (uint32_t id = 0; id < handles.size(); ++id) {
    const NetworkNode &node = info.nodes[id];
    uint32_t next = 0;
    for (Value handle : handles[id]) {
      SliceInfo slice = infoOf(handle);
      if (slice.begin != next)
        error(handle.getDefiningOp(), "SNN0370")
            << "neurons [" << std::min(next, slice.begin) << ", "
            << std::max(next, slice.begin) << ") of '" << node.name << "' are "
            << (slice.begin > next ? "not mapped" : "mapped twice");
      next = std::max(next, slice.end);
    }
    if (next != node.size)
      error(handles[id].empty() ? op.getOperation()
                                : handles[id].back().getDefiningOp(),
            "SNN0370")
          << "'" << node.name << "' has " << node.size
          << " neurons or channels, " << next << " are mapped";
  }
}

/// Every slice has a core that exists and that no other slice has.
void MappingChecker::checkCores() {
  std::map<CoreAddress, SliceOp> holder;
  for (SliceOp slice : op.getOps<SliceOp>()) {
    auto at = slice.getAtAttr() ? std::optional(addressOf(slice.getAtAttr()))
                                : std::nullopt;
    if (!at || !machine.has(*at)) {
      error(slice, "SNN0371")
          << describe(slice)
          << (at ? " are on a PE that the machine does not have: " + toText(*at)
                 : std::string(" have no core"));
      continue;
    }
    auto [it, isNew] = holder.try_emplace(*at, slice);
    if (!isNew)
      error(slice, "SNN0371")
          << describe(slice) << " and " << describe(it->second)
          << " are both on " << toText(*at);
  }
}

/// Every slice and input has keys of its own.
void MappingChecker::checkKeys() {
  struct Keys {
    uint64_t begin, end;
    Value owner;
  };
  llvm::SmallVector<Keys> all;
  std::vector<llvm::SmallVector<Value>> senders = handles;
  for (auto [to, from] : llvm::zip_equal(senders, parts))
    to.append(from);
  for (auto &slices : senders)
    for (Value handle : slices) {
      SliceInfo slice = infoOf(handle);
      if (!slice.key) {
        error(handle.getDefiningOp(), "SNN0372")
            << "'" << slice.name << "' [" << slice.begin << ", " << slice.end
            << ") has no key";
        continue;
      }
      all.push_back({*slice.key, uint64_t(*slice.key) + slice.keys, handle});
      if (all.back().end > uint64_t(1) << 32)
        error(handle.getDefiningOp(), "SNN0372")
            << "keys of '" << slice.name << "' end beyond 32 bits";
    }
  llvm::sort(all, [](const Keys &a, const Keys &b) {
    return std::pair(a.begin, a.end) < std::pair(b.begin, b.end);
  });
  for (size_t i = 1; i < all.size(); ++i)
    if (all[i].begin < all[i - 1].end)
      error(all[i].owner.getDefiningOp(), "SNN0372")
          << "key " << hex(all[i].begin) << " belongs to '"
          << infoOf(all[i - 1].owner).name << "' and to '"
          << infoOf(all[i].owner).name << "'";
}

namespace {
struct FabricVerifyMappingPass
    : impl::FabricVerifyMappingBase<FabricVerifyMappingPass> {
  using FabricVerifyMappingBase::FabricVerifyMappingBase;
  MachinePtr given;

  void runOnOperation() override {
    if (failed(forEachMapping(
            getOperation(), given, machineName,
            [&](MachineOp op, const MachineModel &machine) {
              auto info = NetworkInfo::read(op);
              return success(
                  succeeded(info) &&
                  MappingChecker(op, *info, machine, tickStated).run());
            })))
      return signalPassFailure();
    markAllAnalysesPreserved();
  }
};
} // namespace

std::unique_ptr<Pass>
createFabricVerifyMapping(MachinePtr machine,
                          const FabricVerifyMappingOptions &options) {
  auto pass = std::make_unique<FabricVerifyMappingPass>(options);
  pass->given = std::move(machine);
  return pass;
}
} // namespace snnc::map
