//===- Place.cpp - Give every slice a core of its own ---------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The adapter between the IR and Placement.h.

#include "compiler/Support/Report.h"
#include "passes/Map/Placement.h"
#include "passes/Map/Support.h"

#include "llvm/ADT/DenseMap.h"

namespace snnc::map {
#define GEN_PASS_DEF_FABRICPLACE
#include "passes/Map/Passes.h.inc"

using namespace mlir;
using namespace snnc::fabric;

namespace {
struct FabricPlacePass : impl::FabricPlaceBase<FabricPlacePass> {
  using FabricPlaceBase::FabricPlaceBase;
  MachinePtr given;

  void runOnOperation() override {
    if (failed(forEachMapping(getOperation(), given, machineName,
                              [&](MachineOp op, const MachineModel &machine) {
                                return placeAll(op, machine);
                              })))
      return signalPassFailure();
  }

  LogicalResult placeAll(MachineOp op, const MachineModel &machine) {
    llvm::SmallVector<SliceOp> slices(op.getOps<SliceOp>());
    PlacementProblem problem;
    problem.cores = machine.cores();
    if (slices.size() > problem.cores.size()) {
      InFlightDiagnostic diag = report(op, "SNN0354")
                                << "the network needs " << slices.size()
                                << " cores, machine '" << machine.name
                                << "' has " << problem.cores.size();
      attachHelp(diag) << "use fewer neurons, sparser connections or "
                          "8-bit weights";
      return failure();
    }
    if (failed(addSlices(problem, slices)))
      return failure();
    addFlows(problem, op, slices);
    if (auto why = check(problem))
      return report(op, "SNN0358") << *why;
    Placement placement = place(problem);
    for (size_t i = 0; i < slices.size(); ++i)
      slices[i].setAtAttr(toAttr(&getContext(), problem.cores[placement[i]]));
    quads += unsigned(quadsReached(problem, placement, false));
    return success();
  }

  LogicalResult addSlices(PlacementProblem &problem,
                          llvm::ArrayRef<SliceOp> slices) {
    llvm::StringMap<uint32_t> groups;
    llvm::SmallVector<SliceOp> holder(problem.cores.size());
    for (SliceOp slice : slices) {
      problem.group.push_back(
          groups.try_emplace(slice.getPopulation(), groups.size())
              .first->second);
      auto &pinned = problem.pinned.emplace_back();
      if (!slice.getAtAttr())
        continue;
      auto it = std::find(problem.cores.begin(), problem.cores.end(),
                          addressOf(slice.getAtAttr()));
      if (it == problem.cores.end())
        return refuse(slice, "which this machine does not have");
      pinned = uint32_t(it - problem.cores.begin());
      if (holder[*pinned])
        return refuse(slice, "as " + describe(holder[*pinned]) + " are");
      holder[*pinned] = slice;
    }
    return success();
  }

  LogicalResult refuse(SliceOp slice, const std::string &why) {
    InFlightDiagnostic diag = report(slice, "SNN0358")
                              << describe(slice) << " are pinned to core "
                              << describe(addressOf(slice.getAtAttr())) << ", "
                              << why;
    attachHelp(diag) << "pin the slice elsewhere or remove its `at`";
    return failure();
  }

  static void addFlows(PlacementProblem &problem, MachineOp op,
                       llvm::ArrayRef<SliceOp> slices) {
    llvm::DenseMap<Value, uint32_t> ids;
    for (SliceOp slice : slices)
      ids[slice.getSlice()] = uint32_t(ids.size());
    for (FlowOp flow : op.getOps<FlowOp>()) {
      PlacementProblem::Flow entry;
      entry.weight = infoOf(flow.getSource()).size();
      if (flow.getFirst())
        entry.weight = uint32_t(*flow.getLast() - *flow.getFirst());
      for (Value target : flow.getTargets())
        entry.targets.push_back(ids.lookup(target));
      problem.flows.push_back(std::move(entry));
    }
  }
};
} // namespace

std::unique_ptr<Pass> createFabricPlace(MachinePtr machine) {
  auto pass = std::make_unique<FabricPlacePass>();
  pass->given = std::move(machine);
  return pass;
}
} // namespace snnc::map
