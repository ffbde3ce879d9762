//===- OptionTable.cpp - The command line as data -------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "tools/snnc/OptionTable.h"

#include "runtime/support/Diagnostic.h"
#include "runtime/support/ExitCode.h"

#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <fmt/ranges.h>

namespace snnc {

using Names = std::vector<std::string>;

static constexpr const char *kFile = "FILE:";

std::string fileType(const Names &endings, const Names &words) {
  std::string files = fmt::format("{}{}", kFile, fmt::join(endings, ","));
  return words.empty() ? files
                       : fmt::format("{{{}}}|{}", fmt::join(words, ","), files);
}

/// What stands between the marks in `text`; empty without them.
static std::string between(const std::string &text, const std::string &open,
                           const std::string &close) {
  size_t begin = text.find(open);
  if (begin == std::string::npos)
    return "";
  begin += open.size();
  size_t end = close.empty() ? text.size() : text.find(close, begin);
  return end == std::string::npos ? "" : text.substr(begin, end - begin);
}

static Names split(const std::string &list) {
  return list.empty() ? Names() : CLI::detail::split(list, ',');
}

static void addCommands(const CLI::App &app, const std::string &before,
                        Names &names) {
  for (const CLI::App *verb :
       app.get_subcommands([](const CLI::App *) { return true; })) {
    names.push_back(before + verb->get_name());
    addCommands(*verb, names.back() + " ", names);
  }
}

/// The word that stands for a value.
static std::string valueOf(const OptionRow &row, const std::string &type) {
  if (!row.endings.empty())
    return "FILE";
  if (!row.words.empty() && type.starts_with("TEXT:"))
    return fmt::format("{}", fmt::join(row.words, "|"));
  std::string kind = type.substr(0, type.find(':'));
  return kind == "UINT" || kind == "FLOAT" ? "NUMBER" : kind;
}

static OptionRow rowOf(const CLI::Option &option, const CLI::App &root) {
  OptionRow row;
  row.positional = option.get_positional();
  for (const std::string &name : option.get_snames())
    row.names.push_back("-" + name);
  for (const std::string &name : option.get_lnames())
    row.names.push_back("--" + name);
  if (row.positional)
    row.names = {option.get_name()};
  row.help = option.get_description();
  row.group = option.get_group();
  row.required = option.get_required();
  row.many =
      option.get_items_expected_max() >= CLI::detail::expected_max_vector_size;
  if (option.get_items_expected_max() == 0)
    return row;
  std::string type = option.get_type_name();
  row.needsValue = option.get_items_expected_min() > 0;
  row.words = split(between(type, "{", "}"));
  row.endings = split(between(type, kFile, ""));
  row.folder = type == kFolderType;
  if (type == kCommandType)
    addCommands(root, "", row.words);
  if (type == kCodeType)
    for (const DiagnosticInfo &info : diagnosticTable())
      row.words.push_back(info.name);
  row.range = between(type, "[", "]");
  if (row.range == "NAME")
    row.range.clear();
  row.standard = option.get_default_str();
  row.value = valueOf(row, type);
  return row;
}

static CommandRow commandOf(const CLI::App &app, const CLI::App &root,
                            const std::string &before) {
  CommandRow command;
  command.words = before + app.get_name();
  command.help = app.get_description();
  command.footer = app.get_footer();
  for (const CLI::Option *option : app.get_options()) {
    OptionRow row = rowOf(*option, root);
    (row.positional ? command.arguments : command.options).push_back(row);
  }
  if (&app != &root) // they may stand behind every command
    for (const CLI::Option *option : root.get_options())
      if (option != root.get_help_ptr() && option != root.get_version_ptr()) {
        command.options.push_back(rowOf(*option, root));
        command.options.back().group = "Of every command";
      }
  for (const CLI::App *verb :
       app.get_subcommands([](const CLI::App *) { return true; }))
    command.commands.push_back(commandOf(*verb, root, command.words + " "));
  return command;
}

CommandRow tableOf(const CLI::App &app) { return commandOf(app, app, ""); }

std::vector<const CommandRow *> flattened(const CommandRow &command) {
  std::vector<const CommandRow *> all{&command};
  for (const CommandRow &below : command.commands)
    for (const CommandRow *row : flattened(below))
      all.push_back(row);
  return all;
}

const std::vector<ExitWords> &exitWords() {
  static const std::vector<ExitWords> words = {
      {kExitOk, "ok"},
      {kExitInput, "input error"},
      {kExitUsage, "usage"},
      {kExitDoesNotFit, "does not fit"},
      {kExitMismatch, "mismatch"},
      {kExitDevice, "device"},
      {kExitLostSpikes, "ran but overran or lost spikes"},
      {kExitInternal, "internal"},
      {kExitInterrupted, "interrupted"},
      {kExitReaderGone, "the reader of stdout ended"}};
  return words;
}

} // namespace snnc
