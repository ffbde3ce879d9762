//===- MappingContracts.cpp - Sliced, Placed, Routed, LaidOut, Programs ---===//
//
// Part of the snnc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "compiler/Contracts/Contracts.h"

#include "compiler/Contracts/Findings.h"
#include "compiler/Fabric/Fabric.h"
#include "compiler/SNN/Pins.h"
#include "compiler/Tick/Tick.h"

#include "llvm/ADT/DenseMap.h"
#include "llvm/ADT/DenseSet.h"
#include "llvm/ADT/MapVector.h"
#include "llvm/ADT/StringMap.h"

#include <fmt/format.h>

#include <map>

using namespace mlir;
using namespace snnc::fabric;

namespace snnc::contracts {

//===----------------------------------------------------------------------===//
// Sliced
//===----------------------------------------------------------------------===//

namespace {
/// The parts of one machine, by what they map.
struct Parts {
  explicit Parts(MachineOp machine) {
    for (Operation &op : machine.getBody().front())
      if (auto slice = dyn_cast<SliceOp>(op))
        slices[slice.getPopulation()].push_back(slice);
      else if (auto input = dyn_cast<InputOp>(op))
        inputs[input.getName()].push_back(input);
      else if (auto block = dyn_cast<BlockOp>(op))
        ++blocks[{block.getTarget(), block.getProjection()}];
      else if (auto gather = dyn_cast<GatherOp>(op))
        gathered.insert(gather.getTarget());
  }
  llvm::StringMap<llvm::SmallVector<SliceOp>> slices;
  llvm::StringMap<llvm::SmallVector<InputOp>> inputs;
  llvm::DenseMap<std::pair<Value, uint64_t>, unsigned> blocks;
  llvm::DenseSet<Value> gathered;
};
} // namespace

/// Every neuron in one slice; subordinates hold none.
static void checkCover(snn::PopulationOp population, Parts &parts,
                       Findings &findings) {
  llvm::SmallVector<SliceOp> slices;
  for (SliceOp slice : parts.slices.lookup(population.getName()))
    if (!slice.getSubordinate())
      slices.push_back(slice);
  llvm::stable_sort(
      slices, [](SliceOp a, SliceOp b) { return a.getBegin() < b.getBegin(); });
  uint64_t next = 0;
  for (SliceOp slice : slices) {
    if (slice.getBegin() != next)
      findings.report(slice, "SNN0592")
          << "neurons " << std::min<uint64_t>(next, slice.getBegin()) << " to "
          << std::max<uint64_t>(next, slice.getBegin()) << " of '"
          << population.getName() << "' are in "
          << (slice.getBegin() < next ? "two slices" : "no slice");
    next = std::max<uint64_t>(next, slice.getEnd());
  }
  if (next != uint64_t(population.numNeurons()))
    findings.report(population, "SNN0592")
        << "the slices of '" << population.getName() << "' end at neuron "
        << next << " of " << population.numNeurons();
}

static void checkBlocks(snn::NetworkOp network, Parts &parts,
                        Findings &findings) {
  uint64_t number = 0;
  for (auto projection : network.getOps<snn::ProjectionOp>()) {
    snn::PopulationOp target = projection.targetPopulation();
    uint64_t index = number++;
    if (!target)
      continue;
    bool isDrawn = projection->hasAttr(snn::kDrawnName);
    for (SliceOp slice : parts.slices.lookup(target.getName())) {
      unsigned count = parts.blocks.lookup({slice.getSlice(), index});
      bool isGathered = parts.gathered.contains(slice.getSlice());
      // A dominant slice has rows of some projections.
      if (isDrawn                                ? count == 0
          : isGathered || slice.getSubordinate() ? count <= 1
                                                 : count == 1)
        continue;
      findings.report(slice, "SNN0593")
          << "this slice of '" << target.getName() << "' has " << count
          << " blocks of projection '" << projection.getName() << "'";
    }
  }
}

static void checkNetwork(snn::NetworkOp network, MachineOp machine,
                         Findings &findings) {
  Parts parts(machine);
  for (auto input : network.getOps<snn::InputOp>())
    if (size_t count = parts.inputs.lookup(input.getName()).size(); count != 1)
      findings.report(input, "SNN0592")
          << "input '" << input.getName() << "' stands " << count
          << " times in the machine";
  for (auto population : network.getOps<snn::PopulationOp>())
    checkCover(population, parts, findings);
  checkBlocks(network, parts, findings);
}

static void checkSliced(ModuleOp module, Findings &findings) {
  llvm::StringMap<MachineOp> machines;
  for (auto machine : module.getOps<MachineOp>())
    machines[machine.getNetwork()] = machine;
  for (auto network : module.getOps<snn::NetworkOp>()) {
    MachineOp machine = machines.lookup(network.getSymName());
    if (machine)
      checkNetwork(network, machine, findings);
    else
      findings.report(network, "SNN0592")
          << "no fabric.machine maps this network; run fabric-slice";
  }
}

//===----------------------------------------------------------------------===//
// Placed
//===----------------------------------------------------------------------===//

static void checkPlaced(ModuleOp module, Findings &findings) {
  checkSliced(module, findings);
  for (auto machine : module.getOps<MachineOp>()) {
    llvm::DenseMap<Attribute, SliceOp> taken;
    for (auto slice : machine.getOps<SliceOp>()) {
      if (!slice.getAt()) {
        findings.report(slice, "SNN0594")
            << "this slice of '" << slice.getPopulation()
            << "' has no core; run fabric-place";
        continue;
      }
      auto [at, isNew] = taken.try_emplace(*slice.getAt(), slice);
      if (isNew)
        continue;
      InFlightDiagnostic diag = findings.report(slice, "SNN0594");
      diag << "core " << *slice.getAt() << " holds two slices";
      diag.attachNote(at->second.getLoc()) << "the other one";
    }
  }
}

//===----------------------------------------------------------------------===//
// Routed
//===----------------------------------------------------------------------===//

namespace {
/// The entries of one chip's router; the first match wins. Few masks differ.
class RouteTable {
public:
  void add(RouteOp route) {
    byMask[uint32_t(route.getMask())].try_emplace(uint32_t(route.getKey()),
                                                  entries.size());
    entries.push_back(route);
  }
  RouteOp match(uint32_t key) const {
    size_t first = entries.size();
    for (const auto &[mask, keys] : byMask)
      if (auto found = keys.find(key & mask); found != keys.end())
        first = std::min(first, found->second);
    return first < entries.size() ? entries[first] : RouteOp();
  }

private:
  std::vector<RouteOp> entries;
  std::map<uint32_t, llvm::DenseMap<uint32_t, size_t>> byMask;
};
} // namespace

namespace {
/// The flows of a machine against its routes.
class FlowCheck {
public:
  FlowCheck(MachineOp machine, Findings &findings) : findings(findings) {
    for (auto route : machine.getOps<RouteOp>())
      chips[chipOf(route)].add(route);
  }

  /// The first and the last key of a flow: a route that matches one of them
  /// only cuts the flow in two.
  void check(FlowOp flow) {
    if (!flow.getKey()) {
      findings.report(flow, "SNN0595")
          << "this flow has no key; run fabric-assign-keys";
      return;
    }
    uint32_t first = uint32_t(*flow.getKey());
    uint32_t last = first | ~uint32_t(*flow.getMask());
    for (uint32_t key : {first, last}) {
      std::vector<ArrayAttr> ways;
      for (const auto &[chip, table] : chips)
        if (RouteOp route = table.match(key))
          if (!route.getTargets().empty())
            ways.push_back(route.getTargets());
      if (isSame(flow.getTargets(), ways))
        continue;
      findings.report(flow, "SNN0596") << fmt::format(
          "a packet with key {:#x} goes to {} cores, the flow to {} others",
          key, reachedBy(ways).size(), wantedBy(flow.getTargets()).size());
      return;
    }
  }

private:
  using Cores = llvm::DenseSet<Attribute>;

  static Cores reachedBy(llvm::ArrayRef<ArrayAttr> ways) {
    Cores reached;
    for (ArrayAttr way : ways)
      reached.insert(way.begin(), way.end());
    return reached;
  }
  static Cores wantedBy(ValueRange targets) {
    Cores wanted;
    for (Value target : membersOf(targets))
      if (auto at = target.getDefiningOp<SliceOp>().getAt())
        wanted.insert(*at);
    return wanted;
  }
  /// Whether all entries together name the cores of `targets`. Flows share
  /// groups and entries lists of cores: few pairs of them differ.
  bool isSame(ValueRange targets, llvm::ArrayRef<ArrayAttr> ways) {
    std::vector<const void *> pair;
    for (Value target : targets)
      pair.push_back(target.getAsOpaquePointer());
    pair.push_back(nullptr);
    for (ArrayAttr way : ways)
      pair.push_back(way.getAsOpaquePointer());
    auto [at, isNew] = known.try_emplace(std::move(pair));
    if (isNew)
      at->second = reachedBy(ways) == wantedBy(targets);
    return at->second;
  }

  Findings &findings;
  std::map<ChipCoordinate, RouteTable> chips;
  std::map<std::vector<const void *>, bool> known;
};
} // namespace

static void checkRouted(ModuleOp module, Findings &findings) {
  checkPlaced(module, findings);
  for (auto machine : module.getOps<MachineOp>()) {
    FlowCheck flows(machine, findings);
    for (Operation &op : machine.getBody().front()) {
      auto slice = dyn_cast<SliceOp>(op);
      auto input = dyn_cast<InputOp>(op);
      if ((slice && !slice.getKey()) || (input && !input.getKey()))
        findings.report(&op, "SNN0595")
            << "'" << (slice ? slice.getPopulation() : input.getName())
            << "' has no key; run fabric-assign-keys";
      if (auto flow = dyn_cast<FlowOp>(op))
        flows.check(flow);
    }
  }
}

//===----------------------------------------------------------------------===//
// LaidOut
//===----------------------------------------------------------------------===//

static void checkBuffers(SliceOp slice, llvm::MutableArrayRef<BufferOp> buffers,
                         Findings &findings) {
  if (buffers.empty()) {
    findings.report(slice, "SNN0597")
        << "this slice of '" << slice.getPopulation()
        << "' has no buffers; run fabric-plan-memory";
    return;
  }
  llvm::stable_sort(buffers, [](BufferOp a, BufferOp b) {
    return a.getAt().value_or(0) < b.getAt().value_or(0);
  });
  uint64_t end = 0;
  for (BufferOp buffer : buffers) {
    if (!buffer.getAt()) {
      findings.report(buffer, "SNN0597")
          << "buffer '" << buffer.getName() << "' has no address";
      continue;
    }
    if (buffer.getBytes() && *buffer.getAt() < end)
      findings.report(buffer, "SNN0597")
          << fmt::format("buffer '{}' begins at {:#x}, inside the one before "
                         "it, which ends at {:#x}",
                         buffer.getName().str(), *buffer.getAt(), end);
    end = std::max<uint64_t>(end, *buffer.getAt() + buffer.getBytes());
  }
}

static void checkLaidOut(ModuleOp module, Findings &findings) {
  checkRouted(module, findings);
  for (auto machine : module.getOps<MachineOp>()) {
    llvm::MapVector<Value, llvm::SmallVector<BufferOp>> buffers;
    for (auto slice : machine.getOps<SliceOp>())
      buffers[slice.getSlice()];
    for (auto buffer : machine.getOps<BufferOp>())
      buffers[buffer.getSlice()].push_back(buffer);
    for (auto &[slice, list] : buffers)
      checkBuffers(slice.getDefiningOp<SliceOp>(), list, findings);
  }
}

//===----------------------------------------------------------------------===//
// Programs
//===----------------------------------------------------------------------===//

static void checkPrograms(ModuleOp module, Findings &findings) {
  checkLaidOut(module, findings);
  llvm::MapVector<StringRef, bool> used;
  for (auto program : module.getOps<tick::ProgramOp>()) {
    used[program.getSymName()] = false;
    if (program.getBody().front().empty())
      findings.report(program, "SNN0598")
          << "program '" << program.getSymName() << "' does nothing";
  }
  for (auto machine : module.getOps<MachineOp>())
    for (auto slice : machine.getOps<SliceOp>()) {
      auto name = slice.getProgram();
      auto found = name ? used.find(*name) : used.end();
      if (found != used.end())
        found->second = true;
      else if (name)
        findings.report(slice, "SNN0598")
            << "there is no program '" << *name << "'";
      else
        findings.report(slice, "SNN0598")
            << "this slice of '" << slice.getPopulation()
            << "' has no program; run tick-outline-programs";
    }
  for (auto program : module.getOps<tick::ProgramOp>())
    if (!used[program.getSymName()])
      findings.report(program, "SNN0598")
          << "no slice runs program '" << program.getSymName() << "'";
}

//===----------------------------------------------------------------------===//
// The predicates
//===----------------------------------------------------------------------===//

static LogicalResult allOf(void (*check)(ModuleOp, Findings &),
                           ModuleOp module) {
  Findings findings;
  check(module, findings);
  return findings.result();
}

LogicalResult checkSliced(ModuleOp module) {
  return allOf(checkSliced, module);
}
LogicalResult checkPlaced(ModuleOp module) {
  return allOf(checkPlaced, module);
}
LogicalResult checkRouted(ModuleOp module) {
  return allOf(checkRouted, module);
}
LogicalResult checkLaidOut(ModuleOp module) {
  return allOf(checkLaidOut, module);
}
LogicalResult checkPrograms(ModuleOp module) {
  return allOf(checkPrograms, module);
}

} // namespace snnc::contracts
