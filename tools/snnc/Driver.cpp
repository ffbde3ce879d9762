//===- Driver.cpp - The verbs of snnc -------------------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "tools/snnc/Driver.h"

#include "runtime/machine/MachineModel.h"
#include "runtime/support/ExitCode.h"
#include "tools/snnc/Explain.h"
#include "tools/snnc/Interrupt.h"
#include "tools/snnc/Messages.h"
#include "tools/snnc/Output.h"

#include <cstdio>
#include <exception>
#include <fmt/format.h>

namespace snnc {

int runTargets() {
  for (const std::string &name : builtinMachineNames()) {
    auto machine = builtinMachine(name);
    if (!machine)
      continue;
    fmt::print("{}{}\n  {} PEs, {} B SRAM each, {:g} MHz, {}\n", name,
               name == defaultMachineName() ? " (default)" : "",
               machine->pes.size(), machine->sram.bytes,
               machine->level().clockHz / 1e6, machine->digest);
  }
  return kExitOk;
}

static int runVerb(const Options &options, DiagnosticSink &sink) {
  switch (options.verb) {
  case Verb::Compile:
    return runCompile(options.compile, sink);
  case Verb::Run:
    return runRun(options.run, options.quiet, sink);
  case Verb::Verify:
    return runVerify(options.verify, options.quiet, sink);
  case Verb::Check:
    return runCheck(options.check, sink);
  case Verb::Inspect:
    return runInspect(options.inspect, sink);
  case Verb::Targets:
    return runTargets();
  case Verb::Explain:
    return runExplain(options.explain, sink);
  case Verb::Selector:
    return runSelector(options.selector, options.quiet, sink);
  case Verb::None:
    break;
  }
  return kExitUsage;
}

int runDriver(int argc, char **argv) {
  StandardOutput output;
  DiagnosticSink sink;
  auto finish = [&] {
    if (Status status = output.finish(); !status)
      sink.report(status.takeError());
  };
  Options options;
  if (std::optional<int> code = parseOptions(argc, argv, options)) {
    finish();
    printFindings(sink, false, false, true);
    return exitCodeOf(sink, *code);
  }
  if (options.jsonDiagnostics)
    describeEndsAsJson();
  int code = kExitInternal;
  try {
    code = runVerb(options, sink);
  } catch (const std::exception &error) {
    sink.report(makeError("SNN0901", {},
                          std::string("internal error: ") + error.what(),
                          {"report it with the command and the input file"}));
  }
  finish();
  printFindings(sink, options.jsonDiagnostics, options.quiet,
                options.verb == Verb::Check);
  return exitCodeOf(sink, code);
}

} // namespace snnc
