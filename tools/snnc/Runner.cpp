//===- Runner.cpp - One run on one backend --------------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "tools/snnc/Runner.h"

#include "backends/spinnaker2/Target/Spinnaker2Target.h"
#include "compiler/Reference/RunReference.h"
#include "compiler/SNN/DrawnRows.h"
#include "planner/NetworkInfo.h"
#include "runtime/host/Inputs.h"
#include "runtime/support/FileReader.h"
#include "tools/snnc/Backend.h"
#include "tools/snnc/BundleNetwork.h"
#include "tools/snnc/Compile.h"
#include "tools/snnc/DrivenInputs.h"
#include "tools/snnc/Messages.h"
#include "tools/snnc/RunInputs.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <filesystem>
#include <fmt/format.h>
#include <span>

using namespace mlir;

namespace snnc {

Expected<bool> looksLikeBundle(const std::string &path) {
  std::error_code error;
  auto type = std::filesystem::status(path, error).type();
  if (type == std::filesystem::file_type::none)
    return cannotRead(path, error.value());
  if (type != std::filesystem::file_type::regular)
    return false; // and no wait for a FIFO's writer
  auto file = FileReader::open(path, UINT64_MAX);
  if (!file)
    return file.takeError();
  std::array<char, 4> head;
  if (file->size() < head.size())
    return false;
  if (Status s = file->read(0, std::as_writable_bytes(std::span(head))); !s)
    return s.takeError();
  return std::memcmp(head.data(), "PK\3\4", head.size()) == 0;
}

RunSubject::RunSubject() : context(createContext()) {}
RunSubject::~RunSubject() = default;

void RunSubject::shareDrawn(std::shared_ptr<snn::DrawnPatterns> patterns) {
  context->getOrLoadDialect<snn::SNNDialect>()->drawnRows().share(
      std::move(patterns));
}

void RunSubject::stopWhen(std::function<bool()> stop) {
  stopPassesWhen(*context, std::move(stop));
}

bool RunSubject::open(const RunOptions &options, SubjectNeeds needs,
                      DiagnosticSink &sink) {
  MessageBridge bridge(context.get(), sink);
  bool isText = options.compile.network.text.has_value();
  auto bundle = isText ? false : looksLikeBundle(options.input);
  if (!bundle) {
    sink.report(bundle.takeError());
    return false;
  }
  return *bundle ? openBundle(options, needs, sink)
                 : openNetwork(options, needs, sink);
}

bool RunSubject::openBundle(const RunOptions &options,
                            const SubjectNeeds &needs, DiagnosticSink &sink) {
  if (options.inFloat || needs.networkFile) {
    sink.report(makeError(
        "SNN0440", {options.input, "", 0, 0},
        fmt::format("a bundle holds integers; {} float needs the network file",
                    needs.networkFile ? "--against" : "--precision"),
        {"give the network file (.nir, .yaml) instead of the bundle"}));
    return false;
  }
  if (!acceptsOptions(options.input, options.compile.network, "a bundle", {},
                      {"--seed"},
                      "it was settled when the bundle was compiled, or give "
                      "the network file instead of the bundle",
                      sink))
    return false;
  auto bundle =
      runtime::Bundle::read(options.input, needs.digests ? nullptr : &sink);
  if (!bundle) {
    sink.report(bundle.takeError());
    return false;
  }
  namesBundle = true;
  file = *bundle;
  description = file->manifest;
  targets = targetsFor(options.compile, options.threads);
  for (const auto &target : targets.all())
    if (target->readsBundles())
      artifacts[target->name()] = s2::artifactOf(file);
  return true;
}

/// Backends whose numbers are the user's.
static bool runsFloat(const target::Registry &targets,
                      const std::string &backend) {
  auto device = targets.device(backend);
  return device ? device->floats : backend == kReferenceBackend;
}

bool RunSubject::openNetwork(const RunOptions &options,
                             const SubjectNeeds &needs, DiagnosticSink &sink) {
  CompileOptions compile = options.compile;
  compile.input = options.input;
  ImportedNetwork imported =
      importNetwork(options.input, compile.network, context.get(), sink);
  if (!imported.module)
    return false;
  // A machine that is named is looked at, also where none is needed.
  if (!compile.machine.empty())
    if (auto machine = s2::machineOf(compile); !machine) {
      sink.report(machine.takeError());
      return false;
    }
  bool quantized = !options.inFloat;
  targets = targetsFor(compile, options.threads);
  target::Target *chip = nullptr;
  for (const std::string &backend : needs.backends) {
    target::Target *target = targets.findDevice(backend);
    if (target && failed(target->admit(*imported.module, sink)))
      return false;
    if (target && target->readsBundles())
      chip = target;
    if (!quantized && !runsFloat(targets, backend)) {
      sink.report(makeError("SNN0440", {options.input, "", 0, 0},
                            "--backend " + backend + " does not run in float",
                            {"use --backend cpu or --backend reference"}));
      return false;
    }
  }
  if (failed(normalizeNetwork(*imported.module, imported.dt, imported.dynamics,
                              compile.network, quantized, options.threads)))
    return false;
  module = std::move(imported.module);
  description = reference::describeNetwork(networkOf(*module));
  description.options = toJson(imported.dynamics);
  return !chip || buildBundle(options, *chip, sink);
}

/// Inputs are read first, so that the rings hold their spikes.
bool RunSubject::buildBundle(const RunOptions &options, target::Target &target,
                             DiagnosticSink &sink) {
  bool hasInputs = !options.inputs.empty() || !options.arrays.empty();
  if (hasInputs && !countInputs(options, sink))
    return false;
  noteRecords(options);
  OwningOpRef<ModuleOp> copy = module->clone();
  auto artifact = target.build(*copy, target::Precision::Quantized, sink);
  if (!artifact)
    return false;
  file = artifact->bundle();
  nlohmann::json dynamics = std::move(description.options);
  description = file->manifest;
  description.options.update(dynamics); // results name it, bundles do not
  artifacts[target.name()] = std::move(artifact);
  return true;
}

std::optional<runtime::ArrayMap>
RunSubject::readInputs(const RunOptions &options, DiagnosticSink &sink) {
  if (!given)
    return readRunInputs(options, description, sink);
  auto arrays = std::move(given);
  given.reset();
  return arrays;
}

/// Leaves at each population how many of its states are asked for: recording
/// takes time, of all neurons and in every tick however few are kept.
void RunSubject::noteRecords(const RunOptions &options) {
  if (options.records.empty())
    return;
  std::set<std::pair<std::string, std::string>> states;
  for (const std::string &text : options.records)
    // What is wrong with a request the run will say.
    if (auto request = runtime::parseRecordRequest(text, description);
        request && request->variableIndex)
      states.emplace(request->population, request->variable);
  for (auto op : networkOf(*module).getOps<snn::PopulationOp>()) {
    int64_t recorded = llvm::count_if(
        states, [&](const auto &state) { return state.first == op.getName(); });
    op->setDiscardableAttr(fabric::kRecordedName,
                           Builder(context.get()).getI64IntegerAttr(recorded));
  }
}

/// Reads the inputs and leaves the most spikes of a tick at the network's.
bool RunSubject::countInputs(const RunOptions &options, DiagnosticSink &sink) {
  given = readRunInputs(options, description, sink);
  if (!given)
    return false;
  for (snn::InputOp op : networkOf(*module).getOps<snn::InputOp>()) {
    auto entry = llvm::find_if(description.inputs, [&](const auto &input) {
      return input.name == op.getName();
    });
    if (entry == description.inputs.end())
      continue;
    runtime::ArrayMap one;
    for (const std::string &name : {entry->name, std::string()})
      if (auto array = given->find(name);
          array != given->end() && one.empty() &&
          (!name.empty() || description.inputs.size() == 1))
        one.emplace(entry->name, array->second);
    // What is wrong with them the run will say.
    auto resolved = runtime::resolveInputs({&*entry, 1}, one);
    if (one.empty() || !resolved)
      continue;
    int64_t all = 0, single = 0;
    double total = 0, ticks = 0;
    for (const auto &sample : resolved->trains.front().samples) {
      ticks += double(resolved->ticks);
      for (uint64_t tick = 0; tick < resolved->ticks; ++tick) {
        int64_t sum = 0;
        for (uint16_t count : sample.row(tick)) {
          sum += count;
          single = std::max<int64_t>(single, count);
        }
        all = std::max(all, sum);
        total += double(sum);
      }
    }
    double channels = double(op.getSignal().getType().getNumElements());
    if (ticks > 0)
      op->setDiscardableAttr(
          fabric::kMeanSpikesName,
          Builder(context.get()).getF64FloatAttr(total / (ticks * channels)));
    op->setDiscardableAttr(
        fabric::kMostSpikesName,
        DenseI64ArrayAttr::get(context.get(), {all, single}));
  }
  return true;
}

bool RunSubject::loadNetwork(DiagnosticSink &sink) {
  if (module)
    return true;
  auto read = readBundleNetwork(*file, context.get());
  if (!read) {
    sink.report(read.takeError());
    return false;
  }
  module = std::move(*read);
  return true;
}

snn::NetworkOp RunSubject::network() {
  DiagnosticSink silent;
  MessageBridge bridge(context.get(), silent);
  return loadNetwork(silent) ? networkOf(*module) : snn::NetworkOp();
}

static auto interpreterOf(snn::NetworkOp network, const RunOptions &options) {
  return reference::Interpreter::create(
      network, options.inFloat ? reference::Precision::Float
                               : reference::Precision::Quantized);
}

/// A device says that a state is no number; the reference, which gets the same
/// one, also which operation made it.
void RunSubject::addOrigin(Diagnostic &error, const RunOptions &options,
                           const runtime::ArrayMap &inputs,
                           const std::vector<std::string> &requests,
                           runtime::RunOptions runOptions) {
  snn::NetworkOp op = network();
  if (!op)
    return;
  DiagnosticSink silent;
  MessageBridge bridge(context.get(), silent);
  auto interpreter = interpreterOf(op, options);
  if (failed(interpreter))
    return;
  runOptions.progress = nullptr;
  auto again =
      reference::runReference(**interpreter, inputs, requests, runOptions);
  if (!again && again.error().message == error.message)
    error.notes = again.error().notes;
}

/// Trials differ in what is drawn as they run.
static void warnOfEqualTrials(const RunOptions &options,
                              const runtime::Drives &drives, bool hasNoise,
                              DiagnosticSink &sink) {
  if (options.repeat.value_or(1) == 1 || !drives.byInput.empty() ||
      options.encode == runtime::Encoder::Rate || hasNoise)
    return;
  sink.report(makeFinding(
      "SNN0661", {},
      fmt::format("--repeat {}: nothing is drawn, all trials are the same",
                  *options.repeat),
      {"leave --repeat out, or encode the inputs with --encode rate"}));
}

/// Samples of a network without inputs, which differ by what its neurons draw.
static runtime::Drives trialsOfNoise(const RunOptions &options, bool hasNoise) {
  if (!hasNoise)
    return {};
  return {{},
          options.repeat.has_value(),
          options.repeat.value_or(1),
          options.ticks.value_or(0),
          options.compile.network.seed};
}

std::optional<runtime::Drives>
RunSubject::addDrivenInputs(runtime::ArrayMap &inputs,
                            const RunOptions &options, DiagnosticSink &sink) {
  if (!module && file && !hasDrivenInputs(*file)) {
    warnOfEqualTrials(options, {}, description.hasNoise(), sink);
    return trialsOfNoise(options, description.hasNoise());
  }
  MessageBridge bridge(context.get(), sink);
  if (!loadNetwork(sink))
    return std::nullopt;
  auto drives = snnc::addDrivenInputs(
      networkOf(*module), description.inputs,
      {options.ticks, options.repeat, options.compile.network.seed}, inputs);
  if (!drives) {
    sink.report(drives.takeError());
    return std::nullopt;
  }
  warnOfEqualTrials(options, *drives, description.hasNoise(), sink);
  if (drives->byInput.empty())
    drives = trialsOfNoise(options, description.hasNoise());
  drives->seed = options.compile.network.seed;
  return sink.hasErrors() ? std::nullopt : std::optional(std::move(*drives));
}

/// What to keep when the user does not say: the probes of a network file that
/// name variables ("population:variable"), else everything.
static std::vector<std::string> defaultRequests(ModuleOp module,
                                                const runtime::Manifest &all) {
  std::vector<std::string> requests;
  if (module)
    for (snn::ProbeOp probe : networkOf(module).getOps<snn::ProbeOp>())
      for (const auto &request : runtime::everyRequest(all))
        if (request.name() == probe.getName())
          requests.push_back(request.name());
  if (requests.empty())
    for (const auto &request : runtime::everyRequest(all))
      requests.push_back(request.name());
  return requests;
}

static std::optional<runtime::RunResult>
unwrap(Expected<runtime::RunResult> result, DiagnosticSink &sink) {
  if (result)
    return std::move(*result);
  sink.report(result.takeError());
  return std::nullopt;
}

std::optional<std::vector<std::string>>
RunSubject::requestsOf(const RunOptions &options, DiagnosticSink &sink) {
  if (!options.records.empty())
    return options.records;
  if (!module && namesProbes(*file) && !loadNetwork(sink))
    return std::nullopt;
  return defaultRequests(module ? *module : ModuleOp(), description);
}

bool RunSubject::build(const std::string &backend, const RunOptions &options,
                       DiagnosticSink &sink) {
  target::Target *target = targets.findDevice(backend);
  MessageBridge bridge(context.get(), sink);
  return !target || artifactOf(*target,
                               options.inFloat ? target::Precision::Float
                                               : target::Precision::Quantized,
                               sink);
}

std::unique_ptr<runtime::Device>
RunSubject::openDevice(const std::string &backend, const RunOptions &options,
                       DiagnosticSink &sink) {
  target::Target &target = *targets.findDevice(backend);
  auto artifact = artifactOf(target,
                             options.inFloat ? target::Precision::Float
                                             : target::Precision::Quantized,
                             sink);
  if (!artifact)
    return nullptr;
  auto device = target.open(artifact, backend);
  if (device)
    return std::move(*device);
  sink.report(device.takeError());
  return nullptr;
}

/// A device that is `native` compiles at its first tick, with what all share.
static constexpr const char *kCompilesLate = "native";

std::optional<runtime::RunResult>
RunSubject::run(const std::string &backend, const RunOptions &options,
                const runtime::ArrayMap &inputs,
                const runtime::RunOptions &runOptions, DiagnosticSink &sink,
                const Turn *turn) {
  std::optional<std::vector<std::string>> requests;
  std::unique_ptr<runtime::Device> device;
  {
    MessageBridge bridge(context.get(), sink);
    requests = requestsOf(options, sink);
    if (!requests)
      return std::nullopt;
    if (backend == kReferenceBackend)
      return runReference(*requests, options, inputs, runOptions, sink);
    device = openDevice(backend, options, sink);
    if (!device)
      return std::nullopt;
  }
  bool steps = turn && backend != kCompilesLate;
  if (steps)
    turn->leave();
  auto result = runtime::Session(*device).run(inputs, *requests, runOptions);
  if (steps)
    turn->enter();
  if (!result && result.error().code == "SNN0910") {
    Diagnostic error = result.takeError();
    addOrigin(error, options, inputs, *requests, runOptions);
    result = std::move(error);
  }
  return unwrap(std::move(result), sink);
}

std::shared_ptr<const target::Artifact>
RunSubject::artifactOf(target::Target &target, target::Precision precision,
                       DiagnosticSink &sink) {
  auto &artifact = artifacts[target.name()];
  if (!artifact && loadNetwork(sink))
    artifact = target.build(*module, precision, sink);
  return artifact;
}

std::vector<std::string> RunSubject::facts(const std::string &backend) const {
  target::Target *target = targets.findDevice(backend);
  auto artifact = target ? artifacts.find(target->name()) : artifacts.end();
  return artifact != artifacts.end() && artifact->second
             ? artifact->second->facts()
             : std::vector<std::string>();
}

std::optional<runtime::RunResult> RunSubject::runReference(
    const std::vector<std::string> &requests, const RunOptions &options,
    const runtime::ArrayMap &inputs, const runtime::RunOptions &runOptions,
    DiagnosticSink &sink) {
  if (!loadNetwork(sink))
    return std::nullopt;
  auto interpreter = interpreterOf(networkOf(*module), options);
  if (failed(interpreter))
    return std::nullopt;
  return unwrap(
      reference::runReference(**interpreter, inputs, requests, runOptions),
      sink);
}

} // namespace snnc
