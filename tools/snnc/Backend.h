//===- Backend.h - Which backend a run is for -------------------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef SNNC_TOOLS_BACKEND_H
#define SNNC_TOOLS_BACKEND_H

#include "compiler/Target/Target.h"
#include "tools/snnc/Options.h"

namespace snnc {

/// The specification; every other backend is a device of a target.
inline constexpr const char *kReferenceBackend = "reference";

/// Whether `--backend` and `--against` take the name.
bool isBackend(const target::Registry &registry, const std::string &name);

/// "cpu, emulator, native, reference": all of them.
std::vector<std::string> backendNames(const target::Registry &registry);

struct BackendChoice {
  std::string name;
  std::string reason; ///< empty: the user named it
};

/// What `--backend` says; else the devices of the preferred target, unless the
/// file is a bundle or an option asks for another target.
BackendChoice chooseBackend(const RunOptions &options, bool isBundle,
                            const target::Registry &registry);

/// Warnings SNN0962 for options that only targets read which do not run.
void warnOfIdleOptions(const RunOptions &options, const std::string &backend,
                       const target::Registry &registry, DiagnosticSink &sink);

} // namespace snnc

#endif // SNNC_TOOLS_BACKEND_H
