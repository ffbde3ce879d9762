//===- DiagnosticTable.cpp - The stable names of findings -----------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "runtime/support/DiagnosticCode.h"
#include "runtime/support/ExitCode.h"

#include <algorithm>
#include <fmt/format.h>
#include <iterator>
#include <ostream>

namespace snnc {

static constexpr DiagnosticInfo table[] = {
#define SNNC_DIAGNOSTIC(code, severity, exit, page, title)                     \
  {#code, Severity::severity, kExit##exit, #page, title},
#include "runtime/support/Diagnostics.def"
#undef SNNC_DIAGNOSTIC
};

/// Sorted, each code once and of the right form.
static constexpr bool isTable() {
  for (size_t i = 0; i < std::size(table); ++i)
    if (!DiagnosticCode::find(table[i].name) ||
        (i > 0 && std::string_view(table[i - 1].name) >= table[i].name))
      return false;
  return true;
}
static_assert(isTable(), "Diagnostics.def is in the order of the codes");

std::span<const DiagnosticInfo> diagnosticTable() { return table; }

const char *severityName(Severity severity) {
  switch (severity) {
  case Severity::Note:
    return "note";
  case Severity::Warning:
    return "warning";
  case Severity::Error:
    return "error";
  }
  return "error";
}

std::string DiagnosticCode::name() const {
  return number == kNone ? "" : fmt::format("SNN{:04}", number);
}

const DiagnosticInfo *DiagnosticCode::info() const {
  std::string wanted = name();
  const auto *at = std::lower_bound(
      std::begin(table), std::end(table), std::string_view(wanted),
      [](const DiagnosticInfo &info, std::string_view name) {
        return info.name < name;
      });
  return at != std::end(table) && at->name == wanted ? at : nullptr;
}

int DiagnosticCode::exitCode() const {
  const DiagnosticInfo *found = info();
  return found ? found->exitCode : kExitInternal;
}

std::ostream &operator<<(std::ostream &out, DiagnosticCode code) {
  return out << code.name();
}

} // namespace snnc
