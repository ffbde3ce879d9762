//===- Check.cpp - One network, every way to run it -----------------------===//
//
// Part of the snnc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tests/property/Check.h"

#include "backends/cpu/CpuTarget.h"
#include "backends/spinnaker2/Formats/Formats.h"
#include "backends/spinnaker2/Native/NativePrograms.h"
#include "compiler/Import/YAML/YamlImport.h"
#include "compiler/Reference/RunReference.h"
#include "compiler/SNN/Pins.h"
#include "runtime/emulator/Emulator.h"
#include "runtime/host/Compare.h"
#include "runtime/host/CoreDevice.h"
#include "runtime/support/Temporaries.h"
#include "tests/property/Machines.h"
#include "tools/snnc/Compile.h"
#include "tools/snnc/DrivenInputs.h"
#include "tools/snnc/Messages.h"
#include "tools/snnc/Network.h"

#include <algorithm>
#include <filesystem>
#include <fmt/format.h>
#include <fstream>
#include <unistd.h>

using namespace mlir;

namespace snnc::property {

namespace {

struct Variant {
  std::string name;
  decide::ParadigmMode paradigm;
  bool pinned = false; ///< paradigms of NetworkSpec::pins
  uint32_t slice = 0;
  bool native = false;      ///< run as native core programs too
  uint32_t sources = 0;     ///< of a parallel core that can be split further
  std::string machine = {}; ///< file
};

/// Why a network may be refused: see docs/diagnostics/map.md and runtime.md.
bool mayRefuse(const Variant &variant, const std::string &code) {
  static const std::set<std::string> parallelOnly = {"SNN1100", "SNN1101",
                                                     "SNN0414"};
  return (parallelOnly.count(code) &&
          variant.paradigm != decide::ParadigmMode::Serial) ||
         code == "SNN0354";
}

class Checker {
public:
  Checker(const NetworkSpec &spec,
          const std::shared_ptr<s2::ProgramCache> &cache,
          const fabric::RowFormat *added)
      : spec(spec), cache(cache), added(added) {}
  Outcome run();
  Outcome runDram();
  Outcome runEngine(const std::shared_ptr<target::NativeCode> &code);
  Outcome runMachines();

private:
  bool fail(const std::string &what) {
    if (outcome.failure.empty())
      outcome.failure = what;
    return false;
  }
  OwningOpRef<ModuleOp> import(bool quantized);
  bool prepare();
  bool runReference();
  /// Every target that needs no bundle, and the cpu's other encodings.
  bool runTargets();
  /// The user's weights, before quantisation: cpu against reference, once or
  /// as `tunings` say.
  bool runFloat(llvm::ArrayRef<cpu::Tuning> tunings,
                const std::shared_ptr<target::NativeCode> &code);
  bool runVariant(const Variant &variant);
  std::shared_ptr<runtime::Bundle> compile(const Variant &variant,
                                           DiagnosticSink &sink);
  bool compareWith(const Variant &variant, const runtime::Bundle &bundle,
                   runtime::CoreMachine &machine);
  bool agree(const std::string &where,
             const Expected<runtime::RunResult> &result,
             const runtime::ArrayMap &wanted);
  bool refused(const Variant &variant, const std::vector<Diagnostic> &findings);
  std::string messages(const std::vector<Diagnostic> &findings) const;

  const NetworkSpec &spec;
  std::shared_ptr<s2::ProgramCache> cache;
  const fabric::RowFormat *added; ///< beside the chip's; may be null
  Outcome outcome;
  DiagnosticSink sink;
  std::unique_ptr<MLIRContext> context;
  OwningOpRef<ModuleOp> module;
  runtime::Manifest description;
  runtime::ArrayMap inputs;
  std::vector<std::string> requests;
  runtime::RunOptions runOptions;
  runtime::RunResult expected;
  std::set<std::string> seenMappings;
  void pinAtRandom(const MachineModel &machine);
  bool checkPins(const runtime::Bundle &bundle);
  std::map<std::string, CoreAddress> pins; ///< by population
};

std::string Checker::messages(const std::vector<Diagnostic> &findings) const {
  std::string text;
  for (const Diagnostic &finding : findings)
    if (finding.severity == Severity::Error)
      text += (text.empty() ? "" : "; ") + toText(finding);
  return text.empty() ? "no message" : text;
}

OwningOpRef<ModuleOp> Checker::import(bool quantized) {
  MessageBridge bridge(context.get(), sink);
  OwningOpRef<ModuleOp> read =
      yaml::importYamlText(spec.toYaml(), "property.yaml", context.get(), sink);
  NetworkOptions options;
  options.weights = spec.wide ? WeightWidth::Int16 : WeightWidth::Int8;
  options.quantize = spec.oneScale ? normalize::QuantizeMode::PySpinnaker2
                                   : normalize::QuantizeMode::PerNeuron;
  if (!read || failed(normalizeNetwork(
                   *read, networkOf(*read).getDt()->convertToDouble(),
                   Dynamics(), options, quantized)))
    return nullptr;
  return read;
}

bool Checker::prepare() {
  context = createContext();
  if (added) {
    fabric::RowFormats formats = s2::rowFormats();
    formats.add(*added);
    context->getOrLoadDialect<fabric::FabricDialect>()->setRowFormats(formats);
  }
  module = import(/*quantized=*/true);
  if (!module)
    return fail("import: " + messages(sink.all()));
  snn::NetworkOp network = networkOf(*module);
  description = reference::describeNetwork(network);
  inputs = spec.arrays();
  auto drives = addDrivenInputs(network, description.inputs,
                                {spec.ticks, {}, {}}, inputs);
  runOptions.ticks = spec.ticks;
  for (const auto &request : runtime::everyRequest(description))
    requests.push_back(request.name());
  for (const PopulationSpec &population : spec.populations)
    outcome.models.insert(population.model);
  if (!drives)
    return fail("inputs: " + toText(drives.error()));
  runOptions.drives = std::move(*drives);
  return true;
}

bool Checker::runReference() {
  MessageBridge bridge(context.get(), sink);
  auto interpreter = reference::Interpreter::create(
      networkOf(*module), reference::Precision::Quantized);
  if (failed(interpreter))
    return fail("reference: " + messages(sink.all()));
  auto result =
      reference::runReference(**interpreter, inputs, requests, runOptions);
  if (!result)
    return fail("reference: " + toText(result.error()));
  expected = std::move(*result);
  for (const auto &[name, total] : expected.spikeTotals) {
    outcome.spikes += total;
    ++outcome.spiking;
    if (total == 0)
      outcome.silent.insert(name);
  }
  return true;
}

/// Threads, partitions, encodings and vectors from network to network.
static cpu::Tuning tuningOf(const NetworkSpec &spec) {
  Draw draw(spec.seed * 0xD6E8FEB86659FD93 + 3);
  cpu::Tuning tuning;
  tuning.threads = draw.whole(1, 4);
  tuning.partitionNeurons = draw.skewed(1, 200);
  tuning.vectors =
      std::min(draw.of<VectorSet>(
                   {VectorSet::Portable, VectorSet::Avx2, VectorSet::Avx512}),
               widestVectors());
  using cpu::Encoding;
  tuning.mixed = draw.chance(0.4);
  tuning.encoding = draw.of<Encoding>(
      {Encoding::Index, Encoding::Bits, Encoding::Dense, Encoding::Diagonal});
  return tuning;
}

/// Runs `module` on the target's usual device.
static Expected<runtime::RunResult>
runOn(target::Target &target, ModuleOp module, target::Precision precision,
      const runtime::ArrayMap &inputs, const std::vector<std::string> &requests,
      const runtime::RunOptions &options) {
  DiagnosticSink findings;
  MessageBridge bridge(module.getContext(), findings);
  auto artifact = target.build(module, precision, findings);
  if (!artifact)
    return findings.all().empty() ? makeError("SNN0901", {}, "no message")
                                  : findings.all().back();
  auto device = target.open(artifact, target.devices().front().name);
  if (!device)
    return device.takeError();
  return runtime::Session(**device).run(inputs, requests, options);
}

bool Checker::agree(const std::string &where,
                    const Expected<runtime::RunResult> &result,
                    const runtime::ArrayMap &wanted) {
  if (!result)
    return fail(where + ": " + toText(result.error()));
  auto difference =
      runtime::firstDivergence(description, result->arrays, wanted);
  if (!difference)
    return fail(where + ": " + toText(difference.error()));
  if (*difference)
    return fail(where + " against reference: " + toText(**difference));
  if (result->arrays.size() != wanted.size())
    return fail(where + ": an array is missing");
  ++outcome.compared;
  return true;
}

bool Checker::runTargets() {
  auto agrees = [&](const std::string &where, target::Target &target) {
    return agree(where,
                 runOn(target, *module, target::Precision::Quantized, inputs,
                       requests, runOptions),
                 expected.arrays);
  };
  target::Registry targets = targetsFor(CompileOptions());
  for (const auto &target : targets.all())
    if (!target->readsBundles() && !agrees(target->name(), *target))
      return false;
  return agrees("cpu in other encodings", *cpu::createTarget(tuningOf(spec)));
}

/// 1 to 4 threads, with each encoding wherever it is possible and all mixed;
/// partitions and vectors as in tuningOf.
static std::vector<cpu::Tuning> everyTuning(const NetworkSpec &spec) {
  std::vector<cpu::Tuning> all;
  for (unsigned threads = 1; threads <= 4; ++threads)
    for (unsigned k = 0; k < 5; ++k) {
      cpu::Tuning &tuning = all.emplace_back(tuningOf(spec));
      tuning.threads = threads;
      tuning.mixed = k == 4;
      tuning.encoding.reset();
      if (!tuning.mixed)
        tuning.encoding = cpu::Encoding(k);
    }
  return all;
}

bool Checker::runFloat(llvm::ArrayRef<cpu::Tuning> tunings,
                       const std::shared_ptr<target::NativeCode> &code) {
  OwningOpRef<ModuleOp> floats = import(/*quantized=*/false);
  if (!floats)
    return fail("float: " + messages(sink.all()));
  auto interpreter = reference::Interpreter::create(
      networkOf(*floats), reference::Precision::Float);
  if (failed(interpreter))
    return fail("float reference: " + messages(sink.all()));
  auto wanted =
      reference::runReference(**interpreter, inputs, requests, runOptions);
  if (!wanted)
    return fail("float reference: " + toText(wanted.error()));
  return llvm::all_of(tunings, [&](const cpu::Tuning &tuning) {
    return agree("cpu in float",
                 runOn(*cpu::createTarget(tuning, code), *floats,
                       target::Precision::Float, inputs, requests, runOptions),
                 wanted->arrays);
  });
}

std::shared_ptr<runtime::Bundle> Checker::compile(const Variant &variant,
                                                  DiagnosticSink &findings) {
  MessageBridge bridge(context.get(), findings);
  OwningOpRef<ModuleOp> copy = module->clone();
  uint32_t number = 0;
  for (auto population : networkOf(*copy).getOps<snn::PopulationOp>()) {
    bool parallel = spec.pins >> number++ & 1;
    if (variant.pinned)
      population.setParadigm(parallel ? snn::Paradigm::Parallel
                                      : snn::Paradigm::Serial);
    if (auto pin = pins.find(population.getName().str()); pin != pins.end()) {
      Builder builder(context.get());
      population->setDiscardableAttr(
          snn::kCoresName, builder.getStrArrayAttr({nameOf(pin->second)}));
    }
  }
  CompileOptions options;
  options.input = "property.yaml";
  options.paradigm = variant.paradigm;
  options.maxNeurons = variant.slice;
  options.maxSources = variant.sources;
  options.machine = variant.machine;
  options.tickSeconds = 0.1; // this is about bits, not about time
  options.jobs = 1;
  options.programs = cache;
  return s2::buildBundle(*copy, options, provenanceOf(options), findings);
}

/// A machine with so many PEs, and so many bytes between program and stack.
static std::string littleMachine(uint32_t pes, uint32_t room) {
  std::string list;
  for (uint32_t i = 0; i < pes; ++i)
    list += fmt::format("{}[{}, {}, {}]", i ? ", " : "", 1 + i / 4 % 7,
                        1 + i / 28, i % 4);
  uint32_t end = 0x2000 + room;
  return fmt::format("schema: 1\nbase: spinnaker2\nname: little\npes: {{list: "
                     "[{}]}}\nsram: {{bytes: {}, program: [0, 0x2000], stack: "
                     "[{}, {}]}}\n",
                     list, end + 0x1000, end, end + 0x1000);
}

bool Checker::refused(const Variant &variant,
                      const std::vector<Diagnostic> &findings) {
  bool all = false;
  for (const Diagnostic &finding : findings) {
    if (finding.severity != Severity::Error)
      continue;
    if (!mayRefuse(variant, finding.code.name()))
      return fail(fmt::format("{}: {}", variant.name, messages(findings)));
    all = true;
  }
  if (!all)
    return fail(fmt::format("{}: failed without a message", variant.name));
  ++outcome.refusals[fmt::format("{} {}", variant.name,
                                 findings.back().code.name())];
  return true;
}

bool Checker::compareWith(const Variant &variant, const runtime::Bundle &bundle,
                          runtime::CoreMachine &machine) {
  runtime::CoreDevice device(bundle, machine);
  runtime::Session session(device);
  auto result = session.run(inputs, requests, runOptions);
  std::string where = fmt::format("{} on {}", variant.name, device.name());
  if (!result)
    return mayRefuse(variant, result.error().code.name())
               ? refused(variant, {result.error()})
               : fail(where + ": " + toText(result.error()));
  runtime::Verdict verdict = result->verdict;
  verdict.overruns = 0;
  // A core ignores the spikes of a slice that have no synapse into its own.
  verdict.unknownKeys = 0;
  // More packets in a tick than sources may overflow the ring: said, not
  // hidden.
  bool crowded = std::any_of(
      spec.inputs.begin(), spec.inputs.end(),
      [](const InputSpec &input) { return input.largestCount > 1; });
  if (crowded && verdict.droppedPackets) {
    ++outcome.refusals[fmt::format("{} lost packets", variant.name)];
    return true;
  }
  if (!verdict.clean())
    return fail(fmt::format(
        "{}: {} dropped, {} unrouted packets, {} ticks not recorded", where,
        verdict.droppedPackets, verdict.unroutedPackets,
        verdict.recordOverflows));
  return agree(where, result, expected.arrays);
}

bool Checker::runVariant(const Variant &variant) {
  DiagnosticSink findings;
  auto bundle = compile(variant, findings);
  if (!bundle)
    return refused(variant, findings.all());
  // The oracle often wants what another variant has been already.
  std::string mapping = *bundle->entry(runtime::Bundle::reportName);
  if (!seenMappings.insert(mapping).second)
    return true;
  outcome.cores += bundle->manifest.cores.size();
  outcome.parallelPes |= mapping.find("map<") != std::string::npos;
  outcome.addedFormat |= added && mapping.find("\"" + added->name().str() +
                                               "<") != std::string::npos;
  outcome.rowSplits |= mapping.find("\"subordinate\"") != std::string::npos;
  if (!checkPins(*bundle))
    return false;
  if (std::string wrong = checkPlannedBytes(*bundle, outcome.buffers);
      !wrong.empty())
    return fail(fmt::format("{}: {}", variant.name, wrong));
  auto chip = emulator::createEmulator({1});
  if (!compareWith(variant, *bundle, *chip))
    return false;
  if (!variant.native)
    return true;
  auto native =
      native::createNativeMachine(fabric::rowFormatsOf(context.get()));
  return compareWith(variant, *bundle, *native);
}

Outcome Checker::run() {
  using enum decide::ParadigmMode;
  const Variant variants[] = {
      {"serial", Serial, false, 0, spec.seed % 2 == 0},
      {"parallel", Parallel, false, 0, spec.seed % 4 == 3},
      {"oracle", Oracle},
      {"serial split", Serial, false, spec.serialSlice},
      {"mixed split", Oracle, true, spec.mixedSlice, spec.seed % 4 == 1},
      {"row split", Parallel, false, 0, spec.seed % 4 == 2, spec.rowSources},
  };
  if (!prepare() || !runReference() || !runTargets() ||
      (spec.seed % 3 == 0 &&
       !runFloat(tuningOf(spec), std::make_shared<target::NativeCode>())))
    return outcome;
  for (const Variant &variant : variants)
    if (!runVariant(variant))
      break;
  return outcome;
}

Outcome Checker::runDram() {
  if (!prepare() || !runReference())
    return outcome;
  uint32_t pes = 0;
  for (auto population : networkOf(*module).getOps<snn::PopulationOp>())
    pes += population ? 1 : 0;
  Temporary file(
      (std::filesystem::temp_directory_path() /
       fmt::format("snnc-property-{}-{}.yaml", ::getpid(), spec.seed))
          .string());
  Variant variant{"rows in DRAM", decide::ParadigmMode::Serial};
  variant.native = true;
  variant.machine = file.path();
  for (uint32_t room = 1024; room <= 98304; room += room / 4 / 16 * 16) {
    std::ofstream(file.path()) << littleMachine(pes, room);
    DiagnosticSink findings;
    auto bundle = compile(variant, findings);
    if (!bundle)
      continue; // too little even so
    outcome.inDram = llvm::any_of(
        bundle->manifest.cores,
        [](const runtime::CoreEntry &core) { return !core.dram.empty(); });
    runVariant(variant);
    break;
  }
  return outcome;
}

/// Pins populations to cores of `machine`, each at most once.
void Checker::pinAtRandom(const MachineModel &machine) {
  Draw draw(spec.seed * 0x94D049BB133111EB + 11 + machine.chipCount());
  std::vector<CoreAddress> cores = machine.cores();
  pins.clear();
  for (auto population : networkOf(*module).getOps<snn::PopulationOp>()) {
    if (cores.empty() || !draw.chance(0.5))
      continue;
    uint32_t which = draw.whole(0, uint32_t(cores.size() - 1));
    pins[population.getName().str()] = cores[which];
    cores.erase(cores.begin() + which);
  }
}

bool Checker::checkPins(const runtime::Bundle &bundle) {
  std::set<ChipCoordinate> chips;
  for (const runtime::CoreEntry &core : bundle.manifest.cores)
    chips.insert(core.at.chip);
  outcome.chips += chips.size();
  for (const runtime::PopulationEntry &population :
       bundle.manifest.populations) {
    auto pin = pins.find(population.name);
    if (pin == pins.end())
      continue;
    ++outcome.pins;
    CoreAddress at = bundle.manifest.cores[population.slices.front().core].at;
    if (at != pin->second)
      return fail(fmt::format("'{}' is pinned to {}, but on {}",
                              population.name, toText(pin->second),
                              toText(at)));
  }
  return true;
}

Outcome Checker::runMachines() {
  using enum decide::ParadigmMode;
  const std::vector<Variant> variants = {
      {"serial split", Serial, false, spec.serialSlice},
      {"row split", Parallel, false, 0, false, spec.rowSources},
      {"auto", Auto},
      {"mixed split", Oracle, true, spec.mixedSlice}};
  if (!prepare() || !runReference())
    return outcome;
  Temporary file(
      (std::filesystem::temp_directory_path() /
       fmt::format("snnc-property-{}-{}.json", ::getpid(), spec.seed))
          .string());
  uint64_t turn = spec.seed;
  for (uint32_t chips : kMachineSizes) {
    MachineModel machine = machineOf(spec.seed, chips);
    std::ofstream(file.path()) << toJsonText(machine);
    pinAtRandom(machine);
    seenMappings.clear();
    for (unsigned i = 0; i < 2; ++i) { // every pair in four networks
      const Variant &variant = variants[turn++ % variants.size()];
      Variant here = variant;
      here.machine = file.path();
      here.name += fmt::format(" on {} chips", chips);
      if (!runVariant(here))
        return outcome;
    }
    ++turn;
  }
  return outcome;
}

Outcome Checker::runEngine(const std::shared_ptr<target::NativeCode> &code) {
  std::vector<cpu::Tuning> all = everyTuning(spec);
  if (!prepare() || !runReference())
    return outcome;
  for (const cpu::Tuning &tuning : all)
    if (!agree("cpu with every encoding",
               runOn(*cpu::createTarget(tuning, code), *module,
                     target::Precision::Quantized, inputs, requests,
                     runOptions),
               expected.arrays))
      return outcome;
  runFloat(all, code);
  return outcome;
}

} // namespace

Outcome check(const NetworkSpec &spec,
              const std::shared_ptr<s2::ProgramCache> &cache,
              const fabric::RowFormat *added) {
  return Checker(spec, cache, added).run();
}

Outcome checkDram(const NetworkSpec &spec) {
  return Checker(spec, nullptr, nullptr).runDram();
}

Outcome checkMachines(const NetworkSpec &spec,
                      const std::shared_ptr<s2::ProgramCache> &cache) {
  return Checker(spec, cache, nullptr).runMachines();
}

Outcome checkEngine(const NetworkSpec &spec,
                    const std::shared_ptr<target::NativeCode> &code) {
  return Checker(spec, nullptr, nullptr).runEngine(code);
}

} // namespace snnc::property
