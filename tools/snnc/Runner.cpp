//===- Runner.cpp - One run on one backend --------------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "tools/snnc/Runner.h"

#include "backends/spinnaker2/Target/Spinnaker2Target.h"
#include "compiler/Reference/RunReference.h"
#include "compiler/SNN/Finite.h"
#include "planner/Capacity.h"
#include "planner/NetworkInfo.h"
#include "runtime/host/Inputs.h"
#include "runtime/io/ArrayFile.h"
#include "runtime/io/Encoders.h"
#include "runtime/support/AtomicFile.h"
#include "runtime/support/FileReader.h"
#include "runtime/support/Text.h"
#include "tools/snnc/Backend.h"
#include "tools/snnc/Compile.h"
#include "tools/snnc/DrivenInputs.h"
#include "tools/snnc/Messages.h"

#include "mlir/Parser/Parser.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <filesystem>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <span>

using namespace mlir;

namespace snnc {

Expected<bool> looksLikeBundle(const std::string &path) {
  std::error_code error;
  auto type = std::filesystem::status(path, error).type();
  if (type == std::filesystem::file_type::none)
    return makeError("SNN0001", {path, "", 0, 0},
                     "cannot read the file: " + error.message(),
                     {"check the path and its permissions"});
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

bool RunSubject::open(const RunOptions &options, SubjectNeeds needs,
                      DiagnosticSink &sink) {
  context = createContext();
  MessageBridge bridge(context.get(), sink);
  auto bundle = looksLikeBundle(options.input);
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
  targets = targetsFor(options.compile, Dynamics(), options.threads);
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
  targets = targetsFor(compile, imported.dynamics, options.threads);
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
                              compile.network, quantized)))
    return false;
  module = std::move(imported.module);
  description = reference::describeNetwork(networkOf(*module));
  description.options = toJson(imported.dynamics);
  return !chip || buildBundle(options, *chip, sink);
}

/// Inputs are read first, so that the rings hold their spikes.
bool RunSubject::buildBundle(const RunOptions &options, target::Target &target,
                             DiagnosticSink &sink) {
  if (!options.inputs.empty() && !countInputs(options, sink))
    return false;
  OwningOpRef<ModuleOp> copy = module->clone();
  auto artifact = target.build(*copy, target::Precision::Quantized, sink);
  if (!artifact)
    return false;
  file = artifact->bundle();
  description = file->manifest;
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
    for (const auto &sample : resolved->trains.front().samples)
      for (uint64_t tick = 0; tick < resolved->ticks; ++tick) {
        int64_t sum = 0;
        for (uint16_t count : sample.row(tick)) {
          sum += count;
          single = std::max<int64_t>(single, count);
        }
        all = std::max(all, sum);
      }
    op->setDiscardableAttr(
        fabric::kMostSpikesName,
        DenseI64ArrayAttr::get(context.get(), {all, single}));
  }
  return true;
}

/// Brackets in network.mlir nest this deep at most: MLIR's parser recurses.
static constexpr unsigned maxNetworkNesting = 256;
static constexpr size_t maxNetworkBytes = size_t(64) << 20;

/// Inputs and populations of a network against those of the manifest, by name:
/// one side says what the cores hold, the other what the reference takes memory
/// for. Empty: they agree; else the name that does not.
static std::optional<std::string>
unlikeManifest(snn::NetworkOp network, const runtime::Manifest &manifest) {
  using Node = std::pair<uint64_t, uint64_t>; // size, latency
  std::map<std::string, Node> inputs, populations;
  for (const runtime::InputEntry &input : manifest.inputs)
    inputs[input.name] = {input.channels, 0};
  // A run is longer by the largest latency, which the manifest bounds.
  for (const runtime::PopulationEntry &population : manifest.populations)
    populations[population.name] = {population.neurons, population.latency};
  auto take = [](auto &nodes, llvm::StringRef name, Node node) {
    auto known = nodes.find(name.str());
    if (known == nodes.end() || known->second != node)
      return false;
    nodes.erase(known);
    return true;
  };
  for (snn::InputOp input : network.getOps<snn::InputOp>())
    if (!take(inputs, input.getName(),
              {input.getSignal().getType().getNumElements(), 0}))
      return input.getName().str();
  for (auto population : network.getOps<snn::PopulationOp>())
    if (!take(populations, population.getName(),
              {population.numNeurons(), population.getLatency().value_or(0)}))
      return population.getName().str();
  for (const auto *left : {&inputs, &populations})
    if (!left->empty())
      return left->begin()->first;
  return std::nullopt;
}

/// The bundle's network.mlir, which is not trusted; null after an error in
/// `why`.
static OwningOpRef<ModuleOp> parseNetwork(const runtime::Bundle &bundle,
                                          MLIRContext *context,
                                          std::string &why) {
  const std::string &text = *bundle.entry(runtime::Bundle::networkName);
  if (text.size() > maxNetworkBytes)
    why = "it has more than 64 MiB";
  else
    why = refusedIr(text, maxNetworkNesting);
  if (!why.empty())
    return {};
  // The parser's own words name no member; the refusal does.
  ScopedDiagnosticHandler silent(context,
                                 [](mlir::Diagnostic &) { return success(); });
  OwningOpRef<ModuleOp> parsed = parseSourceString<ModuleOp>(
      text, ParserConfig(context), runtime::Bundle::networkName);
  if (!parsed) {
    why = "it cannot be read";
  } else if (!llvm::hasSingleElement(parsed->getOps<snn::NetworkOp>())) {
    why = "it is not one snn.network";
  } else if (auto name = unlikeManifest(networkOf(*parsed), bundle.manifest)) {
    why = fmt::format("'{}' is not the same in it and in the manifest", *name);
  } else if (failed(
                 fabric::refuseHopeless(networkOf(*parsed), bundle.machine))) {
    why = "its neurons or synapses are more than the machine's memory holds";
  } else if (auto beyond = snn::weightBeyondNumbers(networkOf(*parsed))) {
    why = *beyond;
  }
  return why.empty() ? std::move(parsed) : OwningOpRef<ModuleOp>();
}

bool RunSubject::loadNetwork(DiagnosticSink &sink) {
  if (module)
    return true;
  const std::string *numbers = file->entry(runtime::Bundle::parametersName);
  if (!file->entry(runtime::Bundle::networkName) || !numbers) {
    sink.report(makeError("SNN0441", {},
                          "this bundle was stripped of its "
                          "network; the reference needs it",
                          {"compile the network again"}));
    return false;
  }
  auto *dialect = context->getOrLoadDialect<snn::SNNDialect>();
  if (Status s = dialect->params().deserialize(*numbers, ""); !s) {
    sink.report(s.takeError());
    return false;
  }
  std::string why;
  module = parseNetwork(*file, context.get(), why);
  if (module)
    return true;
  sink.report(makeError("SNN0441", {"", runtime::Bundle::networkName, 0, 0},
                        "the bundle's network cannot be used: " + why,
                        {"the bundle is damaged or was edited; compile the "
                         "network again"}));
  return false;
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

std::optional<runtime::Drives>
RunSubject::addDrivenInputs(runtime::ArrayMap &inputs,
                            const RunOptions &options, DiagnosticSink &sink) {
  if (!module && file) {
    // Most bundles have no such input; their network need not be parsed.
    const std::string *text = file->entry(runtime::Bundle::networkName);
    if (!text || text->find(" drive(#snn.") == std::string::npos)
      return runtime::Drives();
  }
  MessageBridge bridge(context.get(), sink);
  if (!loadNetwork(sink))
    return std::nullopt;
  auto drives = snnc::addDrivenInputs(
      networkOf(*module), description.inputs,
      {options.ticks, options.repeat, options.compile.network.seed}, inputs);
  if (!drives)
    sink.report(drives.takeError());
  return sink.hasErrors() ? std::nullopt : std::optional(std::move(*drives));
}

/// Whether the network of a bundle has probes that name variables; it is parsed
/// only then.
static bool namesProbes(const runtime::Bundle &bundle) {
  const std::string *text = bundle.entry(runtime::Bundle::networkName);
  constexpr std::string_view probe = "snn.probe \"";
  for (size_t at = text ? text->find(probe) : std::string::npos;
       at != std::string::npos; at = text->find(probe, at + 1)) {
    size_t begin = at + probe.size();
    std::string_view rest = std::string_view(*text).substr(begin);
    if (rest.substr(0, rest.find('"')).find(':') != std::string_view::npos)
      return true;
  }
  return false;
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

std::optional<runtime::RunResult>
RunSubject::run(const std::string &backend, const RunOptions &options,
                const runtime::ArrayMap &inputs,
                const runtime::RunOptions &runOptions, DiagnosticSink &sink) {
  MessageBridge bridge(context.get(), sink);
  std::vector<std::string> requests = options.records;
  if (requests.empty() && !module && namesProbes(*file) && !loadNetwork(sink))
    return std::nullopt;
  if (requests.empty())
    requests = defaultRequests(module ? *module : ModuleOp(), description);
  if (backend == kReferenceBackend)
    return runReference(requests, options, inputs, runOptions, sink);
  target::Target &target = *targets.findDevice(backend);
  auto artifact = artifactOf(target,
                             options.inFloat ? target::Precision::Float
                                             : target::Precision::Quantized,
                             sink);
  if (!artifact)
    return std::nullopt;
  auto device = target.open(artifact, backend);
  if (!device) {
    sink.report(device.takeError());
    return std::nullopt;
  }
  auto result = runtime::Session(**device).run(inputs, requests, runOptions);
  if (!result && result.error().code == "SNN0910") {
    Diagnostic error = result.takeError();
    addOrigin(error, options, inputs, requests, runOptions);
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

/// The input that an array is for: by name, or the only one.
static const runtime::InputEntry *inputOf(const runtime::Manifest &manifest,
                                          const std::string &key) {
  for (const runtime::InputEntry &input : manifest.inputs)
    if (input.name == key || (key.empty() && manifest.inputs.size() == 1))
      return &input;
  return nullptr;
}

/// Swaps an axis with the one behind it.
static void swapAxes(runtime::NdArray &array, size_t axis = 0) {
  uint64_t rows = array.shape[axis], columns = array.shape[axis + 1];
  std::swap(array.shape[axis], array.shape[axis + 1]);
  if (array.size() == 0)
    return;
  uint64_t outer = 1;
  for (size_t i = 0; i < axis; ++i)
    outer *= array.shape[i];
  size_t bytes = array.bytes.size() / (outer * rows * columns);
  std::vector<std::byte> swapped(array.bytes.size());
  for (uint64_t o = 0; o < outer; ++o)
    for (uint64_t r = 0; r < rows; ++r)
      for (uint64_t c = 0; c < columns; ++c) {
        uint64_t at = o * rows * columns;
        std::memcpy(swapped.data() + (at + c * rows + r) * bytes,
                    array.bytes.data() + (at + r * columns + c) * bytes, bytes);
      }
  array.bytes = std::move(swapped);
}

static void noteLayout(const runtime::InputEntry &input, std::string message,
                       std::string hint, DiagnosticSink &sink) {
  Diagnostic d = makeError("SNN0660", {"", input.name, 0, 0},
                           std::move(message), {std::move(hint)});
  d.severity = Severity::Note;
  sink.report(std::move(d));
}

/// Samples and ticks, ticks and channels can look alike: what is read is what
/// --layout says, or what is said here. Only where a shape can be read in two
/// ways, and neither `--ticks` nor the file says in which.
static void settleLayout(runtime::NdArray &array,
                         const runtime::InputEntry &input,
                         const RunOptions &options, DiagnosticSink &sink) {
  runtime::ChannelShape shape{input.name, input.channels, input.shape};
  size_t rank = array.shape.size();
  if (options.layout == Layout::ChannelsFirst && rank > 1)
    return swapAxes(array, rank - 2);
  auto leading = runtime::leadingAxes(array, shape);
  if (options.layout == Layout::TicksFirst && leading == 2u)
    return swapAxes(array);
  if (options.layout || !leading)
    return;
  std::string text = runtime::shapeText(array.shape);
  if (*leading == 2 && array.shape[0] != 1 && options.ticks != array.shape[1])
    return noteLayout(
        input,
        fmt::format("the array is {}: read as {} samples of {} ticks and {} "
                    "channels",
                    text, array.shape[0], array.shape[1], input.channels),
        fmt::format("--layout ticks-first reads it as {} ticks of {} samples, "
                    "--layout samples-first leaves this note out",
                    array.shape[0], array.shape[1]),
        sink);
  if (*leading == 1 && rank == 2 && input.channels > 1 &&
      array.shape[0] == array.shape[1])
    noteLayout(input,
               fmt::format("the array is {}: read as ticks x channels", text),
               "--layout channels-first reads it as channels x ticks, --layout "
               "samples-first leaves this note out",
               sink);
}

/// --repeat: every array as so many equal samples, which encoders then draw
/// apart. False: there are samples already, or they would be too large.
static bool repeatSamples(runtime::ArrayMap &arrays,
                          const runtime::Manifest &manifest,
                          const RunOptions &options, DiagnosticSink &sink) {
  auto refuse = [&](const std::string &name, std::string message) {
    sink.report(makeError("SNN1040", {"", name, 0, 0}, std::move(message),
                          {"leave --repeat out"}));
    return false;
  };
  if (manifest.inputs.empty())
    return refuse("", "--repeat: the network has no input, all trials would "
                      "be the same");
  bool hasTicks = !options.encode ||
                  options.encode == runtime::Encoder::Delta ||
                  (options.encode == runtime::Encoder::Rate && !options.ticks);
  for (auto &[key, array] : arrays) {
    const runtime::InputEntry *input = inputOf(manifest, key);
    if (!input)
      continue;
    auto leading = runtime::leadingAxes(
        array, {input->name, input->channels, input->shape});
    if (!leading)
      continue; // reported where it is read
    if (*leading > (hasTicks ? 1u : 0u))
      return refuse(input->name,
                    fmt::format("--repeat: the array {} has samples already",
                                runtime::shapeText(array.shape)));
    size_t once = array.bytes.size();
    if (once > (size_t(1) << 30) / *options.repeat)
      return refuse(input->name,
                    fmt::format("--repeat: {} times {} B of input exceed the "
                                "limit of 1 GiB",
                                *options.repeat, once));
    array.bytes.resize(once * *options.repeat);
    for (uint64_t n = 1; n < *options.repeat && once > 0; ++n)
      std::memcpy(array.bytes.data() + n * once, array.bytes.data(), once);
    array.shape.insert(array.shape.begin(), *options.repeat);
  }
  return true;
}

static bool isNirData(const std::string &path) {
  std::string extension = std::filesystem::path(path).extension().string();
  return extension == ".h5" || extension == ".hdf5";
}

/// Options about arrays where there is none that they could change.
static bool refuseIdle(const RunOptions &options, DiagnosticSink &sink) {
  auto refuse = [&](const char *option, const char *why, const char *help) {
    if (options.given.count(option + 2)) // without "--"
      sink.report(makeError("SNN0384", {options.input, "", 0, 0},
                            fmt::format("{} has no effect {}", option, why),
                            {fmt::format("leave {} out{}", option, help)}));
  };
  if (options.encode != runtime::Encoder::Delta)
    refuse("--threshold", "without --encode delta", ", or add --encode delta");
  bool onlyEvents =
      std::all_of(options.inputs.begin(), options.inputs.end(), isNirData);
  if (options.inputs.empty())
    refuse("--encode", "without --input", ", or name an array with --input");
  if (onlyEvents)
    refuse("--layout",
           options.inputs.empty() ? "without --input"
                                  : "on NIRData, which says what is what",
           "");
  return !sink.hasErrors();
}

/// The arrays of one --input, of which `name` (may be empty) says whose; false
/// after an error.
static bool takeArrays(runtime::ArrayMap read, const std::string &name,
                       const std::string &path, bool settled,
                       const RunOptions &options,
                       const runtime::Manifest &manifest,
                       runtime::ArrayMap &arrays, DiagnosticSink &sink) {
  auto refuse = [&](const std::string &input, std::string message,
                    std::string help) {
    sink.report(makeError("SNN0410", {path, input, 0, 0}, std::move(message),
                          {std::move(help)}));
    return false;
  };
  bool isOne = read.size() == 1;
  if (!name.empty() && !isOne && !read.count(name)) {
    std::vector<std::string> members;
    for (const auto &[key, array] : read)
      if (members.size() < 20)
        members.push_back(key);
    return refuse(name, "the file has several arrays, none of this name",
                  fmt::format("it has: {}", fmt::join(members, ", ")));
  }
  for (auto &[key, array] : read) {
    if (!name.empty() && !isOne && key != name)
      continue;
    std::string to = name.empty() ? key : name;
    const runtime::InputEntry *input = inputOf(manifest, to);
    for (const auto &[other, taken] : arrays)
      if (other == to || (input && inputOf(manifest, other) == input))
        return refuse(input ? input->name : to, "two arrays for one input",
                      "give one --input for it");
    if (input && !settled)
      settleLayout(array, *input, options, sink);
    arrays[to] = std::move(array);
  }
  return true;
}

std::optional<runtime::ArrayMap>
readRunInputs(const RunOptions &options, const runtime::Manifest &manifest,
              DiagnosticSink &sink) {
  runtime::ArrayMap arrays;
  if (!refuseIdle(options, sink))
    return std::nullopt;
  for (const std::string &text : options.inputs) {
    // NAME=FILE, unless a file of that very name exists.
    std::string name, path = text;
    size_t equals = text.find('=');
    if (equals != std::string::npos && !std::filesystem::exists(text)) {
      name = text.substr(0, equals);
      path = text.substr(equals + 1);
    }
    runtime::InputOptions inputOptions;
    inputOptions.dtSeconds = manifest.dtSeconds;
    auto read = runtime::readInputs(path, inputOptions);
    if (!read) {
      sink.report(read.takeError());
      return std::nullopt;
    }
    // The latency encoder's values have no ticks, NIRData says what is what.
    bool settled =
        options.encode == runtime::Encoder::Latency || isNirData(path);
    if (!takeArrays(std::move(*read), name, path, settled, options, manifest,
                    arrays, sink))
      return std::nullopt;
  }
  if (options.repeat && !repeatSamples(arrays, manifest, options, sink))
    return std::nullopt;
  if (!options.encode)
    return arrays;
  runtime::EncoderOptions encoder;
  encoder.kind = *options.encode;
  encoder.ticks = options.ticks.value_or(0);
  encoder.seed = options.compile.network.seed.value_or(0);
  encoder.threshold = options.threshold;
  for (auto &[key, array] : arrays) {
    const runtime::InputEntry *input = inputOf(manifest, key);
    if (!input)
      continue;
    runtime::ChannelShape shape{input->name, input->channels, input->shape};
    encoder.timeAxis = !options.ticks.has_value();
    auto spikes = runtime::encode(array, shape, encoder);
    if (!spikes) {
      sink.report(spikes.takeError());
      return std::nullopt;
    }
    array = std::move(*spikes);
  }
  return arrays;
}

} // namespace snnc
