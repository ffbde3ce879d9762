//===- Passes.h - Decide: how each population is computed -------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef SNNC_PASSES_DECIDE_PASSES_H
#define SNNC_PASSES_DECIDE_PASSES_H

#include "compiler/Fabric/Fabric.h"
#include "compiler/SNN/SNN.h"
#include "passes/Decide/AutoSelect.h"
#include "planner/Objective.h"
#include "runtime/machine/MachineModel.h"

#include "mlir/IR/BuiltinOps.h"
#include "mlir/Pass/Pass.h"

#include <array>
#include <memory>

namespace snnc::decide {

/// Who decides: snn-select-paradigm.
enum class ParadigmMode : uint8_t { Auto, Serial, Parallel, Oracle, CostModel };

inline constexpr std::array<ParadigmMode, 5> kParadigmModes = {
    ParadigmMode::Auto, ParadigmMode::Serial, ParadigmMode::Parallel,
    ParadigmMode::Oracle, ParadigmMode::CostModel};

/// "auto", "serial", "parallel", "oracle", "cost-model".
constexpr const char *nameOf(ParadigmMode mode) {
  constexpr const char *names[] = {"auto", "serial", "parallel", "oracle",
                                   "cost-model"};
  return names[size_t(mode)];
}

#define GEN_PASS_DECL
#include "passes/Decide/Passes.h.inc"

/// What the driver gives the pass besides its options.
struct SelectContext {
  std::shared_ptr<const MachineModel> machine; ///< null: a built-in one
  double tickSeconds = 1e-3;                   ///< real time of a tick
  /// Receives one record per population, in network order. Given, the chosen
  /// paradigm of every population is planned, in all modes.
  std::shared_ptr<std::vector<Decision>> decisions;
  /// Instead of the embedded models.
  Adviser adviser;
};

std::unique_ptr<mlir::Pass>
createSnnSelectParadigm(const SnnSelectParadigmOptions &options,
                        SelectContext context);

/// Null: a built-in machine.
std::unique_ptr<mlir::Pass>
createFabricOrder(std::shared_ptr<const MachineModel> machine);

/// Null: a built-in machine. `tickSeconds`: real time of a tick.
std::unique_ptr<mlir::Pass>
createSnnChooseBatch(std::shared_ptr<const MachineModel> machine,
                     double tickSeconds, fabric::Objective objective,
                     uint32_t maxSources = 0);

#define GEN_PASS_REGISTRATION
#include "passes/Decide/Passes.h.inc"

} // namespace snnc::decide

#endif // SNNC_PASSES_DECIDE_PASSES_H
