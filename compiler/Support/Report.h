//===- Report.h - Findings about operations ---------------------*- C++ -*-===//
//
// Part of the snnc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Every finding of a pass is made here: its code is an argument of its own in
// the MLIR diagnostic, the severity is the table's, and what helps is marked as
// such. Whoever handles the diagnostic (the driver) takes these fields; whoever
// prints it (snnc-opt) shows "SNN0341: message" and "help: ...".
//
//===----------------------------------------------------------------------===//
#ifndef SNNC_SUPPORT_REPORT_H
#define SNNC_SUPPORT_REPORT_H

#include "runtime/support/DiagnosticCode.h"

#include "mlir/IR/Diagnostics.h"
#include "mlir/IR/Operation.h"

namespace snnc {

namespace detail {
constexpr const char *kCodeEnd = ": ";
constexpr const char *kHelp = "help: ";
} // namespace detail

/// The finding `code` at a location: stream the message into it.
inline mlir::InFlightDiagnostic report(mlir::Location where,
                                       DiagnosticCode code) {
  const DiagnosticInfo *info = code.info();
  Severity severity = info ? info->severity : Severity::Error;
  mlir::InFlightDiagnostic diag =
      severity == Severity::Error     ? mlir::emitError(where)
      : severity == Severity::Warning ? mlir::emitWarning(where)
                                      : mlir::emitRemark(where);
  diag << llvm::Twine(code.name()) << detail::kCodeEnd;
  return diag;
}

inline mlir::InFlightDiagnostic report(mlir::Operation *op,
                                       DiagnosticCode code) {
  return report(op->getLoc(), code);
}

/// What would help, as a line of its own: stream it in.
inline mlir::Diagnostic &attachHelp(mlir::InFlightDiagnostic &diag) {
  return diag.attachNote() << detail::kHelp;
}

/// The code that `report` gave it; none: a message of MLIR's own.
inline std::optional<DiagnosticCode> codeOf(mlir::Diagnostic &diag) {
  auto arguments = diag.getArguments();
  using Kind = mlir::DiagnosticArgument::DiagnosticArgumentKind;
  if (arguments.size() < 2 || arguments[0].getKind() != Kind::String ||
      arguments[1].getKind() != Kind::String ||
      arguments[1].getAsString() != detail::kCodeEnd)
    return std::nullopt;
  return DiagnosticCode::find(std::string_view(arguments[0].getAsString()));
}

/// Whether a note was attached as help.
inline bool isHelp(mlir::Diagnostic &note) {
  auto arguments = note.getArguments();
  using Kind = mlir::DiagnosticArgument::DiagnosticArgumentKind;
  return !arguments.empty() && arguments[0].getKind() == Kind::String &&
         arguments[0].getAsString() == detail::kHelp;
}

} // namespace snnc

#endif // SNNC_SUPPORT_REPORT_H
