//===- Compile.cpp - snnc compile -----------------------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Import, normalise, and what the target makes of it.

#include "tools/snnc/Compile.h"

#include "backends/cpu/CpuTarget.h"
#include "backends/spinnaker2/Codegen/ProgramCache.h"
#include "backends/spinnaker2/Target/Spinnaker2Target.h"
#include "runtime/support/AtomicFile.h"
#include "runtime/support/ExitCode.h"
#include "tools/snnc/Driver.h"
#include "tools/snnc/Messages.h"
#include "tools/snnc/Network.h"
#include "tools/snnc/Report.h"
#include "tools/snnc/Trace/CompileTrace.h"

#include <filesystem>
#include <fmt/format.h>

using namespace mlir;

namespace snnc {

static nlohmann::json asked(const CompileOptions &options) {
  const NetworkOptions &n = options.network;
  return {{"quantize", nameOf(n.quantize)},
          {"weights", nameOf(n.weights)},
          {"relax_timing", n.relaxTiming},
          {"tick", options.tick()},
          {"paradigm", nameOf(options.paradigm)},
          {"objective", nameOf(options.objective)},
          {"selector_budget", options.selectorBudget}};
}

s2::Provenance provenanceOf(const CompileOptions &options) {
  return {std::filesystem::path(options.input).filename().string(),
          asked(options)};
}

s2::MapOptions mappingOf(const CompileOptions &options) {
  s2::MapOptions mapping = options;
  mapping.elsewhere = cpu::createTarget()->advice();
  return mapping;
}

target::Registry targetsFor(const CompileOptions &options,
                            unsigned threads) {
  target::Registry registry;
  cpu::Tuning tuning;
  tuning.threads = threads;
  tuning.explain = options.explainParadigm;
  tuning.cache = cpu::cacheFolder();
  auto code =
      options.code ? options.code : std::make_shared<target::NativeCode>();
  registry.add(cpu::createTarget(tuning, code));
  registry.add(s2::createTarget(mappingOf(options),
                                provenanceOf(options), threads, code,
                                options.observer));
  return registry;
}

/// The only target whose artifacts are files.
static constexpr const char *kBundleTarget = "spinnaker2";

/// --emit of a stage that every target has; false: `emit` is none of `stage`.
static bool emitStage(ModuleOp module, pipeline::StageId stage,
                      const std::string &emit) {
  auto [reached, dump] = pipeline::findDump(emit);
  if (!dump || reached->id != stage)
    return false;
  std::string text;
  llvm::raw_string_ostream stream(text);
  pipeline::print(module, dump->part, stream);
  fmt::print("{}", text);
  return true;
}

/// --emit of a stage of the target.
static int emitOf(target::Target &target, ModuleOp module,
                  const std::string &emit, DiagnosticSink &sink) {
  std::string text;
  llvm::raw_string_ostream stream(text);
  if (failed(target.print(module, emit, stream, sink)))
    return kExitInput;
  fmt::print("{}", text);
  return kExitOk;
}

static std::string outputOf(const CompileOptions &options) {
  return options.output.empty()
             ? std::filesystem::path(options.input).stem().string() + ".s2x"
             : options.output;
}

/// Machine code of the bundle that is about to be replaced; none where there is
/// no bundle, which is no fault of this network.
static std::shared_ptr<s2::ProgramCache> programsAt(const std::string &output) {
  auto cache = std::make_shared<s2::ProgramCache>();
  if (auto programs = runtime::Bundle::readPrograms(output))
    for (const auto &[digest, elf] : *programs)
      cache->addProgram(digest, elf);
  return cache;
}

/// On stderr, beside findings: stdout may be a report.
static void sayReused(const s2::ProgramCache &cache,
                      const std::string &output) {
  if (auto [programs, reused] = cache.counts; reused)
    fmt::print(stderr,
               "{}: machine code of {} of {} program{} taken over, images "
               "written anew\n",
               output, reused, programs, programs == 1 ? "" : "s");
}

static int compileIn(MLIRContext *context, const std::string &output,
                     CompileOptions options, bool quiet, DiagnosticSink &sink) {
  MessageBridge bridge(context, sink);
  ImportedNetwork imported =
      importNetwork(options.input, options.network, context, sink);
  if (!imported.module)
    return kExitInput;
  if (emitStage(*imported.module, pipeline::StageId::Imported, options.emit))
    return kExitOk;
  if (options.emit == "bundle")
    options.programs = programsAt(output);
  target::Registry registry = targetsFor(options);
  target::Target &target = *registry.find(kBundleTarget);
  if (failed(target.admit(*imported.module, sink)) ||
      failed(normalizeNetwork(*imported.module, imported.dt, imported.dynamics,
                              options.network, /*quantized=*/true,
                              options.jobs)))
    return kExitInput;
  if (emitStage(*imported.module, pipeline::StageId::Normalized, options.emit))
    return kExitOk;
  if (options.emit != "bundle")
    return emitOf(target, *imported.module, options.emit, sink);
  auto artifact =
      target.build(*imported.module, target::Precision::Quantized, sink);
  if (!artifact)
    return sink.hasErrors() ? kExitInput : kExitInternal;
  auto bundle = artifact->bundle();
  if (Status s = bundle->write(output); !s) {
    sink.report(s.takeError());
    return kExitInput;
  }
  if (!quiet)
    sayReused(*options.programs, output);
  if (options.report != ReportForm::None)
    printCompileReport(*bundle, options.report == ReportForm::Json);
  return kExitOk;
}

int runCompile(const CompileOptions &options, bool quiet,
               DiagnosticSink &sink) {
  std::string output = outputOf(options);
  std::string inputs[] = {options.input, options.machine,
                          options.selectorModel};
  for (const std::string &place :
       {options.emit == "bundle" ? output : "", options.trace})
    if (Status s = place.empty() ? Status() : checkOutput(place, inputs); !s) {
      sink.report(s.takeError());
      return kExitInput;
    }
  auto context = createContext();
  if (options.trace.empty())
    return compileIn(context.get(), output, options, quiet, sink);
  trace::CompileTrace passes(*context, options.trace);
  int code = compileIn(context.get(), output, options, quiet, sink);
  if (Status s = passes.write(); !s) {
    sink.report(s.takeError());
    return kExitInput;
  }
  return code;
}

} // namespace snnc
