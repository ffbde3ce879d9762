//===- Route.cpp - Fill the chips' multicast routers ----------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The adapter between the IR and MulticastTrees.h: flows of one chip to the
// same cores share a tree.

#include "compiler/Support/Report.h"
#include "passes/Map/MulticastTrees.h"
#include "passes/Map/Support.h"

#include <algorithm>
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
    Flows flows;
    size_t before = 0;
    for (FlowOp flow : op.getOps<FlowOp>())
      if (failed(addFlow(flow, cores, grid, flows)))
        return failure();
    std::vector<MulticastFlow> list;
    for (auto &[ends, flow] : flows) {
      flow.chip = ends.first;
      flow.targets = ends.second;
      before += flow.keys.size();
      list.push_back(std::move(flow));
    }
    RoutedFlows routed = routeFlows(grid, list, chipOfCore);
    size_t after = 0;
    for (uint32_t chip = 0; chip < grid.size(); ++chip) {
      after += routed.tables[chip].size();
      if (failed(checkRoom(op, machine, grid.at(chip),
                           routed.tables[chip].size())))
        return failure();
      emit(op, cores, grid.at(chip), routed.tables[chip]);
    }
    merged += unsigned(before - std::min(before, after));
    hops += unsigned(routed.hops);
    return success();
  }

  /// By chip of the sources and cores of the targets.
  using Flows =
      std::map<std::pair<uint32_t, std::vector<uint32_t>>, MulticastFlow>;

  LogicalResult checkRoom(MachineOp op, const MachineModel &machine,
                          ChipCoordinate chip, size_t entries) {
    if (entries <= machine.router.entries)
      return success();
    InFlightDiagnostic diag = report(op, "SNN0357") << "the router ";
    if (machine.chipCount() > 1)
      diag << "of " << toText(chip) << " ";
    diag << "needs " << grouped(entries) << " entries, it has "
         << grouped(machine.router.entries);
    attachHelp(diag) << "use fewer, larger populations or fewer "
                        "projections between them";
    return failure();
  }

  LogicalResult addFlow(FlowOp flow, const CoreNumbers &cores,
                        const ChipGrid &grid, Flows &flows) {
    SliceInfo source = infoOf(flow.getSource());
    if (!flow.getKey())
      return report(flow, "SNN0360")
             << "flow of '" << source.name
             << "' has no key yet; run fabric-assign-keys first";
    std::vector<uint32_t> targets;
    for (Value target : flow.getTargets()) {
      auto slice = cast<SliceOp>(target.getDefiningOp());
      if (failed(checkPlaced(slice, grid)))
        return failure();
      targets.push_back(cores.numberOf(slice.getAtAttr()));
    }
    std::sort(targets.begin(), targets.end());
    targets.erase(std::unique(targets.begin(), targets.end()), targets.end());
    uint32_t chip = 0; // the host's
    if (auto slice = flow.getSource().getDefiningOp<SliceOp>()) {
      if (grid.size() > 1) {
        if (failed(checkPlaced(slice, grid)))
          return failure();
        chip = grid.find(addressOf(slice.getAtAttr()).chip);
      }
    }
    MulticastFlow &entry = flows[{chip, std::move(targets)}];
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
