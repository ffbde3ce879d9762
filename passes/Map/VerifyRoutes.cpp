//===- VerifyRoutes.cpp - Every spike reaches who wants it, nobody else --===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "passes/Map/MappingChecker.h"
#include "planner/Arrivals.h"
#include "runtime/support/Text.h"

#include <fmt/format.h>
#include <set>

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
    llvm::sort(entry.targets);
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

namespace {
/// Sets of cores of one chip, by number; 0 is the empty one.
class CoreSets {
public:
  uint32_t numberOf(std::vector<uint32_t> cores) {
    return numbers.try_emplace(std::move(cores), uint32_t(numbers.size()))
        .first->second;
  }

private:
  std::map<std::vector<uint32_t>, uint32_t> numbers{{{}, 0}};
};
} // namespace

/// What all senders are checked with: who is reached by which entry.
struct MappingChecker::Reached {
  explicit Reached(
      const CoreNumbers &cores,
      const std::map<ChipCoordinate, std::vector<RouterEntry>> &tables) {
    for (uint32_t core = 0; core < cores.size(); ++core) {
      ChipCoordinate chip = cores.address(core).chip;
      if (chips.empty() || chips.back() != chip) {
        chips.push_back(chip);
        firstOf.push_back(core);
      }
      chipOf.push_back(uint32_t(chips.size()) - 1);
    }
    firstOf.push_back(cores.size());
    for (const auto &[chip, entries] : tables)
      for (const RouterEntry &entry : entries)
        setOf[chip].push_back(sets.numberOf(entry.targets));
  }

  std::vector<ChipCoordinate> chips;     ///< in the order of their cores
  std::vector<uint32_t> firstOf, chipOf; ///< core by chip, chip by core
  CoreSets sets;
  std::map<ChipCoordinate, std::vector<uint32_t>> setOf; ///< by entry
};

/// The cores that want a node's keys. Going along its neurons, few change from
/// one to the next.
class MappingChecker::Receivers {
public:
  void add(Range neurons, uint32_t core) {
    changes.push_back({neurons.begin, core, true});
    changes.push_back({neurons.end, core, false});
  }
  /// All are added.
  void start(uint32_t cores) {
    blocks.resize(cores);
    llvm::stable_sort(changes, [](const Change &a, const Change &b) {
      return a.neuron < b.neuron;
    });
  }
  /// On to `neuron`, which never falls.
  void moveTo(uint32_t neuron, Reached &reached) {
    std::set<uint32_t> touched; // chips
    for (; next < changes.size() && changes[next].neuron <= neuron; ++next) {
      uint32_t core = changes[next].core;
      changes[next].begins ? ++blocks[core] : --blocks[core];
      touched.insert(reached.chipOf[core]);
    }
    for (uint32_t chip : touched) {
      std::vector<uint32_t> cores;
      for (uint32_t core = reached.firstOf[chip];
           core < reached.firstOf[chip + 1]; ++core)
        if (blocks[core])
          cores.push_back(core);
      if (cores.empty())
        wanted.erase(reached.chips[chip]);
      else
        wanted[reached.chips[chip]] = reached.sets.numberOf(std::move(cores));
    }
  }
  /// The neuron where they change next.
  uint32_t nextChange() const {
    return next < changes.size() ? changes[next].neuron : UINT32_MAX;
  }
  /// Whether a packet on that way reaches each of them once and nobody else.
  bool areReached(const RouteWalk &way, const Reached &reached) const {
    size_t chips = 0;
    for (const RouteWalk::Match &match : way.matches) {
      uint32_t set = reached.setOf.at(match.chip)[match.entry];
      if (set == 0)
        continue;
      auto here = wanted.find(match.chip);
      if (here == wanted.end() || here->second != set)
        return false;
      ++chips;
    }
    return chips == wanted.size();
  }
  bool areNone() const { return wanted.empty(); }
  std::vector<uint32_t> cores() const {
    std::vector<uint32_t> all;
    for (uint32_t core = 0; core < blocks.size(); ++core)
      if (blocks[core])
        all.push_back(core);
    return all;
  }

private:
  struct Change {
    uint32_t neuron, core;
    bool begins;
  };
  std::vector<Change> changes;
  size_t next = 0;
  std::vector<uint32_t> blocks;              ///< that want the neuron, by core
  std::map<ChipCoordinate, uint32_t> wanted; ///< set of each that has some
};

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
  Reached reached(cores, tables);
  std::vector<Receivers> receivers = receiversOf(cores);
  for (auto [slices, wanted] : llvm::zip_equal(handles, receivers))
    for (Value handle : slices)
      checkSender(handle, wanted, walker, cores, reached);
}

/// Who wants the keys of each node: blocks get whole slices, those of inputs
/// and subordinates parts of them.
std::vector<MappingChecker::Receivers>
MappingChecker::receiversOf(const CoreNumbers &cores) {
  std::vector<Receivers> receivers(info.nodes.size());
  for (BlockOp block : op.getOps<BlockOp>()) {
    auto target = block.getTarget().getDefiningOp<SliceOp>();
    uint32_t source = info.edges[block.getProjection()].source;
    ArrayRef<SliceInfo> slices = belongings.sourcesOf(block);
    Range known = belongings.knownBy(block);
    if (known.size() == 0)
      continue;
    const SliceInfo &first = slices.front(), &last = slices.back();
    Range neurons{first.begin, last.end};
    if (target.getSubordinate() || info.nodes[source].isInput) {
      uint32_t unit = first.unit;
      neurons.begin += routedKeys({first.begin, first.end}, known, unit).begin;
      neurons.end =
          last.begin + routedKeys({last.begin, last.end}, known, unit).end;
    }
    receivers[source].add(neurons, cores.numberOf(target.getAtAttr()));
  }
  for (Receivers &of : receivers)
    of.start(cores.size());
  return receivers;
}

void MappingChecker::checkSender(Value handle, Receivers &receivers,
                                 const RouteWalker &walker,
                                 const CoreNumbers &cores, Reached &reached) {
  SliceInfo sender = infoOf(handle);
  auto slice = handle.getDefiningOp<SliceOp>();
  ChipCoordinate from =
      slice ? addressOf(slice.getAtAttr()).chip : machine.hostChip();
  uint64_t step = walker.step(); // ways change at its multiples only
  uint32_t id = nodeOf(handle);
  const NetworkNode &node = info.nodes[id];
  LinkLoad packets{node.rate, node.worstRate()};
  for (uint32_t i = 0; i < sender.size() && ok;) {
    receivers.moveTo(sender.begin + i, reached);
    uint32_t key = *sender.key + i;
    auto count = uint32_t(
        std::min<uint64_t>({step - key % step, sender.size() - i,
                            receivers.nextChange() - (sender.begin + i)}));
    RouteWalk way = walker.follow(key, from);
    addLoad(way, id, packets * count);
    // Where nobody wants it, the sender's router may do without a route.
    bool isUnheard = way.fault == RouteFault::Miss && way.links.empty() &&
                     receivers.areNone();
    if ((way.fault && !isUnheard) || !receivers.areReached(way, reached)) {
      way.cores = walker.coresOf(way);
      explain(key, receivers.cores(), way, cores, handle);
    }
    i += count;
  }
}

/// Partial sums reach their dominant core and no other: one key per digit, and
/// no route may tell apart what is below the digit.
void MappingChecker::checkSumRoutes(Value part, const RouteWalker &walker,
                                    const CoreNumbers &cores) {
  SliceInfo sender = infoOf(part);
  std::vector<uint32_t> wanted;
  for (Operation *user : part.getUsers())
    if (auto gather = dyn_cast<GatherOp>(user)) {
      auto dominant = gather.getTarget().getDefiningOp<SliceOp>();
      wanted.push_back(cores.numberOf(dominant.getAtAttr()));
    }
  llvm::sort(wanted);
  wanted.erase(std::unique(wanted.begin(), wanted.end()), wanted.end());
  SumsAttr sums = sumsOf(part.getDefiningOp<SliceOp>());
  uint32_t step = 1u << (sums ? sums.getBits() : 0),
           last = *sender.key + sender.keys - 1;
  if (step > walker.step()) // else no route does
    for (const auto &[chip, entries] : tables)
      for (const RouterEntry &entry : entries)
        if ((entry.mask & (step - 1)) && entry.key <= last &&
            (entry.key | ~entry.mask) >= *sender.key) {
          error(part.getDefiningOp(), "SNN1109")
              << "a route with mask " << hex(entry.mask)
              << " tells digits of partial sums apart";
          return;
        }
  ChipCoordinate from =
      addressOf(part.getDefiningOp<SliceOp>().getAtAttr()).chip;
  for (uint64_t i = 0; i < sender.keys && ok; i += step) {
    auto key = uint32_t(*sender.key + i);
    RouteWalk way = walker.walk(key, from);
    addLoad(way, nodeOf(part), {1, 1});
    if (way.fault || way.cores != wanted)
      explain(key, wanted, way, cores, part);
  }
}

/// The route by which a packet comes to `core`.
Operation *MappingChecker::routeTo(const CoreAddress &core, uint32_t key) {
  for (RouteOp route : op.getOps<RouteOp>())
    if (chipOf(route) == core.chip &&
        (key & uint32_t(route.getMask())) == uint32_t(route.getKey()))
      return route;
  return op;
}

/// What is wrong with the way of a packet that `wanted` want.
void MappingChecker::explain(uint32_t key, ArrayRef<uint32_t> wanted,
                             const RouteWalk &way, const CoreNumbers &cores,
                             Value handle) {
  SliceInfo sender = infoOf(handle);
  Operation *at = handle.getDefiningOp();
  std::string spikes =
      fmt::format("spikes of '{}' (key {})", sender.name.str(), hex(key));
  ArrayRef<uint32_t> reached = way.cores;
  for (size_t i = 1; i < reached.size(); ++i)
    if (reached[i] == reached[i - 1])
      error(at, "SNN0378") << spikes << " reach "
                           << toText(cores.address(reached[i])) << " twice";
  for (uint32_t core : wanted)
    if (!llvm::is_contained(reached, core))
      error(at, "SNN0373") << spikes << " do not reach "
                           << toText(cores.address(core));
  for (size_t i = 0; i < reached.size(); ++i)
    if ((i == 0 || reached[i] != reached[i - 1]) &&
        !llvm::is_contained(wanted, reached[i])) {
      CoreAddress core = cores.address(reached[i]);
      error(routeTo(core, key), "SNN0374")
          << spikes << " reach " << toText(core)
          << ", which has no synapse from there";
    }
  if (way.fault && ok)
    error(at, "SNN0378") << "a spike of '" << sender.name << "' (key "
                         << hex(key) << ") is lost: " << describe(way);
}

} // namespace snnc::map
