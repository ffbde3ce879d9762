//===- Inspect.cpp - snnc inspect: what a bundle holds --------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "compiler/Driver/Driver.h"
#include "compiler/Driver/ExitCode.h"
#include "compiler/Driver/Report.h"

#include <fmt/format.h>

namespace snnc {

int runInspect(const InspectOptions &options, DiagnosticSink &sink) {
  auto bundle = runtime::Bundle::read(options.input, &sink);
  if (!bundle) {
    sink.report(bundle.takeError());
    return kExitInput;
  }
  const runtime::Manifest &manifest = (*bundle)->manifest;
  if (options.memory) {
    printMemory(**bundle, options.json);
    return kExitOk;
  }
  if (!options.json)
    fmt::print("{}: {} population(s), {} PE(s), {} program(s), {} route(s), "
               "tick {:g} s, dt {:g}, latency {}, machine {}\n\n",
               manifest.network, manifest.populations.size(),
               manifest.cores.size(), manifest.programs.size(),
               manifest.routes.size(), manifest.tickSeconds, manifest.dtSeconds,
               manifest.latency, (*bundle)->machine.name);
  printCompileReport(**bundle, options.json);
  return kExitOk;
}

} // namespace snnc
