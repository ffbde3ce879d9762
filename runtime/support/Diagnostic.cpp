//===- Diagnostic.cpp - Errors as a feature -------------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "runtime/support/Diagnostic.h"

#include "runtime/support/DiagnosticText.h"
#include "runtime/support/Text.h"

#include <algorithm>
#include <cstdlib>
#include <fmt/color.h>
#include <fmt/format.h>
#include <nlohmann/json.hpp>
#include <tuple>
#include <unistd.h>
#include <utility>

namespace snnc {

Colours coloursOf(int descriptor) {
  const char *asked = std::getenv("NO_COLOR");
  const char *terminal = std::getenv("TERM");
  bool off = (asked && *asked) || !terminal ||
             std::string_view(terminal) == "dumb" || !::isatty(descriptor);
  return off ? Colours::Off : Colours::On;
}

static fmt::text_style styleOf(Severity severity) {
  switch (severity) {
  case Severity::Error:
    return fmt::emphasis::bold | fg(fmt::terminal_color::red);
  case Severity::Warning:
    return fmt::emphasis::bold | fg(fmt::terminal_color::magenta);
  case Severity::Note:
    break;
  }
  return fmt::emphasis::bold | fg(fmt::terminal_color::cyan);
}

std::string toText(const Diagnostic &d) { return toText(d, Colours::Off); }

std::string toText(const Diagnostic &d, Colours colours) {
  auto paint = [&](const fmt::text_style &style, const std::string &words) {
    return colours == Colours::On ? fmt::format(style, "{}", words) : words;
  };
  std::string text;
  if (!d.spot.file.empty()) {
    std::string spot = safeText(d.spot.file) + ":";
    if (d.spot.line > 0)
      spot += fmt::format("{}:{}:", d.spot.line, d.spot.column);
    text += paint(fmt::emphasis::bold, spot) + " ";
  }
  text +=
      paint(styleOf(d.severity), fmt::format("{}:", severityName(d.severity)));
  text += " ";
  if (!d.spot.node.empty())
    text += fmt::format("'{}': ", safeText(d.spot.node));
  text +=
      fmt::format("{} [{}]", safeText(d.message, Keep::Layout), d.code.name());
  for (const std::string &note : d.notes)
    text += "\n  " + paint(fg(fmt::terminal_color::cyan), "note:") + " " +
            safeText(note, Keep::Layout);
  for (const std::string &hint : d.hints)
    text += "\n  " + paint(fg(fmt::terminal_color::green), "help:") + " " +
            safeText(hint, Keep::Layout);
  return text;
}

nlohmann::json toJson(const Diagnostic &d) {
  auto valid = [](const std::string &text) {
    return safeText(text, Keep::Controls);
  };
  std::vector<std::string> notes;
  for (const std::string &note : d.notes)
    notes.push_back(valid(note));
  std::vector<std::string> hints;
  for (const std::string &hint : d.hints)
    hints.push_back(valid(hint));
  return {{"code", d.code.name()},
          {"severity", severityName(d.severity)},
          {"file", valid(d.spot.file)},
          {"node", valid(d.spot.node)},
          {"line", d.spot.line},
          {"column", d.spot.column},
          {"message", valid(d.message)},
          {"notes", std::move(notes)},
          {"hint", fmt::format("{}", fmt::join(hints, "; "))},
          {"hints", hints}};
}

void DiagnosticSink::report(Diagnostic diagnostic) {
  errorCount += diagnostic.severity == Severity::Error;
  list.push_back(std::move(diagnostic));
}

Diagnostic makeFinding(DiagnosticCode code, SourceSpot spot,
                       std::string message, std::vector<std::string> hints) {
  Diagnostic d =
      makeError(code, std::move(spot), std::move(message), std::move(hints));
  if (const DiagnosticInfo *info = code.info())
    d.severity = info->severity;
  return d;
}

Diagnostic makeError(DiagnosticCode code, SourceSpot spot, std::string message,
                     std::vector<std::string> hints) {
  Diagnostic d;
  d.code = code;
  d.spot = std::move(spot);
  d.message = std::move(message);
  d.hints = std::move(hints);
  return d;
}

/// Insertions, deletions, replacements and swaps of neighbours that make b of a
/// (optimal string alignment).
static size_t editDistance(const std::string &a, const std::string &b) {
  std::vector<size_t> beforeLast, last(b.size() + 1), row(b.size() + 1);
  for (size_t j = 0; j <= b.size(); ++j)
    row[j] = j;
  for (size_t i = 1; i <= a.size(); ++i) {
    beforeLast = std::exchange(last, row);
    row[0] = i;
    for (size_t j = 1; j <= b.size(); ++j) {
      row[j] = std::min(
          {last[j] + 1, row[j - 1] + 1, last[j - 1] + (a[i - 1] != b[j - 1])});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
        row[j] = std::min(row[j], beforeLast[j - 2] + 1);
    }
  }
  return row[b.size()];
}

std::vector<std::string> nearestNames(const std::string &wanted,
                                      const std::vector<std::string> &known,
                                      unsigned limit) {
  // Names come from hostile files: bound the quadratic comparison.
  constexpr size_t maxLength = 256;
  // Another case, '-' for '_': what a reader takes for the same word.
  auto folded = [&](std::string name) {
    name.resize(std::min(name.size(), maxLength));
    for (char &c : name)
      c = c == '-' ? '_' : c >= 'A' && c <= 'Z' ? char(c - 'A' + 'a') : c;
    return name;
  };
  std::string target = folded(wanted);
  // Of names equally far, the one of nearly the same length.
  std::vector<std::tuple<size_t, size_t, std::string>> ranked;
  for (const std::string &name : known) {
    size_t distance = editDistance(target, folded(name));
    if (distance <= std::max<size_t>(2, target.size() / 2))
      ranked.emplace_back(distance,
                          std::max(name.size(), wanted.size()) -
                              std::min(name.size(), wanted.size()),
                          name);
  }
  std::sort(ranked.begin(), ranked.end());
  std::vector<std::string> names;
  for (size_t i = 0; i < ranked.size() && i < limit; ++i)
    names.push_back(std::get<2>(ranked[i]));
  return names;
}

} // namespace snnc
