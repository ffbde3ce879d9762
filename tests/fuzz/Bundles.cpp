//===- Bundles.cpp - Mutated bundles through run, inspect and verify ------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "tests/fuzz/Commands.h"

#include "backends/spinnaker2/Native/NativePrograms.h"
#include "runtime/bundle/Bundle.h"
#include "runtime/support/ExitCode.h"
#include "tests/fuzz/BundleMutator.h"
#include "tools/snnc/Driver.h"

#include <cstdlib>
#include <fmt/format.h>
#include <sys/wait.h>
#include <unistd.h>

namespace snnc::fuzz {

namespace {

constexpr uint64_t kTicks = 6;

/// The arguments of a bundle's inputs: a file each, with random spikes.
std::vector<std::string> inputsOf(const BundleSeed &seed,
                                  const std::string &folder, Dice &dice) {
  std::vector<std::string> arguments;
  for (const auto &input : seed.manifest["inputs"]) {
    uint64_t channels = input["channels"];
    std::string bytes;
    for (uint64_t i = 0; i < channels * kTicks; ++i)
      bytes += char(dice.oneIn(4));
    auto name = input["name"].get<std::string>();
    std::string path =
        fmt::format("{}/{}-{}.npy", folder,
                    seed.manifest["network"].get<std::string>(), name);
    writeWhole(path, npyOf("|u1", {kTicks, channels}, bytes));
    arguments.push_back(name + "=" + path);
  }
  return arguments;
}

struct Subject {
  BundleSeed seed;
  std::vector<std::string> inputs;
};

/// Native code of the seed's programs: most mutants have the same.
void compilePrograms(const std::string &path,
                     const std::shared_ptr<target::NativeCode> &code) {
  auto bundle = runtime::Bundle::read(path);
  if (!bundle ||
      !native::createNativeMachine(s2::rowFormats(), code)->load(**bundle)) {
    fmt::print(stderr, "{} cannot be loaded\n", path);
    std::exit(2);
  }
}

/// Compiles in a child: this process stays small and without threads.
void compileApart(const CompileOptions &options) {
  pid_t child = ::fork();
  if (child == 0) {
    DiagnosticSink sink;
    int code = runCompile(options, /*quiet=*/true, sink);
    for (const Diagnostic &d : sink.all())
      if (d.severity == Severity::Error)
        fmt::print(stderr, "{}\n", toText(d));
    ::_exit(sink.hasErrors() ? 1 : code);
  }
  int status = 0;
  if (::waitpid(child, &status, 0) != child || status != 0) {
    fmt::print(stderr, "{} cannot be compiled\n", options.input);
    std::exit(2);
  }
}

/// The network as bundles: as a user gets it, and split over several cores.
void compileSeeds(const std::string &network, const Scratch &scratch,
                  const std::shared_ptr<target::NativeCode> &code,
                  std::vector<Subject> &subjects) {
  for (uint32_t most : {0u, 9u}) {
    CompileOptions options;
    options.input = network;
    options.output = scratch.file(fmt::format("seed{}.s2x", subjects.size()));
    options.maxNeurons = most;
    options.jobs = 1;
    compileApart(options);
    Subject subject{readSeed(options.output), {}};
    Dice dice(1, subjects.size());
    subject.inputs = inputsOf(subject.seed, scratch.folder(), dice);
    subjects.push_back(std::move(subject));
    compilePrograms(options.output, code);
  }
}

class BundleRuns {
public:
  BundleRuns(const std::string &path, Dice &dice, const Subject &subject,
             std::string what, std::shared_ptr<target::NativeCode> code,
             Notes &notes)
      : path(path), dice(dice), subject(subject), what(std::move(what)),
        code(std::move(code)), notes(notes) {}

  void all() {
    inspect();
    run("emulator");
    run("native");
    run("cpu");
    verify();
  }

private:
  void inspect() {
    InspectOptions options;
    options.input = path;
    options.json = dice.below(2);
    switch (dice.below(5)) {
    case 0:
      options.layer = "";
      break;
    case 1:
      options.pe = "";
      break;
    case 2:
      options.pe = "0";
      break;
    case 3:
      options.memory = true;
      break;
    default:
      break;
    }
    notes.count("mutants");
    runVerb(
        "inspect", "inspect " + what,
        [&](DiagnosticSink &sink) { return runInspect(options, sink); }, notes);
  }

  RunOptions optionsOf(const std::string &backend) {
    RunOptions options;
    options.input = path;
    options.backend = backend;
    options.threads = 1;
    options.ticks = kTicks;
    options.inputs = subject.inputs;
    options.compile.code = code;
    if (dice.oneIn(4))
      options.inputs.clear();
    return options;
  }

  void run(const std::string &backend) {
    RunOptions options = optionsOf(backend);
    options.report = dice.below(2) ? ReportForm::Table : ReportForm::Json;
    if (dice.oneIn(8))
      options.output = path + ".npz";
    runVerb(
        "run " + backend, fmt::format("run {} {}", backend, what),
        [&](DiagnosticSink &sink) { return runRun(options, true, sink); },
        notes);
  }

  void verify() {
    VerifyOptions options;
    const std::string backends[] = {"emulator", "native", "cpu", "reference"};
    uint64_t first = dice.below(3);
    options.run = optionsOf(backends[first]);
    options.against =
        backends[dice.below(2) ? 3 : first + 1 + dice.below(3 - first)];
    std::string name =
        fmt::format("verify {} {}", options.run.backend, options.against);
    runVerb(
        name, name + " " + what,
        [&](DiagnosticSink &sink) { return runVerify(options, true, sink); },
        notes);
  }

  const std::string &path;
  Dice &dice;
  const Subject &subject;
  std::string what;
  std::shared_ptr<target::NativeCode> code;
  Notes &notes;
};

} // namespace

int mutateBundles(const Plan &plan) {
  Scratch scratch;
  auto code = std::make_shared<target::NativeCode>();
  std::vector<Subject> subjects;
  for (const std::string &network : plan.paths)
    compileSeeds(network, scratch, code, subjects);
  std::string path = scratch.file("mutant.s2x");
  return plan.run([&](uint64_t index, Notes &notes) {
    Dice dice(plan.seed, index);
    const Subject &subject = dice.from(subjects);
    std::vector<std::string> what;
    std::string bytes = mutateBundle(subject.seed, dice, what);
    writeWhole(path, bytes);
    if (!plan.save.empty())
      writeWhole(plan.save, bytes);
    BundleRuns(path, dice, subject, fmt::format("{}", fmt::join(what, "+")),
               code, notes)
        .all();
  });
}

} // namespace snnc::fuzz
