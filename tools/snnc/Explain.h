//===- Explain.h - snnc explain ---------------------------------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef SNNC_TOOLS_EXPLAIN_H
#define SNNC_TOOLS_EXPLAIN_H

#include "runtime/support/Diagnostic.h"

#include <string>
#include <vector>

namespace snnc {

/// Prints what docs/diagnostics says about `codes` ("SNN0354", "354"), or, with
/// none, every code with its severity, exit code and title. Errors: SNN0092.
int runExplain(const std::vector<std::string> &codes, DiagnosticSink &sink);

} // namespace snnc

#endif // SNNC_TOOLS_EXPLAIN_H
