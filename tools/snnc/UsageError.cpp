//===- UsageError.cpp - What is wrong with a command line -----------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "tools/snnc/UsageError.h"

#include "runtime/support/Text.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cerrno>
#include <cmath>
#include <cstdlib>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <utility>

namespace snnc {

using Names = std::vector<std::string>;

static bool isOption(const std::string &text) {
  return text.size() > 1 && text[0] == '-';
}

/// "--weights" of "--weights=int8".
static std::string nameOf(const std::string &option) {
  return option.substr(0, option.find('='));
}

static Names verbsOf(const CLI::App &app) {
  Names names;
  for (const CLI::App *verb :
       app.get_subcommands([](const CLI::App *) { return true; }))
    names.push_back(verb->get_name());
  return names;
}

/// "--output", "-o" and the like: every way to write an option of `app`.
static Names optionsOf(const CLI::App &app) {
  Names names;
  for (const CLI::Option *option : app.get_options()) {
    for (const std::string &name : option->get_lnames())
      names.push_back("--" + name);
    for (const std::string &name : option->get_snames())
      names.push_back("-" + name);
  }
  return names;
}

/// Where the command line was when it ended: the innermost command that it
/// names, how the user writes it, and the first word that is none.
struct NamedCommand {
  const CLI::App *app;
  std::string words;   ///< "snnc selector"
  std::string unknown; ///< empty: no word was left
};

static NamedCommand findCommand(const CLI::App &app, const Names &arguments) {
  NamedCommand found{&app, app.get_name(), ""};
  for (size_t i = 0; i < arguments.size(); ++i) {
    const std::string &word = arguments[i];
    if (isOption(word)) {
      const CLI::Option *option = found.app->get_option_no_throw(word);
      i += option && option->get_expected_min() > 0;
      continue;
    }
    Names verbs = verbsOf(*found.app);
    if (verbs.empty())
      break;
    if (std::find(verbs.begin(), verbs.end(), word) == verbs.end()) {
      found.unknown = word;
      break;
    }
    found.app = found.app->get_subcommand(word);
    found.words += " " + word;
  }
  return found;
}

static std::string list(const Names &names) {
  return fmt::format("{}", fmt::join(names, ", "));
}

static void suggest(const std::string &wanted, const Names &known,
                    Diagnostic &finding) {
  for (const std::string &near : nearestNames(wanted, known, 1))
    finding.hints.push_back(fmt::format("did you mean '{}'?", near));
}

static Diagnostic unknownCommand(const NamedCommand &command) {
  Names verbs = verbsOf(*command.app);
  if (command.unknown.empty())
    return makeError(
        "SNN0090", {},
        fmt::format("'{}' needs a command: {}", command.words, list(verbs)),
        {fmt::format("{} --help", command.words)});
  std::string shown = printable(command.unknown);
  Diagnostic finding =
      makeError("SNN0090", {},
                fmt::format("'{}' has no command '{}'; it has {}",
                            command.words, shown, list(verbs)));
  suggest(command.unknown, verbs, finding);
  // A file where the command belongs.
  for (const char *ending : {".nir", ".h5", ".yaml", ".yml", ".s2x"})
    if (command.unknown.ends_with(ending) && command.words == "snnc")
      finding.hints = {fmt::format("snnc run {}", shown)};
  if (finding.hints.empty())
    finding.hints.push_back(fmt::format("{} --help", command.words));
  return finding;
}

/// The nearest option; compared without dashes, which every name has.
static void suggestOption(const std::string &name, const Names &known,
                          Diagnostic &finding) {
  size_t dashes = std::min(name.find_first_not_of('-'), name.size());
  std::string wanted = name.substr(dashes);
  Names bare;
  for (const std::string &option : known)
    if (option.starts_with("--"))
      bare.push_back(option.substr(2));
  Names initials; // -m: --machine
  if (wanted.size() == 1 && dashes == 1)
    for (const std::string &option : bare)
      if (option.starts_with(wanted))
        initials.push_back("'--" + option + "'");
  if (!initials.empty() && initials.size() < 4)
    finding.hints.push_back(
        fmt::format("did you mean {}?", fmt::join(initials, ", ")));
  if (wanted.size() < 2)
    return;
  // What begins alike is nearer than what is spelt alike: --rec, --record.
  for (const std::string &option : bare)
    if (option.starts_with(wanted)) {
      finding.hints.push_back(fmt::format("did you mean '--{}'?", option));
      return;
    }
  for (const std::string &near : nearestNames(wanted, bare, 1))
    finding.hints.push_back(fmt::format("did you mean '--{}'?", near));
}

static Diagnostic unknownArgument(const CLI::App &root,
                                  const NamedCommand &command,
                                  const Names &rest) {
  auto option = std::find_if(rest.begin(), rest.end(), isOption);
  if (option == rest.end()) {
    std::string word = printable(rest.empty() ? "" : rest.front());
    Diagnostic finding = makeError(
        "SNN0091", {},
        fmt::format("'{}' takes no argument '{}' here", command.words, word));
    Names takes = optionsOf(*command.app);
    bool isArray = word.ends_with(".npy") || word.ends_with(".npz");
    if (isArray && std::ranges::find(takes, "--input") != takes.end())
      finding.hints.push_back("an array is given as an input: -i " + word);
    finding.hints.push_back(fmt::format("{} --help", command.words));
    return finding;
  }
  std::string name = nameOf(*option);
  Diagnostic finding = makeError(
      "SNN0091", {},
      fmt::format("'{}' has no option '{}'", command.words, printable(name)));
  Names known = optionsOf(*command.app), verbs;
  for (const std::string &more : optionsOf(root))
    known.push_back(more);
  for (const std::string &verb : verbsOf(root)) {
    Names theirs = optionsOf(*root.get_subcommand(verb));
    if (std::find(theirs.begin(), theirs.end(), name) != theirs.end())
      verbs.push_back(verb);
  }
  if (!verbs.empty())
    finding.notes.push_back(
        fmt::format("'{}' is an option of {}", name, list(verbs)));
  else
    suggestOption(name, known, finding);
  finding.hints.push_back(fmt::format("{} --help", command.words));
  return finding;
}

/// `text` cut at the first `mark`: before and behind; all and nothing without.
static std::pair<std::string, std::string> cut(const std::string &text,
                                               const std::string &mark) {
  size_t at = text.find(mark);
  if (at == std::string::npos)
    return {text, ""};
  return {text.substr(0, at), text.substr(at + mark.size())};
}

/// "1ms" or "1e3" where a number is asked for: the number, of --tick in its
/// seconds.
static void hintOnUnit(const std::string &option, const std::string &value,
                       Diagnostic &finding) {
  char *end = nullptr;
  double number = std::strtod(value.c_str(), &end);
  std::string unit = end;
  unit.erase(0, unit.find_first_not_of(' '));
  if (end == value.c_str() || !std::isfinite(number))
    return;
  bool isWhole = number > 0 && number < 1e15 && number == std::floor(number);
  if (unit.empty()) {
    if (isWhole && value.find_first_not_of("0123456789") != value.npos)
      finding.hints.push_back(
          fmt::format("in digits: {} {:.0f}", option, number));
    return;
  }
  double scale = unit == "ms" ? 1e-3 : unit == "us" ? 1e-6 : 1;
  if (option == "--tick")
    finding.hints.push_back(
        fmt::format("in seconds: --tick {:g}", number * scale));
  else if (option == "--dt" && (scale != 1 || unit == "s"))
    finding.hints.push_back(
        fmt::format("in the file's unit of time; where its time constants are "
                    "seconds: --dt {:g}",
                    number * scale));
  else
    finding.hints.push_back(
        fmt::format("without a unit: {} {:g}", option, number));
}

/// Whether an option of the command takes whole numbers only.
static bool takesWhole(const NamedCommand &command, const std::string &option) {
  const CLI::Option *found = command.app->get_option_no_throw(option);
  std::string type = found ? found->get_type_name() : "";
  return type.starts_with("UINT") || type.starts_with("INT");
}

/// Whole numbers in digits, however CLI11 writes them.
static std::string bound(double number) {
  bool isWhole = number == std::floor(number) && std::abs(number) < 1e15;
  return isWhole && number >= 0 ? grouped(uint64_t(number))
                                : fmt::format("{:g}", number);
}

/// CLI11's "V not in range A to B".
static Diagnostic outOfRange(const std::string &option,
                             const std::string &value, const std::string &range,
                             bool isWhole) {
  auto [least, most] = cut(range, " to ");
  double low = std::strtod(least.c_str(), nullptr);
  double high = std::strtod(most.c_str(), nullptr);
  std::string shown = printable(value),
              what = isWhole ? "whole number" : "number", wanted;
  if (high > 1e300) // no upper limit
    wanted = fmt::format("{} above {}", what, bound(low));
  // A bound of a 64-bit integer says that the value is whole.
  else if (high > 1e15)
    wanted = fmt::format("whole number from {} to 2^63 - 1", bound(low));
  else
    wanted = fmt::format("{} from {} to {}", what, bound(low), bound(high));
  Diagnostic finding =
      makeError("SNN0092", {},
                fmt::format("{}: '{}' is not a {}", option, shown, wanted));
  hintOnUnit(option, value, finding);
  return finding;
}

/// CLI11's "OPTION: Value V not in range A to B" and "OPTION: V not in {A,B}".
static Diagnostic badValue(const NamedCommand &command,
                           const std::string &text) {
  auto [option, rest] = cut(text, ": ");
  auto [value, range] = cut(rest, " not in range ");
  if (!range.empty())
    return outOfRange(option, cut(value, "Value ").second, range,
                      takesWhole(command, option));
  auto [word, set] = cut(rest, " not in {");
  if (set.empty())
    return makeError("SNN0092", {}, printable(text, 400));
  Names choices = CLI::detail::split(cut(set, "}").first, ',');
  Diagnostic finding = makeError("SNN0092", {},
                                 fmt::format("{} takes {}, not '{}'", option,
                                             list(choices), printable(word)));
  suggest(word, choices, finding);
  return finding;
}

/// CLI11's "Could not convert: OPTION = V".
static Diagnostic notConverted(const NamedCommand &command,
                               const std::string &text) {
  auto [option, value] = cut(cut(text, ": ").second, " = ");
  Diagnostic finding = makeError(
      "SNN0092", {},
      fmt::format("{}: '{}' is not a {}", option, printable(value),
                  takesWhole(command, option) ? "whole number" : "number"));
  hintOnUnit(option, value, finding);
  return finding;
}

/// "--ticks: 1 required UINT missing", "--ticks: 1 required UINT but received
/// 2", "network is required".
static Diagnostic missing(const NamedCommand &command,
                          const std::string &text) {
  size_t name = text.find(": ");
  bool mismatch = isOption(text) && name != std::string::npos;
  bool absent = text.ends_with("missing");
  std::string said =
      mismatch ? fmt::format("{} {}", text.substr(0, name),
                             absent ? "needs a value"
                                    : "is given more values than it takes")
               : fmt::format("'{}': {}", command.words, printable(text, 400));
  return makeError("SNN0093", {}, said,
                   {fmt::format("{} --help", command.words)});
}

static void checkNumbers(const CLI::Option &option) {
  const std::string type = option.get_type_name();
  for (const std::string &value : option.results()) {
    // `--input --ticks 5`: CLI11 takes the next word, whatever it is.
    if (value.starts_with("--") && value.size() > 2)
      throw CLI::ArgumentMismatch(option.get_name() +
                                  ": 1 required TEXT missing");
    if (type.starts_with("FLOAT") &&
        !std::isfinite(std::strtod(value.c_str(), nullptr)))
      throw CLI::ValidationError(option.get_name(),
                                 "'" + printable(value) + "' is not finite");
    // strtoull takes a minus sign and saturates.
    errno = 0;
    if (type.starts_with("UINT") &&
        (value.starts_with("-") ||
         (std::strtoull(value.c_str(), nullptr, 0), errno == ERANGE)))
      throw CLI::ValidationError(
          option.get_name(), "'" + printable(value) +
                                 "' is not a whole number from 0 to 2^64 - 1");
  }
}

void checkNumbers(const CLI::App &app) {
  for (const CLI::Option *option : app.get_options())
    checkNumbers(*option);
  for (const CLI::App *verb :
       app.get_subcommands([](const CLI::App *verb) { return verb->parsed(); }))
    checkNumbers(*verb);
}

Diagnostic usageError(const CLI::App &app, const CLI::ParseError &error,
                      const std::vector<std::string> &arguments) {
  NamedCommand command = findCommand(app, arguments);
  switch (CLI::ExitCodes(error.get_exit_code())) {
  case CLI::ExitCodes::ExtrasError:
    return unknownArgument(app, command, app.remaining(true));
  case CLI::ExitCodes::ConversionError:
    return notConverted(command, error.what());
  case CLI::ExitCodes::ValidationError:
    return badValue(command, error.what());
  case CLI::ExitCodes::RequiredError:
    if (!verbsOf(*command.app).empty())
      return unknownCommand(command);
    [[fallthrough]];
  default:
    return missing(command, error.what());
  }
}

} // namespace snnc
