//===- Options.cpp - The one place that parses flags ----------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "tools/snnc/Options.h"

#include "compiler/Pipeline/Pipeline.h"
#include "passes/Decide/AutoSelect.h"
#include "runtime/support/ExitCode.h"
#include "tools/snnc/Backend.h"
#include "tools/snnc/Compile.h"
#include "tools/snnc/Framework.h"
#include "tools/snnc/Messages.h"
#include "tools/snnc/UsageError.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <span>
#include <sstream>

#ifndef SNNC_VERSION
#define SNNC_VERSION "unknown"
#endif

namespace snnc {

static constexpr const char *kExitCodes =
    "Exit codes: 0 ok, 1 input error, 2 usage, 3 does not fit, 4 mismatch, "
    "5 device,\n6 ran but overran or lost spikes, 70 internal, 130 "
    "interrupted.";

/// An option with a word for each value of an enum: parsed here, once.
template <typename Enum, typename Place>
static CLI::Option *addChoice(CLI::App *app, const char *name, const char *help,
                              std::vector<std::pair<std::string, Enum>> words,
                              Place &place) {
  std::vector<std::string> names;
  for (const auto &[word, value] : words)
    names.push_back(word);
  return app
      ->add_option_function<std::string>(
          name,
          [words = std::move(words), &place](const std::string &given) {
            for (const auto &[word, value] : words)
              if (word == given)
                place = value;
          },
          help)
      ->check(CLI::IsMember(names));
}

static constexpr const char *kNetworkGroup = "Network";

/// How the command line spells those of the network's options that it has.
static std::vector<std::string> givenNetworkOptions(const CLI::App &verb) {
  std::vector<std::string> given;
  for (const CLI::Option *option : verb.get_options()) {
    if (option->get_group() != kNetworkGroup || option->count() == 0)
      continue;
    std::string name = option->get_lnames().front();
    bool negated =
        option->get_expected_max() == 0 && option->results().front() == "false";
    given.push_back((negated ? "--no-" : "--") + name);
  }
  return given;
}

static void addNetworkOptions(CLI::App *app, NetworkOptions &o) {
  const char *group = kNetworkGroup;
  app->add_option("--dt", o.dt,
                  "Model time of one tick, in the unit of the file's tau "
                  "(default: what the file implies)")
      ->check(CLI::PositiveNumber)
      ->group(group);
  app->add_option("--framework", o.framework,
                  "What wrote the file: sets integrator, reset and the "
                  "exporter's quirks, which each option below overrides "
                  "(default: what the file shows, else none)")
      ->check(CLI::IsMember(frameworkNames()))
      ->group(group);
  app->add_option("--integrator", o.integrator,
                  "forward (Euler, the default) or exponential")
      ->check(CLI::IsMember(nir::integratorNames()))
      ->group(group);
  app->add_option("--reset", o.reset,
                  "What a spike does to the potential: value (the file's "
                  "v_reset, the default), zero, subtract (the threshold) or "
                  "none")
      ->check(CLI::IsMember(nir::resetNames()))
      ->group(group);
  app->add_flag_function(
         "--reset-late,!--no-reset-late",
         [&o](int64_t count) { o.resetLate = count > 0; },
         "The reset of a spike acts in the next tick (snnTorch's "
         "reset_delay=True)")
      ->group(group);
  app->add_option("--quantize", o.quantize,
                  "per-neuron scales, or py-spinnaker2 for that tool's numbers")
      ->check(CLI::IsMember({"per-neuron", "py-spinnaker2"}))
      ->capture_default_str()
      ->group(group);
  app->add_option("--weights", o.weights,
                  "Width of the weights: auto (int8, and int16 for the layers "
                  "that int8 would take weights from, or whose sums it "
                  "would put off by 5 %), int8 or int16")
      ->check(CLI::IsMember({"auto", "int8", "int16"}))
      ->capture_default_str()
      ->group(group);
  app->add_option("--seed", o.seed,
                  "Of every draw, in place of the seeds in the file: synapses, "
                  "weights, parameters, Poisson inputs; and of the rate "
                  "encoder (default there: 0)")
      ->check(CLI::Range(uint64_t(0), uint64_t(INT64_MAX)))
      ->group(group);
  app->add_flag(
         "--relax-timing", o.relaxTiming,
         "Add the ticks that a feedback loop lacks instead of refusing it")
      ->group(group);
}

/// Empty, or what is wrong with a --selector-budget.
static std::string isBudget(const std::string &text) {
  return decide::SelectorBudget::parse(text)
             ? std::string()
             : "not a count, a share of 0% to 100%, or all: " + text;
}

static void addMachineOptions(CLI::App *app, CompileOptions &o) {
  const char *group = "Machine";
  app->add_option("--machine", o.machine,
                  "Machine description: a name of `snnc targets` or a .yaml "
                  "file")
      ->group(group);
  app->add_option("--tick", o.tickSeconds,
                  "Real time of one tick on the chip, seconds (default: 0.001, "
                  "or longer where a core needs more)")
      ->check(CLI::Range(1e-6, 10.0))
      ->group(group);
  app->add_option("--paradigm", o.paradigm,
                  "auto (a trained model per layer, checked by the planner), "
                  "serial (Arm core) or parallel (MAC array) for every layer, "
                  "oracle (plan both) or cost-model (closed formulas)")
      ->check(
          CLI::IsMember({"auto", "serial", "parallel", "oracle", "cost-model"}))
      ->capture_default_str()
      ->group(group);
  app->add_option("--objective", o.objective,
                  "What the better paradigm has less of: pes, memory, cycles, "
                  "energy (an estimate)")
      ->check(CLI::IsMember({"pes", "memory", "cycles", "energy"}))
      ->capture_default_str()
      ->group(group);
  app->add_option("--selector-model", o.selectorModel,
                  "Model file of `snnc selector train` that auto asks "
                  "(default: the tool's own)")
      ->group(group);
  app->add_option("--selector-budget", o.selectorBudget,
                  "Layers that auto may plan both ways because the model is "
                  "unsure: a count, a share (10%) or all")
      ->check(isBudget)
      ->capture_default_str()
      ->group(group);
  app->add_flag("--explain-paradigm", o.explainParadigm,
                "Say per layer what decided, and what was planned")
      ->group(group);
  app->add_option("-j,--jobs", o.jobs, "Threads (default: all cores)")
      ->check(CLI::Range(0u, 1024u))
      ->group(group);
}

static void addReport(CLI::App *app, ReportForm &report) {
  addChoice<ReportForm>(app, "--report",
                        "Per-layer report on stdout: table, json",
                        {{"none", ReportForm::None},
                         {"table", ReportForm::Table},
                         {"json", ReportForm::Json}},
                        report)
      ->default_str("none");
}

static void addCompile(CLI::App &app, CompileOptions &o) {
  CLI::App *c = app.add_subcommand("compile", "Compile a network to a bundle");
  c->add_option("network", o.input, "NIR file")->required();
  c->add_option("-o,--output", o.output, "Bundle (default: NETWORK.s2x)");
  std::vector<std::string> dumps = pipeline::dumpNames();
  dumps.push_back("asm"); // of the chip's target
  std::string all =
      fmt::format("Stop early and print: {}", fmt::join(dumps, ", "));
  dumps.insert(dumps.begin(), "bundle");
  c->add_option("--emit", o.emit, all)
      ->check(CLI::IsMember(dumps))
      ->capture_default_str();
  addReport(c, o.report);
  addNetworkOptions(c, o.network);
  addMachineOptions(c, o);
  c->footer("Examples:\n"
            "  snnc compile models/digits/digits.nir -o digits.s2x --report "
            "table\n"
            "  snnc compile net.nir --dt 1e-4 --reset zero --weights int16\n"
            "  snnc compile net.nir --emit asm | less");
}

/// The old name of `native`.
static std::string withoutAlias(std::string name) {
  return name == "host" ? "native" : name;
}

/// "cpu (...), emulator (...), native (...) or reference (...)".
static std::string backendHelp(const target::Registry &registry) {
  std::string text;
  for (const target::DeviceInfo &device : registry.devices())
    text += fmt::format("{} ({}), ", device.name, device.summary);
  return text + "reference (the specification)";
}

static void addBackend(CLI::App *c, RunOptions &o,
                       const std::string &otherwise) {
  target::Registry registry = targetsFor(CompileOptions(), Dynamics());
  CLI::Option *backend =
      c->add_option("--backend", o.backend,
                    backendHelp(registry) + "; default: " + otherwise)
          ->check(CLI::IsMember(backendNames(registry)));
  backend->transform(CLI::Validator(
      [](std::string &name) {
        name = withoutAlias(name);
        return std::string();
      },
      "", ""));
}

static void addRunOptions(CLI::App *c, RunOptions &o) {
  c->add_option("file", o.input, "Bundle (.s2x) or network file")->required();
  c->add_option("-i,--input", o.inputs,
                "Array file (.npy, .npz, NIRData .h5), or NAME=FILE; ticks x "
                "channels, ticks x C x H x W, or with samples in front");
  c->add_option("--ticks", o.ticks,
                "Rows of the results (default: the input's)")
      ->check(CLI::Range(uint64_t(1), uint64_t(1) << 40));
  addChoice<runtime::Encoder>(
      c, "--encode", "Turn analog input into spikes: rate, latency, delta",
      {{"rate", runtime::Encoder::Rate},
       {"latency", runtime::Encoder::Latency},
       {"delta", runtime::Encoder::Delta}},
      o.encode);
  addChoice<Layout>(c, "--layout",
                    "Axes of an input array: samples-first (the default: "
                    "ticks x channels, samples before), ticks-first (time x "
                    "batch x channels, as snnTorch and Norse have it) or "
                    "channels-first (channels x ticks, samples before)",
                    {{"samples-first", Layout::SamplesFirst},
                     {"ticks-first", Layout::TicksFirst},
                     {"channels-first", Layout::ChannelsFirst}},
                    o.layout);
  c->add_option("--repeat", o.repeat,
                "Trials: as many samples, each with draws of its own in "
                "Poisson inputs and in the rate encoder")
      ->check(CLI::Range(uint64_t(1), uint64_t(1) << 20));
  c->add_option("--threshold", o.threshold, "Step of the delta encoder")
      ->capture_default_str();
  c->add_option("--threads", o.threads, "Host threads (default: all cores)");
  addNetworkOptions(c, o.compile.network);
  addMachineOptions(c, o.compile);
}

static void addRun(CLI::App &app, RunOptions &o) {
  CLI::App *c = app.add_subcommand("run", "Run a bundle or a network");
  addRunOptions(c, o);
  addBackend(c, o,
             "emulator for a bundle, and for a network where an option of the "
             "chip is given; else cpu");
  c->add_option("-r,--record", o.records,
                "POPULATION:VARIABLE to keep, for example lif1:spikes or "
                "lif1:v, or lif1:v[0-9,17]/10: these neurons every tenth tick; "
                "repeat for more");
  c->add_option("-o,--output", o.output, "Results: .npz or NIRData .h5");
  c->add_flag("--events", o.events,
              "Spikes as lists (.npz: rows of tick and neuron) that stream to "
              "OUTPUT.parts/ while the run goes on: for long runs");
  c->add_option("--checkpoint", o.checkpoint,
                "Every so many ticks save what a run needs to go on; implies "
                "--events (cpu)")
      ->check(CLI::Range(uint64_t(1), uint64_t(1) << 40));
  c->add_flag("--resume", o.resume,
              "Go on from the last checkpoint of the same command, to the same "
              "bits");
  addChoice<runtime::Alignment>(
      c, "--align",
      "network: rows are the network's ticks; chip: the chip's clock",
      {{"network", runtime::Alignment::Network},
       {"chip", runtime::Alignment::Chip}},
      o.align)
      ->default_str("network");
  addChoice<bool>(c, "--precision",
                  "quantized, or float (cpu or reference, network file)",
                  {{"quantized", false}, {"float", true}}, o.inFloat)
      ->default_str("quantized");
  addReport(c, o.report);
  c->footer("Examples:\n"
            "  snnc run digits.s2x --input inputs.npy --record readout:spikes "
            "-o out.npz\n"
            "  snnc run net.nir --backend reference --precision float --input "
            "x.npy \\\n    --record lif1:v -o v.npz");
}

static void addVerify(CLI::App &app, VerifyOptions &o) {
  CLI::App *c = app.add_subcommand(
      "verify", "Compare two backends, or the integers with the float network");
  addRunOptions(c, o.run);
  o.run.backend = "emulator";
  addBackend(c, o.run, "emulator");
  c->add_option("--against", o.against,
                "A backend: bit by bit; recorded arrays (.npz, "
                ".npy, NIRData .h5); float: the network file before "
                "quantisation, --backend is the reference then unless given")
      ->capture_default_str();
  CLI::Option *tolerance = c->add_option(
      "--tolerance", o.tolerance,
      "Of --against float, exit 4 beyond it in any layer: share of differing "
      "spikes, 1 - 2 * equal / (before + after); of a layer that never spikes "
      "the RMS error of a state over its RMS");
  tolerance->check(CLI::Range(0.0, 1.0))->capture_default_str();
  c->add_option("-r,--record", o.run.records,
                "Compare only these (default: everything)");
  c->add_flag("--json", o.json, "The comparison as JSON on stdout");
  c->footer(
      "Examples:\n"
      "  snnc verify net.s2x --input x.npy --against reference\n"
      "  snnc verify net.nir --input x.npy --against float\n"
      "  snnc verify net.nir --input x.npy --against float --weights int8 "
      "--tolerance 0.1\n"
      "  snnc verify net.nir --input x.npy -r lif1:spikes --against "
      "raster.npy");
  c->parse_complete_callback([&o, c, tolerance] {
    bool isFloat = o.against == "float";
    if (isFloat && c->get_option("--backend")->count() == 0)
      o.run.backend = "reference";
    if (!isFloat && tolerance->count() > 0)
      throw CLI::ValidationError(
          "--tolerance", "belongs to --against float; every other comparison "
                         "is bit by bit");
  });
}

static void addOthers(CLI::App &app, Options &options) {
  CLI::App *check =
      app.add_subcommand("check", "Say what a network file holds and lacks");
  check->add_option("network", options.check.input, "NIR file")->required();
  check->add_flag("--json", options.check.json, "Findings as JSON on stdout");
  check->add_flag("--plan", options.check.plan,
                  "Say what every layer needs: paradigm, PEs, bytes, cycles");
  addNetworkOptions(check, options.check.compile.network);
  addMachineOptions(check, options.check.compile);
  check->footer("Examples:\n  snnc check net.nir --json | jq '.findings[]'\n"
                "  snnc check net.yaml --plan --paradigm oracle");

  addVerify(app, options.verify);

  CLI::App *inspect = app.add_subcommand("inspect", "Show what a bundle holds");
  inspect->add_option("bundle", options.inspect.input, "Bundle (.s2x)")
      ->required();
  inspect->add_flag("--json", options.inspect.json, "JSON on stdout");
  inspect->add_flag("--memory", options.inspect.memory,
                    "Every core's memory by structure");
  auto *layer = inspect->add_option_function<std::vector<std::string>>(
      "--layer",
      [&options](const std::vector<std::string> &names) {
        options.inspect.layer = names.empty() ? "" : names.front();
      },
      "Every layer, or the one of this name: paradigm, bytes, cycles");
  auto *pe = inspect->add_option_function<std::vector<std::string>>(
      "--pe",
      [&options](const std::vector<std::string> &names) {
        options.inspect.pe = names.empty() ? "" : names.front();
      },
      "Every PE, or one by its coordinate x.y.p or its number: buffers, keys, "
      "routes");
  for (CLI::Option *option : {layer, pe})
    option->expected(0, 1)->type_name("[NAME]")->run_callback_for_default();
  inspect->footer("Examples:\n  snnc inspect net.s2x\n"
                  "  snnc inspect net.s2x --layer\n"
                  "  snnc inspect net.s2x --layer hidden --json | jq .bytes\n"
                  "  snnc inspect net.s2x --pe 7.6.0\n"
                  "  snnc inspect net.s2x --memory");

  app.add_subcommand("targets", "List the machine descriptions");

  CLI::App *explain = app.add_subcommand(
      "explain", "Say what a diagnostic means and what helps");
  explain->add_option("code", options.explain,
                      "Codes of diagnostics (default: list all)");
  explain->footer("Examples:\n  snnc explain SNN0354\n"
                  "  snnc explain | grep weights");
}

static Verb verbOf(const std::string &name) {
  if (name == "compile")
    return Verb::Compile;
  if (name == "run")
    return Verb::Run;
  if (name == "check")
    return Verb::Check;
  if (name == "verify")
    return Verb::Verify;
  if (name == "inspect")
    return Verb::Inspect;
  if (name == "explain")
    return Verb::Explain;
  if (name == "selector")
    return Verb::Selector;
  return Verb::Targets;
}

/// Are findings to be JSON? Asked when the command line could not be parsed.
static bool wantsJson(const std::vector<std::string> &arguments) {
  for (size_t i = 0; i < arguments.size(); ++i)
    if (arguments[i] == "--diagnostics=json" ||
        (arguments[i] == "json" && i > 0 &&
         arguments[i - 1] == "--diagnostics"))
      return true;
  return false;
}

/// --help and --version, on their way to the checked standard output.
static std::string textOf(const CLI::App &app, const CLI::ParseError &error) {
  std::ostringstream out;
  app.exit(error, out, out);
  return out.str();
}

static void reportUsage(const CLI::App &app, const CLI::ParseError &error,
                        const std::vector<std::string> &arguments) {
  DiagnosticSink sink;
  sink.report(usageError(app, error, arguments));
  printFindings(sink, wantsJson(arguments), /*quiet=*/false, /*allNotes=*/true);
}

/// Long names of what stood on the command line.
static std::set<std::string> givenOptions(const CLI::App &verb) {
  std::set<std::string> names;
  for (const CLI::Option *option : verb.get_options())
    if (option->count() > 0)
      names.insert(option->get_lnames().begin(), option->get_lnames().end());
  return names;
}

/// "-o=FILE" as "-o FILE": CLI11 takes '=' for a part of the value, and files
/// would be written as "=FILE".
static std::vector<std::string> splitShortOptions(int argc, char **argv) {
  std::vector<std::string> words;
  for (std::string_view word : std::span(argv, size_t(argc))) {
    bool isShort =
        word.size() > 2 && word[0] == '-' && word[1] != '-' && word[2] == '=';
    words.emplace_back(isShort ? word.substr(0, 2) : word);
    if (isShort)
      words.emplace_back(word.substr(3));
  }
  return words;
}

/// "help VERB ..." as "VERB ... --help"; what is no verb is left to fail.
static void rewriteHelp(const CLI::App &app, std::vector<std::string> &words) {
  size_t verb = 1;
  while (verb < words.size() && words[verb].starts_with('-'))
    verb += words[verb] == "--diagnostics" ? 2 : 1;
  if (verb >= words.size() || words[verb] != "help")
    return;
  words.erase(words.begin() + ptrdiff_t(verb));
  auto named = [&](const CLI::App *other) {
    return other->check_name(words[verb]);
  };
  if (verb == words.size() || words[verb].starts_with('-') ||
      !app.get_subcommands(named).empty())
    words.push_back("--help");
}

std::optional<int> parseOptions(int argc, char **argv, Options &options) {
  CLI::App app{"snnc: a compiler for spiking neural networks on SpiNNaker2"};
  app.name("snnc");
  app.set_version_flag("--version", std::string("snnc ") + SNNC_VERSION);
  app.require_subcommand(1);
  app.fallthrough();
  std::string format = "text";
  app.add_option("--diagnostics", format, "Form of messages: text or json")
      ->check(CLI::IsMember({"text", "json"}))
      ->capture_default_str();
  app.add_flag("-q,--quiet", options.quiet, "No notes and no progress bar");
  app.footer(kExitCodes);
  addCompile(app, options.compile);
  addRun(app, options.run);
  addOthers(app, options);
  addSelector(app, options.selector);
  app.add_subcommand("help", "Show the options of a command, with examples")
      ->footer("Examples:\n  snnc help run\n  snnc help selector train");
  std::vector<std::string> words = splitShortOptions(argc, argv);
  rewriteHelp(app, words);
  try {
    std::vector<const char *> given;
    for (const std::string &word : words)
      given.push_back(word.c_str());
    app.parse(int(given.size()), given.data());
    checkNumbers(app);
  } catch (const CLI::ParseError &error) {
    if (error.get_exit_code() == 0) // --help, --version
      return fmt::print("{}", textOf(app, error)), kExitOk;
    reportUsage(app, error, {words.begin() + 1, words.end()});
    return kExitUsage;
  }
  options.jsonDiagnostics = format == "json";
  for (NetworkOptions *network :
       {&options.compile.network, &options.run.compile.network,
        &options.check.compile.network, &options.verify.run.compile.network})
    network->given = givenNetworkOptions(*app.get_subcommands().front());
  options.verb = verbOf(app.get_subcommands().front()->get_name());
  options.run.given = options.verify.run.given =
      givenOptions(*app.get_subcommands().front());
  options.verify.against = withoutAlias(options.verify.against);
  return std::nullopt;
}

} // namespace snnc
