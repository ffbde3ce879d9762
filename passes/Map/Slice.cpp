//===- Slice.cpp - Cut populations into slices that fit a core ------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// planner/LayerPlanner.h knows the exact size of any slice, so the
// search only evaluates candidates. More source slices mean more table entries
// on the target's cores: slice counts therefore grow to a fixed point.

#include "compiler/Support/Report.h"
#include "passes/Map/RealTime.h"
#include "passes/Map/Support.h"
#include "planner/Capacity.h"
#include "planner/LayerPlanner.h"

#include "llvm/ADT/DenseMap.h"
#include "llvm/ADT/SetVector.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

namespace snnc::map {
#define GEN_PASS_DEF_FABRICSLICE
#include "passes/Map/Passes.h.inc"

using namespace mlir;
using namespace snnc::fabric;

namespace {

/// Chooses the slices of one network.
class Slicer {
public:
  Slicer(const NetworkInfo &info, const MachineModel &machine, CoreLimits most)
      : info(info), machine(machine), planner(info, machine, most),
        untimed(info.nodes.size()) {}

  /// The tick's real time, seconds: the wished one or a longer one.
  FailureOr<double> solve(const RealTime &wish);
  const LayerPlanner &plan() const { return planner; }

private:
  enum class Outcome : uint8_t { Fits, Slow, Refused };
  LogicalResult rejectHopeless();
  LogicalResult checkParallel(uint32_t node);
  LogicalResult scanAll();
  Outcome shrink(uint32_t node);
  Outcome cutAll(bool fullRings);
  Outcome attempt(double tick);
  Outcome keepTick(double tick);
  LogicalResult refuseNeuron(uint32_t node);
  LogicalResult refuseMany(uint32_t node);
  LogicalResult checkCores();
  void noteLoop(InFlightDiagnostic &diag, uint32_t node);
  uint64_t coresOf(uint32_t node) const;
  uint64_t cores() const;

  const NetworkInfo &info;
  const MachineModel &machine;
  LayerPlanner planner;
  std::vector<bool> untimed; ///< nodes that are cut by bytes alone
  Slowness slow;             ///< why the last attempt was slow
};

/// Whether some weight into `node` (or into any population) has 16 bits.
bool isWide(const NetworkInfo &info, std::optional<uint32_t> node = {}) {
  return llvm::any_of(info.edges, [&](const NetworkEdge &edge) {
    snn::ProjectionOp op = edge.op;
    return (!node || edge.target == *node) && op.getQuantAttr() &&
           op.getQuantAttr().getBits() > 8;
  });
}

/// Networks whose sheer numbers cannot fit are refused before anything is
/// scanned: a neuron takes at least 4 B; a block, unless it reads a small range
/// of the sources only, 2 B per source.
LogicalResult Slicer::rejectHopeless() {
  uint64_t bytes = availableBytes(machine.sram);
  for (const NetworkNode &node : info.nodes) {
    uint64_t most = bytes / 4 * machine.pes.size();
    if (!node.isInput && node.size > most) {
      InFlightDiagnostic diag =
          report(node.op, "SNN0354")
          << "population '" << node.name
          << "' does not fit the chip: " << grouped(node.size)
          << " neurons, at most " << grouped(most) << " fit "
          << machine.pes.size() << " cores";
      attachHelp(diag) << kReferenceHelp;
      return diag;
    }
  }
  for (const NetworkEdge &edge : info.edges) {
    uint32_t sources = info.nodes[edge.source].size;
    snn::ProjectionOp op = edge.op;
    if (sources <= bytes / 2 || info.nodes[edge.target].rowSplit ||
        isa<snn::OneToOneAttr, snn::ConvAttr>(op.getWeights()))
      continue;
    InFlightDiagnostic diag =
        report(info.nodes[edge.target].op, "SNN0353")
        << "population '" << info.nodes[edge.target].name
        << "' does not fit: a core needs at least "
        << grouped(uint64_t(sources) * 2) << " B to find the rows of the "
        << grouped(sources) << " sources in '" << info.nodes[edge.source].name
        << "', " << grouped(bytes) << " B available";
    attachHelp(diag) << "reduce the number of neurons or channels of '"
                     << info.nodes[edge.source].name
                     << "', for example by pooling";
    attachHelp(diag) << kReferenceHelp;
    return failure();
  }
  return success();
}

constexpr const char *kLoopHelp =
    "give the projections of its feedback loops a delay of 2 ticks or more, or "
    "compute it serially (paradigm)";

/// What no cutting can mend in a parallel population.
LogicalResult Slicer::checkParallel(uint32_t node) {
  const NetworkNode &population = info.nodes[node];
  const MapStatistics &map = planner.map(node);
  if (!planner.sumFits(node)) {
    MapStatistics::Sum sum = map.largestSum();
    InFlightDiagnostic diag =
        report(population.op, "SNN1101")
        << "population '" << population.name
        << "' cannot be parallel: the weights into neuron "
        << population.order.neuronAt(sum.neuron) << ", receptor "
        << sum.receptor << ", may add up to " << grouped(sum.value)
        << ", the MAC array's " << machine.mac.accumulatorBits
        << "-bit accumulator holds " << grouped(planner.sumLimit());
    attachHelp(diag) << (isWide(info, node)
                             ? "use --weights=int8, or compute it "
                               "serially"
                             : "compute it serially");
    return failure();
  }
  uint64_t least = map.minDelay().value_or(snn::kRowSplitDelay);
  if (population.rowSplit && least < snn::kRowSplitDelay) {
    InFlightDiagnostic diag =
        report(population.op, "SNN1108")
        << "population '" << population.name
        << "' cannot be split by sources: a synapse into it "
        << "has a delay of " << least << " tick(s), at least "
        << snn::kRowSplitDelay << " are needed, one to the subordinate core "
        << "and one for the partial sum";
    attachHelp(diag) << kLoopHelp;
    return failure();
  }
  least = map.minDelay().value_or(population.batch);
  if (population.batch <= least)
    return success();
  InFlightDiagnostic diag =
      report(population.op, "SNN1102")
      << "population '" << population.name << "': batch of " << population.batch
      << " ticks, but a synapse into it has a delay of " << least
      << " ticks; a batch needs spikes that are not there yet";
  attachHelp(diag) << "a batch is at most the least delay";
  return failure();
}

LogicalResult Slicer::refuseNeuron(uint32_t node) {
  const NetworkNode &population = info.nodes[node];
  bool parallel = planner.cut(node).parallel;
  uint32_t step = planner.smallestSlice(node);
  if (!parallel && planner.tooManySlices(node, step))
    return refuseMany(node);
  CoreDemand worst;
  CorePlan plan;
  Range where;
  for (uint32_t n = 0; n < population.size; n += step) {
    Range targets{n, std::min(n + step, population.size)};
    CoreDemand demand = parallel ? planner.demandOf(node, targets)
                                 : planner.demandAt(node, targets, step);
    CorePlan candidate = planCore(demand, machine.sram);
    if (n == 0 || candidate.needed > plan.needed) {
      worst = std::move(demand);
      plan = std::move(candidate);
      where = targets;
    }
  }
  if (planner.cut(node).rows) {
    RowPart part = planner.largestGrain(node);
    where = part.targets;
    worst = planner.partDemand(node, where, planner.partMap(node, part));
    plan = planCore(worst, machine.sram);
  }
  auto parts = bytesByStructure(worst);
  InFlightDiagnostic diag =
      report(population.op,
             parallel ? DiagnosticCode("SNN1100") : DiagnosticCode("SNN0353"))
      << "population '" << population.name
      << (parallel ? "' does not fit as parallel: neurons ["
                   : "' does not fit: one neuron alone needs ");
  if (parallel)
    diag << where.begin << ", " << where.end << ") alone need ";
  diag << grouped(plan.needed) << " B of a core, " << grouped(plan.available)
       << " B available";
  diag.attachNote() << "largest parts: " << listBytes(parts);
  if (parallel)
    noteLoop(diag, node);
  if (parallel)
    attachHelp(diag) << "compute it serially (paradigm), or reduce its "
                     << grouped(worst.sources) << " sources or the "
                     << grouped(worst.maxDelay) << " ticks of longest delay";
  else if (parts.front().first.starts_with("input ring"))
    attachHelp(diag) << "shorten the longest delay, " << grouped(worst.maxDelay)
                     << " ticks, or use a larger "
                     << "time step (--dt, in YAML `dt`)";
  else
    attachHelp(diag) << "reduce the population's " << grouped(worst.sources)
                     << " sources (pooling, a smaller layer before it)"
                     << (isWide(info, node) ? ", or use --weights=int8" : "");
  if (!parallel)
    attachHelp(diag) << kReferenceHelp;
  return failure();
}

/// One neuron would fit, but so many slices would not fit the machine several
/// times over (and each finds its own sources in a table of all of them).
LogicalResult Slicer::refuseMany(uint32_t node) {
  const NetworkNode &population = info.nodes[node];
  InFlightDiagnostic diag =
      report(population.op, "SNN0354")
      << "population '" << population.name << "' does not fit: its "
      << grouped(population.size) << " neurons need more than "
      << grouped(planner.mostSlices()) << " cores, machine '" << machine.name
      << "' has " << machine.pes.size();
  attachHelp(diag) << "make it smaller or its connections sparser"
                   << (isWide(info, node) ? ", or use --weights=int8" : "");
  attachHelp(diag) << kReferenceHelp;
  return failure();
}

/// Why the sources of a parallel population are not split.
void Slicer::noteLoop(InFlightDiagnostic &diag, uint32_t node) {
  if (info.nodes[node].rowSplit || info.nodes[node].mayRowSplit)
    return;
  std::vector<uint32_t> component = info.components();
  for (uint32_t id : info.nodes[node].incoming) {
    const NetworkEdge &edge = info.edges[id];
    snn::ProjectionOp op = edge.op;
    double delay = snn::shortestDelay(op).value_or(0);
    if (component[edge.source] != component[node] ||
        delay >= double(snn::kRowSplitDelay))
      continue;
    diag.attachNote(op.getLoc())
        << "its sources cannot be split over cores: projection '"
        << op.getName() << "' is part of a feedback loop and has a delay of "
        << uint64_t(delay) << " tick(s), at least " << snn::kRowSplitDelay
        << " are needed";
    attachHelp(diag) << kLoopHelp;
    return;
  }
}

uint64_t Slicer::coresOf(uint32_t node) const {
  return planner.slices(node).size() + planner.cut(node).parts.size();
}

uint64_t Slicer::cores() const {
  uint64_t needed = 0;
  for (uint32_t node = 0; node < info.nodes.size(); ++node)
    if (!info.nodes[node].isInput)
      needed += coresOf(node);
  return needed;
}

LogicalResult Slicer::checkCores() {
  uint64_t needed = this->cores();
  if (needed <= machine.pes.size())
    return success();
  std::vector<std::pair<std::string, uint64_t>> cores;
  for (uint32_t node = 0; node < info.nodes.size(); ++node)
    if (!info.nodes[node].isInput)
      cores.emplace_back(info.nodes[node].name, coresOf(node));
  std::sort(cores.begin(), cores.end(), [](const auto &a, const auto &b) {
    return std::pair(b.second, a.first) < std::pair(a.second, b.first);
  });
  std::string table;
  for (size_t i = 0; i < std::min<size_t>(5, cores.size()); ++i)
    table += fmt::format("{}'{}' {} cores", i ? ", " : "", cores[i].first,
                         grouped(cores[i].second));
  snn::NetworkOp network = info.network;
  InFlightDiagnostic diag = report(network, "SNN0354")
                            << "the network needs " << grouped(needed)
                            << " cores, machine '" << machine.name << "' has "
                            << machine.pes.size();
  diag.attachNote() << "largest: " << table;
  attachHelp(diag) << "make '" << cores.front().first
                   << "' smaller or its connections sparser"
                   << (isWide(info) ? ", or use --weights=int8" : "");
  attachHelp(diag) << kReferenceHelp;
  return failure();
}

/// The fewest slices of `node` that fit, or why there are none.
Slicer::Outcome Slicer::shrink(uint32_t node) {
  Limits limits = untimed[node] ? Limits::Bytes : Limits::BytesAndTime;
  if (planner.shrink(node, limits))
    return Outcome::Fits;
  if (planner.cut(node).fullRing) {
    planner.start(node, info.nodes[node].parallel, /*fullRing=*/false);
    return shrink(node);
  }
  if (limits == Limits::BytesAndTime && planner.shrink(node, Limits::Bytes)) {
    slow = slowestSlice(info, planner, node);
    return Outcome::Slow;
  }
  (void)refuseNeuron(node);
  return Outcome::Refused;
}

/// Slices only get smaller, which makes more of them, until all fit.
Slicer::Outcome Slicer::cutAll(bool fullRings) {
  for (uint32_t node = 0; node < info.nodes.size(); ++node)
    planner.start(node, info.nodes[node].parallel, fullRings);
  for (bool changed = true; changed;) {
    changed = false;
    for (uint32_t node = 0; node < info.nodes.size(); ++node) {
      if (info.nodes[node].isInput)
        continue;
      uint32_t before = planner.cut(node).chunk;
      if (Outcome outcome = shrink(node); outcome != Outcome::Fits)
        return outcome;
      changed |= planner.cut(node).chunk != before;
    }
  }
  return Outcome::Fits;
}

/// Packet rings that hold every source while there are cores to spare.
Slicer::Outcome Slicer::attempt(double tick) {
  planner.setTickCycles(tickCycles(machine, tick));
  for (bool fullRings : {true, false}) {
    if (Outcome outcome = cutAll(fullRings); outcome != Outcome::Fits)
      return outcome;
    if (cores() <= machine.pes.size())
      return Outcome::Fits;
  }
  slow = {};
  slow.cores = cores();
  return Outcome::Slow;
}

/// The stated tick, or none: what misses it on rates that nobody stated is cut
/// by bytes alone.
Slicer::Outcome Slicer::keepTick(double tick) {
  for (;;) {
    Outcome outcome = attempt(tick);
    if (outcome != Outcome::Slow)
      return outcome;
    bool timed = tick > 0 && llvm::is_contained(untimed, false);
    if (!timed) {
      (void)checkCores();
      return Outcome::Refused;
    }
    if (ratesStated(info, slow)) {
      refuseTick(info, machine, tick, slow);
      return Outcome::Refused;
    }
    Slowness reason = slow;
    if (slow.node)
      untimed[*slow.node] = true;
    else
      untimed.assign(untimed.size(), true);
    warnTick(info, machine, tick, reason);
  }
}

LogicalResult Slicer::scanAll() {
  for (uint32_t node = 0; node < info.nodes.size(); ++node) {
    if (failed(planner.scan(node)))
      return failure();
    if (planner.cut(node).parallel && failed(checkParallel(node)))
      return failure();
  }
  return success();
}

FailureOr<double> Slicer::solve(const RealTime &wish) {
  if (failed(rejectHopeless()) || failed(scanAll()))
    return failure();
  std::optional<Slowness> first;
  if (!wish.stated && wish.tickSeconds > 0)
    for (double tick : ticksToTry(wish)) {
      Outcome outcome = attempt(tick);
      if (outcome == Outcome::Refused)
        return failure();
      if (outcome == Outcome::Fits) {
        if (first)
          warnSlowerTick(info, machine, wish.tickSeconds, tick, *first);
        return tick;
      }
      if (!first)
        first = slow;
    }
  // Too large for any tick: by bytes alone it fits, or is refused for them.
  double tick = wish.stated ? wish.tickSeconds : 0;
  if (keepTick(tick) != Outcome::Fits)
    return failure();
  return wish.tickSeconds;
}

/// Writes the slices as fabric ops.
class Emitter {
public:
  Emitter(const NetworkInfo &info, const LayerPlanner &plan, OpBuilder &builder)
      : info(info), plan(plan), b(builder), handles(info.nodes.size()),
        parts(info.nodes.size()) {}

  void emit() {
    for (uint32_t node = 0; node < info.nodes.size(); ++node)
      emitNode(node);
    for (uint32_t node = 0; node < info.nodes.size(); ++node)
      emitSynapses(node);
    for (uint32_t node = 0; node < info.nodes.size(); ++node)
      emitFlows(node);
  }

private:
  void emitNode(uint32_t id) {
    const NetworkNode &node = info.nodes[id];
    Location loc = node.op->getLoc();
    auto type = SliceType::get(b.getContext());
    if (node.isInput) {
      handles[id].push_back(
          b.create<InputOp>(loc, type, node.name, node.size, IntegerAttr()));
      return;
    }
    for (Range range : plan.slices(id))
      handles[id].push_back(b.create<SliceOp>(
          loc, type, node.name, range.begin, range.end, PeAttr(), IntegerAttr(),
          FlatSymbolRefAttr(), plan.cut(id).parallel && !plan.cut(id).rows,
          IntegerAttr()));
    for (const RowPart &part : plan.cut(id).parts)
      parts[id].push_back(b.create<SliceOp>(
          loc, type, node.name, part.targets.begin, part.targets.end, PeAttr(),
          IntegerAttr(), FlatSymbolRefAttr(), /*parallel=*/true,
          b.getI64IntegerAttr(
              int64_t(sumKeys(part.targets.size(), node.receptors, sums())))));
  }

  SumsAttr sums() { return SumsAttr::get(b.getContext(), plan.digitBits()); }

  void emitSynapses(uint32_t id) {
    if (info.nodes[id].isInput)
      return;
    for (auto [target, part] : llvm::zip_equal(parts[id], plan.cut(id).parts))
      emitMap(id, target, part.targets, plan.partMap(id, part));
    for (auto [target, range] : llvm::zip_equal(handles[id], plan.slices(id)))
      if (plan.cut(id).rows)
        emitGather(id, target, range);
      else if (plan.cut(id).parallel)
        emitMap(id, target, range, plan.map(id));
      else
        emitRows(id, target, range);
  }

  /// The subordinates of one dominant slice.
  void emitGather(uint32_t id, Value target, Range range) {
    llvm::SmallVector<Value> sources;
    for (Value part : parts[id])
      if (SliceInfo slice = infoOf(part);
          slice.begin >= range.begin && slice.end <= range.end) {
        sources.push_back(part);
        receivers[part].insert(target);
      }
    b.create<GatherOp>(target.getLoc(), sources, target, sums());
  }

  /// A range that is all of the source is not written.
  void emitBlock(uint32_t edge, Value target, Range sources, Attribute encoding,
                 uint64_t bytes) {
    snn::ProjectionOp projection = info.edges[edge].op;
    llvm::SmallVector<Value> senders;
    for (Value handle : handles[info.edges[edge].source])
      if (Range slice{infoOf(handle).begin, infoOf(handle).end};
          !clip({&slice, 1}, sources).empty()) {
        senders.push_back(handle);
        receivers[handle].insert(target);
        if (target.getDefiningOp<SliceOp>().getSubordinate())
          wanted[{handle, target}] = routedKeys(slice, sources);
      }
    IntegerAttr first, last;
    if (sources.size() &&
        sources.size() != info.nodes[info.edges[edge].source].size) {
      first = b.getI64IntegerAttr(sources.begin);
      last = b.getI64IntegerAttr(sources.end);
    }
    b.create<BlockOp>(projection.getLoc(), edge, projection.getName(), senders,
                      first, last, target, encoding, bytes);
  }

  void emitRows(uint32_t id, Value target, Range range) {
    for (auto [edge, sources] : llvm::zip_equal(info.nodes[id].incoming,
                                                plan.allSourcesOf(id, range))) {
      auto best = plan.choice(edge, range, sources);
      emitBlock(edge, target, sources,
                fabric::toAttr(b.getContext(), best->encoding),
                best->size.total());
    }
  }

  /// The blocks share one map, whose sizes are kept as buffers.
  void emitMap(uint32_t id, Value target, Range range,
               const MapStatistics &map) {
    MapLayout layout = map.layout(range);
    auto encoding = MapRowsAttr::get(b.getContext(), layout.format.weightBits);
    for (auto [number, edge] : llvm::enumerate(info.nodes[id].incoming))
      emitBlock(edge, target, layout.sourcesOf[number], encoding,
                map.bytesOf(uint32_t(number), layout, range));
    for (auto &[name, bytes] : mapBuffers(fabric::demandOf(layout)))
      b.create<BufferOp>(target.getLoc(), target, b.getStringAttr(name),
                         IntegerAttr(), b.getI64IntegerAttr(int64_t(bytes)),
                         IntegerAttr());
  }

  /// A slice without flow sends nothing. The host sends all channels of an
  /// input that has a projection, wanted or not.
  void emitFlows(uint32_t id) {
    bool isFed = info.nodes[id].isInput &&
                 llvm::any_of(info.edges, [&](const NetworkEdge &edge) {
                   return edge.source == id;
                 });
    llvm::SmallVector<Value> sources = handles[id];
    sources.append(parts[id]);
    for (Value source : sources) {
      auto targets = receivers.find(source);
      if (targets != receivers.end())
        emitFlows(source, targets->second.getArrayRef());
      else if (isFed)
        emitFlow(source, {}, ValueRange());
    }
  }

  void emitFlow(Value source, Range keys, ValueRange targets) {
    IntegerAttr first, last;
    if (keys.size()) {
      first = b.getI64IntegerAttr(keys.begin);
      last = b.getI64IntegerAttr(keys.end);
    }
    b.create<FlowOp>(source.getLoc(), source, first, last, targets,
                     IntegerAttr(), IntegerAttr());
  }

  /// Subordinates get the keys of their sources alone: the slice's keys are cut
  /// where the receivers change, then into aligned powers of two.
  void emitFlows(Value source, llvm::ArrayRef<Value> targets) {
    uint32_t size = uint32_t(llvm::PowerOf2Ceil(infoOf(source).keys));
    std::set<uint32_t> cuts{0, size};
    auto rangeOf = [&](Value target) {
      auto it = wanted.find({source, target});
      if (it == wanted.end())
        return Range{0, size};
      // What lies behind the last neuron is never sent.
      bool all = it->second.end == infoOf(source).size();
      return Range{it->second.begin, all ? size : it->second.end};
    };
    for (Value target : targets) {
      cuts.insert(rangeOf(target).begin);
      cuts.insert(rangeOf(target).end);
    }
    if (cuts.size() == 2)
      return emitFlow(source, {}, targets);
    for (auto cut = cuts.begin(); std::next(cut) != cuts.end(); ++cut) {
      uint32_t begin = *cut, end = *std::next(cut);
      llvm::SmallVector<Value> here;
      for (Value target : targets)
        if (Range keys = rangeOf(target);
            keys.begin <= begin && end <= keys.end)
          here.push_back(target);
      while (begin < end) {
        uint32_t block = begin ? begin & -begin : size;
        while (block > end - begin)
          block /= 2;
        emitFlow(source, {begin, begin + block}, here);
        begin += block;
      }
    }
  }

  const NetworkInfo &info;
  const LayerPlanner &plan;
  OpBuilder &b;
  std::vector<llvm::SmallVector<Value>> handles; ///< per node
  std::vector<llvm::SmallVector<Value>> parts;   ///< subordinates, per node
  /// By source slice, in the order of the nodes and their slices.
  llvm::DenseMap<Value, llvm::SetVector<Value>> receivers;
  /// By source and subordinate: the keys that it gets.
  llvm::DenseMap<std::pair<Value, Value>, Range> wanted;
};

struct FabricSlicePass : impl::FabricSliceBase<FabricSlicePass> {
  using FabricSliceBase::FabricSliceBase;
  MachinePtr given;

  void runOnOperation() override {
    MachinePtr machine = resolveMachine(getOperation(), given, machineName);
    if (!machine)
      return signalPassFailure();
    llvm::SmallVector<snn::NetworkOp> networks(
        getOperation().getOps<snn::NetworkOp>());
    for (snn::NetworkOp network : networks)
      if (!isMapped(network) && failed(map(network, *machine)))
        return signalPassFailure();
  }

  bool isMapped(snn::NetworkOp network) {
    return llvm::any_of(getOperation().getOps<MachineOp>(), [&](MachineOp op) {
      return op.getNetwork() == network.getSymName();
    });
  }

  LogicalResult map(snn::NetworkOp network, const MachineModel &machine) {
    auto info = NetworkInfo::read(network);
    if (failed(info))
      return failure();
    Slicer slicer(*info, machine, {maxNeurons, maxSources});
    auto tick = slicer.solve({tickSeconds, tickStated});
    if (failed(tick))
      return failure();
    OpBuilder builder(&getContext());
    builder.setInsertionPointAfter(network);
    auto op = builder.create<MachineOp>(
        network.getLoc(), "chip", network.getSymName(), machine.name,
        *tick > 0 ? builder.getF64FloatAttr(*tick) : FloatAttr());
    builder.setInsertionPointToStart(&op.getBody().emplaceBlock());
    Emitter(*info, slicer.plan(), builder).emit();
    makeUnique(op);
    slices +=
        std::distance(op.getOps<SliceOp>().begin(), op.getOps<SliceOp>().end());
    return success();
  }

  /// "chip", "chip_1", ... where a module has several networks.
  void makeUnique(MachineOp op) {
    std::string name = "chip";
    auto taken = [&] {
      return llvm::any_of(getOperation().getOps(), [&](Operation &other) {
        auto symbol = dyn_cast<SymbolOpInterface>(other);
        return &other != op && symbol && symbol.getName() == name;
      });
    };
    for (unsigned i = 1; taken(); ++i)
      name = "chip_" + std::to_string(i);
    op.setSymName(name);
  }
};
} // namespace

std::unique_ptr<Pass> createFabricSlice(MachinePtr machine, uint32_t maxNeurons,
                                        RealTime realTime,
                                        uint32_t maxSources) {
  FabricSliceOptions options;
  options.maxSources = maxSources;
  options.maxNeurons = maxNeurons;
  options.tickSeconds = realTime.tickSeconds;
  options.tickStated = realTime.stated;
  auto pass = std::make_unique<FabricSlicePass>(options);
  pass->given = std::move(machine);
  return pass;
}
} // namespace snnc::map
