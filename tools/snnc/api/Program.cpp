//===- Program.cpp - A network that is ready to run -----------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "backends/spinnaker2/Codegen/ProgramCache.h"
#include "compiler/SNN/DrawnRows.h"
#include "runtime/host/Compare.h"
#include "runtime/support/AtomicFile.h"
#include "runtime/support/ExitCode.h"
#include "runtime/support/Text.h"
#include "tools/snnc/Backend.h"
#include "tools/snnc/Compile.h"
#include "tools/snnc/FiringWarnings.h"
#include "tools/snnc/Messages.h"
#include "tools/snnc/Recorded.h"
#include "tools/snnc/Runner.h"
#include "tools/snnc/Verdict.h"
#include "tools/snnc/api/Convert.h"
#include "tools/snnc/api/Gate.h"

#include <mutex>
#include <nlohmann/json.hpp>

namespace snnc::api {

struct Code::State {
  std::shared_ptr<target::NativeCode> native =
      std::make_shared<target::NativeCode>();
  std::shared_ptr<s2::ProgramCache> programs =
      std::make_shared<s2::ProgramCache>();
  std::shared_ptr<snn::DrawnPatterns> drawn; ///< null: of one network alone
  std::mutex mutex; ///< of both, and of the programs that use them
};

Code makeCode(bool keepsDrawn) {
  Code code{std::make_shared<Code::State>()};
  if (keepsDrawn)
    code.state->drawn = std::make_shared<snn::DrawnPatterns>();
  return code;
}

struct Program::State {
  RunOptions settled; ///< what it was compiled with; backend: the usual one
  std::shared_ptr<Code::State> code;
  RunSubject subject;
  s2::ProgramCache::Counts programs; ///< of this one
};

Program::Program(std::unique_ptr<State> state) : state(std::move(state)) {}

Program::~Program() {
  Pass pass;
  std::shared_ptr<Code::State> code = state->code; // outlives the lock
  std::lock_guard lock(code->mutex);
  state.reset();
}

/// The turn of one call: first the gate, then the programs' lock.
class Inside {
public:
  explicit Inside(Code::State &code) : code(code) { enter(); }
  ~Inside() { leave(); }
  void enter() {
    Pass::enter();
    code.mutex.lock();
  }
  void leave() {
    code.mutex.unlock();
    Pass::leave();
  }

private:
  Code::State &code;
};

/// While it lives, `watch` may stop what compiles.
class Stoppable {
public:
  Stoppable(RunSubject &subject, const Watch &watch) : subject(subject) {
    if (watch)
      subject.stopWhen([&watch] { return !watch(0, 0); });
  }
  ~Stoppable() { subject.stopWhen({}); }
  Stoppable(const Stoppable &) = delete;

private:
  RunSubject &subject;
};

struct Opener {
  static int open(const Source &source, const Words &words,
                  const runtime::ArrayMap &inputs,
                  const std::shared_ptr<Code::State> &code, const Watch &watch,
                  Opened &result, DiagnosticSink &sink) {
    auto parsed = parse("run", source, words, sink);
    if (!parsed)
      return kExitUsage;
    auto state = std::make_unique<Program::State>();
    RunOptions &run = state->settled = std::move(parsed->run);
    state->code = code;
    run.compile.code = code->native;
    run.compile.programs = code->programs;
    run.compile.input = run.input;
    run.arrays = inputs;
    bool isText = source.text.has_value();
    auto bundle = isText ? Expected<bool>(false) : looksLikeBundle(run.input);
    if (!bundle) {
      sink.report(bundle.takeError());
      return kExitInput;
    }
    // What it holds goes under the lock, also after an error.
    auto program = std::unique_ptr<Program>(new Program(std::move(state)));
    Program::State &made = *program->state;
    bool good = false;
    {
      Inside inside(*code);
      s2::ProgramCache::Counts before = code->programs->counts;
      target::Registry registry = targetsFor(run.compile);
      run.backend = chooseBackend(run, *bundle, registry).name;
      warnOfIdleOptions(run, run.backend, registry, sink);
      if (code->drawn)
        made.subject.shareDrawn(code->drawn);
      Stoppable stoppable(made.subject, watch);
      good = made.subject.open(run, {{run.backend}}, sink) &&
             made.subject.build(run.backend, run, sink);
      s2::ProgramCache::Counts after = code->programs->counts;
      made.programs = {after.programs - before.programs,
                       after.reused - before.reused};
    }
    run.arrays.clear();
    if (good && !sink.hasErrors())
      result.program = std::move(program);
    return kExitOk;
  }
};

Opened open(const Source &source, const Words &words,
            const runtime::ArrayMap &inputs, const Code &code,
            const Watch &watch) {
  Opened result;
  DiagnosticSink sink;
  guarded(
      [&] {
        return Opener::open(source, words, inputs, code.state, watch, result,
                            sink);
      },
      sink);
  endIfStopped(watch, source, "compiling", sink);
  if (sink.hasErrors())
    result.program = nullptr;
  take(sink, result);
  return result;
}

std::string Program::describe() const {
  const runtime::Manifest &manifest = state->subject.manifest();
  nlohmann::json populations = nlohmann::json::array();
  for (const runtime::PopulationEntry &p : manifest.populations) {
    nlohmann::json variables = nlohmann::json::array();
    if (p.spiking)
      variables.push_back("spikes");
    for (const runtime::VariableEntry &variable : p.variables)
      variables.push_back(variable.name);
    populations.push_back({{"name", p.name},
                           {"neurons", p.neurons},
                           {"shape", p.shape},
                           {"variables", variables},
                           {"latency", p.latency},
                           {"spiking", p.spiking}});
  }
  nlohmann::json inputs = nlohmann::json::array();
  for (const runtime::InputEntry &input : manifest.inputs)
    inputs.push_back({{"name", input.name},
                      {"channels", input.channels},
                      {"shape", input.shape}});
  return jsonText({{"name", manifest.network},
                   {"dt", manifest.dtSeconds},
                   {"tick_seconds", manifest.tickSeconds},
                   {"cores", manifest.cores.size()},
                   {"populations", populations},
                   {"inputs", inputs},
                   {"backend", state->settled.backend},
                   {"core_programs", state->programs.programs},
                   {"core_programs_reused", state->programs.reused},
                   {"options", manifest.options}});
}

std::string Program::report() const {
  const runtime::Bundle *bundle = state->subject.bundle();
  const std::string *text =
      bundle ? bundle->entry(runtime::Bundle::reportName) : nullptr;
  return text ? *text : std::string();
}

Outcome Program::save(const std::string &path) const {
  Outcome result;
  DiagnosticSink sink;
  guarded(
      [&] {
        const runtime::Bundle *bundle = state->subject.bundle();
        std::string inputs[] = {state->settled.input};
        Status status =
            bundle
                ? checkOutput(path, inputs)
                : makeError("SNN0440", {path, "", 0, 0},
                            "there is no bundle: the network was compiled "
                            "for this computer",
                            {"compile it for a machine: target='spinnaker2'"});
        if (status)
          status = bundle->write(path);
        if (!status)
          sink.report(status.takeError());
        return kExitOk;
      },
      sink);
  take(sink, result);
  return result;
}

static nlohmann::json verdictJson(const runtime::Verdict &v) {
  return {{"clean", v.clean()},
          {"overruns", v.overruns},
          {"dropped_packets", v.droppedPackets},
          {"unrouted_packets", v.unroutedPackets},
          {"unknown_keys", v.unknownKeys},
          {"record_overflows", v.recordOverflows}};
}

static nlohmann::json statisticsJson(const runtime::DeviceStatistics &s) {
  nlohmann::json pes = nlohmann::json::array();
  for (const runtime::PeStatistics &pe : s.pes)
    pes.push_back({{"pe", toText(pe.at)},
                   {"cycles", pe.cycles},
                   {"worst_tick_cycles", pe.worstTickCycles},
                   {"worst_tick", pe.worstTick},
                   {"overruns", pe.overruns},
                   {"packets_received", pe.packetsReceived},
                   {"packets_sent", pe.packetsSent}});
  return {{"ticks", s.ticks},
          {"packets_routed", s.packetsRouted},
          {"tick_cycles", s.tickCycles},
          {"pes", pes}};
}

/// What a run may say beyond what compiling settled.
static bool acceptsRun(const RunOptions &run, DiagnosticSink &sink) {
  return acceptsOptions(run.input, run.compile.network, "a compiled network",
                        {}, {"--seed"}, "it was settled by compile()", sink);
}

static RunOptions mergedWith(const RunOptions &settled, RunOptions run) {
  std::optional<uint64_t> seed = run.compile.network.seed;
  run.compile = settled.compile;
  if (seed)
    run.compile.network.seed = seed;
  run.inFloat = settled.inFloat;
  run.threads = settled.threads;
  if (run.backend.empty())
    run.backend = settled.backend;
  return run;
}

Ran Program::run(const Words &words, runtime::ArrayMap inputs,
                 const Watch &watch, uint64_t rasterBytes) {
  Ran result;
  DiagnosticSink sink;
  auto work = [&] {
    RunSubject &subject = state->subject;
    auto parsed =
        parse("run", {state->settled.input, std::nullopt}, words, sink);
    if (!parsed || !acceptsRun(parsed->run, sink))
      return kExitUsage;
    RunOptions run = mergedWith(state->settled, std::move(parsed->run));
    run.arrays = std::move(inputs);
    Inside inside(*state->code);
    auto arrays = subject.readInputs(run, sink);
    if (!arrays)
      return kExitInput;
    run.arrays.clear();
    auto drives = subject.addDrivenInputs(*arrays, run, sink);
    if (!drives)
      return kExitInput;
    runtime::RunOptions session;
    session.align = run.align;
    session.ticks = run.ticks;
    session.drives = *drives;
    session.maxRasterBytes = rasterBytes;
    session.progress = watch;
    Turn turn{[&] { inside.leave(); }, [&] { inside.enter(); }};
    Stoppable stoppable(subject, watch);
    auto ran = subject.run(run.backend, run, *arrays, session, sink, &turn);
    if (!ran)
      return kExitInput;
    warnOfFiring(subject, run, *arrays, *drives, *ran, sink);
    reportVerdict(subject.manifest(), subject.bundle(), *ran, sink);
    result.arrays = std::move(ran->arrays);
    result.lists = std::move(ran->lists);
    result.samples = ran->samples;
    result.ticks = ran->ticks;
    result.json = jsonText({{"backend", run.backend},
                            {"facts", subject.facts(run.backend)},
                            {"chip_ticks", ran->chipTicks},
                            {"verdict", verdictJson(ran->verdict)},
                            {"statistics", statisticsJson(ran->statistics)}});
    return kExitOk;
  };
  guarded(work, sink);
  take(sink, result);
  return result;
}

static Divergence toDivergence(const runtime::Divergence &d) {
  return {d.sample,   d.tick, d.neuron, d.population,
          d.variable, d.a,    d.b,      runtime::toText(d)};
}

Compared Program::compare(const runtime::ArrayMap &a,
                          const runtime::SpikeLists &listsOfA,
                          const runtime::ArrayMap &b,
                          const runtime::SpikeLists &listsOfB) const {
  Compared result;
  DiagnosticSink sink;
  auto work = [&] {
    for (const runtime::SpikeLists *lists : {&listsOfA, &listsOfB})
      for (const auto &[name, list] : *lists)
        if (!isSound(list)) {
          sink.report(makeError("SNN0911", {"", name, 0, 0},
                                "the list of spikes does not ascend, or leaves "
                                "its shape",
                                {"compare results as they were returned"}));
          return kExitInput;
        }
    auto fitted = fitRecorded(a, b, "the second");
    auto fittedLists = fitLists(listsOfA, b, "the second");
    if (!fitted || !fittedLists) {
      sink.report(fitted ? fittedLists.takeError() : fitted.takeError());
      return kExitInput;
    }
    fittedLists->insert(listsOfB.begin(), listsOfB.end());
    auto found = runtime::compareRuns(state->subject.manifest(), a, listsOfA,
                                      *fitted, *fittedLists);
    if (!found) {
      sink.report(found.takeError());
      return kExitInput;
    }
    result.arrays = found->arrays;
    for (const runtime::Divergence &layer : found->layers)
      result.layers.push_back(toDivergence(layer));
    if (const runtime::Divergence *first = found->first())
      result.first = toDivergence(*first);
    return result.layers.empty() ? kExitOk : kExitMismatch;
  };
  guarded(work, sink);
  take(sink, result);
  return result;
}

} // namespace snnc::api
