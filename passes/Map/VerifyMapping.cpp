//===- VerifyMapping.cpp - Check a mapping against its network ------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Independent of the passes that made the mapping: what has to be true is
// recomputed from the snn ops, what is true is read from the routes, slices and
// buffers. Nothing here looks at fabric.flow.

#include "compiler/SNN/Connectivity.h"
#include "compiler/Support/Report.h"
#include "passes/Map/Routing.h"
#include "passes/Map/Support.h"
#include "planner/NetworkInfo.h"
#include "planner/WeightDelayMap.h"
#include "runtime/abi/CoreHeader.h"

#include "llvm/ADT/DenseMap.h"
#include "llvm/ADT/DenseSet.h"
#include "llvm/ADT/StringMap.h"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <map>
#include <set>

namespace snnc::map {
#define GEN_PASS_DEF_FABRICVERIFYMAPPING
#include "passes/Map/Passes.h.inc"

using namespace mlir;
using namespace snnc::fabric;

namespace {

std::string hex(uint64_t value) { return fmt::format("{:#x}", value); }

/// Which (neuron, source) places of a projection subordinates know.
class RowCover {
public:
  explicit RowCover(uint32_t neurons) : groupOf(neurons, 0), groups(1) {}

  /// False: some of these are known already.
  bool add(Range neurons, Range sources) {
    std::map<uint32_t, uint32_t> copies; ///< of groups, with the new sources
    for (uint32_t n = neurons.begin;
         n < std::min<uint32_t>(neurons.end, groupOf.size()); ++n) {
      auto [copy, isNew] = copies.try_emplace(groupOf[n], groups.size());
      if (isNew) {
        groups.push_back(groups[groupOf[n]]);
        for (Range other : groups.back())
          if (other.begin < sources.end && sources.begin < other.end)
            return false;
        groups.back().push_back(sources);
      }
      groupOf[n] = copy->second;
    }
    return true;
  }
  bool has(uint32_t neuron, uint32_t source) const {
    return llvm::any_of(groups[groupOf[neuron]], [&](Range range) {
      return source >= range.begin && source < range.end;
    });
  }

private:
  std::vector<uint32_t> groupOf; ///< by neuron
  std::vector<std::vector<Range>> groups;
};

/// Checks one fabric.machine; every check reports all it finds.
class Checker {
public:
  Checker(MachineOp op, const NetworkInfo &info, const MachineModel &machine)
      : op(op), info(info), machine(machine), handles(info.nodes.size()),
        parts(info.nodes.size()) {}

  bool run() {
    collect();
    checkCoverage();
    checkCores();
    checkKeys();
    checkBlocks();
    checkGathers();
    if (ok) // the rest needs places and keys
      checkRoutes();
    for (SliceOp slice : op.getOps<SliceOp>())
      checkBuffers(slice);
    return ok;
  }

private:
  InFlightDiagnostic error(Operation *at, DiagnosticCode code) {
    ok = false;
    return report(at, code);
  }

  void collect();
  void checkCoverage();
  void checkCores();
  void checkKeys();
  void checkBlocks();
  void checkParts(uint32_t edge);
  void checkGathers();
  llvm::SmallVector<Value> expectedSources(BlockOp block);
  std::vector<Range> reachOf(uint32_t edge, ArrayRef<Value> targets);
  void checkReach(uint32_t edge);
  void checkRoutes();
  void addReceiver(BlockOp block, Value handle,
                   std::vector<std::pair<Range, uint32_t>> &receivers);
  void checkSumRoutes(Value part, const RouterLookup &router);
  void checkKey(uint32_t key, const std::set<uint32_t> &wanted,
                const RouterLookup &router, SliceInfo sender, Operation *at);
  void checkBuffers(SliceOp slice);
  void checkContent(SliceOp slice, llvm::ArrayRef<BufferOp> buffers);
  void checkParadigm(SliceOp slice, const NetworkNode &node);
  void checkMap(SliceOp slice, const NetworkNode &node,
                const llvm::StringMap<uint64_t> &bytes);

  MachineOp op;
  const NetworkInfo &info;
  const MachineModel &machine;
  std::vector<llvm::SmallVector<Value>> handles; ///< per node, by begin
  std::vector<llvm::SmallVector<Value>> parts;   ///< subordinates, per node
  std::vector<RouterEntry> entries;
  llvm::SmallVector<RouteOp> routes;
  /// By source node and target slice: the sources that blocks there know.
  llvm::DenseMap<std::pair<uint32_t, Value>, Range> rangeOf;
  bool ok = true;
};

void Checker::collect() {
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
void Checker::checkCoverage() {
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
void Checker::checkCores() {
  llvm::DenseMap<uint32_t, SliceOp> holder;
  for (SliceOp slice : op.getOps<SliceOp>()) {
    auto at = slice.getAtAttr() ? coordinateOf(slice.getAtAttr())
                                : std::optional<PeCoordinate>();
    if (!at || !llvm::is_contained(machine.pes, *at)) {
      error(slice, "SNN0371")
          << describe(slice)
          << (slice.getAtAttr()
                  ? " are on a core that the machine does not have: " +
                        describe(slice.getAtAttr())
                  : std::string(" have no core"));
      continue;
    }
    auto [it, isNew] = holder.try_emplace(at->peId(), slice);
    if (!isNew)
      error(slice, "SNN0371")
          << describe(slice) << " and " << describe(it->second)
          << " are both on core " << describe(slice.getAtAttr());
  }
}

/// Every slice and input has keys of its own.
void Checker::checkKeys() {
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

/// The places of the sources of `edge` with a synapse into each of `targets`,
/// from the synapses themselves.
std::vector<Range> Checker::reachOf(uint32_t edge, ArrayRef<Value> targets) {
  std::vector<Range> reach(targets.size());
  auto view = snn::IntConnectivity::create(info.edges[edge].op);
  if (!view) {
    ok = false; // reported there
    return reach;
  }
  const NeuronOrder &from = info.nodes[info.edges[edge].source].order,
                    &to = info.nodes[info.edges[edge].target].order;
  std::vector<uint32_t> sliceOf(view->numTargets(), UINT32_MAX); // by neuron
  for (auto [i, target] : llvm::enumerate(targets)) {
    SliceInfo slice = infoOf(target);
    for (uint32_t n = slice.begin;
         n < std::min<uint32_t>(slice.end, sliceOf.size()); ++n)
      sliceOf[to.neuronAt(n)] = uint32_t(i);
  }
  std::vector<snn::IntSynapse> row;
  for (uint32_t source = 0; source < view->numSources(); ++source) {
    view->row(source, row);
    uint32_t place = from.placeOf(source);
    for (const snn::IntSynapse &synapse : row)
      if (uint32_t slice = sliceOf[synapse.target]; slice != UINT32_MAX)
        reach[slice] = hull(reach[slice], {place, place + 1});
  }
  return reach;
}

/// Blocks know every source with a synapse into their slice. Two that read the
/// same keys know the same ones: the core looks for a range.
void Checker::checkReach(uint32_t edge) {
  auto &targets = handles[info.edges[edge].target];
  std::vector<Range> reach = reachOf(edge, targets);
  for (size_t i = 0; i < targets.size(); ++i)
    for (BlockOp block : blocksOf(targets[i].getDefiningOp<SliceOp>())) {
      if (block.getProjection() >= info.edges.size() ||
          info.edges[block.getProjection()].source != info.edges[edge].source)
        continue;
      std::vector<Range> parts = rangesOf(block);
      Range known = parts.empty()
                        ? Range{}
                        : Range{parts.front().begin, parts.back().end};
      if (hull(known, reach[i]) != known)
        error(block, "SNN0376")
            << "block " << int64_t(block.getProjection()) << " knows sources ["
            << known.begin << ", " << known.end << ") of '"
            << info.nodes[info.edges[edge].source].name << "', but ["
            << reach[i].begin << ", " << reach[i].end << ") have synapses into "
            << describe(targets[i].getDefiningOp<SliceOp>());
      rangeOf.try_emplace({info.edges[edge].source, targets[i]}, known);
      if (rangeOf[{info.edges[edge].source, targets[i]}] != known)
        error(block, "SNN0376")
            << "block " << int64_t(block.getProjection())
            << " and another one of "
            << describe(targets[i].getDefiningOp<SliceOp>())
            << " know different ranges of sources of '"
            << info.nodes[info.edges[edge].source].name << "'";
    }
}

/// One block per projection and target slice, from the source slices that meet
/// its range, in order.
void Checker::checkBlocks() {
  llvm::DenseMap<std::pair<uint64_t, Value>, unsigned> seen;
  for (BlockOp block : op.getOps<BlockOp>()) {
    uint64_t id = block.getProjection();
    if (id >= info.edges.size()) {
      error(block, "SNN0376") << "there is no projection " << int64_t(id);
      continue;
    }
    const NetworkEdge &edge = info.edges[id];
    auto &targets = info.nodes[edge.target].rowSplit ? parts[edge.target]
                                                     : handles[edge.target];
    bool known = llvm::is_contained(targets, block.getTarget());
    if (!known || !llvm::equal(block.getSources(), expectedSources(block)))
      error(block, "SNN0376")
          << "block " << int64_t(id) << " of projection '"
          << snn::ProjectionOp(edge.op).getName()
          << "' does not lead from all slices of '"
          << info.nodes[edge.source].name << "' "
          << (block.getFirst() ? "in its range " : "") << "to a slice of '"
          << info.nodes[edge.target].name << "'";
    ++seen[{id, block.getTarget()}];
  }
  for (uint32_t id = 0; id < info.edges.size(); ++id)
    for (Value target : info.nodes[info.edges[id].target].rowSplit
                            ? parts[info.edges[id].target]
                            : handles[info.edges[id].target])
      if (unsigned count = seen.lookup({id, target}); count != 1)
        error(target.getDefiningOp(), "SNN0376")
            << "projection '" << snn::ProjectionOp(info.edges[id].op).getName()
            << "' has " << count << " blocks in "
            << describe(target.getDefiningOp<SliceOp>()) << ", not 1";
  for (uint32_t id = 0; id < info.edges.size(); ++id)
    if (info.nodes[info.edges[id].target].rowSplit)
      checkParts(id);
    else
      checkReach(id);
}

/// Every synapse of `edge` is in exactly one subordinate, with a delay that
/// leaves a tick for its partial sum.
void Checker::checkParts(uint32_t edge) {
  const NetworkEdge &self = info.edges[edge];
  RowCover cover(info.nodes[self.target].size);
  for (Value part : parts[self.target])
    for (BlockOp block : blocksOf(part.getDefiningOp<SliceOp>())) {
      if (block.getProjection() != edge)
        continue;
      Range known;
      for (Range range : rangesOf(block))
        known = hull(known, range);
      SliceInfo slice = infoOf(part);
      if (known.size() && !cover.add({slice.begin, slice.end}, known))
        error(block, "SNN0376")
            << "block " << int64_t(edge) << " knows sources [" << known.begin
            << ", " << known.end << ") for neurons [" << slice.begin << ", "
            << slice.end << ") of '" << slice.name
            << "', another subordinate knows some of them too";
    }
  auto view = snn::IntConnectivity::create(self.op);
  if (!view) {
    ok = false; // reported there
    return;
  }
  const NeuronOrder &from = info.nodes[self.source].order,
                    &to = info.nodes[self.target].order;
  std::vector<snn::IntSynapse> row;
  for (uint32_t source = 0; source < view->numSources(); ++source) {
    view->row(source, row);
    uint32_t place = from.placeOf(source);
    for (const snn::IntSynapse &synapse : row) {
      uint32_t neuron = to.placeOf(synapse.target);
      bool late = synapse.delay < snn::kRowSplitDelay && synapse.weight != 0;
      if (!late && cover.has(neuron, place))
        continue;
      snn::ProjectionOp projection = self.op;
      error(projection, "SNN0376")
          << "the synapse of source " << source << " and neuron "
          << synapse.target << " of '" << info.nodes[self.target].name << "' "
          << (late ? "has a delay of 1 tick, too short for a partial sum"
                   : "is in no subordinate");
      return;
    }
  }
}

/// One gather per dominant slice, of all subordinates of its neurons; one
/// dominant slice per subordinate.
void Checker::checkGathers() {
  llvm::DenseMap<Value, unsigned> gathered;
  for (GatherOp gather : op.getOps<GatherOp>())
    for (Value part : gather.getSources())
      ++gathered[part];
  for (uint32_t id = 0; id < parts.size(); ++id) {
    const NetworkNode &node = info.nodes[id];
    for (Value handle : handles[id])
      if (auto slice = handle.getDefiningOp<SliceOp>();
          slice && bool(gatherOf(slice)) != node.rowSplit)
        error(slice, "SNN1109")
            << describe(slice)
            << (node.rowSplit ? " are split by sources, but nothing "
                                "gathers their partial sums"
                              : " gather partial sums, but their "
                                "population is not split by sources");
    for (Value part : parts[id]) {
      auto slice = part.getDefiningOp<SliceOp>();
      if (!node.rowSplit || gathered.lookup(part) != 1)
        error(slice, "SNN1109")
            << "the sums of a subordinate for " << describe(slice)
            << " are gathered by " << gathered.lookup(part)
            << " dominant slices, not 1";
    }
  }
  for (GatherOp gather : op.getOps<GatherOp>())
    for (Value part : gather.getSources())
      if (SliceInfo sender = infoOf(part);
          info.populationByName.contains(sender.name) &&
          sender.keys !=
              sumKeys(sender.size(),
                      info.nodes[info.populationByName.lookup(sender.name)]
                          .receptors,
                      gather.getEncoding()))
        error(part.getDefiningOp(), "SNN1109")
            << "a subordinate sends with " << int64_t(sender.keys)
            << " keys, not as many as its sums of " << gather.getEncoding()
            << " take";
}

/// The slices of its source that a block names: those in its range, none or all
/// of them without one.
llvm::SmallVector<Value> Checker::expectedSources(BlockOp block) {
  llvm::SmallVector<Value> expected;
  if (!block.getFirst() && block.getSources().empty())
    return expected;
  for (Value handle : handles[info.edges[block.getProjection()].source]) {
    SliceInfo slice = infoOf(handle);
    if (!block.getFirst() ||
        (slice.begin < *block.getLast() && slice.end > *block.getFirst()))
      expected.push_back(handle);
  }
  return expected;
}

/// Key by key: the routes copy it to the cores with a block from its slice, to
/// all of them and to no other. checkBlocks() found these blocks complete.
void Checker::checkRoutes() {
  for (RouteOp route : op.getOps<RouteOp>()) {
    RouterEntry entry{uint32_t(route.getKey()), uint32_t(route.getMask()), {}};
    for (auto pe : route.getTargets().getAsRange<PeAttr>())
      if (auto at = coordinateOf(pe))
        entry.targets.push_back(at->peId());
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
      std::vector<std::pair<Range, uint32_t>> receivers; // keys, core
      for (Operation *user : handle.getUsers())
        if (auto block = dyn_cast<BlockOp>(user))
          addReceiver(block, handle, receivers);
      std::set<uint32_t> wanted;
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
void Checker::addReceiver(BlockOp block, Value handle,
                          std::vector<std::pair<Range, uint32_t>> &receivers) {
  auto target = block.getTarget().getDefiningOp<SliceOp>();
  SliceInfo sender = infoOf(handle);
  for (auto [source, part] : llvm::zip(block.getSources(), rangesOf(block))) {
    if (source != handle)
      continue;
    Range keys{0, sender.size()};
    if (target.getSubordinate())
      keys = routedKeys({sender.begin, sender.end}, part);
    receivers.push_back({keys, coordinateOf(target.getAtAttr())->peId()});
  }
}

/// Partial sums reach their dominant core and no other: one key per digit, and
/// no route may tell apart what is below the digit.
void Checker::checkSumRoutes(Value part, const RouterLookup &router) {
  SliceInfo sender = infoOf(part);
  std::set<uint32_t> wanted;
  unsigned bits = 0;
  for (Operation *user : part.getUsers())
    if (auto gather = dyn_cast<GatherOp>(user)) {
      auto dominant = gather.getTarget().getDefiningOp<SliceOp>();
      wanted.insert(coordinateOf(dominant.getAtAttr())->peId());
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

void Checker::checkKey(uint32_t key, const std::set<uint32_t> &wanted,
                       const RouterLookup &router, SliceInfo sender,
                       Operation *at) {
  int64_t entry = router.find(key);
  std::set<uint32_t> reached;
  if (entry >= 0)
    reached.insert(entries[entry].targets.begin(),
                   entries[entry].targets.end());
  for (uint32_t pe : wanted)
    if (!reached.count(pe))
      error(at, "SNN0373") << "spikes of '" << sender.name << "' (key "
                           << hex(key) << ") do not reach core (" << (pe >> 5)
                           << ", " << (pe >> 2 & 7) << ", " << (pe & 3) << ")";
  for (uint32_t pe : reached)
    if (!wanted.count(pe))
      error(routes[entry], "SNN0374")
          << "spikes of '" << sender.name << "' (key " << hex(key)
          << ") reach core (" << (pe >> 5) << ", " << (pe >> 2 & 7) << ", "
          << (pe & 3) << "), which has no synapse from there";
}

/// Buffers are aligned, inside what the planner may use, and disjoint.
void Checker::checkBuffers(SliceOp slice) {
  llvm::SmallVector<BufferOp> buffers;
  for (Operation *user : slice.getSlice().getUsers())
    if (auto buffer = dyn_cast<BufferOp>(user))
      buffers.push_back(buffer);
  for (BufferOp buffer : buffers)
    if (!buffer.getAt() || *buffer.getAt() % machine.sram.alignment != 0 ||
        *buffer.getAt() < machine.sram.program.end ||
        *buffer.getAt() + buffer.getBytes() > machine.sram.stack.begin) {
      error(buffer, "SNN0377")
          << "buffer '" << buffer.getName() << "' of " << describe(slice)
          << " is not inside [" << hex(machine.sram.program.end) << ", "
          << hex(machine.sram.stack.begin) << ") at a multiple of "
          << machine.sram.alignment << " B";
      return;
    }
  llvm::sort(buffers, [](BufferOp a, BufferOp b) {
    return std::pair(*a.getAt(), a.getBytes()) <
           std::pair(*b.getAt(), b.getBytes());
  });
  for (size_t i = 1; i < buffers.size(); ++i)
    if (*buffers[i].getAt() <
        *buffers[i - 1].getAt() + buffers[i - 1].getBytes())
      error(buffers[i], "SNN0377")
          << "buffers '" << buffers[i - 1].getName() << "' and '"
          << buffers[i].getName() << "' of " << describe(slice)
          << " overlap at " << hex(*buffers[i].getAt());
  checkContent(slice, buffers);
}

/// Every structure that the core program addresses is there and large enough.
void Checker::checkContent(SliceOp slice, llvm::ArrayRef<BufferOp> buffers) {
  auto known = info.populationByName.find(slice.getPopulation());
  if (known == info.populationByName.end())
    return; // reported before
  const NetworkNode &node = info.nodes[known->second];
  uint32_t n = slice.numNeurons();
  llvm::SmallVector<std::pair<std::string, uint64_t>> least = {
      {"header", sizeof(SnncCoreHeader)}, {"table", 0}, {"fifo", 4}};
  if (!slice.getSubordinate()) {
    least.emplace_back("spikes", spikeBytes(n));
    for (const std::string &state : node.states)
      least.emplace_back("state." + state, uint64_t(n) * 4);
    for (const std::string &param : node.arrayParams)
      least.emplace_back("param." + param, uint64_t(n) * 4);
    least.emplace_back("record", recordTickBytes(info.demand(node, n)));
  }
  if (!slice.getParallel())
    least.emplace_back("ring", ringSlotBytes(n, node.receptors));
  for (auto &[name, bytes] : least) {
    auto it = llvm::find_if(buffers, [&, &name = name](BufferOp buffer) {
      return buffer.getName() == name;
    });
    if (it == buffers.end() || BufferOp(*it).getBytes() < bytes)
      error(slice, "SNN0377") << describe(slice) << " need a buffer '" << name
                              << "' of " << bytes << " B or more";
    else if (name == "header" &&
             BufferOp(*it).getAt() != machine.sram.program.end)
      error(*it, "SNN0377")
          << "the header stands at " << hex(machine.sram.program.end)
          << ", not elsewhere";
  }
  checkParadigm(slice, node);
  if (slice.getParallel()) {
    llvm::StringMap<uint64_t> bytes;
    for (BufferOp buffer : buffers)
      bytes[buffer.getName()] = buffer.getBytes();
    checkMap(slice, node, bytes);
    return;
  }
  llvm::DenseMap<uint64_t, uint64_t> rows;
  for (BufferOp buffer : buffers)
    if (buffer.getBlock())
      rows[*buffer.getBlock()] += buffer.getBytes();
  for (BlockOp block : blocksOf(slice))
    if (rows.lookup(block.getProjection()) != block.getBytes())
      error(block, "SNN0377")
          << "rows and index have " << rows.lookup(block.getProjection())
          << " B, the block " << block.getBytes() << " B";
}

/// The slice is computed as the network asks, its blocks are encoded for it.
void Checker::checkParadigm(SliceOp slice, const NetworkNode &node) {
  bool dominant = node.rowSplit && !slice.getSubordinate();
  if (slice.getParallel() != (node.parallel && !dominant))
    error(slice, "SNN1105") << describe(slice) << " are "
                            << (slice.getParallel() ? "parallel" : "serial")
                            << ", their population is not";
  Attribute first;
  for (BlockOp block : blocksOf(slice)) {
    first = first ? first : block.getEncoding();
    bool isMap = isa<MapRowsAttr>(block.getEncoding());
    if (isMap != slice.getParallel() || (isMap && block.getEncoding() != first))
      error(block, "SNN1105")
          << "block " << int64_t(block.getProjection()) << " of "
          << describe(slice) << " is encoded as " << block.getEncoding()
          << ", which its core cannot read";
  }
}

/// The sizes of a weight-delay map agree with each other and with the network;
/// its content is compared when the image is written (SNN1106).
void Checker::checkMap(SliceOp slice, const NetworkNode &node,
                       const llvm::StringMap<uint64_t> &bytes) {
  uint64_t sources = 0, spikes = 0, longest = 1, blocks = 0;
  for (uint32_t edge : node.incoming) {
    double delay = snn::longestDelay(info.edges[edge].op).value_or(1);
    longest = std::max(longest, uint64_t(std::clamp(delay, 1.0, 65535.0)));
  }
  for (BlockOp block : blocksOf(slice)) {
    blocks += block.getBytes();
    uint64_t known = 0;
    for (Range part : rangesOf(block))
      known += part.size();
    sources += known;
    spikes +=
        historyRoom(known, info.inputRate(uint32_t(block.getProjection())));
  }
  auto refuse = [&](const char *what, uint64_t have) {
    error(slice, "SNN1105")
        << describe(slice) << ": " << have << " B of " << what
        << " do not belong to a weight-delay map of " << sources
        << " sources and delays up to " << longest;
  };
  uint64_t positions = bytes.lookup("positions"),
           weights = bytes.lookup("weights"), scatter = bytes.lookup("scatter"),
           history = bytes.lookup("history"),
           counts = bytes.lookup("history_count"),
           panels = bytes.lookup("panels");
  if (blocks != positions + weights || weights % machine.mac.columns != 0)
    refuse("weights and positions", positions + weights);
  // scatter = u16[delays * sources + 1], history one slot a tick of delay
  uint64_t entries = scatter / 2 - (scatter >= 2);
  uint64_t delays = sources ? entries / sources : 1;
  if (scatter < 2 || scatter % 2 || (sources && entries % sources) ||
      delays < 1 || delays > longest)
    refuse("the scatter table", scatter);
  if (counts / 2 < delays || counts / 2 > std::bit_ceil(longest) ||
      !llvm::isPowerOf2_64(counts / 2) || history != counts * spikes)
    refuse("history", history + counts);
  uint64_t columns = machine.mac.columns, n = slice.numNeurons();
  uint64_t most = (n + columns - 1) / columns * node.receptors;
  if (panels == 0 || panels % (node.receptors * sizeof(SnncPanel)) ||
      panels / sizeof(SnncPanel) > most)
    refuse("panels", panels);
  if (bytes.lookup("output") != most * columns * node.batch * sizeof(int32_t))
    refuse("results", bytes.lookup("output"));
  if (bytes.lookup("operand") % machine.mac.operandAlignment != 0 ||
      bytes.lookup("operand") < positions / 2 * node.batch)
    refuse("operand", bytes.lookup("operand"));
}

struct FabricVerifyMappingPass
    : impl::FabricVerifyMappingBase<FabricVerifyMappingPass> {
  using FabricVerifyMappingBase::FabricVerifyMappingBase;
  MachinePtr given;

  void runOnOperation() override {
    MachinePtr machine = resolveMachine(getOperation(), given, machineName);
    if (!machine)
      return signalPassFailure();
    for (MachineOp op : getOperation().getOps<MachineOp>()) {
      if (!checkTarget(op, *machine))
        return signalPassFailure();
      auto info = NetworkInfo::read(op);
      if (failed(info) || !Checker(op, *info, *machine).run())
        return signalPassFailure();
    }
    markAllAnalysesPreserved();
  }
};
} // namespace

std::unique_ptr<Pass> createFabricVerifyMapping(MachinePtr machine) {
  auto pass = std::make_unique<FabricVerifyMappingPass>();
  pass->given = std::move(machine);
  return pass;
}
} // namespace snnc::map
