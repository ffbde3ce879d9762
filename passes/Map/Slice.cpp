//===- Slice.cpp - Cut populations into slices that fit a core ------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A slice's size is known exactly from prefix sums over the targets, so the
// search only evaluates candidates. More source slices mean more table entries
// on the target's cores: slice counts therefore grow to a fixed point.

#include "compiler/Fabric/NetworkInfo.h"
#include "passes/Map/Support.h"

#include <fmt/format.h>

#include <algorithm>

namespace snnc::map {
#define GEN_PASS_DEF_FABRICSLICE
#include "passes/Map/Passes.h.inc"

using namespace mlir;
using namespace snnc::fabric;

namespace {

/// Chooses the slices of one network.
class Slicer {
public:
  Slicer(const NetworkInfo &info, const MachineModel &machine,
         uint32_t maxNeurons)
      : info(info), machine(machine) {
    for (const NetworkNode &node : info.nodes)
      chunk.push_back(node.isInput || !maxNeurons
                          ? node.size
                          : std::min(node.size, maxNeurons));
  }

  LogicalResult solve();

  std::vector<Range> slices(uint32_t node) const {
    return cut(info.nodes[node].size, chunk[node]);
  }
  std::optional<BlockStatistics::Choice> choice(uint32_t edge,
                                                Range targets) const {
    return statistics[edge].choose(
        targets, IndexLayout(slices(info.edges[edge].source)).entries);
  }

private:
  static std::vector<Range> cut(uint32_t size, uint32_t chunk) {
    std::vector<Range> ranges;
    for (uint64_t begin = 0; begin < size; begin += chunk)
      ranges.push_back(
          {uint32_t(begin), uint32_t(std::min<uint64_t>(size, begin + chunk))});
    return ranges;
  }
  /// Neurons per slice when there are `count`: a multiple of four where
  /// possible, which wastes no padding and shares index entries.
  static uint32_t chunkFor(uint32_t size, uint32_t count) {
    uint64_t even = align4((uint64_t(size) + count - 1) / count);
    return uint32_t(std::min<uint64_t>(size, even));
  }
  LogicalResult rejectHopeless();
  CoreDemand demandOf(uint32_t node, Range targets,
                      const std::vector<uint64_t> &indexEntries) const;
  bool fits(uint32_t node, uint32_t candidate);
  bool shrink(uint32_t node);
  LogicalResult refuseNeuron(uint32_t node);
  LogicalResult checkCores();

  const NetworkInfo &info;
  const MachineModel &machine;
  std::vector<BlockStatistics> statistics; ///< per edge
  std::vector<uint32_t> chunk;             ///< per node
};

/// Networks whose sheer numbers cannot fit are refused before anything is
/// scanned: a block takes at least 2 B per source, a neuron at least 4 B.
LogicalResult Slicer::rejectHopeless() {
  uint64_t bytes = availableBytes(machine.sram);
  for (const NetworkNode &node : info.nodes) {
    uint64_t most = bytes / 4 * machine.pes.size();
    if (!node.isInput && node.size > most)
      return node.op->emitError("SNN0354: population '")
             << node.name << "' does not fit the chip: " << grouped(node.size)
             << " neurons, at most " << grouped(most) << " fit "
             << machine.pes.size() << " cores";
  }
  for (const NetworkEdge &edge : info.edges) {
    uint32_t sources = info.nodes[edge.source].size;
    if (sources <= bytes / 2)
      continue;
    InFlightDiagnostic diag =
        info.nodes[edge.target].op->emitError("SNN0353: population '")
        << info.nodes[edge.target].name
        << "' does not fit: a core needs at least "
        << grouped(uint64_t(sources) * 2) << " B to find the rows of the "
        << grouped(sources) << " sources in '" << info.nodes[edge.source].name
        << "', " << grouped(bytes) << " B available";
    diag.attachNote() << "help: reduce the number of neurons or channels of '"
                      << info.nodes[edge.source].name
                      << "', for example by pooling";
    return failure();
  }
  return success();
}

CoreDemand Slicer::demandOf(uint32_t node, Range targets,
                            const std::vector<uint64_t> &indexEntries) const {
  const NetworkNode &population = info.nodes[node];
  CoreDemand demand = info.demand(population, targets.size());
  for (size_t i = 0; i < population.incoming.size(); ++i) {
    uint32_t edge = population.incoming[i];
    const BlockStatistics &stats = statistics[edge];
    BlockDemand block{edge};
    // No legal encoding: too many words for the index or a delay range whose
    // ring is too large; four bytes a synapse are beyond a core then as well.
    block.rowsBytes = 4 * stats.synapses(targets);
    if (auto best = stats.choose(targets, indexEntries[i])) {
      block.rowsBytes = best->size.rows;
      block.indexBytes = best->size.index;
    }
    block.sourceSlices = uint32_t(slices(info.edges[edge].source).size());
    demand.blocks.push_back(block);
    demand.maxDelay = std::max<uint64_t>(demand.maxDelay, stats.maxDelay());
  }
  return demand;
}

bool Slicer::fits(uint32_t node, uint32_t candidate) {
  const NetworkNode &population = info.nodes[node];
  // A recurrent projection sees its own slices.
  uint32_t before = std::exchange(chunk[node], candidate);
  std::vector<uint64_t> indexEntries;
  for (uint32_t edge : population.incoming)
    indexEntries.push_back(
        IndexLayout(slices(info.edges[edge].source)).entries);
  auto ranges = slices(node);
  bool all = std::all_of(ranges.begin(), ranges.end(), [&](Range targets) {
    return planCore(demandOf(node, targets, indexEntries), machine.sram).fits();
  });
  chunk[node] = before;
  return all;
}

/// Finds the largest slices that fit, by bisection; false: not even one neuron.
bool Slicer::shrink(uint32_t node) {
  uint32_t size = info.nodes[node].size;
  if (fits(node, chunk[node]))
    return true;
  // In units of four neurons; `high` does not fit, `low` does.
  uint32_t high = uint32_t(align4(chunk[node]) / 4), low = 1;
  if (high <= 1 || !fits(node, 4)) {
    for (uint32_t few : {2u, 1u})
      if (few < chunk[node] && fits(node, few)) {
        chunk[node] = few;
        return true;
      }
    return false;
  }
  while (high - low > 1) {
    uint32_t middle = low + (high - low) / 2;
    (fits(node, middle * 4) ? low : high) = middle;
  }
  uint32_t count = (size + low * 4 - 1) / (low * 4);
  // Rows of uneven length: fewer slices may fit although larger ones did not.
  while (count > 1 && chunkFor(size, count - 1) < chunk[node] &&
         fits(node, chunkFor(size, count - 1)))
    --count;
  uint32_t equal = chunkFor(size, count);
  chunk[node] = fits(node, equal) ? equal : low * 4;
  return true;
}

LogicalResult Slicer::refuseNeuron(uint32_t node) {
  const NetworkNode &population = info.nodes[node];
  chunk[node] = 1;
  std::vector<uint64_t> entries;
  for (uint32_t edge : population.incoming)
    entries.push_back(IndexLayout(slices(info.edges[edge].source)).entries);
  CoreDemand worst;
  CorePlan plan;
  for (uint32_t n = 0; n < population.size; ++n) {
    CoreDemand demand = demandOf(node, {n, n + 1}, entries);
    CorePlan candidate = planCore(demand, machine.sram);
    if (n == 0 || candidate.needed > plan.needed) {
      worst = std::move(demand);
      plan = std::move(candidate);
    }
  }
  auto parts = bytesByStructure(worst);
  InFlightDiagnostic diag = population.op->emitError("SNN0353: population '")
                            << population.name
                            << "' does not fit: one neuron alone needs "
                            << grouped(plan.needed) << " B of a core, "
                            << grouped(plan.available) << " B available";
  diag.attachNote() << "largest parts: " << listBytes(parts);
  if (parts.front().first.starts_with("input ring"))
    diag.attachNote() << "help: shorten the longest delay, "
                      << grouped(worst.maxDelay) << " ticks, or use a larger "
                      << "time step (--dt)";
  else
    diag.attachNote() << "help: reduce the population's "
                      << grouped(worst.sources)
                      << " sources (pooling, a smaller layer before it), or "
                         "use --weights=int8";
  return failure();
}

LogicalResult Slicer::checkCores() {
  std::vector<std::pair<std::string, uint64_t>> cores;
  uint64_t needed = 0;
  for (uint32_t node = 0; node < info.nodes.size(); ++node)
    if (!info.nodes[node].isInput) {
      cores.emplace_back(info.nodes[node].name, slices(node).size());
      needed += cores.back().second;
    }
  if (needed <= machine.pes.size())
    return success();
  std::sort(cores.begin(), cores.end(), [](const auto &a, const auto &b) {
    return std::pair(b.second, a.first) < std::pair(a.second, b.first);
  });
  std::string table;
  for (size_t i = 0; i < std::min<size_t>(5, cores.size()); ++i)
    table += fmt::format("{}'{}' {} cores", i ? ", " : "", cores[i].first,
                         grouped(cores[i].second));
  snn::NetworkOp network = info.network;
  InFlightDiagnostic diag = network.emitError("SNN0354: the network needs ")
                            << grouped(needed) << " cores, machine '"
                            << machine.name << "' has " << machine.pes.size();
  diag.attachNote() << "largest: " << table;
  diag.attachNote() << "help: make '" << cores.front().first
                    << "' smaller or its connections sparser, or use "
                       "--weights=int8";
  return failure();
}

LogicalResult Slicer::solve() {
  if (failed(rejectHopeless()))
    return failure();
  auto scanned = info.scan();
  if (failed(scanned))
    return failure();
  statistics = std::move(*scanned);
  for (bool changed = true; changed;) {
    changed = false;
    for (uint32_t node = 0; node < info.nodes.size(); ++node) {
      if (info.nodes[node].isInput)
        continue;
      uint32_t before = chunk[node];
      if (!shrink(node))
        return refuseNeuron(node);
      changed |= chunk[node] != before;
    }
  }
  return checkCores();
}

/// Writes the slices as fabric ops.
class Emitter {
public:
  Emitter(const NetworkInfo &info, const Slicer &slicer, OpBuilder &builder)
      : info(info), slicer(slicer), b(builder), handles(info.nodes.size()) {}

  void emit() {
    for (uint32_t node = 0; node < info.nodes.size(); ++node)
      emitNode(node);
    for (uint32_t node = 0; node < info.nodes.size(); ++node)
      for (size_t s = 0; s < handles[node].size(); ++s)
        emitBlocks(node, s);
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
    for (Range range : slicer.slices(id))
      handles[id].push_back(
          b.create<SliceOp>(loc, type, node.name, range.begin, range.end,
                            PeAttr(), IntegerAttr(), FlatSymbolRefAttr(),
                            UnitAttr()));
  }

  void emitBlocks(uint32_t id, size_t slice) {
    for (uint32_t edge : info.nodes[id].incoming) {
      snn::ProjectionOp projection = info.edges[edge].op;
      auto best = slicer.choice(edge, slicer.slices(id)[slice]);
      b.create<BlockOp>(projection.getLoc(), edge, projection.getName(),
                        handles[info.edges[edge].source], handles[id][slice],
                        fabric::toAttr(b.getContext(), best->encoding),
                        best->size.total());
    }
  }

  void emitFlows(uint32_t id) {
    std::vector<bool> reached(info.nodes.size());
    for (const NetworkEdge &edge : info.edges)
      if (edge.source == id)
        reached[edge.target] = true;
    llvm::SmallVector<Value> targets;
    for (uint32_t target = 0; target < info.nodes.size(); ++target)
      if (reached[target])
        llvm::append_range(targets, handles[target]);
    if (targets.empty())
      return;
    for (Value source : handles[id])
      b.create<FlowOp>(source.getLoc(), source, targets, IntegerAttr(),
                       IntegerAttr());
  }

  const NetworkInfo &info;
  const Slicer &slicer;
  OpBuilder &b;
  std::vector<llvm::SmallVector<Value>> handles; ///< per node
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
    Slicer slicer(*info, machine, maxNeurons);
    if (failed(slicer.solve()))
      return failure();
    OpBuilder builder(&getContext());
    builder.setInsertionPointAfter(network);
    auto op = builder.create<MachineOp>(network.getLoc(), "chip",
                                        network.getSymName(), machine.name);
    builder.setInsertionPointToStart(&op.getBody().emplaceBlock());
    Emitter(*info, slicer, builder).emit();
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

std::unique_ptr<Pass> createFabricSlice(MachinePtr machine,
                                        uint32_t maxNeurons) {
  FabricSliceOptions options;
  options.maxNeurons = maxNeurons;
  auto pass = std::make_unique<FabricSlicePass>(options);
  pass->given = std::move(machine);
  return pass;
}
} // namespace snnc::map
