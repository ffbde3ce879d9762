//===- Driver.h - The verbs of snnc -----------------------------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef SNNC_TOOLS_DRIVER_H
#define SNNC_TOOLS_DRIVER_H

#include "runtime/support/Diagnostic.h"
#include "tools/snnc/Options.h"

namespace snnc {

/// Every verb reports findings to `sink` and returns the exit code that the
/// findings do not already imply (mismatch, lost spikes), else kExitOk.
int runCompile(const CompileOptions &options, bool quiet, DiagnosticSink &sink);
int runConvert(const ConvertOptions &options, DiagnosticSink &sink);
int runRun(const RunOptions &options, bool quiet, DiagnosticSink &sink);
int runVerify(const VerifyOptions &options, bool quiet, DiagnosticSink &sink);
int runCheck(const CheckOptions &options, DiagnosticSink &sink);
int runInspect(const InspectOptions &options, DiagnosticSink &sink);
int runTargets();

/// What `main` calls: parse, run one verb, print findings, exit code.
int runDriver(int argc, char **argv);

} // namespace snnc

#endif // SNNC_TOOLS_DRIVER_H
