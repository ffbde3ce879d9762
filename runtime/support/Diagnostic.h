//===- Diagnostic.h - Errors as a feature -----------------------*- C++ -*-===//
//
// Part of the snnc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A finding about the user's input: a stable code, where it is in the user's
// own terms, what was measured against which limit, and what would help.
// Free of LLVM: the importer, the runtime and the driver share it.
//
//===----------------------------------------------------------------------===//
#ifndef SNNC_RUNTIME_SUPPORT_DIAGNOSTIC_H
#define SNNC_RUNTIME_SUPPORT_DIAGNOSTIC_H

#include "runtime/support/DiagnosticCode.h"

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace snnc {

/// Where a finding is. Any part may be empty or zero.
struct SourceSpot {
  std::string file; ///< path as the user wrote it
  std::string node; ///< NIR node path ("/node/nodes/lif1.lif") or user name
  int line = 0;     ///< 1-based, 0: unknown (binary formats)
  int column = 0;   ///< 1-based
};

struct Diagnostic {
  DiagnosticCode code; ///< a line of Diagnostics.def
  Severity severity = Severity::Error;
  SourceSpot spot;
  std::string message; ///< one sentence: measured against limit, with units
  std::vector<std::string> notes; ///< facts: largest parts, repairs made
  std::vector<std::string> hints; ///< concrete changes that would help
};

/// "file:line:col: error: node 'x': message [SNN0101]" and its notes and hints.
std::string toText(const Diagnostic &diagnostic);
/// {"code","severity","file","node","line","column","message","notes","hint",
/// "hints"}. `hint` is one string: the hints joined by "; ".
nlohmann::json toJson(const Diagnostic &diagnostic);

/// Collects findings in order. Not thread safe; one per command.
class DiagnosticSink {
public:
  void report(Diagnostic diagnostic);
  bool hasErrors() const { return errorCount != 0; }
  const std::vector<Diagnostic> &all() const { return list; }

private:
  std::vector<Diagnostic> list;
  unsigned errorCount = 0;
};

/// Either a value or the finding that explains why there is none. The one error
/// type of the parts that are free of LLVM.
template <typename T> class [[nodiscard]] Expected {
public:
  Expected(T value) : data(std::move(value)) {}
  Expected(Diagnostic error) : data(std::move(error)) {}
  explicit operator bool() const { return data.index() == 0; }
  T &operator*() { return std::get<0>(data); }
  const T &operator*() const { return std::get<0>(data); }
  T *operator->() { return &std::get<0>(data); }
  const T *operator->() const { return &std::get<0>(data); }
  const Diagnostic &error() const { return std::get<1>(data); }
  Diagnostic takeError() { return std::move(std::get<1>(data)); }

private:
  std::variant<T, Diagnostic> data;
};

/// Success, or the finding that explains the failure.
class [[nodiscard]] Status {
public:
  Status() = default;
  Status(Diagnostic error) : failed(true), diagnostic(std::move(error)) {}
  explicit operator bool() const { return !failed; } ///< true: success
  const Diagnostic &error() const { return diagnostic; }
  Diagnostic takeError() { return std::move(diagnostic); }

private:
  bool failed = false;
  Diagnostic diagnostic;
};

/// A finding without notes, as grave as Diagnostics.def has it.
Diagnostic makeFinding(DiagnosticCode code, SourceSpot spot,
                       std::string message,
                       std::vector<std::string> hints = {});

/// The same as an error, whatever the table says.
Diagnostic makeError(DiagnosticCode code, SourceSpot spot, std::string message,
                     std::vector<std::string> hints = {});

/// The names nearest to `wanted` by edit distance ("did you mean"), best first.
std::vector<std::string> nearestNames(const std::string &wanted,
                                      const std::vector<std::string> &known,
                                      unsigned limit = 3);

} // namespace snnc

#endif // SNNC_RUNTIME_SUPPORT_DIAGNOSTIC_H
