//===- Place.cpp - Give every slice a core of its own ---------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The adapter between the IR, ChipPlacement.h (which chip) and Placement.h
// (which core of it).

#include "compiler/Fabric/Belongings.h"
#include "compiler/Support/Report.h"
#include "passes/Map/ChipPlacement.h"
#include "passes/Map/Placement.h"
#include "passes/Map/Support.h"

#include "llvm/ADT/DenseMap.h"
#include "llvm/ADT/STLExtras.h"

#include <map>

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
    problem.router = machine.router.nodes;
    if (slices.size() > problem.cores.size()) {
      InFlightDiagnostic diag = report(op, "SNN0354")
                                << "the network needs " << slices.size()
                                << " cores, machine '" << machine.name
                                << "' has " << problem.cores.size();
      attachHelp(diag) << "use fewer neurons, sparser connections or "
                          "8-bit weights";
      return failure();
    }
    if (failed(addSlices(problem, op, slices)))
      return failure();
    addFlows(problem, op, slices);
    if (auto why = check(problem))
      return report(op, "SNN0358") << *why;
    Placement placement =
        machine.chipCount() > 1
            ? placeByChips(problem, machine, mostByDram(op, slices, machine))
            : place(problem);
    for (size_t i = 0; i < slices.size(); ++i)
      slices[i].setAtAttr(toAttr(&getContext(), problem.cores[placement[i]]));
    quads += unsigned(quadsReached(problem, placement, false));
    hops += unsigned(hopsFromRouter(problem, placement));
    return success();
  }

  /// Slices whose rows a chip's DRAM holds, whichever they are. A core's rows
  /// are on one interface: the largest of them may be left free on the others.
  static uint64_t mostByDram(MachineOp op, llvm::ArrayRef<SliceOp> slices,
                             const MachineModel &machine) {
    if (!machine.hasDram() || slices.empty())
      return slices.size();
    Belongings belongings(op);
    std::vector<uint64_t> sizes;
    for (SliceOp slice : slices) {
      uint64_t &bytes = sizes.emplace_back();
      for (BlockOp block : belongings.of(slice).blocks) {
        auto rows = dyn_cast<RowsAttr>(block.getEncoding());
        auto size = sizeOf(block, belongings.knownBy(block));
        if (rows && size && isFetched(encodingOf(rows)))
          bytes += llvm::alignTo(size->rows, kTransferUnit);
      }
    }
    llvm::sort(sizes, std::greater<>());
    uint64_t room = machine.dramRoom(), taken = 0, most = 0;
    uint64_t spare = (machine.dram->interfaces - 1) * sizes.front();
    while (most < sizes.size() && taken + sizes[most] + spare <= room)
      taken += sizes[most++];
    return std::max<uint64_t>(1, most);
  }

  /// Chips first, then the cores of each by themselves; `most` slices on one.
  static Placement placeByChips(const PlacementProblem &problem,
                                const MachineModel &machine, uint64_t most) {
    ChipGrid grid(machine);
    ChipProblem wanted = chipProblem(problem, grid);
    std::vector<uint32_t> all = wanted.room;
    uint64_t room = 0;
    for (uint32_t &cores : wanted.room)
      room += cores = uint32_t(std::min<uint64_t>(cores, most));
    if (room < problem.group.size())
      wanted.room = std::move(all);
    ChipPlacement chips = placeOnChips(grid, wanted);
    Placement placement(chips.size());
    for (auto &[chip, part] : partsOf(problem, grid, chips)) {
      Placement local = place(part.problem);
      for (size_t i = 0; i < local.size(); ++i)
        placement[part.slices[i]] = part.cores[local[i]];
    }
    return placement;
  }

  static ChipProblem chipProblem(const PlacementProblem &problem,
                                 const ChipGrid &grid) {
    ChipProblem chips;
    chips.room.resize(grid.size());
    for (const CoreAddress &core : problem.cores)
      ++chips.room[grid.find(core.chip)];
    chips.group = problem.group;
    for (auto pin : problem.pinned)
      chips.pinned.push_back(
          pin ? std::optional(grid.find(problem.cores[*pin].chip))
              : std::nullopt);
    for (const PlacementProblem::Flow &flow : problem.flows) {
      Traffic &traffic = chips.traffic.emplace_back();
      traffic.sources = flow.sources;
      traffic.weight = flow.weight;
      traffic.targets = flow.targets;
    }
    return chips;
  }

  /// What one chip has of a problem.
  struct ChipPart {
    PlacementProblem problem;
    std::vector<uint32_t> cores, slices; ///< by their numbers in the whole
  };

  static std::map<uint32_t, ChipPart> partsOf(const PlacementProblem &whole,
                                              const ChipGrid &grid,
                                              const ChipPlacement &chips) {
    std::map<uint32_t, ChipPart> parts;
    std::vector<uint32_t> slot(chips.size()), coreSlot(whole.cores.size());
    for (uint32_t slice = 0; slice < chips.size(); ++slice) {
      ChipPart &part = parts[chips[slice]];
      slot[slice] = uint32_t(part.slices.size());
      part.slices.push_back(slice);
      part.problem.group.push_back(whole.group[slice]);
    }
    for (uint32_t core = 0; core < whole.cores.size(); ++core)
      if (auto at = parts.find(grid.find(whole.cores[core].chip));
          at != parts.end()) {
        coreSlot[core] = uint32_t(at->second.cores.size());
        at->second.cores.push_back(core);
        at->second.problem.cores.push_back(whole.cores[core]);
      }
    for (uint32_t slice = 0; slice < chips.size(); ++slice) {
      auto pin = whole.pinned[slice];
      parts[chips[slice]].problem.pinned.push_back(
          pin ? std::optional(coreSlot[*pin]) : std::nullopt);
    }
    // Flows to the same slices of a chip are one there.
    std::map<std::pair<uint32_t, std::vector<uint32_t>>, uint64_t> weights;
    for (const PlacementProblem::Flow &flow : whole.flows) {
      std::map<uint32_t, std::vector<uint32_t>> targets;
      for (uint32_t slice : flow.targets)
        targets[chips[slice]].push_back(slot[slice]);
      for (auto &[chip, slices] : targets)
        weights[{chip, std::move(slices)}] += flow.packets();
    }
    for (auto &[chip, part] : parts)
      part.problem.router = whole.router;
    for (const auto &[where, weight] : weights)
      parts[where.first].problem.flows.push_back({weight, where.second});
    return parts;
  }

  /// Slices of a population are a group; of a row split, a dominant one and its
  /// subordinates, whose sums are far more packets than spikes are.
  LogicalResult addSlices(PlacementProblem &problem, MachineOp op,
                          llvm::ArrayRef<SliceOp> slices) {
    llvm::DenseMap<Value, std::string> dominant; // by slice
    for (GatherOp gather : op.getOps<GatherOp>()) {
      auto name = std::to_string(dominant.size());
      dominant[gather.getTarget()] = name;
      for (Value part : gather.getSources())
        dominant[part] = name;
    }
    llvm::StringMap<uint32_t> groups;
    llvm::SmallVector<SliceOp> holder(problem.cores.size());
    for (SliceOp slice : slices) {
      std::string key = slice.getPopulation().str();
      if (auto at = dominant.find(slice.getSlice()); at != dominant.end())
        key += " " + at->second; // no name has a blank
      problem.group.push_back(
          groups.try_emplace(key, groups.size()).first->second);
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
                              << describe(slice) << " are pinned to "
                              << toText(addressOf(slice.getAtAttr())) << ", "
                              << why;
    attachHelp(diag)
        << "pin these neurons elsewhere (cores) or leave out the pin";
    return failure();
  }

  static void addFlows(PlacementProblem &problem, MachineOp op,
                       llvm::ArrayRef<SliceOp> slices) {
    llvm::DenseMap<Value, uint32_t> ids;
    for (SliceOp slice : slices)
      ids[slice.getSlice()] = uint32_t(ids.size());
    // Those to one group are one flow: as many as slices, to as many.
    std::map<std::pair<const void *, uint64_t>, size_t> shared;
    for (FlowOp flow : op.getOps<FlowOp>()) {
      uint64_t weight = infoOf(flow.getSource()).size();
      if (flow.getFirst())
        weight = *flow.getLast() - *flow.getFirst();
      auto source = ids.find(flow.getSource());
      bool isShared = source != ids.end() && flow.getTargets().size() == 1;
      if (isShared) {
        Value target = flow.getTargets().front();
        auto [at, isNew] = shared.try_emplace(
            {target.getAsOpaquePointer(), weight}, problem.flows.size());
        if (!isNew) {
          problem.flows[at->second].sources.push_back(source->second);
          continue;
        }
      }
      PlacementProblem::Flow &entry = problem.flows.emplace_back();
      entry.weight = weight;
      for (Value target : membersOf(flow.getTargets()))
        entry.targets.push_back(ids.lookup(target));
      if (source != ids.end())
        entry.sources.push_back(source->second);
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
