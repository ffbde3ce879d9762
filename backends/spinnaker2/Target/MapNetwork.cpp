//===- MapNetwork.cpp - From a normalised network to a bundle -------------===//
//
// Part of the snnc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Decide, map and programs are the stages of compiler/Pipeline; then the
// bundle.
//
//===----------------------------------------------------------------------===//

#include "backends/spinnaker2/Target/MapNetwork.h"

#include "backends/spinnaker2/Bundle/BundleBuilder.h"
#include "compiler/Target/Target.h"
#include "planner/Capacity.h"

#include <filesystem>

using namespace mlir;

namespace snnc::s2 {

using pipeline::StageId;

Expected<MachineModel> machineOf(const MapOptions &options) {
  if (options.machine.empty())
    return builtinMachine(defaultMachineName());
  if (options.machine.find('/') != std::string::npos ||
      std::filesystem::path(options.machine).has_extension())
    return loadMachine(options.machine);
  return builtinMachine(options.machine);
}

pipeline::Pipeline
pipelineOf(const MapOptions &options,
           std::shared_ptr<const MachineModel> machine,
           std::shared_ptr<std::vector<decide::Decision>> decisions) {
  pipeline::ManyCoreOptions many;
  many.machine = std::move(machine);
  many.realTime = {options.tick(), options.tickSeconds.has_value()};
  many.select.mode = options.paradigm;
  many.select.objective = options.objective;
  many.select.budget = options.selectorBudget;
  many.select.model = options.selectorModel;
  many.select.explain = options.explainParadigm;
  many.maxNeurons = options.maxNeurons;
  many.maxSources = options.maxSources;
  many.elsewhere = options.elsewhere;
  many.decisions = std::move(decisions);
  pipeline::Pipeline pipeline;
  pipeline::addManyCore(pipeline, many);
  return pipeline;
}

FailureOr<std::vector<decide::Decision>>
planParadigms(ModuleOp module, const MapOptions &options,
              std::shared_ptr<const MachineModel> machine) {
  auto decisions = std::make_shared<std::vector<decide::Decision>>();
  if (failed(pipelineOf(options, std::move(machine), decisions)
                 .run(module, StageId::Normalized, StageId::Decided)))
    return failure();
  return std::move(*decisions);
}

LogicalResult checkCapacity(ModuleOp module, const MapOptions &options,
                            DiagnosticSink &sink) {
  auto machine = machineOf(options);
  if (machine)
    return fabric::refuseHopeless(target::networkOf(module), *machine,
                                  options.elsewhere);
  sink.report(machine.takeError());
  return failure();
}

std::shared_ptr<runtime::Bundle> buildBundle(ModuleOp module,
                                             const MapOptions &options,
                                             const Provenance &provenance,
                                             DiagnosticSink &sink) {
  auto machine = machineOf(options);
  if (!machine) {
    sink.report(machine.takeError());
    return nullptr;
  }
  auto shared = std::make_shared<const MachineModel>(*machine);
  if (failed(pipelineOf(options, shared)
                 .run(module, StageId::Normalized, StageId::Programs)))
    return nullptr;
  BundleOptions bundle;
  bundle.tickSeconds = options.tick(); // or what the plan chose
  bundle.jobs = options.jobs;
  bundle.cache = options.programs.get();
  bundle.asked = provenance.asked;
  return buildBundle(module, *shared, bundle);
}

} // namespace snnc::s2
