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
#include "backends/spinnaker2/Target/HeldDiagnostics.h"
#include "backends/spinnaker2/Target/LargerMachine.h"
#include "compiler/Support/Report.h"
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
           std::shared_ptr<std::vector<decide::Decision>> decisions,
           std::shared_ptr<map::SlicedLayers> sliced) {
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
  many.sliced = std::move(sliced);
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

namespace {

/// What program ranges grow by: with less room for data a core may get another
/// format of rows and so a somewhat larger program.
constexpr uint32_t kProgramUnit = 1024;

/// The same machine with room for programs of so many bytes; nothing where no
/// PE has it.
std::shared_ptr<const MachineModel> withRoomFor(const MachineModel &machine,
                                                uint32_t bytes) {
  auto larger = std::make_shared<MachineModel>(machine);
  AddressRange &program = larger->sram.program;
  uint64_t end = program.begin + llvm::alignTo(bytes, kProgramUnit);
  if (end + sizeof(SnncCoreHeader) > machine.sram.stack.begin)
    return nullptr;
  program.end = uint32_t(end);
  return larger;
}

} // namespace

static FailureOr<MappedNetwork>
mapAndCompileOn(std::shared_ptr<const MachineModel> machine, ModuleOp module,
                const MapOptions &options, bool assembly,
                std::shared_ptr<map::SlicedLayers> sliced) {
  if (failed(pipelineOf(options, machine)
                 .run(module, StageId::Normalized, StageId::Decided)))
    return failure();
  OwningOpRef<ModuleOp> decided = module.clone();
  uint32_t most = 0; // bytes of a program that was too large
  while (true) {
    HeldDiagnostics said(module.getContext());
    auto mapped = pipelineOf(options, machine, nullptr, sliced)
                      .run(module, StageId::Decided, StageId::Programs);
    CodegenOptions codegen;
    codegen.headerAddress = machine->sram.program.end;
    codegen.emitAssembly = assembly;
    codegen.jobs = options.jobs;
    codegen.cache = options.programs.get();
    llvm::SmallVector<tick::ProgramOp> programs(
        module.getOps<tick::ProgramOp>());
    FailureOr<std::vector<CompiledProgram>> compiled = failure();
    if (succeeded(mapped))
      compiled = compilePrograms(programs, *machine, codegen);
    uint32_t largest = 0;
    if (succeeded(compiled))
      for (const CompiledProgram &program : *compiled)
        largest = std::max(largest, program.textBytes);
    if (succeeded(compiled) && largest <= machine->sram.program.bytes()) {
      said.release();
      return MappedNetwork{machine, std::move(*compiled)};
    }
    most = std::max(most, largest);
    auto larger = succeeded(compiled) ? withRoomFor(*machine, most) : nullptr;
    if (!larger) {
      said.release();
      if (most)
        report(module, "SNN0390")
            << "a core program needs " << fabric::grouped(most) << " B of the "
            << fabric::grouped(machine->sram.stack.begin)
            << " B that a PE has beside its stack";
      return failure();
    }
    machine = std::move(larger);
    OwningOpRef<ModuleOp> again = decided->clone();
    module->setAttrs(again->getOperation()->getAttrs());
    module.getBodyRegion().takeBody(again->getBodyRegion());
  }
}

FailureOr<MappedNetwork>
mapAndCompile(ModuleOp module, const MapOptions &options,
              std::shared_ptr<const MachineModel> machine, bool assembly) {
  FailureOr<MappedNetwork> mapped = failure();
  auto sliced = std::make_shared<map::SlicedLayers>();
  (void)withLargerMachines(module, options, *machine, *sliced, [&] {
    mapped = mapAndCompileOn(machine, module, options, assembly, sliced);
    return success(succeeded(mapped));
  });
  return mapped;
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
  auto mapped = mapAndCompile(module, options,
                              std::make_shared<const MachineModel>(*machine));
  if (failed(mapped))
    return nullptr;
  BundleOptions bundle;
  bundle.tickSeconds = options.tick(); // or what the plan chose
  bundle.jobs = options.jobs;
  bundle.asked = provenance.asked;
  bundle.programs = std::move(mapped->programs);
  return buildBundle(module, *mapped->machine, std::move(bundle));
}

} // namespace snnc::s2
