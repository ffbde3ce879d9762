//===- Messages.h - Findings on their way to the user -----------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef SNNC_TOOLS_MESSAGES_H
#define SNNC_TOOLS_MESSAGES_H

#include "runtime/support/Diagnostic.h"

#include "mlir/IR/Diagnostics.h"
#include "mlir/IR/MLIRContext.h"

namespace snnc {

/// Turns MLIR diagnostics into findings: the code is the text before the first
/// colon ("SNN0321: ..."), attached notes that start with "help: " are hints,
/// the location's name is the user's node.
class MessageBridge {
public:
  MessageBridge(mlir::MLIRContext *context, DiagnosticSink &sink);

private:
  mlir::ScopedDiagnosticHandler handler;
};

/// Prints findings to stderr as text or one JSON object a line. Notes are left
/// out when `quiet`, notes about NIR's own defaults unless `allNotes`.
void printFindings(const DiagnosticSink &sink, bool json, bool quiet,
                   bool allNotes);

/// The exit code for what the sink holds: kExitOk without errors.
int exitCodeOf(const DiagnosticSink &sink);

} // namespace snnc

#endif // SNNC_TOOLS_MESSAGES_H
