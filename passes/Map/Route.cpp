//===- Route.cpp - Fill the chips' multicast routers ----------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The adapter between the IR and MulticastTrees.h: flows of one chip to the
// same cores share a tree.

#include "compiler/Support/Report.h"
#include "passes/Map/FlowEmitter.h"
#include "passes/Map/MulticastTrees.h"
#include "passes/Map/Support.h"

#include "llvm/ADT/MapVector.h"

#include <algorithm>
#include <bit>
#include <map>

namespace snnc::map {
#define GEN_PASS_DEF_FABRICROUTE
#include "passes/Map/Passes.h.inc"

using namespace mlir;
using namespace snnc::fabric;

namespace {
struct FabricRoutePass : impl::FabricRouteBase<FabricRoutePass> {
  using FabricRouteBase::FabricRouteBase;
  MachinePtr given;

  void runOnOperation() override {
    if (failed(forEachMapping(getOperation(), given, machineName,
                              [&](MachineOp op, const MachineModel &machine) {
                                return op.getOps<RouteOp>().empty()
                                           ? route(op, machine)
                                           : success();
                              })))
      return signalPassFailure();
  }

  LogicalResult route(MachineOp op, const MachineModel &machine) {
    CoreNumbers cores(op);
    ChipGrid grid(machine);
    std::vector<uint32_t> chipOfCore;
    for (uint32_t core = 0; core < cores.size(); ++core)
      chipOfCore.push_back(grid.find(cores.address(core).chip));
    for (;;) {
      auto flows = collect(op, cores, grid);
      if (failed(flows))
        return failure();
      RoutedFlows routed = routeFlows(grid, *flows, chipOfCore);
      auto full = std::ranges::max_element(
          routed.tables, {}, [](const auto &table) { return table.size(); });
      size_t most = full->size(), limit = machine.router.entries;
      if (most > limit && coarsen(op, (most + limit - 1) / limit))
        continue;
      if (most > limit)
        return refuse(op, machine,
                      grid.at(uint32_t(full - routed.tables.begin())), most);
      size_t before = 0, after = 0;
      for (const MulticastFlow &flow : *flows)
        before += flow.keys.size();
      for (uint32_t chip = 0; chip < grid.size(); ++chip) {
        after += routed.tables[chip].size();
        emit(op, cores, grid.at(chip), routed.tables[chip]);
      }
      merged += unsigned(before - std::min(before, after));
      hops += unsigned(routed.hops);
      return success();
    }
  }

  LogicalResult refuse(MachineOp op, const MachineModel &machine,
                       ChipCoordinate chip, size_t entries) {
    InFlightDiagnostic diag = report(op, "SNN0357") << "the router ";
    if (machine.chipCount() > 1)
      diag << "of " << toText(chip) << " ";
    diag << "needs " << grouped(entries) << " entries, it has "
         << grouped(machine.router.entries);
    attachHelp(diag) << "use fewer, larger populations or fewer "
                        "projections between them";
    return failure();
  }

  /// Fewer routes for inputs that are routed in parts: in larger ones, `factor`
  /// times at least. False: there is none left.
  bool coarsen(MachineOp op, size_t factor) {
    llvm::MapVector<Operation *, llvm::SmallVector<FlowOp>> flowsOf;
    for (FlowOp flow : op.getOps<FlowOp>())
      if (auto input = flow.getSource().getDefiningOp<InputOp>();
          input && flow.getFirst())
        flowsOf[input].push_back(flow);
    if (flowsOf.empty())
      return false;
    Builder b(op.getContext());
    for (auto &[input, old] : flowsOf) {
      uint64_t unit = infoOf(input->getResult(0)).unit *
                      std::max<uint64_t>(2, std::bit_ceil(factor));
      cast<InputOp>(input).setUnitAttr(
          b.getI64IntegerAttr(int64_t(std::min(unit, kMostUnit))));
    }
    FlowEmitter flows(op);
    OpBuilder at = OpBuilder::atBlockEnd(&op.getBody().front());
    for (auto &[input, old] : flowsOf) {
      flows.add(input->getResult(0));
      for (FlowOp flow : old)
        flow.erase();
    }
    flows.emit(at);
    for (FlowOp flow : op.getOps<FlowOp>())
      if (!flow.getKey())
        setKey(flow);
    return true;
  }

  /// As fabric-assign-keys does, of an input.
  static void setKey(FlowOp flow) {
    SliceInfo input = infoOf(flow.getSource());
    uint64_t first = flow.getFirst().value_or(0),
             size = std::bit_ceil(uint64_t(input.keys));
    if (flow.getFirst())
      size = *flow.getLast() - first;
    Builder b(flow.getContext());
    flow.setKeyAttr(b.getI64IntegerAttr(int64_t(*input.key + first)));
    flow.setMaskAttr(b.getI64IntegerAttr(int64_t(uint32_t(~(size - 1)))));
  }
  static constexpr uint64_t kMostUnit = uint64_t(1) << 31;

  /// By chip of the sources and list of the targets' cores.
  struct Flows {
    std::map<std::vector<uint32_t>, uint32_t> lists;
    llvm::DenseMap<Value, uint32_t> listOfGroup;
    std::map<std::pair<uint32_t, uint32_t>, MulticastFlow> all;
  };

  /// Flows of one chip to the same cores together.
  FailureOr<std::vector<MulticastFlow>>
  collect(MachineOp op, const CoreNumbers &cores, const ChipGrid &grid) {
    Flows flows;
    for (FlowOp flow : op.getOps<FlowOp>())
      if (failed(addFlow(flow, cores, grid, flows)))
        return failure();
    std::vector<const std::vector<uint32_t> *> lists(flows.lists.size());
    std::vector<uint32_t> rank(flows.lists.size());
    uint32_t next = 0;
    for (auto &[list, number] : flows.lists) {
      lists[number] = &list;
      rank[number] = next++;
    }
    std::map<std::pair<uint32_t, uint32_t>, MulticastFlow> ordered;
    for (auto &[ends, flow] : flows.all) {
      flow.chip = ends.first;
      flow.targets = *lists[ends.second];
      ordered[{ends.first, rank[ends.second]}] = std::move(flow);
    }
    std::vector<MulticastFlow> result;
    for (auto &[ends, flow] : ordered)
      result.push_back(std::move(flow));
    return result;
  }

  FailureOr<uint32_t> listOf(FlowOp flow, const CoreNumbers &cores,
                             const ChipGrid &grid, Flows &flows) {
    Value group;
    if (flow.getTargets().size() == 1)
      group = flow.getTargets().front();
    if (auto known = flows.listOfGroup.find(group);
        group && known != flows.listOfGroup.end())
      return known->second;
    std::vector<uint32_t> targets;
    for (Value target : membersOf(flow.getTargets())) {
      auto slice = cast<SliceOp>(target.getDefiningOp());
      if (failed(checkPlaced(slice, grid)))
        return failure();
      targets.push_back(cores.numberOf(slice.getAtAttr()));
    }
    std::sort(targets.begin(), targets.end());
    targets.erase(std::unique(targets.begin(), targets.end()), targets.end());
    uint32_t number =
        flows.lists
            .try_emplace(std::move(targets), uint32_t(flows.lists.size()))
            .first->second;
    if (group)
      flows.listOfGroup[group] = number;
    return number;
  }

  LogicalResult addFlow(FlowOp flow, const CoreNumbers &cores,
                        const ChipGrid &grid, Flows &flows) {
    SliceInfo source = infoOf(flow.getSource());
    if (!flow.getKey())
      return report(flow, "SNN0360")
             << "flow of '" << source.name
             << "' has no key yet; run fabric-assign-keys first";
    auto targets = listOf(flow, cores, grid, flows);
    if (failed(targets))
      return failure();
    uint32_t chip = 0; // the host's
    if (auto slice = flow.getSource().getDefiningOp<SliceOp>()) {
      if (grid.size() > 1) {
        if (failed(checkPlaced(slice, grid)))
          return failure();
        chip = grid.find(addressOf(slice.getAtAttr()).chip);
      }
    }
    MulticastFlow &entry = flows.all[{chip, *targets}];
    entry.packets += flow.getFirst()
                         ? uint64_t(*flow.getLast() - *flow.getFirst())
                         : source.keys;
    entry.keys.emplace_back(uint32_t(*flow.getKey()),
                            uint32_t(*flow.getMask()));
    return success();
  }

  LogicalResult checkPlaced(SliceOp slice, const ChipGrid &grid) {
    if (!slice.getAtAttr())
      return report(slice, "SNN0360")
             << describe(slice) << " have no core yet; run fabric-place first";
    if (grid.find(addressOf(slice.getAtAttr()).chip) == ChipGrid::none)
      return report(slice, "SNN0371")
             << describe(slice) << " are on a PE that the machine does not "
             << "have: " << toText(addressOf(slice.getAtAttr()));
    return success();
  }

  void emit(MachineOp op, const CoreNumbers &cores, ChipCoordinate chip,
            const std::vector<RouterEntry> &entries) {
    OpBuilder b = OpBuilder::atBlockEnd(&op.getBody().front());
    for (const RouterEntry &entry : entries) {
      llvm::SmallVector<Attribute> targets;
      for (uint32_t core : entry.targets)
        targets.push_back(toAttr(op.getContext(), cores.address(core)));
      llvm::SmallVector<int64_t> links;
      for (unsigned link = 0; link < kLinksPerChip; ++link)
        if (entry.links >> link & 1)
          links.push_back(link);
      b.create<RouteOp>(op.getLoc(), chip.x, chip.y, entry.key, entry.mask,
                        b.getArrayAttr(targets),
                        links.empty() ? DenseI64ArrayAttr()
                                      : b.getDenseI64ArrayAttr(links));
    }
  }
};
} // namespace

std::unique_ptr<Pass> createFabricRoute(MachinePtr machine) {
  auto pass = std::make_unique<FabricRoutePass>();
  pass->given = std::move(machine);
  return pass;
}
} // namespace snnc::map
