//===- MapNetwork.h - From a normalised network to a bundle -----*- C++ -*-===//
//
// Part of the snnc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
#ifndef SNNC_BACKENDS_SPINNAKER2_TARGET_MAPNETWORK_H
#define SNNC_BACKENDS_SPINNAKER2_TARGET_MAPNETWORK_H

#include "backends/spinnaker2/Codegen/CompileProgram.h"
#include "passes/Pipeline/Stages.h"
#include "runtime/bundle/Bundle.h"
#include "runtime/machine/MachineModel.h"

#include "mlir/IR/BuiltinOps.h"

#include <memory>
#include <nlohmann/json.hpp>
#include <optional>

namespace snnc::s2 {

class ProgramCache;

/// The usual tick of SpiNNaker systems (sPyNNaker's default time step).
inline constexpr double kDefaultTickSeconds = 1e-3;

/// Everything that can be asked of the chip.
struct MapOptions {
  std::string machine; ///< name or path; default: built in
  /// Real time of a tick on the chip; not stated: kDefaultTickSeconds, or
  /// longer where the plan says that cores need more.
  std::optional<double> tickSeconds;
  decide::ParadigmMode paradigm = decide::ParadigmMode::Auto;
  fabric::Objective objective = fabric::Objective::Pes;
  std::string selectorModel;          ///< file; default: the tool's own
  std::string selectorBudget = "10%"; ///< decide::SelectorBudget::parse
  bool explainParadigm = false;
  uint32_t maxNeurons = 0; ///< of a population on one PE; 0: what fits
  uint32_t maxSources = 0; ///< of a parallel PE where more can be split
  unsigned jobs = 0;       ///< 0: all cores
  /// Machine code that was made before, asked first and added to; null: none.
  std::shared_ptr<ProgramCache> programs;
  /// Help line where the machine is too small (Target::advice of another).
  std::string elsewhere;

  double tick() const { return tickSeconds.value_or(kDefaultTickSeconds); }
};

/// What a bundle says about its origin.
struct Provenance {
  std::string networkName;
  nlohmann::json asked; ///< options that the network was made with
};

/// The machine that the options name: built in, or a file.
Expected<MachineModel> machineOf(const MapOptions &options);

/// Error SNN0354 when the synapses alone exceed the machine: before anything is
/// drawn, so that a huge network is refused at once.
mlir::LogicalResult checkCapacity(mlir::ModuleOp module,
                                  const MapOptions &options,
                                  DiagnosticSink &sink);

/// Every population is planned in the chosen paradigm; a record for each.
mlir::FailureOr<std::vector<decide::Decision>>
planParadigms(mlir::ModuleOp module, const MapOptions &options,
              std::shared_ptr<const MachineModel> machine);

/// Decided, Sliced, Placed, Routed, LaidOut, Programs, as the options say.
/// `decisions`: receives a record for every population, `sliced` how it was
/// cut; may be null.
pipeline::Pipeline
pipelineOf(const MapOptions &options,
           std::shared_ptr<const MachineModel> machine,
           std::shared_ptr<std::vector<decide::Decision>> decisions = nullptr,
           std::shared_ptr<map::SlicedLayers> sliced = nullptr);

struct MappedNetwork {
  /// As asked for, with a program range that holds all programs.
  std::shared_ptr<const MachineModel> machine;
  std::vector<CompiledProgram> programs; ///< of the module, in their order
};

/// Normalized -> Programs and their code. Where a program is larger than the
/// range that the machine keeps for it, its PEs get a larger one, and the
/// network is mapped again to what that leaves for data; SNN0390 where a PE
/// cannot hold the program.
mlir::FailureOr<MappedNetwork>
mapAndCompile(mlir::ModuleOp module, const MapOptions &options,
              std::shared_ptr<const MachineModel> machine,
              bool assembly = false);

/// Normalized -> bundle in memory. Null after an error, which MLIR's handlers
/// or `sink` have.
std::shared_ptr<runtime::Bundle> buildBundle(mlir::ModuleOp module,
                                             const MapOptions &options,
                                             const Provenance &provenance,
                                             DiagnosticSink &sink);

} // namespace snnc::s2

#endif // SNNC_BACKENDS_SPINNAKER2_TARGET_MAPNETWORK_H
