//===- Convert.h - Findings and outcomes for the interface ------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef SNNC_TOOLS_API_CONVERT_H
#define SNNC_TOOLS_API_CONVERT_H

#include "runtime/support/Diagnostic.h"
#include "tools/snnc/Options.h"
#include "tools/snnc/api/Api.h"

namespace snnc::api {

/// Moves what `sink` holds into `outcome`.
void take(const DiagnosticSink &sink, Outcome &outcome);

/// The options of a verb; an error is in `sink`.
std::optional<Options> parse(const std::string &verb, const Source &source,
                             const Words &words, DiagnosticSink &sink);

/// What was found does not count where `watch` said to stop: whatever a pass
/// that was left out led to. SNN0427 with `what`, "compiling", in its place.
void endIfStopped(const Watch &watch, const Source &source, const char *what,
                  DiagnosticSink &sink);

} // namespace snnc::api

#endif // SNNC_TOOLS_API_CONVERT_H
