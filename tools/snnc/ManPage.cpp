//===- ManPage.cpp - snnc man ---------------------------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "tools/snnc/ManPage.h"

#include "runtime/support/AtomicFile.h"
#include "runtime/support/ExitCode.h"
#include "runtime/support/Text.h"

#include <algorithm>
#include <fmt/format.h>
#include <fmt/ranges.h>

#ifndef SNNC_VERSION
#define SNNC_VERSION "unknown"
#endif
#ifndef SNNC_RELEASE_DATE
#define SNNC_RELEASE_DATE ""
#endif

namespace snnc {

/// Text that roff takes as it is: a backslash, a '-' that shall stay one, and a
/// control character at the beginning of a line.
static std::string roff(const std::string &text) {
  std::string out;
  for (size_t i = 0; i < text.size(); ++i) {
    bool begins = i == 0 || text[i - 1] == '\n';
    if (begins && (text[i] == '.' || text[i] == '\''))
      out += "\\&";
    if (text[i] == '\\')
      out += "\\e";
    else if (text[i] == '-')
      out += "\\-";
    else
      out += text[i];
  }
  return out;
}

/// Lines of text that roff fills anew, broken between words: what it reads, and
/// whoever compares pages, has lines of some 80 bytes then.
static std::string roffText(const std::string &text) {
  constexpr size_t columns = 78;
  std::string lines, line;
  for (size_t at = 0; at < text.size();) {
    size_t end = std::min(text.find(' ', at), text.size());
    std::string word = text.substr(at, end - at);
    if (!line.empty() && roff(line + " " + word).size() > columns) {
      lines += roff(line) + "\n";
      line.clear();
    }
    line += (line.empty() ? "" : " ") + word;
    at = end + 1;
  }
  return lines + roff(line);
}

/// "snnc-selector-train" of "snnc selector train".
static std::string pageOf(const CommandRow &command) {
  std::string name = command.words;
  std::replace(name.begin(), name.end(), ' ', '-');
  return name;
}

static std::string headOf(const CommandRow &command) {
  std::string page = pageOf(command), upper = page;
  std::transform(upper.begin(), upper.end(), upper.begin(),
                 [](unsigned char c) { return std::toupper(c); });
  std::string help = command.help;
  if (size_t colon = help.find(": "); help.starts_with(page + ": "))
    help = help.substr(colon + 2); // "snnc: a compiler ..."
  return fmt::format(".TH {} 1 \"{}\" \"snnc {}\" \"snnc manual\"\n"
                     ".SH NAME\n{} \\- {}\n",
                     roff(upper), SNNC_RELEASE_DATE, SNNC_VERSION, roff(page), roff(help));
}

static std::string synopsisOf(const CommandRow &command) {
  std::string line = fmt::format(
      ".SH SYNOPSIS\n\\fB{}\\fR [\\fIoption\\fR ...]", roff(command.words));
  if (!command.commands.empty())
    line += " \\fIcommand\\fR";
  for (const OptionRow &row : command.arguments)
    line += fmt::format(" {}\\fI{}\\fR{}{}", row.required ? "" : "[",
                        roff(row.names.front()), row.many ? " ..." : "",
                        row.required ? "" : "]");
  return line + "\n";
}

/// What the parser knows of an option besides its help.
static std::string factsOf(const OptionRow &row) {
  std::string text;
  if (row.required && !row.positional)
    text += " Required.";
  if (!row.endings.empty())
    text += fmt::format(" Files: {}.", fmt::join(row.endings, ", "));
  if (!row.endings.empty() && !row.words.empty())
    text += fmt::format(" Names: {}.", fmt::join(row.words, ", "));
  if (!row.range.empty())
    text += fmt::format(" Range: {}.", row.range);
  if (!row.standard.empty())
    text += fmt::format(" Default: {}.", row.standard);
  return text;
}

static std::string entryOf(const OptionRow &row) {
  std::vector<std::string> names;
  for (const std::string &name : row.names)
    names.push_back(
        fmt::format("\\f{}{}\\fR", row.positional ? 'I' : 'B', roff(name)));
  std::string value = row.positional ? "" : row.value;
  std::string help = row.help;
  if (!help.empty() && !help.ends_with('.'))
    help += '.';
  return fmt::format(".TP\n{}{}{}\n{}\n", fmt::join(names, ", "),
                     value.empty() ? "" : " \\fI" + roff(value) + "\\fR",
                     row.many && !row.positional ? " ..." : "",
                     roffText(help + factsOf(row)));
}

static std::string optionsOf(const CommandRow &command) {
  std::string text;
  if (!command.arguments.empty())
    text += ".SH ARGUMENTS\n";
  for (const OptionRow &row : command.arguments)
    text += entryOf(row);
  text += ".SH OPTIONS\n";
  std::vector<std::string> groups;
  for (const OptionRow &row : command.options)
    if (std::find(groups.begin(), groups.end(), row.group) == groups.end())
      groups.push_back(row.group);
  for (const std::string &group : groups) {
    if (group != groups.front())
      text += fmt::format(".SS {}\n", roff(group));
    for (const OptionRow &row : command.options)
      text += row.group == group ? entryOf(row) : "";
  }
  return text;
}

static std::string commandsOf(const CommandRow &command) {
  std::string text = command.commands.empty() ? "" : ".SH COMMANDS\n";
  for (const CommandRow &verb : command.commands)
    text += fmt::format(".TP\n.BR {} (1)\n{}.\n", roff(pageOf(verb)),
                        roff(verb.help));
  return text;
}

/// The footers of commands are "Examples:" and indented lines.
static std::string examplesOf(const CommandRow &command) {
  size_t end = command.footer.find('\n');
  if (!command.footer.starts_with("Example") || end == std::string::npos)
    return "";
  return fmt::format(".SH EXAMPLES\n.nf\n{}\n.fi\n",
                     roff(command.footer.substr(end + 1)));
}

static std::string exitsOf() {
  std::string text = ".SH EXIT STATUS\n";
  for (const ExitWords &row : exitWords())
    text += fmt::format(".TP\n.B {}\n{}\n", row.code, roff(row.words));
  return text;
}

static std::string manPage(const CommandRow &command, const CommandRow &snnc) {
  std::string others;
  for (const CommandRow *other : flattened(snnc))
    if (other != &command)
      others += fmt::format("{}.BR {} (1)", others.empty() ? "" : " ,\n",
                            roff(pageOf(*other)));
  return headOf(command) + synopsisOf(command) + commandsOf(command) +
         optionsOf(command) + exitsOf() + examplesOf(command) +
         ".SH SEE ALSO\n" + others + "\n";
}

/// Null: no command of these words; `wrong` is the first that is none.
static const CommandRow *find(const CommandRow &snnc,
                              const std::vector<std::string> &words,
                              DiagnosticSink &sink) {
  const CommandRow *at = &snnc;
  for (const std::string &word : words) {
    std::vector<std::string> names;
    const CommandRow *next = nullptr;
    for (const CommandRow &below : at->commands) {
      names.push_back(below.name());
      if (below.name() == word)
        next = &below;
    }
    if (!next) {
      std::vector<std::string> hints;
      for (const std::string &near : nearestNames(word, names, 1))
        hints.push_back(fmt::format("did you mean '{}'?", near));
      hints.push_back("snnc --help");
      sink.report(makeError(
          "SNN0090", {},
          fmt::format("'{}' has no command '{}'", at->words, printable(word)),
          std::move(hints)));
      return nullptr;
    }
    at = next;
  }
  return at;
}

int runMan(const ManOptions &options, const CommandRow &snnc,
           DiagnosticSink &sink) {
  const CommandRow *command = find(snnc, options.command, sink);
  if (!command)
    return kExitUsage;
  if (options.folder.empty()) {
    fmt::print("{}", manPage(*command, snnc));
    return kExitOk;
  }
  for (const CommandRow *row : flattened(*command))
    if (Status status = writeFileAtomically(
            fmt::format("{}/{}.1", options.folder, pageOf(*row)),
            manPage(*row, snnc));
        !status) {
      sink.report(status.takeError());
      return kExitInput;
    }
  return kExitOk;
}

} // namespace snnc
