//===- Verdict.h - What run and verify share --------------------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef SNNC_TOOLS_VERDICT_H
#define SNNC_TOOLS_VERDICT_H

#include "runtime/bundle/Bundle.h"
#include "runtime/host/Session.h"
#include "runtime/support/Diagnostic.h"
#include "tools/snnc/Options.h"
#include "tools/snnc/Progress.h"

namespace snnc {

/// What the command line says about a run; `progress` must outlive it.
runtime::RunOptions sessionOptions(const RunOptions &options,
                                   Progress &progress);

/// What went wrong on the device without ending the run: warnings, whose
/// exit code is the table's. `bundle`: what ran, null where it was no chip.
void reportVerdict(const runtime::Manifest &manifest,
                   const runtime::Bundle *bundle,
                   const runtime::RunResult &result, DiagnosticSink &sink);

} // namespace snnc

#endif // SNNC_TOOLS_VERDICT_H
