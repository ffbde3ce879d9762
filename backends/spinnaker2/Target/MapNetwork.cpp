//===- MapNetwork.cpp - From a normalised network to a bundle -------------===//
//
// Part of the snnc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The pipeline in one readable page: decide, map, programs, bundle.
//
//===----------------------------------------------------------------------===//

#include "backends/spinnaker2/Target/MapNetwork.h"

#include "backends/spinnaker2/Bundle/BundleBuilder.h"
#include "compiler/Target/Target.h"
#include "passes/Decide/Passes.h"
#include "passes/Map/Passes.h"
#include "passes/Normalize/Passes.h"
#include "passes/Program/Passes.h"
#include "planner/Capacity.h"

#include "mlir/Pass/PassManager.h"

#include <filesystem>

using namespace mlir;

namespace snnc::s2 {

Expected<MachineModel> machineOf(const MapOptions &options) {
  if (options.machine.empty())
    return builtinMachine(defaultMachineName());
  if (options.machine.find('/') != std::string::npos ||
      std::filesystem::path(options.machine).has_extension())
    return loadMachine(options.machine);
  return builtinMachine(options.machine);
}

static decide::ParadigmMode modeOf(const std::string &name) {
  return name == "parallel"     ? decide::ParadigmMode::Parallel
         : name == "serial"     ? decide::ParadigmMode::Serial
         : name == "oracle"     ? decide::ParadigmMode::Oracle
         : name == "cost-model" ? decide::ParadigmMode::CostModel
                                : decide::ParadigmMode::Auto;
}

static std::unique_ptr<Pass>
selectParadigm(const MapOptions &options,
               std::shared_ptr<const MachineModel> machine,
               std::shared_ptr<std::vector<decide::Decision>> decisions,
               std::shared_ptr<fabric::ScanCache> scans = nullptr) {
  decide::SnnSelectParadigmOptions select;
  select.mode = modeOf(options.paradigm);
  select.objective = options.objective;
  select.budget = options.selectorBudget;
  select.model = options.selectorModel;
  select.explain = options.explainParadigm;
  decide::SelectContext context;
  context.machine = std::move(machine);
  context.tickSeconds = options.tick();
  context.decisions = std::move(decisions);
  context.scans = std::move(scans);
  return decide::createSnnSelectParadigm(select, std::move(context));
}

FailureOr<std::vector<decide::Decision>>
planParadigms(ModuleOp module, const MapOptions &options,
              std::shared_ptr<const MachineModel> machine) {
  auto decisions = std::make_shared<std::vector<decide::Decision>>();
  PassManager pm(module.getContext());
  pm.addPass(normalize::createMergeProjections());
  pm.addPass(map::createFabricOrder(machine));
  pm.addPass(map::createFabricCluster());
  pm.addPass(selectParadigm(options, std::move(machine), decisions));
  if (failed(pm.run(module)))
    return failure();
  return std::move(*decisions);
}

static LogicalResult
decideParadigms(ModuleOp module, const MapOptions &options,
                std::shared_ptr<const MachineModel> machine,
                std::shared_ptr<fabric::ScanCache> scans) {
  normalize::BatchTicksOptions batch;
  batch.ticks = 1; // those that were chosen
  PassManager pm(module.getContext());
  pm.addPass(normalize::createMergeProjections());
  pm.addPass(map::createFabricOrder(machine));
  pm.addPass(map::createFabricCluster());
  pm.addPass(selectParadigm(options, machine, nullptr, scans));
  pm.addPass(decide::createSnnChooseBatch(
      machine, options.tick(), options.objective, scans, options.maxSources));
  pm.addPass(normalize::createBatchTicks(batch));
  return pm.run(module);
}

LogicalResult checkCapacity(ModuleOp module, const MapOptions &options,
                            DiagnosticSink &sink) {
  auto machine = machineOf(options);
  if (machine)
    return fabric::refuseHopeless(target::networkOf(module), *machine);
  sink.report(machine.takeError());
  return failure();
}

static LogicalResult placeNetwork(ModuleOp module, const MapOptions &options,
                                  std::shared_ptr<const MachineModel> machine,
                                  std::shared_ptr<fabric::ScanCache> scans) {
  PassManager pm(module.getContext());
  map::RealTime realTime{options.tick(), options.tickSeconds.has_value()};
  pm.addPass(map::createFabricSlice(machine, options.maxNeurons, realTime,
                                    scans, options.maxSources));
  pm.addPass(map::createFabricPlace(machine));
  pm.addPass(map::createFabricAssignKeys());
  pm.addPass(map::createFabricRoute(machine));
  pm.addPass(map::createFabricPlanMemory(machine));
  pm.addPass(map::createFabricVerifyMapping(machine));
  pm.addPass(program::createOutlinePrograms());
  return pm.run(module);
}

LogicalResult mapNetwork(ModuleOp module, const MapOptions &options,
                         std::shared_ptr<const MachineModel> machine) {
  // What the decision scanned, the mapping need not scan again.
  auto scans = std::make_shared<fabric::ScanCache>();
  if (failed(decideParadigms(module, options, machine, scans)))
    return failure();
  return placeNetwork(module, options, machine, scans);
}

std::shared_ptr<runtime::Bundle> buildBundle(ModuleOp module,
                                             const MapOptions &options,
                                             const Provenance &provenance,
                                             DiagnosticSink &sink,
                                             PartCache *cache) {
  auto machine = machineOf(options);
  if (!machine) {
    sink.report(machine.takeError());
    return nullptr;
  }
  auto shared = std::make_shared<const MachineModel>(*machine);
  if (failed(mapNetwork(module, options, shared)))
    return nullptr;
  BundleOptions bundle;
  bundle.networkName = provenance.networkName;
  bundle.tickSeconds = options.tick(); // or what the plan chose
  bundle.jobs = options.jobs;
  bundle.cache = cache;
  bundle.asked = provenance.asked;
  return buildBundle(module, *shared, bundle);
}

} // namespace snnc::s2
