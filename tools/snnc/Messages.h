//===- Messages.h - Findings on their way to the user -----------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef SNNC_TOOLS_MESSAGES_H
#define SNNC_TOOLS_MESSAGES_H

#include "runtime/support/Diagnostic.h"

#include "mlir/IR/Diagnostics.h"
#include "mlir/IR/MLIRContext.h"

#include <functional>

namespace snnc {

/// Turns MLIR diagnostics into findings: code and hints as compiler/Support's
/// Report.h attached them, the location's name is the user's node. What was not
/// made there is a message of MLIR's own (SNN0900).
class MessageBridge {
public:
  MessageBridge(mlir::MLIRContext *context, DiagnosticSink &sink);

private:
  mlir::ScopedDiagnosticHandler handler;
};

/// Prints findings to stderr as text or one JSON object a line. Notes are left
/// out when `quiet`, notes about NIR's own defaults unless `allNotes`. As text,
/// a last line names the command that explains the first error.
void printFindings(const DiagnosticSink &sink, bool json, bool quiet,
                   bool allNotes);

/// The exit code that `work` returns; what the system refuses (SNN0940) and
/// what nobody expected (SNN0901) become errors in `sink`.
int guarded(const std::function<int()> &work, DiagnosticSink &sink);

/// How the command ends, by the table: with the code of the first error; else
/// with the command's own verdict (a mismatch); else with the code of a warning
/// that results are incomplete.
int exitCodeOf(const DiagnosticSink &sink, int verdict);

} // namespace snnc

#endif // SNNC_TOOLS_MESSAGES_H
