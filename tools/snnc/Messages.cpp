//===- Messages.cpp - Findings on their way to the user -------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "tools/snnc/Messages.h"

#include "runtime/support/Text.h"
#include "tools/snnc/ExitCode.h"

#include "mlir/IR/Location.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringRef.h"

#include <cstdio>
#include <nlohmann/json.hpp>

using namespace mlir;

namespace snnc {

static void fillSpot(Location location, SourceSpot &spot) {
  if (auto name = dyn_cast<NameLoc>(location)) {
    if (spot.node.empty())
      spot.node = name.getName().str();
    fillSpot(name.getChildLoc(), spot);
  } else if (auto file = dyn_cast<FileLineColLoc>(location)) {
    spot.file = file.getFilename().str();
    spot.line = int(file.getLine());
    spot.column = int(file.getColumn());
  } else if (auto fused = dyn_cast<FusedLoc>(location)) {
    for (Location part : fused.getLocations())
      fillSpot(part, spot);
  }
}

static snnc::Diagnostic convert(mlir::Diagnostic &from) {
  snnc::Diagnostic to;
  switch (from.getSeverity()) {
  case DiagnosticSeverity::Error:
    to.severity = Severity::Error;
    break;
  case DiagnosticSeverity::Warning:
    to.severity = Severity::Warning;
    break;
  default:
    to.severity = Severity::Note;
  }
  fillSpot(from.getLocation(), to.spot);
  to.message = from.str();
  to.code = "SNN0900"; // an MLIR verifier or parser message: internal
  llvm::StringRef text(to.message);
  if (text.starts_with("SNN") && text.size() > 9 && text[7] == ':') {
    to.code = text.take_front(7).str();
    to.message = text.drop_front(9).str();
  }
  for (mlir::Diagnostic &note : from.getNotes()) {
    std::string line = note.str();
    if (llvm::StringRef(line).starts_with("help: "))
      to.hints.push_back(line.substr(6));
    else
      to.notes.push_back(line);
  }
  return to;
}

MessageBridge::MessageBridge(MLIRContext *context, DiagnosticSink &sink)
    : handler(context, [&sink](mlir::Diagnostic &diagnostic) {
        sink.report(convert(diagnostic));
        return success();
      }) {
  // The generic op in an error says nothing to the user.
  context->printOpOnDiagnostic(false);
}

void printFindings(const DiagnosticSink &sink, bool json, bool quiet,
                   bool allNotes) {
  for (const snnc::Diagnostic &d : sink.all()) {
    // Defaults that NIR itself prescribes are news only to `snnc check`.
    bool hidden = d.severity == Severity::Note &&
                  (quiet || (!allNotes && d.code == "SNN0221"));
    if (hidden)
      continue;
    std::string line = json ? jsonText(toJson(d)) : toText(d);
    std::fprintf(stderr, "%s\n", line.c_str());
  }
}

int exitCodeOf(const std::string &code) {
  llvm::StringRef text(code);
  // docs/diagnostics/map.md says which findings of the Map stage mean this.
  if (code == "SNN0384")
    return kExitUsage;
  if (llvm::is_contained<llvm::StringRef>({"SNN0353", "SNN0354", "SNN0356",
                                           "SNN0357", "SNN0361", "SNN0362",
                                           "SNN0390", "SNN1100", "SNN1101"},
                                          text))
    return kExitDoesNotFit;
  if (text.starts_with("SNN06"))
    return kExitDevice;
  if (code == "SNN0427")
    return kExitInterrupted;
  if (text.starts_with("SNN090") || code == "SNN0391")
    return kExitInternal;
  return kExitInput;
}

int exitCodeOf(const DiagnosticSink &sink) {
  for (const snnc::Diagnostic &d : sink.all())
    if (d.severity == Severity::Error)
      return exitCodeOf(d.code);
  return kExitOk;
}

} // namespace snnc
