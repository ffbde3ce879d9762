//===- Files.cpp - Mutated files of the other formats ---------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "tests/fuzz/Format.h"

#include "classifier/Selector.h"
#include "planner/PlannerVersion.h"
#include "runtime/machine/MachineModel.h"
#include "runtime/support/ExitCode.h"
#include "tests/fuzz/BundleMutator.h"
#include "tools/snnc/Driver.h"
#include "tools/snnc/SelectorCommand.h"

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fmt/format.h>
#include <fstream>
#include <sstream>
#include <stdexcept>

namespace snnc::fuzz {

std::string contentsOf(const std::string &path) {
  std::ifstream file(path, std::ios::binary);
  std::stringstream text;
  text << file.rdbuf();
  return text.str();
}

std::vector<std::string> seedsOf(const Plan &plan,
                                 const std::string &extension) {
  std::vector<std::string> paths, seeds;
  for (const std::string &path : plan.paths) {
    if (!std::filesystem::is_directory(path)) {
      if (std::filesystem::exists(path))
        paths.push_back(path);
      continue;
    }
    for (const auto &entry :
         std::filesystem::recursive_directory_iterator(path))
      if (entry.path().extension() == extension)
        paths.push_back(entry.path());
  }
  std::sort(paths.begin(), paths.end());
  for (const std::string &path : paths)
    seeds.push_back(contentsOf(path));
  if (seeds.empty() && !std::getenv("SNNC_SHARED_DATA")) {
    fmt::print("skipped 'no test data: set SNNC_SHARED_DATA'\n");
    std::exit(77);
  }
  if (seeds.empty()) {
    fmt::print(stderr, "no {} file is given\n", extension);
    std::exit(2);
  }
  return seeds;
}

uint64_t changes(Dice &dice) { return dice.below(3) ? 1 : 1 + dice.below(4); }

namespace {

using Words = std::vector<std::string>;

/// Every finding about YAML has a line, but for one about the whole file.
void mustBeLocated(const DiagnosticSink &sink) {
  for (const Diagnostic &d : sink.all())
    if (d.code.name().starts_with("SNN10") && d.code != "SNN1001" &&
        d.spot.line < 1)
      throw std::runtime_error("a finding without a line: " + toText(d));
}

int checkNetwork(const std::string &path, Notes &notes, const char *label,
                 const std::string &machine = "", bool located = false) {
  CheckOptions options;
  options.input = options.compile.input = path;
  options.compile.machine = machine;
  options.compile.jobs = 1;
  options.json = true;
  return runVerb(
      label, std::string(label) + " " + path,
      [&](DiagnosticSink &sink) {
        int code = runCheck(options, sink);
        if (located)
          mustBeLocated(sink);
        return code;
      },
      notes);
}

} // namespace

void runNetwork(const std::string &path, Dice &dice,
                const std::shared_ptr<target::NativeCode> &code, Notes &notes) {
  static const char *const backends[] = {"reference", "cpu", "cpu", "emulator",
                                         "native"};
  RunOptions options;
  options.input = options.compile.input = path;
  options.backend = dice.from(backends);
  options.inFloat = options.backend == "cpu" && dice.oneIn(3);
  options.ticks = 3;
  options.report = ReportForm::Json;
  options.compile.jobs = options.threads = 1;
  options.compile.code = code;
  std::string label = "run " + options.backend;
  runVerb(
      label, label + " " + path,
      [&](DiagnosticSink &sink) { return runRun(options, true, sink); }, notes);
}

namespace {

//===----------------------------------------------------------------------===//
// Networks
//===----------------------------------------------------------------------===//

class YamlFormat final : public Format {
public:
  explicit YamlFormat(const Setting &setting)
      : seeds(seedsOf(setting.plan, ".yaml")),
        path(setting.scratch.file("mutant.yaml")) {}

  std::string mutant(Dice &dice) override {
    static const Words words = {"size:",
                                "shape:",
                                "kind:",
                                "poisson",
                                "spike_list",
                                "rate:",
                                "model:",
                                "lif",
                                "cuba_lif",
                                "params:",
                                "tau:",
                                "threshold:",
                                "initial:",
                                "{dist: normal, mean: 0, std: 1}",
                                "from:",
                                "to:",
                                "connector:",
                                "all_to_all",
                                "one_to_one",
                                "{fixed_probability: 0.5}",
                                "{fixed_indegree: 1000000}",
                                "{list: [[0, 0]]}",
                                "weight:",
                                "delay:",
                                "{dist: uniform_int, low: 1, high: 64}",
                                "autapses: false",
                                "&a",
                                "*a",
                                "<<: *a",
                                "{file: x.npy, key: a}",
                                "{file: /dev/zero}",
                                "{file: .}",
                                "conv2d:",
                                "kernel:",
                                "stride:",
                                "groups:",
                                "null",
                                "~",
                                "!!binary",
                                "!!float",
                                "|",
                                ">",
                                "---",
                                "...",
                                "%YAML 9.9",
                                "? ",
                                "1e400",
                                "exp(",
                                "max(",
                                "0x",
                                "\xef\xbb\xbf",
                                "\xff"};
    std::string text = dice.from(seeds);
    for (uint64_t n = changes(dice); n > 0; --n)
      mutateText(text, dice, words);
    if (dice.oneIn(100))
      text += bomb(dice);
    return text;
  }

  void use(const std::string &bytes, Dice &dice, Notes &notes) override {
    writeWhole(path, bytes);
    // What does not fit a chip runs elsewhere as long as it takes.
    bool fits = checkNetwork(path, notes, "check", "", true) != kExitDoesNotFit;
    if (fits && dice.oneIn(3))
      runNetwork(path, dice, code, notes);
  }

private:
  /// Aliases of aliases: small text, huge tree.
  static std::string bomb(Dice &dice) {
    std::string text = "\na0: &a0 [x, x]\n";
    for (uint64_t i = 1, levels = 1 + dice.below(40); i < levels; ++i)
      text += fmt::format("a{0}: &a{0} [*a{1}, *a{1}]\n", i, i - 1);
    return text;
  }

  std::vector<std::string> seeds;
  std::string path;
  std::shared_ptr<target::NativeCode> code =
      std::make_shared<target::NativeCode>();
};

class ExpressionFormat final : public Format {
public:
  explicit ExpressionFormat(const Setting &setting)
      : path(setting.scratch.file("mutant.yaml")) {}

  std::string mutant(Dice &dice) override {
    static const Words equations = {
        "v = v * a + input - w", "v = v > b ? v * a : input",
        "v = where(v > 0.5 and not (w > 1.0), exp(v), log(abs(w) + 1))",
        "v = min(max(v, -1.0), pow(w, 3)) + sqrt(abs(input))",
        "v = ((v + a) / (w + b)) * (v - 1.5e-3)"};
    static const Words words = {
        "exp(", "log(",   "pow(", ", 2)",  "sqrt(", "abs(", "min(", "max(",
        ",",    "where(", "?",    ":",     "and",   "or",   "not",  "-",
        "--",   "(",      ")",    "==",    "<=",    "!=",   "v",    "w",
        "a",    "input",  "1e38", "1e-45", "%",     "**",   "inf"};
    std::string text = dice.from(equations);
    for (uint64_t n = 1 + dice.below(6); n > 0; --n)
      mutateText(text, dice, words);
    if (dice.oneIn(20))
      text = repeated(text, dice);
    return text;
  }

  void use(const std::string &bytes, Dice &, Notes &notes) override {
    std::string quoted = nlohmann::json(bytes).dump(
        -1, ' ', true, nlohmann::json::error_handler_t::replace);
    writeWhole(path, fmt::format(R"(network: {{name: m}}
models:
  own:
    states: {{v: 0.1, w: 0.0}}
    params: {{a: 0.9, b: 0.1}}
    equations: [{}]
    spike: v > b
    reset: ["v = 0.0"]
inputs: {{x: {{size: 2}}}}
populations: {{p: {{size: 3, model: own}}}}
projections: [{{from: x, to: p, connector: all_to_all, weight: 1.0}}]
)",
                                 quoted));
    checkNetwork(path, notes, "check");
  }

private:
  /// Many terms: memory and time must grow with them and no faster.
  static std::string repeated(const std::string &text, Dice &dice) {
    static const char *const joints[] = {"+", "*", "-", " and ", "?1:", "/"};
    size_t equals = text.find('=');
    std::string part =
        equals == std::string::npos ? text : text.substr(equals + 1);
    std::string out = "v = " + part, joint = dice.from(joints);
    for (size_t n = size_t(1) << dice.below(13); n > 0; --n)
      out += joint + part;
    return out;
  }

  std::string path;
};

/// Machine files: a small network is planned for each.
class MachineFormat final : public Format {
public:
  explicit MachineFormat(const Setting &setting)
      : seeds(seedsOf(setting.plan, ".yaml")),
        path(setting.scratch.file("mutant.yaml")),
        network(setting.scratch.file("network.yaml")) {
    writeWhole(network, R"(network: {name: m, seed: 1}
inputs: {x: {size: 20, kind: poisson, rate: {per_tick: 0.1}}}
populations:
  p: {size: 30, model: lif, params: {alpha: 0.9, threshold: 1.0}}
  q: {size: 20, model: lif, params: {alpha: 0.9, threshold: 1.0}}
projections:
  - {from: x, to: p, connector: all_to_all, weight: 0.5}
  - {from: p, to: q, connector: {fixed_indegree: 5}, weight: 0.5, delay: 3}
)");
  }
  std::string mutant(Dice &dice) override {
    static const Words words = {
        "bytes:",      "pes:",    "[0, 0, 0]", "sram:",
        "[0, 8192]",   "source:", "value:",    "{value: 1, source: x}",
        "confidence:", "levels:", "&a",        "*a",
        "null"};
    std::string text = dice.from(seeds);
    for (uint64_t n = changes(dice); n > 0; --n)
      mutateText(text, dice, words);
    return text;
  }
  void use(const std::string &bytes, Dice &dice, Notes &notes) override {
    writeWhole(path, bytes);
    if (!dice.oneIn(3)) {
      checkNetwork(network, notes, "check --machine", path);
      return;
    }
    RunOptions options;
    options.input = options.compile.input = network;
    options.compile.machine = path;
    options.backend = "emulator"; // the default reads no machine
    options.ticks = 2;
    options.report = ReportForm::Json;
    options.compile.jobs = options.threads = 1;
    runVerb(
        "run --machine", "run --machine",
        [&](DiagnosticSink &sink) { return runRun(options, true, sink); },
        notes);
  }

private:
  std::vector<std::string> seeds;
  std::string path, network;
};

class SelectorFormat final : public Format {
public:
  explicit SelectorFormat(const Setting &setting)
      : seeds(seedsOf(setting.plan, ".json")),
        path(setting.scratch.file("mutant.json")) {
    for (std::string &seed : seeds) {
      values.push_back(nlohmann::json::parse(seed));
      admit(values.back());
      // Its lines, for changes of the text.
      seed = values.back().dump(0);
    }
  }
  std::string mutant(Dice &dice) override {
    size_t which = dice.below(seeds.size());
    if (dice.oneIn(5)) {
      std::string text = seeds[which];
      mutateText(text, dice, {"null", "[", "{\"a\":", "\"", "1e999", "-"});
      return text;
    }
    nlohmann::json value = values[which];
    for (uint64_t n = changes(dice); n > 0; --n)
      mutateJson(value, dice);
    if (value.is_object() && !dice.oneIn(10))
      admit(value);
    return value.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
  }
  void use(const std::string &bytes, Dice &dice, Notes &notes) override {
    writeWhole(path, bytes);
    SelectorOptions options;
    options.verb = SelectorVerb::Predict;
    options.model = path;
    options.source = uint32_t(1 + dice.below(400));
    options.target = uint32_t(1 + dice.below(400));
    options.json = dice.below(2);
    runVerb(
        "selector predict", "selector predict",
        [&](DiagnosticSink &sink) { return runSelector(options, true, sink); },
        notes);
  }

private:
  /// Of this planner and machine, whatever the seed was trained on: the reader
  /// refuses all others before it looks further.
  void admit(nlohmann::json &model) const {
    model["planner"] = fabric::kPlannerVersion;
    model["machine_digest"] = digest;
  }

  std::vector<std::string> seeds;
  std::vector<nlohmann::json> values;
  std::string path;
  std::string digest =
      selector::chipDigest(*builtinMachine(defaultMachineName()));
};

//===----------------------------------------------------------------------===//
// Lists
//===----------------------------------------------------------------------===//

/// Connections and spikes in text files beside a network.
class CsvFormat final : public Format {
public:
  explicit CsvFormat(const Setting &setting)
      : list(setting.scratch.file("list.csv")),
        path(setting.scratch.file("network.yaml")) {}
  std::string mutant(Dice &dice) override {
    static const Words seeds = {
        "source,target,weight,delay\n0,1,0.5,1\n2,2,0.25,3\n3,0,-1,2\n",
        "# columns = [\"i\", \"j\", \"weight\", \"delay\"]\n0 1 0.5 1\n2 1 1 "
        "2\n",
        "0;1;0.5;1\n1;2;0.5;4\n", "tick,channel\n0,1\n4,3\n7,0\n",
        "0 1\n2 3\n5 0\n"};
    static const Words words = {"source",
                                "target",
                                "weight",
                                "delay",
                                "tick",
                                "channel",
                                "i",
                                "j",
                                "#",
                                ",",
                                ";",
                                "\t",
                                "\r\n",
                                "\"",
                                "0,0,0,0,0",
                                "1e-3",
                                "\xef\xbb\xbf",
                                "\xff"};
    std::string text = dice.from(seeds);
    for (uint64_t n = 1 + dice.below(5); n > 0; --n)
      mutateText(text, dice, words);
    if (dice.oneIn(100)) {
      std::string line = text.substr(text.find('\n') + 1);
      for (size_t n = size_t(1) << dice.below(13); n > 0; --n)
        text += line;
    }
    return text;
  }
  void use(const std::string &bytes, Dice &dice, Notes &notes) override {
    writeWhole(list, bytes);
    bool spikes = dice.below(2);
    writeWhole(
        path,
        fmt::format(
            R"(network: {{name: m, dt: 1.0e-3}}
inputs: {{x: {{size: 4{}}}}}
populations: {{p: {{size: 3, model: lif, params: {{alpha: 0.9, threshold: 1.0}}}}}}
projections: [{{from: x, to: p, connector: {}}}]
)",
            spikes ? ", kind: spike_list, spikes: {file: list.csv}" : "",
            spikes ? "all_to_all, weight: 1.0" : "{list: {file: list.csv}}"));
    checkNetwork(path, notes, spikes ? "check spikes" : "check list");
  }

private:
  std::string list, path;
};

std::unique_ptr<Format> formatOf(const std::string &name,
                                 const Setting &setting) {
  if (name == "yaml")
    return std::make_unique<YamlFormat>(setting);
  if (name == "expression")
    return std::make_unique<ExpressionFormat>(setting);
  if (name == "machine")
    return std::make_unique<MachineFormat>(setting);
  if (name == "selector")
    return std::make_unique<SelectorFormat>(setting);
  if (name == "csv")
    return std::make_unique<CsvFormat>(setting);
  if (name == "nir")
    return makeNirFormat(setting);
  return makeArrayFormat(name, setting);
}

} // namespace

int mutateFiles(const std::string &name, const Plan &plan) {
  Scratch scratch;
  std::unique_ptr<Format> format = formatOf(name, {plan, scratch});
  if (!format) {
    fmt::print(stderr, "unknown format '{}'\n", name);
    return 2;
  }
  return plan.run([&](uint64_t index, Notes &notes) {
    Dice dice(plan.seed, index);
    std::string bytes = format->mutant(dice);
    if (!plan.save.empty())
      writeWhole(plan.save, bytes);
    notes.count("mutants");
    format->use(bytes, dice, notes);
  });
}

} // namespace snnc::fuzz
