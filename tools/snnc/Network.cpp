//===- Network.cpp - From a file to a normalised network ------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "tools/snnc/Network.h"

#include "backends/spinnaker2/Formats/Formats.h"
#include "compiler/Import/NIR/NirNormalise.h"
#include "compiler/Import/NIR/NirPrimitive.h"
#include "compiler/Import/NIR/NirReader.h"
#include "compiler/Import/NIRToSNN/NIRToSNN.h"
#include "compiler/Import/YAML/YamlImport.h"
#include "compiler/Tick/Tick.h"
#include "passes/Pipeline/Stages.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Pass/PassManager.h"

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <fmt/format.h>
#include <fstream>

using namespace mlir;

namespace snnc {

std::unique_ptr<MLIRContext> createContext() {
  DialectRegistry registry;
  registry.insert<snn::SNNDialect, fabric::FabricDialect, tick::TickDialect,
                  arith::ArithDialect, math::MathDialect, scf::SCFDialect,
                  func::FuncDialect, LLVM::LLVMDialect>();
  s2::registerRowFormats(registry);
  return std::make_unique<MLIRContext>(registry,
                                       MLIRContext::Threading::DISABLED);
}

void stopPassesWhen(MLIRContext &context, std::function<bool()> stop) {
  if (!stop)
    return context.registerActionHandler({});
  context.registerActionHandler(
      [stop = std::move(stop)](llvm::function_ref<void()> action,
                               const tracing::Action &) {
        if (!stop()) // passes that are left out leave a contract unfulfilled
          action();
      });
}

/// The time step in the metadata, and what to say about it.
static std::optional<double> fileDt(const nir::Graph &graph,
                                    const nir::ImpliedDt &implied,
                                    const NetworkOptions &options,
                                    DiagnosticSink &sink) {
  nir::StatedDt stated = nir::statedDt(graph);
  auto say = [&](DiagnosticCode code, std::string message,
                 std::vector<std::string> hints = {}) {
    reportOf(graph, code, std::move(message), std::move(hints), sink);
  };
  auto differs = [&](double other) {
    return std::abs(other - *stated.dt) > 1e-4 * *stated.dt;
  };
  if (!stated.problem.empty() && !options.dt)
    say("SNN0265",
        "the metadata do not settle the time step: " + stated.problem,
        {"give --dt in the unit of the file's tau, for example --dt 1e-3"});
  else if (!stated.dt)
    return std::nullopt;
  else if (options.dt && differs(*options.dt))
    say("SNN0265",
        fmt::format("the file states dt = {:g} ({}), --dt is {:g}", *stated.dt,
                    stated.where, *options.dt),
        {"leave --dt out to take the file's"});
  else if (!options.dt && implied.dt && differs(*implied.dt))
    say("SNN0265",
        fmt::format("the file states dt = {:g} ({}), which is taken; its gains "
                    "imply {:g} ({})",
                    *stated.dt, stated.where, *implied.dt, implied.rule),
        {fmt::format(
            "to take the other, in Python: graph.metadata['dt'] = {:g}",
            *implied.dt)});
  else
    say("SNN0264", fmt::format("dt = {:g}, stated by the file: {}", *stated.dt,
                               stated.where));
  return stated.dt;
}

/// The user's dt, the file's, and what to say about the two.
static double chooseDt(const nir::Graph &graph, const FileRules &file,
                       const NetworkOptions &options, DiagnosticSink &sink) {
  const nir::ImpliedDt &implied = file.implied;
  std::optional<double> stated = fileDt(graph, implied, options, sink);
  if (stated && !options.dt)
    return *stated;
  auto say = [&](DiagnosticCode code, std::string message,
                 std::vector<std::string> hints = {}) {
    reportOf(graph, code, std::move(message), std::move(hints), sink);
  };
  if (options.dt) {
    if (implied.dt && std::abs(*implied.dt - *options.dt) > 1e-6 * *options.dt)
      say("SNN0335",
          fmt::format("the file implies dt = {:g} ({}), --dt is {:g}: every "
                      "spike counts {:g} times what it did",
                      *implied.dt, implied.rule, *options.dt,
                      *options.dt / *implied.dt),
          {"leave --dt out to take the file's"});
    return *options.dt;
  }
  if (std::optional<UsualDt> usual = usualDt(graph, file, options)) {
    say("SNN0386", fmt::format("dt = {:g}: {}", usual->dt, usual->reason));
    return usual->dt;
  }
  if (implied.dt) {
    say("SNN0336", fmt::format("dt = {:g}, implied by the file: {}",
                               *implied.dt, implied.rule));
    return *implied.dt;
  }
  say("SNN0330", "the file does not say what its time step is: " + implied.rule,
      {"give --dt in the unit of the file's tau, for example --dt 1e-3"});
  return 0;
}

/// By ending, otherwise by content: HDF5 has a signature, YAML has our keys.
static bool isYaml(const std::string &path) {
  std::string ending = std::filesystem::path(path).extension().string();
  if (ending == ".yaml" || ending == ".yml")
    return true;
  std::ifstream stream(path, std::ios::binary);
  std::string head(4096, '\0');
  stream.read(head.data(), std::streamsize(head.size()));
  head.resize(size_t(stream.gcount()));
  if (head.starts_with("\x89HDF"))
    return false;
  return head.find("populations:") != std::string::npos ||
         head.starts_with("network:") ||
         head.find("\nnetwork:") != std::string::npos;
}

bool acceptsOptions(const std::string &path, const NetworkOptions &options,
                    const std::string &what,
                    const std::vector<std::string> &useless,
                    const std::vector<std::string> &useful,
                    const std::string &hint, DiagnosticSink &sink) {
  auto has = [](const std::vector<std::string> &names,
                const std::string &name) {
    return std::find(names.begin(), names.end(), name) != names.end();
  };
  bool accepted = true;
  for (const std::string &option : options.given) {
    if (useless.empty() ? has(useful, option) : !has(useless, option))
      continue;
    sink.report(makeError("SNN0384", {path, "", 0, 0},
                          fmt::format("{} has no effect on {}", option, what),
                          {fmt::format("leave {} out: {}", option, hint)}));
    accepted = false;
  }
  return accepted;
}

static ImportedNetwork importYaml(const std::string &path,
                                  const NetworkOptions &options,
                                  MLIRContext *context, DiagnosticSink &sink) {
  ImportedNetwork result;
  if (!acceptsOptions(path, options, "a YAML network",
                      {"--framework", "--integrator", "--reset", "--reset-late",
                       "--no-reset-late"},
                      {},
                      "its models are in ticks, and say what a spike does "
                      "(model: lif_subtract, for example)",
                      sink))
    return result;
  result.module = options.text
                      ? yaml::importYamlText(*options.text, path, context, sink,
                                             options.seed)
                      : yaml::importYaml(path, context, sink, options.seed);
  if (!result.module)
    return result;
  result.dt = networkOf(*result.module).getDt()->convertToDouble();
  if (options.dt && *options.dt != result.dt) {
    snnc::Diagnostic d = makeError(
        "SNN1016", {path, "", 0, 0},
        fmt::format("--dt {:g} does not apply: the file states dt = {:g}",
                    *options.dt, result.dt),
        {fmt::format("leave --dt out, or write `dt: {:g}` under 'network'",
                     *options.dt)});
    sink.report(std::move(d));
    result.module = nullptr;
  }
  return result;
}

/// Has every neuron of the file that resets a v_reset? Asked before
/// normalise() fills the missing ones in.
static bool hasEveryReset(const nir::Graph &graph) {
  for (const nir::Node &node : graph.nodes) {
    if ((node.kind->isSpiking() && !node.has("v_reset")) ||
        (node.graph && !hasEveryReset(*node.graph)))
      return false;
  }
  return true;
}

static ImportedNetwork importNir(const std::string &path,
                                 const NetworkOptions &options,
                                 MLIRContext *context, DiagnosticSink &sink) {
  auto graph = nir::readNir(path, sink);
  if (!graph) {
    sink.report(graph.takeError());
    return {};
  }
  FileRules file;
  file.hasEveryReset = hasEveryReset(*graph);
  if (!nir::normalise(*graph, sink))
    return {};
  ImportedNetwork result;
  file.implied = nir::inferDt(*graph);
  file.stated = nir::statedRules(*graph, frameworkNames(), sink);
  result.dt = chooseDt(*graph, file, options, sink);
  result.dynamics = chooseDynamics(*graph, file, options, sink);
  if (result.dt > 0)
    result.module = translateNir(*graph, context);
  return result;
}

ImportedNetwork importNetwork(const std::string &path,
                              const NetworkOptions &options,
                              MLIRContext *context, DiagnosticSink &sink) {
  ImportedNetwork result = options.text || isYaml(path)
                               ? importYaml(path, options, context, sink)
                               : importNir(path, options, context, sink);
  const auto &stage = pipeline::stageOf(pipeline::StageId::Imported);
  if (result.module && failed(stage.contract->check(*result.module)))
    result.module = nullptr;
  return result;
}

static pipeline::NormalizeOptions
normalizeOptionsOf(double dt, const Dynamics &dynamics,
                   const NetworkOptions &options) {
  bool incumbent = options.quantize == normalize::QuantizeMode::PySpinnaker2;
  pipeline::NormalizeOptions normalize;
  auto &discretize = normalize.discretize;
  discretize.dt = dt;
  discretize.integrator = dynamics.integrator;
  discretize.reset = dynamics.reset;
  discretize.resetLate = dynamics.resetLate;
  discretize.compare = dynamics.compare;
  discretize.jump = dynamics.jump;
  discretize.start = dynamics.start;
  discretize.membraneBias = incumbent;
  normalize.retime.relax = options.relaxTiming;
  // py-spinnaker2 lets every neuron run from 0.
  normalize.retime.alignStart = !incumbent;
  normalize.quantize.bits = unsigned(options.weights);
  normalize.quantize.mode = options.quantize;
  return normalize;
}

LogicalResult discretizeNetwork(ModuleOp module, double dt,
                                const Dynamics &dynamics,
                                const NetworkOptions &options) {
  PassManager passes(module.getContext());
  pipeline::addTicks(passes, normalizeOptionsOf(dt, dynamics, options));
  return passes.run(module);
}

LogicalResult normalizeNetwork(ModuleOp module, double dt,
                               const Dynamics &dynamics,
                               const NetworkOptions &options, bool quantized,
                               unsigned threads) {
  auto normalize = normalizeOptionsOf(dt, dynamics, options);
  normalize.quantize.threads = threads;
  normalize.quantized = quantized;
  pipeline::Pipeline pipeline;
  pipeline::addNormalize(pipeline, normalize);
  return pipeline.run(module, pipeline::StageId::Imported,
                      pipeline::StageId::Normalized);
}

} // namespace snnc
