//===- Driver.cpp - The verbs of snnc -------------------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "tools/snnc/Driver.h"

#include "runtime/machine/MachineModel.h"
#include "runtime/support/ExitCode.h"
#include "tools/snnc/Completion.h"
#include "tools/snnc/Doctor.h"
#include "tools/snnc/Explain.h"
#include "tools/snnc/Interrupt.h"
#include "tools/snnc/Messages.h"
#include "tools/snnc/Output.h"
#include "tools/snnc/StandardStreams.h"
#include "tools/snnc/Starter.h"

#include <cstdio>
#include <fmt/format.h>
#include <string>
#include <system_error>

namespace snnc {

int runTargets() {
  for (const std::string &name : builtinMachineNames()) {
    auto machine = builtinMachine(name);
    if (!machine)
      continue;
    std::string chips;
    if (machine->chipCount() > 1)
      chips = fmt::format(" on {} chips", machine->chipCount());
    fmt::print("{}{}\n  {} PEs{}, {} B SRAM each, {:g} MHz, {}\n", name,
               name == defaultMachineName() ? " (default)" : "",
               machine->coreCount(), chips, machine->sram.bytes,
               machine->level().clockHz / 1e6, machine->digest);
  }
  return kExitOk;
}

static int runVerb(const Options &options, DiagnosticSink &sink) {
  switch (options.verb) {
  case Verb::Init:
    return runInit(options.starter, options.quiet, sink);
  case Verb::Compile:
    return runCompile(options.compile, options.quiet, sink);
  case Verb::Convert:
    return runConvert(options.convert, sink);
  case Verb::Run:
    return runRun(options.run, options.quiet, sink);
  case Verb::Verify:
    return runVerify(options.verify, options.quiet, sink);
  case Verb::Check:
    return runCheck(options.check, sink);
  case Verb::Inspect:
    return runInspect(options.inspect, sink);
  case Verb::Report:
    return runPageReport(options.page, sink);
  case Verb::Targets:
    return runTargets();
  case Verb::Explain:
    return runExplain(options.explain, sink);
  case Verb::Doctor:
    return runDoctor(options.doctorJson, sink);
  case Verb::Completion:
    return runCompletion(options.shell, options.table);
  case Verb::Man:
    return runMan(options.man, options.table, sink);
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
  auto print = [&](const Options &options, bool always) {
    try {
      printFindings(sink, options.jsonDiagnostics, options.quiet, always);
    } catch (const std::system_error &) {
      // Standard error cannot be written: the exit code tells.
    }
  };
  Options options;
  if (std::optional<int> code = parseOptions(argc, argv, options)) {
    finish();
    print({}, true);
    return exitCodeOf(sink, *code);
  }
  if (options.jsonDiagnostics)
    describeEndsAsJson();
  StandardStreams streams;
  int code = guarded(
      [&] {
        if (Status s = streams.use(options); !s) {
          sink.report(s.takeError());
          return int(kExitInternal);
        }
        return runVerb(options, sink);
      },
      sink);
  finish();
  print(options, options.verb == Verb::Check);
  return exitCodeOf(sink, code);
}

} // namespace snnc
