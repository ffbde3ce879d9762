//===- Run.cpp - snnc run -------------------------------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "passes/Map/RealTime.h"
#include "runtime/io/ArrayFile.h"
#include "runtime/support/AtomicFile.h"
#include "runtime/support/ExitCode.h"
#include "tools/snnc/Backend.h"
#include "tools/snnc/ChipMeta.h"
#include "tools/snnc/Compile.h"
#include "tools/snnc/Driver.h"
#include "tools/snnc/FiringWarnings.h"
#include "tools/snnc/LinkReport.h"
#include "tools/snnc/Overruns.h"
#include "tools/snnc/Progress.h"
#include "tools/snnc/Report.h"
#include "tools/snnc/Runner.h"
#include "tools/snnc/StreamedRun.h"
#include "tools/snnc/Trace/ChipTrace.h"
#include "tools/snnc/Verdict.h"

#include <cstdio>
#include <fmt/format.h>

namespace snnc {

runtime::RunOptions sessionOptions(const RunOptions &options,
                                   Progress &progress) {
  runtime::RunOptions session;
  session.align = options.align;
  session.ticks = options.ticks;
  session.progress = [&progress](uint64_t done, uint64_t total) {
    progress.update(done, total);
    return true; // a signal ends the process
  };
  return session;
}

/// " (worst: population 'lif1', PE 7.6.0, tick 12, 5626 cycles of 300)".
static std::string worstOf(const std::vector<Overrun> &overruns,
                           double tickCycles) {
  if (overruns.empty())
    return "";
  const Overrun &o = overruns.front();
  return fmt::format(
      " (worst: population '{}', {}, tick {}, {} cycles of {:.0f})",
      o.population, toText(o.at), o.worstTick, o.worstCycles, tickCycles);
}

/// One line per PE, the longest ticks first.
static std::vector<std::string>
listOverruns(const std::vector<Overrun> &overruns, double tickCycles) {
  constexpr size_t kMost = 8;
  std::vector<std::string> lines;
  for (size_t i = 0; i < std::min(kMost, overruns.size()); ++i)
    lines.push_back(toText(overruns[i], tickCycles));
  if (overruns.size() > kMost)
    lines.push_back(fmt::format("and {} more PE(s); --report table has all",
                                overruns.size() - kMost));
  return lines;
}

/// What helps where links got more packets in a tick than they carry.
static std::string tickForLinks(const runtime::LinkStatistics &link,
                                double linkPackets, double tickSeconds) {
  double needed = 1.1 * tickSeconds * double(link.mostInTick) / linkPackets;
  return fmt::format("give the chip more time with --tick {:.6g} (seconds; a "
                     "bundle is compiled with it), or lower the rates",
                     map::roundedUp(needed));
}

static void reportFullLinks(const runtime::DeviceStatistics &statistics,
                            uint64_t ticks, double tickSeconds,
                            DiagnosticSink &sink) {
  if (ticks == 0)
    return;
  std::vector<runtime::LinkStatistics> full = busiestLinks(statistics);
  std::erase_if(full, [](const auto &link) { return link.fullTicks == 0; });
  if (full.empty())
    return;
  const runtime::LinkStatistics &worst = full.front();
  Diagnostic d = makeFinding(
      "SNN0684", {},
      fmt::format("{} tick(s) of a link had more packets than it carries in "
                  "one (worst: {}, tick {}, {} packets of {:.0f})",
                  ticks, toText(worst.link), worst.worstTick, worst.mostInTick,
                  statistics.linkPackets),
      {tickForLinks(worst, statistics.linkPackets, tickSeconds)});
  constexpr size_t kMost = 8;
  for (size_t i = 0; i < std::min(kMost, full.size()); ++i)
    d.notes.push_back(toText(full[i], statistics.linkPackets));
  if (full.size() > kMost)
    d.notes.push_back(fmt::format("and {} more link(s); --report json has all",
                                  full.size() - kMost));
  sink.report(std::move(d));
}

/// What helps against overruns. The plan of a longer tick has longer ticks, by
/// fewer PEs or batches of more ticks: twice what the longest one took, rounded
/// up to two digits.
static std::string longerTick(const std::vector<Overrun> &overruns,
                              double tickCycles, double tickSeconds,
                              const std::string &rates) {
  std::string enough;
  if (!overruns.empty() && tickCycles > 0 && tickSeconds > 0) {
    double needed =
        2 * tickSeconds * double(overruns.front().worstCycles) / tickCycles;
    enough = fmt::format(" {:.6g}", map::roundedUp(needed));
  }
  return fmt::format("give the chip more time with --tick{} (seconds; a bundle "
                     "is compiled with it){}",
                     enough, rates);
}

void reportVerdict(const runtime::Manifest &manifest,
                   const runtime::Bundle *bundle,
                   const runtime::RunResult &result, DiagnosticSink &sink) {
  const runtime::Verdict &verdict = result.verdict;
  auto warn = [&](DiagnosticCode code, uint64_t count, const std::string &what,
                  const std::string &hint,
                  std::vector<std::string> notes = {}) {
    if (count == 0)
      return;
    Diagnostic d =
        makeFinding(code, {}, fmt::format("{} {}", count, what), {hint});
    d.notes = std::move(notes);
    sink.report(std::move(d));
  };
  double budget = result.statistics.tickCycles;
  auto overruns = overrunsOf(manifest, result.statistics);
  warn("SNN0680", verdict.overruns,
       "tick(s) of a PE took longer than a tick" + worstOf(overruns, budget),
       longerTick(overruns, budget, manifest.tickSeconds,
                  bundle ? ratesToState(*bundle, result) : ""),
       listOverruns(overruns, budget));
  warn("SNN0681", verdict.droppedPackets,
       "packet(s) found a full receive ring and were lost",
       "run the network file itself with this input: rings are made for what "
       "is known of the spikes; or state the real `rate` of the populations "
       "that send; `--backend cpu` loses none");
  warn("SNN0682", verdict.unroutedPackets,
       "packet(s) matched no routing entry and were lost",
       "compile the network again");
  warn("SNN0683", verdict.recordOverflows, "tick(s) were not recorded",
       "the bundle is damaged or was edited; compile the network again");
  reportFullLinks(result.statistics, verdict.fullLinks, manifest.tickSeconds,
                  sink);
}

/// The output's place, before a run that may take long.
static Status checkRunOutput(const RunOptions &options) {
  std::vector<std::string> inputs = {options.input, options.compile.machine};
  for (const std::string &input : options.inputs) {
    inputs.push_back(input);
    inputs.push_back(input.substr(input.find('=') + 1)); // of NAME=FILE
  }
  return runtime::checkOutputs(options.output, inputs);
}

/// Which backend ran a network, and why: nobody asked for it; or how, where
/// somebody asked for that.
static void sayBackend(const std::string &file, const BackendChoice &backend,
                       const RunSubject &subject, DiagnosticSink &sink) {
  Diagnostic d =
      makeFinding("SNN0961", {file, "", 0, 0},
                  fmt::format("ran on --backend {}: {}", backend.name,
                              backend.reason.empty() ? "the command says so"
                                                     : backend.reason));
  d.notes = subject.facts(backend.name);
  sink.report(std::move(d));
}

/// How the results came to be.
static nlohmann::json metaOf(const RunOptions &options,
                             const std::string &backend,
                             const runtime::Manifest &manifest,
                             const std::optional<runtime::RunResult> &result) {
  nlohmann::json meta = {
      {"backend", backend},
      {"network", manifest.network},
      {"compiler", manifest.compilerVersion},
      {"align", options.align == runtime::Alignment::Chip ? "chip" : "network"},
      {"precision", options.inFloat ? "float" : "quantized"},
      {"encoder", options.encode ? runtime::name(*options.encode) : ""},
      {"seed", options.compile.network.seed.value_or(0)}};
  // How a network file was read; a bundle holds what came of it.
  const nlohmann::json keys = toJson(Dynamics());
  for (const auto &[key, value] : keys.items())
    if (manifest.options.is_object() && manifest.options.contains(key))
      meta[key] = manifest.options[key];
  if (auto chip =
          result ? chipMeta(*result, runtime::writableFormat(options.output) ==
                                         runtime::ArrayFormat::Npz)
                 : nlohmann::json();
      !chip.is_null())
    meta["chip"] = std::move(chip);
  return meta;
}

/// Which neurons and ticks of states there are, where not all are.
static void addChosen(nlohmann::json &meta, const RunOptions &options,
                      const runtime::Manifest &manifest) {
  std::vector<runtime::RecordRequest> requests;
  for (const std::string &text : options.records)
    if (auto request = runtime::parseRecordRequest(text, manifest))
      requests.push_back(std::move(*request));
  if (auto chosen = runtime::chosenOf(requests); !chosen.empty())
    meta["chosen"] = std::move(chosen);
}

static void warnOfNoResults(const RunOptions &options, DiagnosticSink &sink) {
  if (!options.output.empty() || options.report != ReportForm::None)
    return;
  sink.report(makeFinding("SNN0442", {options.input, "", 0, 0},
                          "the results go nowhere",
                          {"name a file with -o out.npz, or ask for "
                           "--report table"}));
}

/// Null after an error in `sink`.
static std::shared_ptr<trace::ChipTrace> openTrace(const RunOptions &options,
                                                   const std::string &backend,
                                                   DiagnosticSink &sink) {
  std::vector<std::string> inputs = options.inputs;
  inputs.insert(inputs.end(), {options.input, options.output});
  Status place = checkOutput(options.trace, inputs);
  if (place && backend != "emulator")
    place = makeError("SNN0450", {options.trace, "", 0, 0},
                      fmt::format("--backend {} has no PEs that take turns; a "
                                  "trace is of the emulated chip",
                                  backend),
                      {"--backend emulator"});
  if (place)
    return std::make_shared<trace::ChipTrace>();
  sink.report(place.takeError());
  return nullptr;
}

static void writeTrace(const trace::ChipTrace &chip, const std::string &path,
                       DiagnosticSink &sink) {
  if (Status written = chip.write(path); !written)
    sink.report(written.takeError());
  if (auto shortage = chip.shortage(path))
    sink.report(std::move(*shortage));
}

int runRun(const RunOptions &asked, bool quiet, DiagnosticSink &sink) {
  RunOptions options = asked;
  if (!options.output.empty())
    if (Status status = checkRunOutput(options); !status) {
      sink.report(status.takeError());
      return kExitInput;
    }
  target::Registry registry = targetsFor(options.compile);
  auto bundle = looksLikeBundle(options.input);
  if (!bundle) {
    sink.report(bundle.takeError());
    return kExitInput;
  }
  BackendChoice backend = chooseBackend(options, *bundle, registry);
  warnOfIdleOptions(options, backend.name, registry, sink);
  std::shared_ptr<trace::ChipTrace> chip;
  if (!options.trace.empty()) {
    chip = openTrace(options, backend.name, sink);
    if (!chip)
      return kExitInput;
    options.compile.observer = chip;
  }
  RunSubject subject;
  if (!subject.open(options, {{backend.name}}, sink))
    return kExitInput;
  auto inputs = subject.readInputs(options, sink);
  if (!inputs)
    return kExitInput;
  auto drives = subject.addDrivenInputs(*inputs, options, sink);
  if (!drives)
    return kExitInput;
  warnOfNoResults(options, sink);
  if (chip)
    chip->begin(subject.manifest(), subject.bundle()->machine);
  Progress progress(quiet, "run");
  progress.setTick(subject.manifest().dtSeconds);
  runtime::RunOptions session = sessionOptions(options, progress);
  session.drives = *drives;
  session.keepEvery = options.checkpoint;
  std::unique_ptr<StreamedRun> streamed;
  if (wantsStream(options)) {
    streamed = StreamedRun::open(options, subject.manifest(), sink);
    if (!streamed)
      return kExitInput;
    streamed->prepare(session);
  }
  auto result = subject.run(backend.name, options, *inputs, session, sink);
  progress.finish();
  if (streamed)
    streamed->finish(result, options, subject.manifest(),
                     metaOf(options, backend.name, subject.manifest(), result),
                     sink);
  if (!result)
    return kExitInput;
  if (chip)
    writeTrace(*chip, options.trace, sink);
  bool explains = options.given.count("explain-paradigm") &&
                  !subject.facts(backend.name).empty();
  if ((!backend.reason.empty() || explains) && !subject.isBundleFile())
    sayBackend(options.input, backend, subject, sink);
  if (!options.output.empty() && !streamed) {
    nlohmann::json meta =
        metaOf(options, backend.name, subject.manifest(), result);
    addChosen(meta, options, subject.manifest());
    if (Status s = runtime::writeOutputs(options.output, result->arrays,
                                         subject.manifest().dtSeconds, meta);
        !s)
      sink.report(s.takeError());
  }
  if (options.report != ReportForm::None)
    printRunReport(subject.manifest(), subject.bundle(), *result,
                   options.report == ReportForm::Json);
  warnOfFiring(subject, options, *inputs, *drives, *result, sink);
  reportVerdict(subject.manifest(), subject.bundle(), *result, sink);
  return kExitOk;
}

} // namespace snnc
