//===- LargerMachine.cpp - Which machine would hold a network -------------===//
//
// Part of the snnc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "backends/spinnaker2/Target/LargerMachine.h"

#include "backends/spinnaker2/Target/HeldDiagnostics.h"
#include "compiler/Fabric/Fabric.h"
#include "compiler/Support/Report.h"
#include "planner/Capacity.h"
#include "planner/OtherMachines.h"

#include <fmt/format.h>

#include <set>

using namespace mlir;

namespace snnc::s2 {

using fabric::grouped;
using fabric::LargerMachine;
using pipeline::StageId;

/// Machines that are planned for, at most: each costs as much as the network.
static constexpr unsigned kTries = 3;
/// Of a network of more cores nobody waits for the plan.
static constexpr uint64_t kMostCores = 100000;

/// Whether more cores, chips or boards can mend an error with that code.
static bool isForSize(llvm::StringRef code) {
  return llvm::is_contained({"SNN0353", "SNN0354", "SNN0357", "SNN0358",
                             "SNN0361", "SNN0362", "SNN1100"},
                            code);
}

/// One that more than a board cannot mend either.
static bool isForOneCore(llvm::StringRef code) {
  return code == "SNN0353" || code == "SNN0358";
}

static std::string codeName(mlir::Diagnostic &diag) {
  auto code = codeOf(diag);
  return code ? std::string(code->name()) : std::string();
}

namespace {

/// What a machine makes of the network.
struct Trial {
  bool fits = false;
  uint64_t cores = 0, chips = 0; ///< that it takes; cores are wanted otherwise
  std::string code;              ///< of the first error otherwise
};

} // namespace

static Trial tryOn(const MachineModel &machine, ModuleOp normalized,
                   const MapOptions &options) {
  OwningOpRef<ModuleOp> module = normalized.clone();
  auto sliced = std::make_shared<map::SlicedLayers>();
  Trial trial;
  ScopedDiagnosticHandler unheard(
      module->getContext(), [&](mlir::Diagnostic &diag) {
        if (diag.getSeverity() == DiagnosticSeverity::Error &&
            trial.code.empty())
          trial.code = codeName(diag);
        return success();
      });
  trial.fits = succeeded(
      pipelineOf(options, std::make_shared<const MachineModel>(machine),
                 nullptr, sliced)
          .run(*module, StageId::Normalized, StageId::LaidOut));
  if (!trial.fits) {
    trial.cores = sliced->wanted;
    return trial;
  }
  std::set<ChipCoordinate> chips;
  module->walk([&](fabric::SliceOp slice) {
    ++trial.cores;
    if (slice.getAtAttr())
      chips.insert(fabric::addressOf(slice.getAtAttr()).chip);
  });
  trial.chips = chips.size();
  return trial;
}

static std::string sayFits(const LargerMachine &machine, const Trial &trial) {
  return fmt::format("{}: planned on {} of its {} cores, {} chip(s)",
                     machine.words, grouped(trial.cores),
                     grouped(machine.model.coreCount()), trial.chips);
}

/// The boards that hold the network, as help; empty: none was found. `wanted`:
/// the cores that it is known to take, or 0.
static std::string boardsThatFit(ModuleOp normalized, const MapOptions &options,
                                 const MachineModel &machine, uint64_t wanted) {
  uint64_t least = machine.coreCount() + 1;
  wanted = std::max(wanted, least);
  for (unsigned tries = 0; tries < kTries && wanted <= kMostCores; ++tries) {
    auto larger = fabric::boardsWith(machine, wanted);
    if (!larger)
      return {};
    Trial trial = tryOn(larger->model, normalized, options);
    if (trial.fits) {
      // Cut for more room it may take less: rows are in DRAM then.
      auto fewer = fabric::boardsWith(machine, std::max(trial.cores, least));
      if (fewer && fewer->model.layout.boards < larger->model.layout.boards)
        if (Trial on = tryOn(fewer->model, normalized, options); on.fits)
          return sayFits(*fewer, on);
      return sayFits(*larger, trial);
    }
    if (!isForSize(trial.code) || isForOneCore(trial.code))
      return {};
    uint64_t had = larger->model.coreCount();
    wanted = trial.cores ? std::max(trial.cores, had + 1) : 4 * had;
  }
  return {};
}

LogicalResult withLargerMachines(ModuleOp module, const MapOptions &options,
                                 const MachineModel &machine,
                                 const map::SlicedLayers &sliced,
                                 llvm::function_ref<LogicalResult()> map) {
  OwningOpRef<ModuleOp> normalized = module.clone();
  HeldDiagnostics said(module.getContext());
  LogicalResult mapped = map();
  mlir::Diagnostic *refusal = failed(mapped) ? said.firstError() : nullptr;
  if (refusal && isForSize(codeName(*refusal)))
    if (std::string help =
            boardsThatFit(*normalized, options, machine, sliced.wanted);
        !help.empty())
      refusal->attachNote() << detail::kHelp << help;
  said.release();
  return mapped;
}

} // namespace snnc::s2
