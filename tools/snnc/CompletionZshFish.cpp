//===- CompletionZshFish.cpp - The scripts of zsh and fish ----------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "tools/snnc/Completion.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <fmt/format.h>
#include <fmt/ranges.h>

namespace snnc {

using Names = std::vector<std::string>;

/// With a backslash before each of `special`.
static std::string escaped(const std::string &text, std::string_view special) {
  std::string out;
  for (char c : text) {
    if (special.find(c) != std::string_view::npos)
      out += '\\';
    out += c;
  }
  return out;
}

/// zsh's action that offers words, files or both.
static std::string zshAction(const OptionRow &row) {
  std::string files;
  if (row.folder)
    files = "_files -/";
  if (!row.endings.empty()) {
    Names bare;
    for (const std::string &ending : row.endings)
      bare.push_back(ending.substr(1));
    // Parentheses without a | at the end of a pattern are glob qualifiers.
    files = fmt::format(fmt::runtime(bare.size() == 1 ? "_files -g \"*.{}\""
                                                      : "_files -g \"*.({})\""),
                        fmt::join(bare, "|"));
  }
  std::string words = fmt::format("{}", fmt::join(row.words, " "));
  if (row.words.empty())
    return files;
  if (files.empty())
    return fmt::format("({})", words);
  return fmt::format("_alternative \"words\\:word\\:({})\" "
                     "\"files\\:file\\:{}\"",
                     words, escaped(files, "\""));
}

/// ":message:action" of a value; "::" where it may be left out.
static std::string zshValue(const OptionRow &row) {
  if (row.value.empty())
    return "";
  std::string message = row.words.empty() || !row.endings.empty()
                            ? row.value
                            : std::string("value");
  return fmt::format("{}:{}:{}", row.needsValue ? "" : ":",
                     escaped(message, ":[]"), zshAction(row));
}

static std::string zshOptions(const CommandRow &command) {
  std::string text;
  for (const OptionRow &row : command.options)
    for (const std::string &name : row.names) {
      std::string once =
          row.many ? "*" : fmt::format("({})", fmt::join(row.names, " "));
      bool joined = row.needsValue && name.starts_with("--");
      text += fmt::format(
          "    {} \\\n",
          quotedForShell(fmt::format(
              "{}{}{}[{}]{}", once, name, joined ? "=" : "",
              escaped(shortHelp(row.help), "[]:\\"), zshValue(row))));
    }
  return text;
}

/// "_snnc_selector_train" of "snnc selector train".
static std::string functionOf(const CommandRow &command) {
  std::string name = "_" + command.words;
  std::replace(name.begin(), name.end(), ' ', '_');
  return name;
}

/// Ends of commands with commands below them.
static std::string zshBelow(const CommandRow &command) {
  std::string offered, cases;
  for (const CommandRow &verb : command.commands)
    cases += fmt::format("    {}) {} ;;\n", verb.name(), functionOf(verb));
  for (const CommandRow &verb : command.commands)
    offered += fmt::format(" {}\\:{}", verb.name(),
                           escaped(shortHelp(verb.help), "\\:\"'() "));
  return fmt::format("    {} \\\n    '*::argument:->below'\n"
                     "  [[ $state == below ]] && case $words[1] in\n{}  esac\n",
                     quotedForShell(fmt::format("1:command:(({}))", offered)),
                     cases);
}

static std::string zshArguments(const CommandRow &command) {
  if (command.arguments.empty())
    return "    && return\n";
  const OptionRow &row = command.arguments.front();
  return fmt::format("    {}\n", quotedForShell("*" + zshValue(row)));
}

std::string zshCompletion(const CommandRow &snnc) {
  std::string text = "#compdef snnc\n"
                     "# Completion of snnc for zsh, made by `snnc completion "
                     "zsh`.\n";
  std::vector<const CommandRow *> all = flattened(snnc);
  std::reverse(all.begin(), all.end()); // snnc's own last: it is called
  for (const CommandRow *command : all)
    text += fmt::format("\n{}() {{\n  local context state state_descr line\n"
                        "  typeset -A opt_args\n  _arguments -C \\\n{}{}}}\n",
                        functionOf(*command), zshOptions(*command),
                        command->commands.empty() ? zshArguments(*command)
                                                  : zshBelow(*command));
  return text + "\nif [[ $funcstack[1] == _snnc ]]; then\n  _snnc \"$@\"\n"
                "else\n  compdef _snnc snnc\nfi\n";
}

/// When the command is the one on the line.
static std::string fishCondition(const CommandRow &command) {
  Names words = CLI::detail::split(command.words, ' '), tests, below;
  for (const std::string &word : Names(words.begin() + 1, words.end()))
    tests.push_back("__fish_seen_subcommand_from " + word);
  for (const CommandRow &verb : command.commands)
    below.push_back(verb.name());
  if (tests.empty())
    return "__fish_use_subcommand";
  if (!below.empty())
    tests.push_back(fmt::format("not __fish_seen_subcommand_from {}",
                                fmt::join(below, " ")));
  return fmt::format("{}", fmt::join(tests, "; and "));
}

/// 'text' for fish, where a backslash is one within quotes too.
static std::string quotedForFish(const std::string &text) {
  return "'" + escaped(text, "\\'") + "'";
}

/// -a of words and files.
static std::string fishValues(const OptionRow &row) {
  Names parts = row.words;
  for (const std::string &ending : row.endings)
    parts.push_back(fmt::format("(__fish_complete_suffix {})", ending));
  if (row.folder)
    parts.push_back("(__fish_complete_directories)");
  if (parts.empty())
    return "";
  return " -a " + quotedForFish(fmt::format("{}", fmt::join(parts, " ")));
}

static std::string fishOption(const OptionRow &row,
                              const std::string &condition) {
  std::string line = fmt::format("complete -c snnc -n {}", condition);
  for (const std::string &name : row.names)
    line += name.starts_with("--") ? " -l " + name.substr(2)
                                   : " -s " + name.substr(1);
  if (row.needsValue)
    line += " -x";
  return line + fishValues(row) +
         fmt::format(" -d {}\n", quotedForFish(shortHelp(row.help)));
}

std::string fishCompletion(const CommandRow &snnc) {
  std::string text =
      "# Completion of snnc for fish, made by `snnc completion fish`.\n"
      "complete -c snnc -f\n";
  for (const CommandRow *command : flattened(snnc)) {
    std::string condition = quotedForFish(fishCondition(*command));
    for (const CommandRow &verb : command->commands)
      text += fmt::format("complete -c snnc -n {} -a {} -d {}\n", condition,
                          verb.name(), quotedForFish(shortHelp(verb.help)));
    for (const OptionRow &row : command->options)
      text += fishOption(row, condition);
    for (const OptionRow &row : command->arguments)
      if (std::string values = fishValues(row); !values.empty())
        text += fmt::format("complete -c snnc -n {}{}\n", condition, values);
  }
  return text;
}

} // namespace snnc
