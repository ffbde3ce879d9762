//===- Api.cpp - The verbs as functions that return objects ---------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "tools/snnc/api/Api.h"

#include "runtime/machine/MachineModel.h"
#include "runtime/support/ExitCode.h"
#include "runtime/support/Temporaries.h"
#include "runtime/support/Text.h"
#include "tools/snnc/Backend.h"
#include "tools/snnc/Check.h"
#include "tools/snnc/Compile.h"
#include "tools/snnc/DiagnosticPages.h"
#include "tools/snnc/Driver.h"
#include "tools/snnc/Interrupt.h"
#include "tools/snnc/Messages.h"
#include "tools/snnc/api/Convert.h"
#include "tools/snnc/api/Gate.h"

#include <algorithm>
#include <fmt/format.h>

namespace snnc::api {

bool Outcome::failed() const {
  for (const Finding &finding : findings)
    if (finding.severity == "error")
      return true;
  return false;
}

static Finding toFinding(const Diagnostic &d) {
  return {d.code.name(), severityName(d.severity),
          d.spot.file,   d.spot.node,
          d.spot.line,   d.spot.column,
          d.message,     d.notes,
          d.hints,       toText(d)};
}

void take(const DiagnosticSink &sink, Outcome &outcome) {
  for (const Diagnostic &d : sink.all())
    outcome.findings.push_back(toFinding(d));
  outcome.exitCode = exitCodeOf(sink, kExitOk);
}

std::optional<Options> parse(const std::string &verb, const Source &source,
                             const Words &words, DiagnosticSink &sink) {
  std::vector<std::string> all = {"snnc", verb};
  all.insert(all.end(), words.begin(), words.end());
  all.insert(all.end(), {"--", source.file});
  Options options;
  Pass pass;
  auto text = parseWords(all, options);
  if (!text) {
    sink.report(text.takeError());
    return std::nullopt;
  }
  for (CompileOptions *compile :
       {&options.compile, &options.run.compile, &options.check.compile})
    compile->network.text = source.text;
  return options;
}

void endIfStopped(const Watch &watch, const Source &source, const char *what,
                  DiagnosticSink &sink) {
  if (!watch || watch(0, 0))
    return;
  sink = DiagnosticSink();
  sink.report(makeError("SNN0427", {source.file, "", 0, 0},
                        fmt::format("{} was interrupted", what)));
}

Checked check(const Source &source, const Words &words, const Watch &watch) {
  Checked result;
  DiagnosticSink sink;
  guarded(
      [&] {
        auto options = parse("check", source, words, sink);
        if (!options)
          return kExitUsage;
        Pass pass;
        std::function<bool()> stop;
        if (watch)
          stop = [&watch] { return !watch(0, 0); };
        NetworkCheck found = checkNetwork(options->check, sink, stop);
        result.json = jsonText(toJson(found, source.file, sink));
        return kExitOk;
      },
      sink);
  endIfStopped(watch, source, "the check", sink);
  take(sink, result);
  return result;
}

void removeUnfinished() { removeTemporaries(); }

std::vector<std::string> machines() {
  std::vector<std::string> names = builtinMachineNames();
  std::stable_partition(names.begin(), names.end(), [](const auto &name) {
    return name == defaultMachineName();
  });
  return names;
}

std::vector<std::string> backends() {
  Pass pass;
  return backendNames(targetsFor(CompileOptions()));
}

std::string version() { return SNNC_VERSION; }

int command(int argc, char **argv) {
  prepareProcess();
  return runDriver(argc, argv);
}

std::string explain(const std::string &code) {
  auto found = DiagnosticCode::find(code);
  if (!found || !found->info())
    return "";
  const DiagnosticInfo &info = *found->info();
  Explanation page = explanationOf(info);
  return fmt::format("{}: {}\n{}\n{}", info.name, info.title, page.meaning,
                     page.help);
}

} // namespace snnc::api
