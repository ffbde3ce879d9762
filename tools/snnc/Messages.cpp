//===- Messages.cpp - Findings on their way to the user -------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "tools/snnc/Messages.h"

#include "compiler/Support/Report.h"
#include "runtime/support/DiagnosticText.h"
#include "runtime/support/ExitCode.h"
#include "runtime/support/Text.h"

#include "mlir/IR/Location.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringRef.h"
#include "llvm/Support/raw_ostream.h"

#include <cstdio>
#include <exception>
#include <filesystem>
#include <fmt/format.h>
#include <nlohmann/json.hpp>
#include <system_error>
#include <unistd.h>

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

/// The message without its first arguments, which are fields of their own.
static std::string textFrom(mlir::Diagnostic &from, size_t skipped) {
  std::string text;
  llvm::raw_string_ostream out(text);
  for (auto &argument : llvm::drop_begin(from.getArguments(), skipped))
    argument.print(out);
  return text;
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
  auto code = codeOf(from);
  to.code = code.value_or(
      DiagnosticCode("SNN0900")); // a verifier or parser: internal
  to.message = textFrom(from, code ? 2 : 0);
  for (mlir::Diagnostic &note : from.getNotes())
    if (isHelp(note))
      to.hints.push_back(textFrom(note, 1));
    else
      to.notes.push_back(note.str());
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

/// Who ended the reader (`snnc help run | head -1`) knows it.
static bool isUnsaid(const snnc::Diagnostic &d) {
  return d.code == DiagnosticCode("SNN0004");
}

/// A usage error says all there is; the page of another may say more.
static void pointToPage(const DiagnosticSink &sink) {
  for (const snnc::Diagnostic &d : sink.all()) {
    if (d.severity != Severity::Error || isUnsaid(d))
      continue;
    if (d.code.info() && d.code.exitCode() != kExitUsage)
      std::fprintf(stderr, "more about it: snnc explain %s\n",
                   d.code.name().c_str());
    return;
  }
}

void printFindings(const DiagnosticSink &sink, bool json, bool quiet,
                   bool allNotes) {
  Colours colours = coloursOf(STDERR_FILENO);
  for (const snnc::Diagnostic &d : sink.all()) {
    // Defaults that NIR itself prescribes are news only to `snnc check`.
    bool isNews = allNotes || d.code != DiagnosticCode("SNN0221");
    bool hidden =
        isUnsaid(d) || (d.severity == Severity::Note && (quiet || !isNews));
    if (hidden)
      continue;
    std::string line = json ? jsonText(toJson(d)) : toText(d, colours);
    std::fprintf(stderr, "%s\n", line.c_str());
  }
  if (!json && !quiet)
    pointToPage(sink);
}

/// What the system refuses (a folder that cannot be looked at, a thread) is the
/// machine's failure and no fault of the command.
static Diagnostic systemFailure(const std::system_error &error) {
  std::string path;
  if (auto *file =
          dynamic_cast<const std::filesystem::filesystem_error *>(&error))
    path = file->path1().string();
  return makeError("SNN0940", {path, "", 0, 0},
                   fmt::format("the system refuses: {}", error.what()),
                   {"see that the files can be read and written, and that the "
                    "disk and the process limits (ulimit -a) have room"});
}

static Diagnostic internalError(const std::exception &error) {
  return makeError("SNN0901", {},
                   std::string("internal error: ") + error.what(),
                   {"report it with the command and the input file"});
}

int guarded(const std::function<int()> &work, DiagnosticSink &sink) {
  try {
    return work();
  } catch (const std::system_error &error) {
    sink.report(systemFailure(error));
    return kExitInput;
  } catch (const std::exception &error) {
    sink.report(internalError(error));
    return kExitInternal;
  }
}

/// An error always ends the command, even one that is a warning elsewhere.
static int exitCodeOf(DiagnosticCode code) {
  int exit = code.exitCode();
  return exit == kExitOk ? kExitInput : exit;
}

int exitCodeOf(const DiagnosticSink &sink, int verdict) {
  for (const snnc::Diagnostic &d : sink.all())
    if (d.severity == Severity::Error)
      return exitCodeOf(d.code);
  if (verdict != kExitOk)
    return verdict;
  // What is no error but leaves the results incomplete.
  for (const snnc::Diagnostic &d : sink.all())
    if (d.severity == Severity::Warning && d.code.info() &&
        d.code.info()->severity == Severity::Warning &&
        d.code.exitCode() != kExitOk)
      return d.code.exitCode();
  return kExitOk;
}

} // namespace snnc
