//===- PlanMemory.cpp - Give every structure of a core its address --------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// CorePlanner.h says what and how much; here it gets addresses, first fit
// around what was pinned by hand.

#include "compiler/Fabric/Belongings.h"
#include "compiler/SNN/ParamValues.h"
#include "compiler/Support/Report.h"
#include "passes/Map/Support.h"
#include "planner/Arrivals.h"
#include "planner/Capacity.h"

#include <algorithm>
#include <map>
#include <optional>

namespace snnc::map {
#define GEN_PASS_DEF_FABRICPLANMEMORY
#include "passes/Map/Passes.h.inc"

using namespace mlir;
using namespace snnc::fabric;

namespace {

/// The free bytes between program and stack of one core.
class Sram {
public:
  explicit Sram(const SramLayout &layout)
      : end(layout.stack.begin), alignment(std::max(4u, layout.alignment)) {
    taken.push_back({0, layout.program.end});
  }
  void reserve(uint64_t at, uint64_t bytes) {
    taken.push_back({at, at + bytes});
    std::sort(taken.begin(), taken.end());
  }
  /// The lowest address with room.
  std::optional<uint64_t> lowest(uint64_t bytes) const {
    uint64_t at = 0;
    for (auto [begin, stop] : taken) {
      if (at + std::max<uint64_t>(bytes, 1) <= begin)
        return at;
      at = std::max(at, (stop + alignment - 1) / alignment * alignment);
    }
    return at + bytes <= end ? std::optional(at) : std::nullopt;
  }
  /// The longest free range.
  std::pair<uint64_t, uint64_t> largest() const {
    std::pair<uint64_t, uint64_t> best{0, 0};
    uint64_t at = 0;
    auto offer = [&](uint64_t stop) {
      stop = stop / alignment * alignment;
      if (stop > at && stop - at > best.second)
        best = {at, stop - at};
    };
    for (auto [begin, stop] : taken) {
      offer(std::min(begin, end));
      at = std::max(at, (stop + alignment - 1) / alignment * alignment);
    }
    offer(end);
    return best;
  }

private:
  uint64_t end, alignment;
  std::vector<std::pair<uint64_t, uint64_t>> taken;
};

/// The free bytes of each chip's DRAM.
class Drams {
public:
  explicit Drams(const MachineModel &machine) : machine(machine) {}
  /// Room on the interface of the chip that has most; nothing where it has
  /// none.
  std::optional<uint64_t> take(ChipCoordinate chip, uint64_t bytes) {
    if (!machine.hasDram())
      return std::nullopt;
    auto [known, isNew] = next.try_emplace(chip);
    if (isNew)
      for (uint32_t i = 0; i < machine.dram->interfaces; ++i)
        known->second.push_back(machine.dramInterface(i).begin);
    uint32_t best = 0;
    for (uint32_t i = 1; i < machine.dram->interfaces; ++i)
      if (left(known->second, i) > left(known->second, best))
        best = i;
    if (bytes > left(known->second, best))
      return std::nullopt;
    uint64_t at = known->second[best];
    known->second[best] =
        (at + bytes + kTransferUnit - 1) / kTransferUnit * kTransferUnit;
    return at;
  }

private:
  uint64_t left(const std::vector<uint64_t> &at, uint32_t i) const {
    uint64_t end = machine.dramInterface(i).end;
    return end > at[i] ? end - at[i] : 0;
  }

  const MachineModel &machine;
  std::map<ChipCoordinate, std::vector<uint64_t>> next; ///< per interface
};

struct FabricPlanMemoryPass : impl::FabricPlanMemoryBase<FabricPlanMemoryPass> {
  using FabricPlanMemoryBase::FabricPlanMemoryBase;
  MachinePtr given;

  void runOnOperation() override {
    if (failed(forEachMapping(getOperation(), given, machineName,
                              [&](MachineOp op, const MachineModel &machine) {
                                return planAll(op, machine);
                              })))
      return signalPassFailure();
  }

  LogicalResult planAll(MachineOp op, const MachineModel &machine) {
    auto info = NetworkInfo::read(op);
    if (failed(info))
      return failure();
    Drams drams(machine);
    belongings.emplace(op);
    for (SliceOp slice : op.getOps<SliceOp>())
      if (failed(plan(slice, *info, machine, drams)))
        return failure();
    warnWhereLossy(*info);
    return success();
  }

  LogicalResult plan(SliceOp slice, const NetworkInfo &info,
                     const MachineModel &machine, Drams &drams) {
    auto node = info.populationByName.find(slice.getPopulation());
    if (node == info.populationByName.end())
      return report(slice, "SNN0361")
             << "there is no population '" << slice.getPopulation() << "'";
    auto demand = demandOf(slice, info, info.nodes[node->second], machine);
    if (failed(demand))
      return failure();
    CorePlan core = planCore(*demand, machine.sram);
    if (!core.fits()) {
      InFlightDiagnostic diag = report(slice, "SNN0361")
                                << describe(slice) << " do not fit their core: "
                                << grouped(core.needed) << " B needed, "
                                << grouped(core.available) << " B available";
      diag.attachNote() << "largest parts: "
                        << listBytes(bytesByStructure(*demand));
      attachHelp(diag) << "cut the population into smaller slices, or "
                          "let fabric-slice do it";
      return failure();
    }
    if (core.fifoCapacity < core.fifoSafe)
      lossy[node->second].push_back({core.fifoCapacity, core.fifoSafe});
    if (failed(allocate(slice, core, *demand, machine.sram)))
      return failure();
    return allocateDram(slice, core, machine, drams);
  }

  FailureOr<CoreDemand> demandOf(SliceOp slice, const NetworkInfo &info,
                                 const NetworkNode &node,
                                 const MachineModel &machine) {
    CoreDemand demand = info.demand(node, slice.numNeurons());
    addPackets(demand, arrivalsAt(slice, info, *belongings), info);
    demand.subordinate = slice.getSubordinate().has_value();
    const Belongings::Of &own = belongings->of(slice);
    if (GatherOp gather = own.gather) {
      demand.sumEntries = uint32_t(gather.getSources().size()) * node.receptors;
      for (auto [i, part] : llvm::enumerate(gather.getSources()))
        demand.sumPackets += uint64_t(gather.encodingOf(i).getDigits()) *
                             infoOf(part).size() * node.receptors;
    }
    if (slice.getParallel()) {
      auto map = mapOf(slice);
      if (failed(map))
        return failure();
      demand.map = *map;
    }
    for (BlockOp op : own.blocks) {
      auto size = sizeOf(op, belongings->knownBy(op));
      if (op.getProjection() >= info.edges.size() || !size) {
        report(op, "SNN0361")
            << "block " << int64_t(op.getProjection()) << " of "
            << describe(slice)
            << " names no projection or is smaller than its index";
        return failure();
      }
      auto delay = longestDelay(info.edges[op.getProjection()].op);
      if (failed(delay))
        return failure();
      if (!own.gather) // its rows are those with a delay of 1
        demand.maxDelay = std::max(demand.maxDelay, *delay);
      BlockDemand block{uint32_t(op.getProjection()), size->rows, size->index};
      block.entries =
          uint32_t(slice.getParallel() ? belongings->sourcesOf(op).size()
                                       : keyRunsOf(*belongings, op).size());
      auto rows = dyn_cast<RowsAttr>(op.getEncoding());
      if (rows && isFetched(encodingOf(rows)))
        std::swap(block.rowsBytes, block.dramBytes);
      demand.blocks.push_back(block);
    }
    demand.rowBuffers = rowBuffers(machine);
    for (BufferOp buffer : own.buffers)
      if (buffer.getName() == "fetch")
        demand.transferBytes = buffer.getBytes() / demand.rowBuffers;
    return demand;
  }

  /// The sizes that fabric-slice found; finding them again means reading every
  /// synapse again.
  FailureOr<MapDemand> mapOf(SliceOp slice) {
    std::map<std::string, uint64_t> bytes;
    for (BufferOp buffer : belongings->of(slice).buffers)
      bytes[buffer.getName().str()] = buffer.getBytes();
    MapDemand map;
    for (auto &[name, size] : mapBuffers(map)) {
      if (bytes.contains(name))
        continue;
      InFlightDiagnostic diag = report(slice, "SNN1104")
                                << describe(slice)
                                << " are parallel, but there is no buffer '"
                                << name << "'";
      attachHelp(diag) << "let fabric-slice make the slices and blocks "
                          "of parallel populations";
      return failure();
    }
    map.panelBytes = bytes["panels"];
    map.weightBytes = bytes["weights"];
    map.scatterBytes = bytes["scatter"];
    map.positionBytes = bytes["positions"];
    map.operandBytes = bytes["operand"];
    map.outputBytes = bytes["output"];
    map.historyBytes = bytes["history"];
    map.historyCountBytes = bytes["history_count"];
    return map;
  }

  FailureOr<uint64_t> longestDelay(snn::ProjectionOp op) {
    double longest = snn::longestDelay(op).value_or(0);
    if (longest < 1 || longest > double(UINT32_MAX)) {
      report(op, "SNN0351") << "projection '" << op.getName()
                            << "' has no delay in ticks yet; run snn-retime";
      return failure();
    }
    return uint64_t(longest);
  }

  /// One warning per population, not per core.
  void warnWhereLossy(const NetworkInfo &info) {
    for (auto &[node, rings] : lossy) {
      auto [capacity, safe] = *std::min_element(rings.begin(), rings.end());
      InFlightDiagnostic diag =
          report(info.nodes[node].op, "SNN0355")
          << "population '" << info.nodes[node].name
          << "': the packet ring holds " << grouped(capacity) << " spikes on "
          << rings.size() << " of its cores, " << grouped(safe)
          << (ratesOf(info, node)
                  ? " may arrive in one tick at the stated rates"
                  : " sources could spike in one tick")
          << "; what does not fit is lost";
      attachHelp(diag) << (ratesOf(info, node)
                               ? "lower the rates or the number of its sources"
                               : "state the `rate` of its sources if they are "
                                 "less active");
      attachElsewhere(diag, elsewhere.getValue());
    }
    lossy.clear();
  }

  /// Whether the rates of all that sends to `node` are stated.
  static bool ratesOf(const NetworkInfo &info, uint32_t node) {
    return llvm::all_of(info.nodes[node].incoming, [&](uint32_t edge) {
      return info.nodes[info.edges[edge].source].likelyPackets(1).has_value();
    });
  }

  using BufferId = std::pair<llvm::StringRef, std::optional<uint64_t>>;

  LogicalResult allocate(SliceOp slice, const CorePlan &core,
                         const CoreDemand &demand, const SramLayout &layout) {
    Sram sram(layout);
    llvm::SmallVector<std::pair<BufferId, BufferOp>> present;
    for (BufferOp buffer : belongings->of(slice).buffers)
      if (!buffer.getDram()) {
        present.push_back({{buffer.getName(), buffer.getBlock()}, buffer});
        if (buffer.getAt())
          sram.reserve(*buffer.getAt(), buffer.getBytes());
      }
    auto lookup = [&](const PlannedBuffer &planned) -> BufferOp {
      std::optional<uint64_t> block = planned.projection;
      for (auto &[id, op] : present)
        if (id == BufferId{planned.name, block})
          return op;
      return nullptr;
    };
    OpBuilder b = OpBuilder::atBlockEnd(slice->getBlock());
    for (const PlannedBuffer &planned : core.buffers) {
      if (planned.dram)
        continue;
      BufferOp op = lookup(planned);
      if (op && op.getAt())
        continue; // pinned
      uint64_t bytes = op ? op.getBytes() : planned.bytes;
      auto at = sram.lowest(bytes);
      if (!op && planned.name == "record") {
        auto [begin, room] = sram.largest();
        bytes = room;
        at = room >= recordTickBytes(demand) ? std::optional(begin)
                                             : std::nullopt;
      }
      if (!at)
        return refuse(slice, planned.name, bytes);
      sram.reserve(*at, bytes);
      if (!op)
        op = b.create<BufferOp>(
            slice.getLoc(), slice.getSlice(), b.getStringAttr(planned.name),
            planned.projection ? b.getI64IntegerAttr(*planned.projection)
                               : IntegerAttr(),
            b.getI64IntegerAttr(int64_t(bytes)), IntegerAttr(), UnitAttr());
      op.setAtAttr(b.getI64IntegerAttr(int64_t(*at)));
    }
    return success();
  }

  /// A core's rows in DRAM are neighbours, on one interface of its chip.
  LogicalResult allocateDram(SliceOp slice, const CorePlan &core,
                             const MachineModel &machine, Drams &drams) {
    auto place = slice.getAtAttr();
    std::vector<PlannedBuffer> rows;
    uint64_t bytes = 0;
    for (const PlannedBuffer &planned : core.buffers)
      if (planned.dram) {
        rows.push_back(planned);
        bytes += alignedRows(planned.bytes);
      }
    for (BufferOp buffer : belongings->of(slice).buffers)
      if (buffer.getDram())
        return success(); // placed before
    if (rows.empty())
      return success();
    auto at =
        drams.take(place ? addressOf(place).chip : ChipCoordinate(), bytes);
    if (!at) {
      InFlightDiagnostic diag =
          report(slice, "SNN0361")
          << describe(slice) << " have " << grouped(bytes)
          << " B of rows for the chip's DRAM, which has no room left of its "
          << grouped(machine.dramRoom()) << " B";
      attachHelp(diag) << "use a machine with more chips, or make the network "
                          "smaller or its connections sparser";
      return failure();
    }
    OpBuilder b = OpBuilder::atBlockEnd(slice->getBlock());
    for (const PlannedBuffer &planned : rows) {
      b.create<BufferOp>(slice.getLoc(), slice.getSlice(),
                         b.getStringAttr(planned.name),
                         b.getI64IntegerAttr(*planned.projection),
                         b.getI64IntegerAttr(int64_t(planned.bytes)),
                         b.getI64IntegerAttr(int64_t(*at)), b.getUnitAttr());
      *at += alignedRows(planned.bytes);
    }
    return success();
  }

  static uint64_t alignedRows(uint64_t bytes) {
    return (bytes + kTransferUnit - 1) / kTransferUnit * kTransferUnit;
  }

  LogicalResult refuse(SliceOp slice, llvm::StringRef name, uint64_t bytes) {
    InFlightDiagnostic diag = report(slice, "SNN0361")
                              << describe(slice) << ": no room for '" << name
                              << "', " << grouped(bytes)
                              << " B in one piece, beside the pinned buffers";
    attachHelp(diag) << "remove `at` or `bytes` from some fabric.buffer "
                        "of this slice";
    return failure();
  }

  /// Per population: capacity and safe capacity of each ring that is too short.
  std::map<uint32_t, std::vector<std::pair<uint64_t, uint64_t>>> lossy;
  std::optional<Belongings> belongings;
};
} // namespace

std::unique_ptr<Pass>
createFabricPlanMemory(MachinePtr machine,
                       const FabricPlanMemoryOptions &options) {
  auto pass = std::make_unique<FabricPlanMemoryPass>(options);
  pass->given = std::move(machine);
  return pass;
}
} // namespace snnc::map
