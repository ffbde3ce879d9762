//===- VerifyRoutes.cpp - Every spike reaches who wants it, nobody else --===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "passes/Map/MappingChecker.h"

namespace snnc::map {

using namespace mlir;
using namespace snnc::fabric;

/// Key by key: the routes copy it to the cores with a block from its slice, to
/// all of them and to no other. checkBlocks() found these blocks complete.
void MappingChecker::checkRoutes() {
  CoreNumbers cores(op);
  for (RouteOp route : op.getOps<RouteOp>()) {
    if (!machine.has(chipOf(route)))
      error(route, "SNN0375") << "a route is for " << toText(chipOf(route))
                              << ", which the machine does not have";
    RouterEntry entry{uint32_t(route.getKey()), uint32_t(route.getMask()), {}};
    for (auto pe : route.getTargets().getAsRange<PeAttr>())
      entry.targets.push_back(cores.numberOf(pe));
    entries.push_back(std::move(entry));
    routes.push_back(route);
  }
  if (entries.size() > machine.router.entries)
    error(op, "SNN0375") << entries.size() << " routes, the router holds "
                         << machine.router.entries;
  RouterLookup router(entries);
  for (const auto &slices : parts)
    for (Value part : slices)
      checkSumRoutes(part, router);
  for (const auto &slices : handles) {
    for (Value handle : slices) {
      SliceInfo sender = infoOf(handle);
      std::vector<std::pair<Range, CoreAddress>> receivers; // of keys
      for (Operation *user : handle.getUsers())
        if (auto block = dyn_cast<BlockOp>(user))
          addReceiver(block, handle, receivers);
      std::set<CoreAddress> wanted;
      for (uint32_t i = 0; i < sender.size() && ok; ++i) {
        // Receivers change at multiples of the unit only.
        if (i % kRouteUnit == 0) {
          wanted.clear();
          for (auto &[keys, pe] : receivers)
            if (i >= keys.begin && i < keys.end)
              wanted.insert(pe);
        }
        checkKey(*sender.key + i, wanted, router, sender,
                 handle.getDefiningOp());
      }
    }
  }
}

/// The keys of `sender` that the core of `block` wants.
void MappingChecker::addReceiver(
    BlockOp block, Value handle,
    std::vector<std::pair<Range, CoreAddress>> &receivers) {
  auto target = block.getTarget().getDefiningOp<SliceOp>();
  SliceInfo sender = infoOf(handle);
  for (auto [source, part] : llvm::zip(block.getSources(), rangesOf(block))) {
    if (source != handle)
      continue;
    Range keys{0, sender.size()};
    if (target.getSubordinate())
      keys = routedKeys({sender.begin, sender.end}, part);
    receivers.push_back({keys, addressOf(target.getAtAttr())});
  }
}

/// Partial sums reach their dominant core and no other: one key per digit, and
/// no route may tell apart what is below the digit.
void MappingChecker::checkSumRoutes(Value part, const RouterLookup &router) {
  SliceInfo sender = infoOf(part);
  std::set<CoreAddress> wanted;
  unsigned bits = 0;
  for (Operation *user : part.getUsers())
    if (auto gather = dyn_cast<GatherOp>(user)) {
      auto dominant = gather.getTarget().getDefiningOp<SliceOp>();
      wanted.insert(addressOf(dominant.getAtAttr()));
      bits = gather.getEncoding().getBits();
    }
  uint32_t step = 1u << bits, last = *sender.key + sender.keys - 1;
  for (const RouterEntry &entry : entries)
    if ((entry.mask & (step - 1)) && entry.key <= last &&
        (entry.key | ~entry.mask) >= *sender.key) {
      error(part.getDefiningOp(), "SNN1109")
          << "a route with mask " << hex(entry.mask)
          << " tells digits of partial sums apart";
      return;
    }
  for (uint64_t i = 0; i < sender.keys && ok; i += step)
    checkKey(uint32_t(*sender.key + i), wanted, router, sender,
             part.getDefiningOp());
}

void MappingChecker::checkKey(uint32_t key, const std::set<CoreAddress> &wanted,
                              const RouterLookup &router, SliceInfo sender,
                              Operation *at) {
  int64_t entry = router.find(key);
  std::set<CoreAddress> reached;
  if (entry >= 0)
    for (auto pe : routes[size_t(entry)].getTargets().getAsRange<PeAttr>())
      reached.insert(addressOf(pe));
  for (const CoreAddress &core : wanted)
    if (!reached.count(core))
      error(at, "SNN0373") << "spikes of '" << sender.name << "' (key "
                           << hex(key) << ") do not reach core "
                           << describe(core);
  for (const CoreAddress &core : reached)
    if (!wanted.count(core))
      error(routes[size_t(entry)], "SNN0374")
          << "spikes of '" << sender.name << "' (key " << hex(key)
          << ") reach core " << describe(core)
          << ", which has no synapse from there";
}

} // namespace snnc::map
