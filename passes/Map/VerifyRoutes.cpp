//===- VerifyRoutes.cpp - Every spike reaches who wants it, nobody else --===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "passes/Map/MappingChecker.h"
#include "runtime/support/Text.h"

namespace snnc::map {

using namespace mlir;
using namespace snnc::fabric;

void MappingChecker::readRoutes(const CoreNumbers &cores) {
  for (RouteOp route : op.getOps<RouteOp>()) {
    ChipCoordinate chip = chipOf(route);
    if (!machine.has(chip)) {
      error(route, "SNN0375") << "a route is for " << toText(chip)
                              << ", which the machine does not have";
      continue;
    }
    RouterEntry entry{uint32_t(route.getKey()),
                      uint32_t(route.getMask()),
                      {},
                      uint8_t(linksOf(route))};
    for (auto pe : route.getTargets().getAsRange<PeAttr>())
      entry.targets.push_back(cores.numberOf(pe));
    tables[chip].push_back(std::move(entry));
  }
  for (const auto &[chip, entries] : tables)
    if (entries.size() > machine.router.entries) {
      InFlightDiagnostic diag = error(op, "SNN0375");
      diag << entries.size() << " routes, the router ";
      if (machine.chipCount() > 1)
        diag << "of " << toText(chip) << " ";
      diag << "holds " << machine.router.entries;
    }
}

/// Key by key: the routes copy it to the cores with a block from its slice, to
/// all of them and to no other. checkBlocks() found these blocks complete.
void MappingChecker::checkRoutes() {
  CoreNumbers cores(op);
  readRoutes(cores);
  std::vector<ChipCoordinate> chips;
  for (uint32_t core = 0; core < cores.size(); ++core)
    chips.push_back(cores.address(core).chip);
  RouteWalker walker(machine, tables, std::move(chips));
  for (const auto &slices : parts)
    for (Value part : slices)
      checkSumRoutes(part, walker, cores);
  for (const auto &slices : handles)
    for (Value handle : slices)
      checkSender(handle, walker, cores);
}

void MappingChecker::checkSender(Value handle, const RouteWalker &walker,
                                 const CoreNumbers &cores) {
  SliceInfo sender = infoOf(handle);
  std::vector<std::pair<Range, CoreAddress>> receivers; // of keys
  for (OpOperand &use : handle.getUses())
    if (auto block = dyn_cast<BlockOp>(use.getOwner()))
      if (use.getOperandNumber() < block.getSources().size()) // not its target
        addReceiver(block, handle, receivers);
  std::set<CoreAddress> wanted;
  // Receivers change at multiples of the unit only, ways at those of a step.
  uint32_t step = uint32_t(std::min<uint64_t>(walker.step(), kRouteUnit));
  const NetworkNode &node = info.nodes[nodeOf(handle)];
  LinkLoad packets{node.rate, node.worstRate()};
  for (uint32_t i = 0; i < sender.size() && ok;) {
    wanted.clear();
    for (auto &[keys, pe] : receivers)
      if (i >= keys.begin && i < keys.end)
        wanted.insert(pe);
    uint32_t key = *sender.key + i;
    uint32_t count = std::min({step - key % step, kRouteUnit - i % kRouteUnit,
                               uint32_t(sender.size() - i)});
    checkKey(key, wanted, walker, cores, handle, packets * count);
    i += count;
  }
}

/// The keys of `handle`, one of the sources of `block`, that its core wants.
/// Reads no other source: there are as many as cores, in the block of every
/// core.
void MappingChecker::addReceiver(
    BlockOp block, Value handle,
    std::vector<std::pair<Range, CoreAddress>> &receivers) {
  auto target = block.getTarget().getDefiningOp<SliceOp>();
  SliceInfo sender = infoOf(handle);
  Range keys{0, sender.size()};
  if (target.getSubordinate()) {
    Range known{sender.begin, sender.end};
    if (block.getFirst())
      known = {uint32_t(*block.getFirst()), uint32_t(*block.getLast())};
    keys = routedKeys({sender.begin, sender.end}, known);
  }
  receivers.push_back({keys, addressOf(target.getAtAttr())});
}

/// Partial sums reach their dominant core and no other: one key per digit, and
/// no route may tell apart what is below the digit.
void MappingChecker::checkSumRoutes(Value part, const RouteWalker &walker,
                                    const CoreNumbers &cores) {
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
  for (const auto &[chip, entries] : tables)
    for (const RouterEntry &entry : entries)
      if ((entry.mask & (step - 1)) && entry.key <= last &&
          (entry.key | ~entry.mask) >= *sender.key) {
        error(part.getDefiningOp(), "SNN1109")
            << "a route with mask " << hex(entry.mask)
            << " tells digits of partial sums apart";
        return;
      }
  for (uint64_t i = 0; i < sender.keys && ok; i += step)
    checkKey(uint32_t(*sender.key + i), wanted, walker, cores, part, {1, 1});
}

/// The route by which a packet comes to `core`.
Operation *MappingChecker::routeTo(const CoreAddress &core, uint32_t key) {
  for (RouteOp route : op.getOps<RouteOp>())
    if (chipOf(route) == core.chip &&
        (key & uint32_t(route.getMask())) == uint32_t(route.getKey()))
      return route;
  return op;
}

void MappingChecker::checkKey(uint32_t key, const std::set<CoreAddress> &wanted,
                              const RouteWalker &walker,
                              const CoreNumbers &cores, Value handle,
                              LinkLoad packets) {
  SliceInfo sender = infoOf(handle);
  Operation *at = handle.getDefiningOp();
  auto slice = dyn_cast<SliceOp>(at);
  ChipCoordinate from =
      slice ? addressOf(slice.getAtAttr()).chip : machine.hostChip();
  RouteWalk way = walker.walk(key, from);
  addLoad(way, handle, packets);
  // Where nobody wants it, the sender's router may do without a route.
  bool isUnheard =
      way.fault == RouteFault::Miss && way.links.empty() && wanted.empty();
  std::set<CoreAddress> reached;
  for (uint32_t core : way.cores)
    if (!reached.insert(cores.address(core)).second)
      error(at, "SNN0378") << "spikes of '" << sender.name << "' (key "
                           << hex(key) << ") reach "
                           << toText(cores.address(core)) << " twice";
  for (const CoreAddress &core : wanted)
    if (!reached.count(core))
      error(at, "SNN0373") << "spikes of '" << sender.name << "' (key "
                           << hex(key) << ") do not reach " << toText(core);
  for (const CoreAddress &core : reached)
    if (!wanted.count(core))
      error(routeTo(core, key), "SNN0374")
          << "spikes of '" << sender.name << "' (key " << hex(key) << ") reach "
          << toText(core) << ", which has no synapse from there";
  if (way.fault && !isUnheard && ok)
    error(at, "SNN0378") << "a spike of '" << sender.name << "' (key "
                         << hex(key) << ") is lost: " << describe(way);
}

} // namespace snnc::map
