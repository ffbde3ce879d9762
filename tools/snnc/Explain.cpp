//===- Explain.cpp - snnc explain -----------------------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "tools/snnc/Explain.h"

#include "runtime/support/ExitCode.h"
#include "runtime/support/Text.h"
#include "tools/snnc/DiagnosticPages.h"

#include <algorithm>
#include <cctype>
#include <fmt/format.h>

namespace snnc {

/// "snn0354", "0354" and "354" as the table writes it.
static std::string spelled(const std::string &wanted) {
  bool number = !wanted.empty() && wanted.size() <= 4 &&
                std::all_of(wanted.begin(), wanted.end(),
                            [](unsigned char c) { return std::isdigit(c); });
  if (number)
    return fmt::format("SNN{:0>4}", wanted);
  std::string code = wanted;
  std::transform(code.begin(), code.end(), code.begin(),
                 [](unsigned char c) { return std::toupper(c); });
  return code;
}

static const char *meaningOf(int exitCode) {
  switch (exitCode) {
  case kExitInput:
    return "an input error";
  case kExitUsage:
    return "usage";
  case kExitDoesNotFit:
    return "the network does not fit the machine";
  case kExitDevice:
    return "the device failed";
  case kExitLostSpikes:
    return "it ran, but something was lost";
  case kExitInterrupted:
    return "interrupted";
  case kExitReaderGone:
    return "the reader of standard output has ended";
  case kExitInternal:
    return "an internal error";
  }
  return "ok";
}

/// Broken between words; the columns that a terminal has at least.
static std::string wrapped(const std::string &text, const std::string &indent) {
  constexpr size_t columns = 80;
  std::string out = indent;
  size_t column = indent.size();
  for (size_t at = 0; at < text.size();) {
    size_t end = std::min(text.find(' ', at), text.size());
    if (column > indent.size() && column + end - at >= columns) {
      out.back() = '\n';
      out += indent;
      column = indent.size();
    }
    out += text.substr(at, end - at) + " ";
    column += end - at + 1;
    at = end + 1;
  }
  out.back() = '\n';
  return out;
}

static void explain(const DiagnosticInfo &info) {
  fmt::print("{}: {}\n", info.name, info.title);
  fmt::print("{}", severityName(info.severity));
  if (info.exitCode != kExitOk)
    fmt::print(", exit code {} ({})", info.exitCode, meaningOf(info.exitCode));
  Explanation found = explanationOf(info);
  if (!found.meaning.empty())
    fmt::print("\n\nmeaning:\n{}", wrapped(found.meaning, "  "));
  if (!found.help.empty())
    fmt::print("\nwhat helps:\n{}", wrapped(found.help, "  "));
  if (!found.section.empty())
    fmt::print("\n{}\n", found.section);
  fmt::print("\npage: docs/diagnostics/{}.md\n", info.page);
}

static void listAll() {
  for (const DiagnosticInfo &info : diagnosticTable())
    fmt::print("{}  {:7}  {:>3}  {}\n", info.name, severityName(info.severity),
               info.exitCode == kExitOk ? "" : std::to_string(info.exitCode),
               info.title);
  fmt::print("\ncode, severity, exit code, meaning; more: snnc explain CODE\n");
}

static Diagnostic unknownCode(const std::string &wanted) {
  std::vector<std::string> known, hints;
  for (const DiagnosticInfo &info : diagnosticTable())
    known.push_back(info.name);
  for (const std::string &near : nearestNames(spelled(wanted), known, 1))
    hints.push_back(fmt::format("did you mean '{}'?", near));
  hints.push_back("snnc explain");
  return makeError(
      "SNN0092", {},
      fmt::format("there is no diagnostic '{}'", printable(wanted)), hints);
}

int runExplain(const std::vector<std::string> &codes, DiagnosticSink &sink) {
  if (codes.empty())
    listAll();
  for (const std::string &wanted : codes) {
    auto code = DiagnosticCode::find(spelled(wanted));
    const DiagnosticInfo *info = code ? code->info() : nullptr;
    if (!info) {
      sink.report(unknownCode(wanted));
      continue;
    }
    if (&wanted != &codes.front())
      fmt::print("\n");
    explain(*info);
  }
  return kExitOk;
}

} // namespace snnc
