//===- FiringWarnings.h - Layers that never fire, or always -----*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef SNNC_TOOLS_FIRINGWARNINGS_H
#define SNNC_TOOLS_FIRINGWARNINGS_H

#include "tools/snnc/Runner.h"

namespace snnc {

/// Warns SNN0912 of a layer that never fires though spikes reach it, SNN0913 of
/// one with neurons that fire in every tick. Reads what the run recorded: a
/// layer whose spikes are not in `result` is not judged, and spikes of a source
/// that is not count as none. Runs of less than kFewestTicks say nothing.
void warnOfFiring(RunSubject &subject, const RunOptions &options,
                  const runtime::ArrayMap &inputs,
                  const runtime::Drives &drives,
                  const runtime::RunResult &result, DiagnosticSink &sink);

} // namespace snnc

#endif // SNNC_TOOLS_FIRINGWARNINGS_H
