//===- Route.cpp - Fill the chip's multicast router -----------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// On one chip a flow needs one entry: the router copies to any set of cores.

#include "compiler/Support/Report.h"
#include "passes/Map/Routing.h"
#include "passes/Map/Support.h"

#include <algorithm>

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
    std::vector<RouterEntry> entries;
    for (FlowOp flow : op.getOps<FlowOp>())
      if (failed(addEntry(flow, cores, entries)))
        return failure();
    size_t before = entries.size();
    entries = mergeSiblings(std::move(entries));
    merged += unsigned(before - entries.size());
    if (entries.size() > machine.router.entries) {
      InFlightDiagnostic diag =
          report(op, "SNN0357")
          << "the router needs " << grouped(entries.size())
          << " entries, it has " << grouped(machine.router.entries);
      attachHelp(diag) << "use fewer, larger populations or fewer "
                          "projections between them";
      return failure();
    }
    emit(op, cores, entries);
    return success();
  }

  LogicalResult addEntry(FlowOp flow, const CoreNumbers &cores,
                         std::vector<RouterEntry> &entries) {
    if (!flow.getKey())
      return report(flow, "SNN0360")
             << "flow of '" << infoOf(flow.getSource()).name
             << "' has no key yet; run fabric-assign-keys first";
    RouterEntry entry{uint32_t(*flow.getKey()), uint32_t(*flow.getMask()), {}};
    for (Value target : flow.getTargets()) {
      auto slice = cast<SliceOp>(target.getDefiningOp());
      if (!slice.getAtAttr())
        return report(slice, "SNN0360")
               << describe(slice)
               << " have no core yet; run fabric-place first";
      entry.targets.push_back(cores.numberOf(slice.getAtAttr()));
    }
    std::sort(entry.targets.begin(), entry.targets.end());
    entry.targets.erase(std::unique(entry.targets.begin(), entry.targets.end()),
                        entry.targets.end());
    entries.push_back(std::move(entry));
    return success();
  }

  void emit(MachineOp op, const CoreNumbers &cores,
            const std::vector<RouterEntry> &entries) {
    OpBuilder b = OpBuilder::atBlockEnd(&op.getBody().front());
    for (const RouterEntry &entry : entries) {
      llvm::SmallVector<Attribute> targets;
      for (uint32_t core : entry.targets)
        targets.push_back(toAttr(op.getContext(), cores.address(core)));
      b.create<RouteOp>(op.getLoc(), 0, 0, entry.key, entry.mask,
                        b.getArrayAttr(targets));
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
