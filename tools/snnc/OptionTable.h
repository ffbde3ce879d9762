//===- OptionTable.h - The command line as data -----------------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What the parser knows of every command, for what is made of it: completions
// of shells and manual pages. Nothing is said twice.
//
//===----------------------------------------------------------------------===//
#ifndef SNNC_TOOLS_OPTIONTABLE_H
#define SNNC_TOOLS_OPTIONTABLE_H

#include <string>
#include <vector>

namespace CLI {
class App;
}

namespace snnc {

/// The type name of an option or argument that takes files of these endings, or
/// one of the words instead: "{cpu,float}|FILE:.npz,.npy". Shown by --help and
/// read by tableOf().
std::string fileType(const std::vector<std::string> &endings,
                     const std::vector<std::string> &words = {});
inline constexpr const char *kFolderType = "FOLDER";
/// Names of commands, codes of diagnostics: completed, not shown one by one.
inline constexpr const char *kCommandType = "COMMAND", *kCodeType = "CODE";

struct OptionRow {
  /// As written, short ones first: "-o", "--output"; of an argument its name.
  std::vector<std::string> names;
  std::string help, group;
  std::string value;    ///< what stands for the value; empty: takes none
  std::string range;    ///< "1 - 100"; empty: any
  std::string standard; ///< the default, where the parser knows it
  std::vector<std::string> words, endings; ///< values: these, or such files
  bool folder = false, positional = false, required = false, many = false;
  bool needsValue = false; ///< takes a value, and cannot do without
};

struct CommandRow {
  std::string words; ///< "snnc selector train"
  std::string help, footer;
  std::vector<OptionRow> options; ///< those of every command last
  std::vector<OptionRow> arguments;
  std::vector<CommandRow> commands;

  std::string name() const { return words.substr(words.rfind(' ') + 1); }
};

CommandRow tableOf(const CLI::App &app);

/// The command and all below it, in order.
std::vector<const CommandRow *> flattened(const CommandRow &command);

/// What an exit code says.
struct ExitWords {
  int code;
  const char *words;
};
const std::vector<ExitWords> &exitWords();

} // namespace snnc

#endif // SNNC_TOOLS_OPTIONTABLE_H
