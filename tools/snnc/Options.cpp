//===- Options.cpp - The one place that parses flags ----------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "tools/snnc/Options.h"

#include "compiler/Pipeline/Pipeline.h"
#include "runtime/support/ExitCode.h"
#include "tools/snnc/Completion.h"
#include "tools/snnc/Messages.h"
#include "tools/snnc/OptionGroups.h"
#include "tools/snnc/OptionPairs.h"
#include "tools/snnc/RunVerbs.h"
#include "tools/snnc/UsageError.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <sstream>

#ifndef SNNC_VERSION
#define SNNC_VERSION "unknown"
#endif

namespace snnc {

/// The footer, in lines that every terminal has room for.
static std::string exitCodes() {
  std::string text = "Exit codes:";
  size_t column = text.size();
  for (const ExitWords &row : exitWords()) {
    bool last = row.code == exitWords().back().code;
    std::string part =
        fmt::format("{} {}{}", row.code, row.words, last ? "." : ",");
    bool full = column + 1 + part.size() > 80;
    text += (full ? "\n" : " ") + part;
    column = full ? part.size() : column + 1 + part.size();
  }
  return text;
}

static void addCompile(CLI::App &app, CompileOptions &o) {
  CLI::App *c = app.add_subcommand("compile", "Compile a network to a bundle");
  c->add_option("network", o.input, "NIR or YAML file")
      ->required()
      ->type_name(fileType(kNetworkEndings));
  c->add_option("-o,--output", o.output, "Bundle (default: NETWORK.s2x)")
      ->type_name(fileType({".s2x"}));
  std::vector<std::string> dumps = pipeline::dumpNames();
  dumps.push_back("asm"); // of the chip's target
  std::string all =
      fmt::format("Stop early and print: {}", fmt::join(dumps, ", "));
  dumps.insert(dumps.begin(), "bundle");
  c->add_option("--emit", o.emit, all)
      ->check(CLI::IsMember(dumps))
      ->capture_default_str();
  addReport(c, o.report);
  c->add_option("--trace-compile", o.trace,
                "Write what the passes took, for ui.perfetto.dev")
      ->type_name(fileType({".pftrace"}));
  addNetworkOptions(c, o.network);
  addMachineOptions(c, o);
  c->footer("Examples:\n"
            "  snnc compile models/digits/digits.nir -o digits.s2x --report "
            "table\n"
            "  snnc compile net.nir --dt 1e-4 --reset zero --weights int16\n"
            "  ./make_network.py | snnc compile - -o net.s2x\n"
            "  snnc compile net.nir --emit asm | less");
}

static void addConvert(CLI::App &app, ConvertOptions &o) {
  CLI::App *c = app.add_subcommand(
      "convert",
      "Write a NIR network or a PyNN script as YAML, or a YAML network as NIR");
  c->add_option("network", o.input,
                "NIR or YAML file, or PyNN script (.py), which the Python "
                "package runs")
      ->required()
      ->type_name(fileType({".nir", ".h5", ".yaml", ".yml", ".py"}));
  c->add_option(
       "-o,--output", o.output,
       "YAML file, weights and parameters in an .npz beside it, or NIR "
       "file of a YAML network (default: NETWORK.yaml or .nir)")
      ->type_name(fileType({".yaml", ".nir"}));
  addDynamicsOptions(c, o.network);
  c->footer("Examples:\n"
            "  snnc convert models/digits/digits.nir -o digits.yaml\n"
            "  snnc convert net.nir --dt 1e-3 --reset subtract -o net.yaml\n"
            "  snnc convert digits.yaml -o again.nir\n"
            "  snnc convert docs/gallery/pynn/synfire_chain.py -o chain.yaml\n"
            "  snnc convert - -o - < models/shapes/shapes.nir > shapes.yaml");
}

static void addOthers(CLI::App &app, Options &options) {
  CLI::App *check =
      app.add_subcommand("check", "Say what a network file holds and lacks");
  check->add_option("network", options.check.input, "NIR or YAML file")
      ->required()
      ->type_name(fileType(kNetworkEndings));
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
      ->required()
      ->type_name(fileType({".s2x"}));
  inspect->add_flag("--json", options.inspect.json, "JSON on stdout");
  inspect->add_flag("--memory", options.inspect.memory,
                    "Every core's memory by structure");
  struct View {
    const char *option, *name;
    std::optional<std::string> InspectOptions::*wanted;
    const char *help;
  };
  for (const View &view :
       {View{"--layer", "[NAME]", &InspectOptions::layer,
             "Every layer, or the one of this name: paradigm, bytes, cycles"},
        View{"--pe", "[NAME]", &InspectOptions::pe,
             "Every PE, or one by its coordinate x.y.p or its number: buffers, "
             "keys, routes"},
        View{"--chip", "[X,Y]", &InspectOptions::chip,
             "Every chip, or one: PEs, layers, bytes, table entries, links"},
        View{"--link", "[X,Y,DIR]", &InspectOptions::link,
             "Every link between chips, or one (DIR: E, NE, N, W, SW, S): "
             "packets a tick and who sends them"}})
    inspect
        ->add_option_function<std::vector<std::string>>(
            view.option,
            [&options,
             wanted = view.wanted](const std::vector<std::string> &names) {
              options.inspect.*wanted = names.empty() ? "" : names.front();
            },
            view.help)
        ->expected(0, 1)
        ->type_name(view.name)
        ->run_callback_for_default();
  inspect->footer("Examples:\n  snnc inspect net.s2x\n"
                  "  snnc inspect net.s2x --layer\n"
                  "  snnc inspect net.s2x --layer hidden --json | jq .bytes\n"
                  "  snnc inspect net.s2x --pe 0\n"
                  "  snnc inspect net.s2x --link\n"
                  "  snnc inspect net.s2x --memory");

  addPageReport(app, options.page);

  app.add_subcommand("targets", "List the machine descriptions")
      ->footer("Examples:\n  snnc targets\n"
               "  snnc compile net.nir --machine spinnaker2-48 -o net.s2x");

  CLI::App *doctor = app.add_subcommand(
      "doctor", "Say what this computer offers, and what holds snnc back");
  doctor->add_flag("--json", options.doctorJson,
                   "The checks as JSON on stdout");
  doctor->footer("Examples:\n  snnc doctor\n"
                 "  snnc doctor --json | jq '.checks[] | select(.remedy)'");

  CLI::App *explain = app.add_subcommand(
      "explain", "Say what a diagnostic means and what helps");
  explain
      ->add_option("code", options.explain,
                   "Codes of diagnostics (default: list all)")
      ->type_name(kCodeType);
  explain->footer("Examples:\n  snnc explain SNN0354\n"
                  "  snnc explain | grep weights");
}

static void addInit(CLI::App &app, std::string &output) {
  CLI::App *c = app.add_subcommand(
      "init", "Write a commented network file to begin with");
  c->add_option("network", output, "YAML file, which must not exist")
      ->type_name(fileType({".yaml"}))
      ->capture_default_str();
  c->footer("Examples:\n  snnc init net.yaml\n"
            "  snnc init - | snnc run - --ticks 100 --report table");
}

/// The commands about the command line itself.
static void addWords(CLI::App &app, Options &options) {
  CLI::App *help = app.add_subcommand(
      "help", "Show the options of a command, with examples");
  help->add_option("command", options.man.command, "Words of the command")
      ->type_name(kCommandType);
  help->footer("Examples:\n  snnc help run\n  snnc help selector train");

  CLI::App *completion = app.add_subcommand(
      "completion", "Print a shell's script that completes command lines");
  completion->add_option("shell", options.shell, "Of which shell")
      ->required()
      ->check(CLI::IsMember(shellNames()));
  completion->footer(
      "Examples:\n"
      "  eval \"$(snnc completion bash)\"\n"
      "  snnc completion zsh > ~/.zfunc/_snnc\n"
      "  snnc completion fish > ~/.config/fish/completions/snnc.fish");

  CLI::App *man =
      app.add_subcommand("man", "Print the manual page of a command");
  man->add_option("command", options.man.command,
                  "Words of the command (default: snnc itself)")
      ->type_name(kCommandType);
  man->add_option("-o,--output", options.man.folder,
                  "Folder: write the page there, and those of the commands "
                  "below it (snnc.1, snnc-run.1, ...)")
      ->type_name(kFolderType);
  man->footer("Examples:\n  snnc man run | man -l -\n"
              "  snnc man -o ~/.local/share/man/man1");
}

static Verb verbOf(const std::string &name) {
  if (name == "init")
    return Verb::Init;
  if (name == "compile")
    return Verb::Compile;
  if (name == "convert")
    return Verb::Convert;
  if (name == "run")
    return Verb::Run;
  if (name == "check")
    return Verb::Check;
  if (name == "verify")
    return Verb::Verify;
  if (name == "inspect")
    return Verb::Inspect;
  if (name == "doctor")
    return Verb::Doctor;
  if (name == "report")
    return Verb::Report;
  if (name == "explain")
    return Verb::Explain;
  if (name == "selector")
    return Verb::Selector;
  if (name == "completion")
    return Verb::Completion;
  if (name == "man")
    return Verb::Man;
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
static std::vector<std::string>
splitShortOptions(const std::vector<std::string> &given) {
  std::vector<std::string> words;
  for (std::string_view word : given) {
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

Expected<std::optional<std::string>>
parseWords(const std::vector<std::string> &given, Options &options) {
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
  app.footer(exitCodes());
  addInit(app, options.starter);
  addCompile(app, options.compile);
  addConvert(app, options.convert);
  addRun(app, options.run);
  addOthers(app, options);
  addSelector(app, options.selector);
  addWords(app, options);
  std::vector<std::string> words = splitShortOptions(given);
  rewriteHelp(app, words);
  try {
    std::vector<const char *> texts;
    for (const std::string &word : words)
      texts.push_back(word.c_str());
    app.parse(int(texts.size()), texts.data());
    checkNumbers(app);
    checkPairs(app);
  } catch (const CLI::ParseError &error) {
    if (error.get_exit_code() == 0) // --help, --version
      return std::optional(textOf(app, error));
    return usageError(app, error, {words.begin() + 1, words.end()});
  }
  options.jsonDiagnostics = format == "json";
  for (NetworkOptions *network :
       {&options.compile.network, &options.convert.network,
        &options.run.compile.network, &options.check.compile.network,
        &options.verify.run.compile.network})
    network->given = givenNetworkOptions(*app.get_subcommands().front());
  options.verb = verbOf(app.get_subcommands().front()->get_name());
  if (options.verb == Verb::Completion || options.verb == Verb::Man)
    options.table = tableOf(app);
  options.run.given = options.verify.run.given =
      givenOptions(*app.get_subcommands().front());
  options.verify.against = withoutAlias(options.verify.against);
  return std::optional<std::string>();
}

std::optional<int> parseOptions(int argc, char **argv, Options &options) {
  std::vector<std::string> words(argv, argv + argc);
  auto text = parseWords(words, options);
  if (!text) {
    DiagnosticSink sink;
    sink.report(text.takeError());
    printFindings(sink, wantsJson({words.begin() + 1, words.end()}),
                  /*quiet=*/false, /*allNotes=*/true);
    return kExitUsage;
  }
  if (!*text)
    return std::nullopt;
  fmt::print("{}", **text);
  return kExitOk;
}

} // namespace snnc
