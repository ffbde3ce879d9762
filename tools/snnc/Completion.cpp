//===- Completion.cpp - snnc completion, and bash's script ----------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "tools/snnc/Completion.h"

#include "runtime/support/ExitCode.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace snnc {

std::string quotedForShell(const std::string &text) {
  std::string quoted = "'";
  for (char c : text)
    quoted += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return quoted + "'";
}

std::string shortHelp(const std::string &help) {
  for (size_t i = 0; i < help.size(); ++i) {
    bool end = help[i] == ';' || help[i] == ':' ||
               (help[i] == '.' && (i + 1 == help.size() || help[i + 1] == ' '));
    if ((end && i > 0) || help[i] == '\n')
      return help.substr(0, i);
  }
  return help;
}

/// The walk over the words, which are those of COMP_WORDBREAKS:
/// "--weights=int8" is three. What depends on the table is made by bashTable().
static constexpr const char *kBashWalk = R"(
_snnc_words() { # what stands on the line before the cursor
  local i=1 j word
  _snnc_command "$command"
  while ((i < COMP_CWORD)); do
    word=${COMP_WORDS[i]}
    if [[ $word == -* && " $valued " == *" $word "* ]]; then
      j=$((i + 1))
      [[ ${COMP_WORDS[j]} == '=' ]] && ((j < COMP_CWORD)) && ((j += 1))
      while [[ ${COMP_WORDS[j + 1]} == '=' ]] && ((j < COMP_CWORD)); do
        ((j += 2)) # NAME=FILE
      done
      if ((j >= COMP_CWORD)); then
        option=$word
        return
      fi
      i=$j
    elif [[ " $verbs " == *" $word "* ]]; then
      command+=" $word"
      _snnc_command "$command"
    fi
    ((i += 1))
  done
}

_snnc() {
  local IFS=$' \t\n' cur=${COMP_WORDS[COMP_CWORD]} command=snnc option=''
  local verbs options valued words endings ending
  _snnc_words
  [[ $cur == '=' ]] && cur=''
  if [[ $option ]]; then
    _snnc_value "$command $option"
  elif [[ $cur == -* ]]; then
    words=$options endings=''
  else
    words="$verbs $words"
  fi
  mapfile -t COMPREPLY < <(
    compgen -W "$words" -- "$cur"
    for ending in $endings; do
      compgen -f -X "!*$ending" -- "$cur"
    done
    [[ $endings ]] && compgen -d -- "$cur"
  )
  [[ $endings ]] && compopt -o filenames 2>/dev/null
  return 0
}

complete -F _snnc snnc
)";

/// Files of `row`: endings, or "/" for folders alone.
static std::string endingsOf(const OptionRow &row) {
  return row.folder ? "/" : fmt::format("{}", fmt::join(row.endings, " "));
}

static std::string bashCommand(const CommandRow &command) {
  std::vector<std::string> verbs, options, valued, words, endings;
  for (const CommandRow &verb : command.commands)
    verbs.push_back(verb.name());
  for (const OptionRow &row : command.options) {
    options.insert(options.end(), row.names.begin(), row.names.end());
    if (row.needsValue)
      valued.insert(valued.end(), row.names.begin(), row.names.end());
  }
  for (const OptionRow &row : command.arguments) {
    words.insert(words.end(), row.words.begin(), row.words.end());
    if (std::string more = endingsOf(row); !more.empty())
      endings.push_back(more);
  }
  auto list = [](const std::vector<std::string> &names) {
    return quotedForShell(fmt::format("{}", fmt::join(names, " ")));
  };
  return fmt::format("  {})\n    verbs={}\n    options={}\n    valued={}\n"
                     "    words={}\n    endings={} ;;\n",
                     quotedForShell(command.words), list(verbs), list(options),
                     list(valued), list(words), list(endings));
}

static std::string bashValues(const CommandRow &command) {
  std::string text;
  for (const OptionRow &row : command.options) {
    std::string endings = endingsOf(row);
    if (row.words.empty() && endings.empty())
      continue;
    std::vector<std::string> places;
    for (const std::string &name : row.names)
      places.push_back(quotedForShell(command.words + " " + name));
    text += fmt::format(
        "  {})\n    words={} endings={} ;;\n", fmt::join(places, " | "),
        quotedForShell(fmt::format("{}", fmt::join(row.words, " "))),
        quotedForShell(endings));
  }
  return text;
}

std::string bashCompletion(const CommandRow &snnc) {
  std::string commands, values;
  for (const CommandRow *command : flattened(snnc)) {
    commands += bashCommand(*command);
    values += bashValues(*command);
  }
  return fmt::format(
      "# Completion of snnc for bash, made by `snnc completion bash`.\n"
      "\n_snnc_command() {{ # what the command $1 takes\n"
      "  case $1 in\n{}  esac\n}}\n"
      "\n_snnc_value() {{ # what stands behind \"COMMAND OPTION\"\n"
      "  words='' endings=''\n  case $1 in\n{}  esac\n}}\n{}",
      commands, values, kBashWalk);
}

std::vector<std::string> shellNames() { return {"bash", "zsh", "fish"}; }

int runCompletion(const std::string &shell, const CommandRow &snnc) {
  fmt::print("{}", shell == "bash"  ? bashCompletion(snnc)
                   : shell == "zsh" ? zshCompletion(snnc)
                                    : fishCompletion(snnc));
  return kExitOk;
}

} // namespace snnc
