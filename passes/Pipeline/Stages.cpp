//===- Stages.cpp - The passes of every stage -----------------------------===//
//
// Part of the snnc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The pipeline in one readable page.
//
//===----------------------------------------------------------------------===//

#include "passes/Pipeline/Stages.h"

#include "passes/Program/Passes.h"

#include "mlir/Pass/PassOptions.h"
#include "mlir/Pass/PassRegistry.h"

using namespace mlir;

namespace snnc::pipeline {

void addTicks(OpPassManager &pm, const NormalizeOptions &options) {
  pm.addPass(normalize::createFuseThresholds());
  pm.addPass(normalize::createAddReadouts());
  pm.addPass(normalize::createContractEdges());
  pm.addPass(normalize::createDiscretize(options.discretize));
  pm.addPass(normalize::createOrderNetwork());
}

void addNormalize(Pipeline &pipeline, const NormalizeOptions &options) {
  auto passes = [options](OpPassManager &pm) {
    addTicks(pm, options);
    pm.addPass(normalize::createExpandMath());
    pm.addPass(normalize::createRetime(options.retime));
    if (options.quantized)
      pm.addPass(normalize::createQuantize(options.quantize));
    // After the scales are folded in: a threshold of exactly 1 would otherwise
    // become a constant that no scale can reach.
    pm.addPass(normalize::createSpecialize());
  };
  auto weights = options.quantized ? contracts::Weights::Integers
                                   : contracts::Weights::Floats;
  pipeline.set(StageId::Normalized, passes, [weights](ModuleOp module) {
    return contracts::checkNormalized(module, weights);
  });
}

void addManyCore(Pipeline &pipeline, const ManyCoreOptions &options) {
  const auto &machine = options.machine;
  pipeline.set(StageId::Decided, [options, machine](OpPassManager &pm) {
    decide::BatchTicksOptions batch;
    batch.ticks = 1; // those that were chosen
    decide::SelectContext context;
    context.machine = machine;
    context.tickSeconds = options.realTime.tickSeconds;
    context.decisions = options.decisions;
    pm.addPass(decide::createMergeProjections());
    pm.addPass(decide::createFabricOrder(machine));
    pm.addPass(decide::createFabricCluster());
    pm.addPass(decide::createFabricDrawInputs({options.select.explain}));
    pm.addPass(decide::createSnnSelectParadigm(options.select, context));
    pm.addPass(decide::createSnnChooseBatch(
        machine, options.realTime.tickSeconds, options.select.objective,
        options.maxSources));
    pm.addPass(decide::createBatchTicks(batch));
  });
  pipeline.set(StageId::Sliced, [options, machine](OpPassManager &pm) {
    map::FabricSliceOptions slice;
    slice.maxNeurons = options.maxNeurons;
    slice.maxSources = options.maxSources;
    slice.tickSeconds = options.realTime.tickSeconds;
    slice.tickStated = options.realTime.stated;
    slice.spread = options.select.objective == fabric::Objective::Cycles;
    slice.elsewhere = options.elsewhere;
    pm.addPass(map::createFabricSlice(machine, slice, options.sliced));
  });
  pipeline.set(StageId::Placed, [machine](OpPassManager &pm) {
    pm.addPass(map::createFabricPlace(machine));
  });
  pipeline.set(StageId::Routed, [machine](OpPassManager &pm) {
    pm.addPass(map::createFabricAssignKeys());
    pm.addPass(map::createFabricRoute(machine));
  });
  pipeline.set(StageId::LaidOut, [options, machine](OpPassManager &pm) {
    map::FabricPlanMemoryOptions memory;
    memory.elsewhere = options.elsewhere;
    pm.addPass(map::createFabricPlanMemory(machine, memory));
    map::FabricVerifyMappingOptions verify;
    verify.tickStated = options.realTime.stated;
    pm.addPass(map::createFabricVerifyMapping(machine, verify));
  });
  pipeline.set(StageId::Programs, [](OpPassManager &pm) {
    pm.addPass(program::createOutlinePrograms());
  });
}

//===----------------------------------------------------------------------===//
// snnc-opt
//===----------------------------------------------------------------------===//

namespace {
struct StageOptions : PassPipelineOptions<StageOptions> {
  Option<double> dt{*this, "dt",
                    llvm::cl::desc("Model time of one tick, for Normalized"),
                    llvm::cl::init(0)};
  Option<std::string> machine{*this, "machine",
                              llvm::cl::desc("Built-in machine")};
  Option<decide::ParadigmMode> paradigm{
      *this, "paradigm", llvm::cl::desc("Who decides"),
      llvm::cl::values(
          clEnumValN(decide::ParadigmMode::Auto, "auto", ""),
          clEnumValN(decide::ParadigmMode::Serial, "serial", ""),
          clEnumValN(decide::ParadigmMode::Parallel, "parallel", ""),
          clEnumValN(decide::ParadigmMode::Oracle, "oracle", ""),
          clEnumValN(decide::ParadigmMode::CostModel, "cost-model", "")),
      llvm::cl::init(decide::ParadigmMode::Auto)};
  Option<double> tick{*this, "tick",
                      llvm::cl::desc("Real time of a tick, seconds; 0: time "
                                     "does not matter"),
                      llvm::cl::init(0)};
  Option<unsigned> maxNeurons{
      *this, "max-neurons",
      llvm::cl::desc("Most neurons of a population on one core, 0: what fits"),
      llvm::cl::init(0)};
};
} // namespace

/// Error: there is no such machine.
static Expected<Pipeline> pipelineOf(const StageOptions &options) {
  const std::string &name = options.machine;
  auto machine = builtinMachine(name.empty() ? defaultMachineName() : name);
  if (!machine)
    return machine.takeError();
  NormalizeOptions normalize;
  normalize.discretize.dt = options.dt;
  ManyCoreOptions many;
  many.machine = std::make_shared<const MachineModel>(std::move(*machine));
  many.select.mode = options.paradigm;
  many.realTime.tickSeconds = options.tick;
  many.maxNeurons = options.maxNeurons;
  Pipeline pipeline;
  addNormalize(pipeline, normalize);
  addManyCore(pipeline, many);
  return pipeline;
}

void registerStages() {
  for (const Stage &stage : stages())
    registerPassPipeline(
        "snnc-to-" + std::string(stage.name),
        "To the stage " + std::string(stage.name) + ": " + stage.summary,
        [id = stage.id](
            OpPassManager &pm, StringRef text,
            llvm::function_ref<LogicalResult(const llvm::Twine &)> fail) {
          StageOptions options;
          if (failed(options.parseFromString(text)))
            return failure();
          auto pipeline = pipelineOf(options);
          if (!pipeline)
            return fail(pipeline.error().message);
          pipeline->append(pm, id);
          return success();
        },
        [](llvm::function_ref<void(const mlir::detail::PassOptions &)> visit) {
          visit(StageOptions());
        });
}

} // namespace snnc::pipeline
