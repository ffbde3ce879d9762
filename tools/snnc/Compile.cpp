//===- Compile.cpp - snnc compile -----------------------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The pipeline in one readable page: import, normalise, map, programs, bundle.

#include "tools/snnc/Compile.h"

#include "backends/spinnaker2/Bundle/BundleBuilder.h"
#include "backends/spinnaker2/Codegen/CompileProgram.h"
#include "compiler/Fabric/Capacity.h"
#include "passes/Decide/Passes.h"
#include "passes/Map/Passes.h"
#include "passes/Normalize/Passes.h"
#include "passes/Program/Passes.h"
#include "runtime/support/AtomicFile.h"
#include "runtime/support/ExitCode.h"
#include "tools/snnc/Driver.h"
#include "tools/snnc/Messages.h"
#include "tools/snnc/Network.h"
#include "tools/snnc/Report.h"

#include "mlir/Pass/PassManager.h"

#include <filesystem>
#include <fmt/format.h>
#include <iostream>

using namespace mlir;

namespace snnc {

Expected<MachineModel> machineOf(const CompileOptions &options) {
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

static double tickOf(const CompileOptions &options) {
  return options.tickSeconds.value_or(kDefaultTickSeconds);
}

static std::unique_ptr<Pass>
selectParadigm(const CompileOptions &options,
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
  context.tickSeconds = tickOf(options);
  context.decisions = std::move(decisions);
  context.scans = std::move(scans);
  return decide::createSnnSelectParadigm(select, std::move(context));
}

FailureOr<std::vector<decide::Decision>>
planParadigms(ModuleOp module, const CompileOptions &options,
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

LogicalResult decideParadigms(ModuleOp module, const CompileOptions &options,
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
      machine, tickOf(options), options.objective, scans, options.maxSources));
  pm.addPass(normalize::createBatchTicks(batch));
  return pm.run(module);
}

LogicalResult checkCapacity(ModuleOp module, const CompileOptions &options,
                            DiagnosticSink &sink) {
  auto machine = machineOf(options);
  if (machine)
    return fabric::refuseHopeless(networkOf(module), *machine);
  sink.report(machine.takeError());
  return failure();
}

LogicalResult mapNetwork(ModuleOp module, const CompileOptions &options,
                         std::shared_ptr<const MachineModel> machine,
                         std::shared_ptr<fabric::ScanCache> scans) {
  PassManager pm(module.getContext());
  map::RealTime realTime{tickOf(options), options.tickSeconds.has_value()};
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

static nlohmann::json asked(const CompileOptions &options,
                            const Dynamics &dynamics) {
  const NetworkOptions &n = options.network;
  nlohmann::json all = toJson(dynamics);
  all.update({{"quantize", n.quantize},
              {"weights", n.weights},
              {"relax_timing", n.relaxTiming},
              {"tick", tickOf(options)},
              {"paradigm", options.paradigm},
              {"objective", options.objective},
              {"selector_budget", options.selectorBudget}});
  return all;
}

std::shared_ptr<runtime::Bundle> compileModule(ModuleOp module,
                                               const CompileOptions &options,
                                               const Dynamics &dynamics,
                                               DiagnosticSink &sink,
                                               s2::PartCache *cache) {
  auto machine = machineOf(options);
  if (!machine) {
    sink.report(machine.takeError());
    return nullptr;
  }
  auto shared = std::make_shared<const MachineModel>(*machine);
  auto scans = std::make_shared<fabric::ScanCache>();
  if (failed(decideParadigms(module, options, shared, scans)) ||
      failed(mapNetwork(module, options, shared, scans)))
    return nullptr;
  scans.reset(); // the mapping holds what they decided
  s2::BundleOptions bundle;
  bundle.networkName = std::filesystem::path(options.input).filename().string();
  bundle.tickSeconds = tickOf(options); // or what the plan chose
  bundle.jobs = options.jobs;
  bundle.cache = cache;
  bundle.asked = asked(options, dynamics);
  return s2::buildBundle(module, *shared, bundle);
}

static void printModule(ModuleOp module) {
  std::string text;
  llvm::raw_string_ostream stream(text);
  module.print(stream);
  fmt::print("{}\n", text);
}

/// --emit of something before the bundle.
static int emitStage(ModuleOp module, const CompileOptions &options,
                     DiagnosticSink &sink) {
  if (options.emit == "snn") {
    printModule(module);
    return kExitOk;
  }
  auto machine = machineOf(options);
  if (!machine) {
    sink.report(machine.takeError());
    return kExitInput;
  }
  auto shared = std::make_shared<const MachineModel>(*machine);
  auto scans = std::make_shared<fabric::ScanCache>();
  if (failed(decideParadigms(module, options, shared, scans)) ||
      failed(mapNetwork(module, options, shared, scans)))
    return kExitInput;
  if (options.emit == "fabric" || options.emit == "tick") {
    for (Operation &op : *module.getBody())
      if (isa<fabric::MachineOp>(op) == (options.emit == "fabric") &&
          isa<fabric::MachineOp, tick::ProgramOp>(op)) {
        std::string text;
        llvm::raw_string_ostream stream(text);
        op.print(stream);
        fmt::print("{}\n", text);
      }
    return kExitOk;
  }
  s2::CodegenOptions codegen;
  codegen.headerAddress = machine->sram.program.end;
  codegen.emitAssembly = true;
  llvm::SmallVector<tick::ProgramOp> programs(module.getOps<tick::ProgramOp>());
  auto compiled = s2::compilePrograms(programs, *machine, codegen);
  if (failed(compiled))
    return kExitInput;
  for (auto [program, result] : llvm::zip_equal(programs, *compiled))
    fmt::print("@ program {}, {} B\n{}\n", program.getSymName().str(),
               result.textBytes, result.assembly);
  return kExitOk;
}

static std::string outputOf(const CompileOptions &options) {
  return options.output.empty()
             ? std::filesystem::path(options.input).stem().string() + ".s2x"
             : options.output;
}

int runCompile(const CompileOptions &options, DiagnosticSink &sink) {
  std::string output = outputOf(options);
  if (options.emit == "bundle") {
    std::string inputs[] = {options.input, options.machine,
                            options.selectorModel};
    if (Status s = checkOutput(output, inputs); !s) {
      sink.report(s.takeError());
      return kExitInput;
    }
  }
  auto context = createContext();
  MessageBridge bridge(context.get(), sink);
  ImportedNetwork imported =
      importNetwork(options.input, options.network, context.get(), sink);
  if (!imported.module)
    return kExitInput;
  if (options.emit == "imported") {
    printModule(*imported.module);
    return kExitOk;
  }
  if (failed(checkCapacity(*imported.module, options, sink)) ||
      failed(normalizeNetwork(*imported.module, imported.dt, imported.dynamics,
                              options.network, /*quantized=*/true)))
    return kExitInput;
  if (options.emit != "bundle")
    return emitStage(*imported.module, options, sink);
  auto bundle =
      compileModule(*imported.module, options, imported.dynamics, sink);
  if (!bundle)
    return sink.hasErrors() ? kExitInput : kExitInternal;
  if (Status s = bundle->write(output); !s) {
    sink.report(s.takeError());
    return kExitInput;
  }
  if (options.report != "none")
    printCompileReport(*bundle, options.report == "json");
  return kExitOk;
}

} // namespace snnc
