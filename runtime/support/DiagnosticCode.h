//===- DiagnosticCode.h - The stable names of findings ----------*- C++ -*-===//
//
// Part of the snnc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A code is written as a literal, "SNN0341", wherever one is expected; the
// compiler checks its form, the build that Diagnostics.def has it. The table
// itself is in DiagnosticTable.cpp: a new diagnostic recompiles that file, not
// every user of this header.
//
//===----------------------------------------------------------------------===//
#ifndef SNNC_SUPPORT_DIAGNOSTICCODE_H
#define SNNC_SUPPORT_DIAGNOSTICCODE_H

#include <concepts>
#include <cstdint>
#include <iosfwd>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace snnc {

enum class Severity { Note, Warning, Error };

/// "note", "warning", "error".
const char *severityName(Severity severity);

class DiagnosticCode;

/// A line of Diagnostics.def.
struct DiagnosticInfo {
  const char *name;  ///< "SNN0341"
  Severity severity; ///< the gravest that it is reported with
  int exitCode;      ///< how the command ends because of it (ExitCode.h)
  const char *page;  ///< docs/diagnostics/PAGE.md
  const char *title;
};

/// Every diagnostic, in the order of the codes.
std::span<const DiagnosticInfo> diagnosticTable();

/// "SNN" and four digits, or none ("").
class DiagnosticCode {
public:
  constexpr DiagnosticCode() = default;
  consteval DiagnosticCode(const char (&text)[8]) : number(parse(text)) {
    if (number == kNone)
      throw "a diagnostic code is SNN and four digits";
  }

  /// Of a text that another process or a user wrote; none: not of that form.
  static constexpr std::optional<DiagnosticCode> find(std::string_view text) {
    DiagnosticCode code;
    code.number = parse(text);
    return code.number == kNone ? std::nullopt : std::optional(code);
  }

  std::string name() const;
  /// Its line of the table, null if it has none.
  const DiagnosticInfo *info() const;
  /// How a command ends that ends because of it: what the table says, an
  /// internal error for a code that is not there.
  int exitCode() const;

  friend constexpr bool operator==(DiagnosticCode, DiagnosticCode) = default;
  template <typename Text>
    requires std::convertible_to<const Text &, std::string_view>
  friend constexpr bool operator==(DiagnosticCode code, const Text &text) {
    std::string_view view = text;
    return code.number == kNone ? view.empty() : parse(view) == code.number;
  }
  friend std::ostream &operator<<(std::ostream &out, DiagnosticCode code);

private:
  static constexpr uint16_t kNone = 0xFFFF;

  static constexpr uint16_t parse(std::string_view text) {
    while (!text.empty() && text.back() == '\0')
      text.remove_suffix(1); // of a literal
    if (text.size() != 7 || text.substr(0, 3) != "SNN")
      return kNone;
    unsigned value = 0;
    for (char c : text.substr(3)) {
      if (c < '0' || c > '9')
        return kNone;
      value = value * 10 + unsigned(c - '0');
    }
    return uint16_t(value);
  }

  uint16_t number = kNone;
};

} // namespace snnc

#endif // SNNC_SUPPORT_DIAGNOSTICCODE_H
