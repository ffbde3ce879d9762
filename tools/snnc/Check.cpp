//===- Check.cpp - snnc check: what a file holds and lacks ----------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "tools/snnc/Check.h"
#include "backends/spinnaker2/Target/LargerMachine.h"
#include "compiler/Fabric/Fetching.h"
#include "runtime/support/ExitCode.h"
#include "runtime/support/Text.h"
#include "tools/snnc/Compile.h"
#include "tools/snnc/Driver.h"
#include "tools/snnc/Messages.h"
#include "tools/snnc/Network.h"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

using namespace mlir;

namespace snnc {

static int64_t elements(Value signal) {
  return cast<RankedTensorType>(signal.getType()).getNumElements();
}

/// Inputs, populations and projections of a normalised network.
static nlohmann::json describe(snn::NetworkOp network) {
  nlohmann::json layers = nlohmann::json::array();
  for (auto input : network.getOps<snn::InputOp>())
    layers.push_back({{"kind", "input"},
                      {"name", input.getName()},
                      {"channels", elements(input.getSignal())}});
  for (auto population : network.getOps<snn::PopulationOp>())
    layers.push_back({{"kind", "population"},
                      {"name", population.getName()},
                      {"model", population.getModel()},
                      {"neurons", population.numNeurons()},
                      {"latency", population.getLatency().value_or(0)}});
  for (auto projection : network.getOps<snn::ProjectionOp>())
    layers.push_back({{"kind", "projection"},
                      {"name", projection.getName()},
                      {"source", projection.sourceName()},
                      {"target", projection.targetPopulation().getName()}});
  return layers;
}

/// Whether the machine holds it: all that `compile` does but the code. What the
/// layers need of it goes to `plans`, where that is asked for.
static void tryMapping(ModuleOp module, const CheckOptions &options,
                       std::optional<PlannedLayers> &plans,
                       DiagnosticSink &sink) {
  using pipeline::StageId;
  const CompileOptions &compile = options.compile;
  auto machine = s2::machineOf(compile);
  if (!machine)
    return sink.report(machine.takeError());
  auto model = std::make_shared<const MachineModel>(std::move(*machine));
  std::shared_ptr<std::vector<decide::Decision>> decisions;
  if (options.plan)
    decisions = std::make_shared<std::vector<decide::Decision>>();
  auto sliced = std::make_shared<map::SlicedLayers>();
  sliced->keepsPlans = options.plan;
  s2::MapOptions mapping = mappingOf(compile);
  pipeline::Pipeline stages = s2::pipelineOf(mapping, model, decisions, sliced);
  LogicalResult decided = failure();
  LogicalResult mapped = s2::withLargerMachines(
      module, mapping, *model, *sliced, [&]() -> LogicalResult {
        decided = stages.run(module, StageId::Normalized, StageId::Decided);
        return success(
            succeeded(decided) && !sink.hasErrors() &&
            succeeded(stages.run(module, StageId::Decided, StageId::Programs)));
      });
  if (failed(decided))
    return;
  if (decisions)
    plans = PlannedLayers{model->name,
                          nameOf(compile.paradigm),
                          nameOf(compile.objective),
                          uint64_t(model->coreCount()),
                          std::move(*decisions),
                          model->dramRoom() * model->chipCount(),
                          {}};
  if (plans && succeeded(mapped))
    plans->sliced = sliced->plans(
        fabric::mostFetching(*module.getOps<fabric::MachineOp>().begin()));
}

static void printLayers(const nlohmann::json &layers) {
  for (const auto &layer : layers) {
    std::string kind = layer["kind"];
    if (kind == "population")
      fmt::print(
          "population {}: {} neurons, model {}, latency {}\n",
          layer["name"].get<std::string>(), layer["neurons"].get<int64_t>(),
          layer["model"].get<std::string>(), layer["latency"].get<int64_t>());
    else if (kind == "input")
      fmt::print("input {}: {} channels\n", layer["name"].get<std::string>(),
                 layer["channels"].get<int64_t>());
    else
      fmt::print("projection {}: {} -> {}\n", layer["name"].get<std::string>(),
                 layer["source"].get<std::string>(),
                 layer["target"].get<std::string>());
  }
}

/// What `compile` does beyond the check, and may still refuse.
static constexpr const char *kNotTried = "code generation (snnc compile)";

static const char *verdictOn(const DiagnosticSink &sink) {
  if (!sink.hasErrors())
    return "ok";
  return exitCodeOf(sink, kExitOk) == kExitDoesNotFit
             ? "does not fit the machine"
             : "not usable as it is";
}

NetworkCheck checkNetwork(const CheckOptions &options, DiagnosticSink &sink,
                          std::function<bool()> stop) {
  const NetworkOptions &network = options.compile.network;
  auto context = createContext();
  stopPassesWhen(*context, stop);
  MessageBridge bridge(context.get(), sink);
  NetworkCheck check;
  ImportedNetwork imported =
      importNetwork(options.input, network, context.get(), sink);
  if (imported.module && !(stop && stop()) &&
      succeeded(s2::checkCapacity(*imported.module, mappingOf(options.compile),
                                  sink)) &&
      succeeded(normalizeNetwork(*imported.module, imported.dt,
                                 imported.dynamics, network,
                                 /*quantized=*/true))) {
    check.layers = describe(networkOf(*imported.module));
    tryMapping(*imported.module, options, check.plans, sink);
  }
  return check;
}

nlohmann::json toJson(const NetworkCheck &check, const std::string &file,
                      const DiagnosticSink &sink) {
  nlohmann::json findings = nlohmann::json::array();
  for (const snnc::Diagnostic &d : sink.all())
    findings.push_back(toJson(d));
  nlohmann::json report = {{"file", file},
                           {"ok", !sink.hasErrors()},
                           {"findings", findings},
                           {"network", check.layers}};
  if (!sink.hasErrors())
    report["not_tried"] = kNotTried;
  if (check.plans)
    report["plan"] = toJson(*check.plans);
  return report;
}

int runCheck(const CheckOptions &options, DiagnosticSink &sink) {
  NetworkCheck check = checkNetwork(options, sink);
  if (options.json) {
    fmt::print("{}\n", jsonText(toJson(check, options.input, sink), 2));
    return kExitOk;
  }
  check.plans ? printPlans(*check.plans) : printLayers(check.layers);
  if (!sink.hasErrors())
    fmt::print("not tried: {}\n", kNotTried);
  fmt::print("{}\n", verdictOn(sink));
  return kExitOk;
}

} // namespace snnc
