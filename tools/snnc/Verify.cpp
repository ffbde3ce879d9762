//===- Verify.cpp - snnc verify
//--------------------------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "runtime/io/ArrayFile.h"
#include "runtime/support/Text.h"
#include "tools/snnc/Backend.h"
#include "tools/snnc/Compile.h"
#include "tools/snnc/Driver.h"
#include "runtime/support/ExitCode.h"
#include "tools/snnc/FloatCheck.h"
#include "tools/snnc/Progress.h"
#include "tools/snnc/Recorded.h"
#include "tools/snnc/Runner.h"
#include "tools/snnc/Verdict.h"

#include <cstdio>
#include <fmt/format.h>

namespace snnc {

//===----------------------------------------------------------------------===//
// --against float
//===----------------------------------------------------------------------===//

/// The same network in float, with the inputs that the other run had. What its
/// import has to say was said once already.
static std::optional<runtime::RunResult>
runFloat(RunOptions options, const runtime::ArrayMap &inputs,
         const runtime::RunOptions &session, DiagnosticSink &sink) {
  options.inFloat = true;
  options.backend = kReferenceBackend;
  SubjectNeeds needs{{options.backend}};
  RunSubject subject;
  DiagnosticSink own;
  std::optional<runtime::RunResult> result;
  if (subject.open(options, needs, own))
    result = subject.run(options.backend, options, inputs, session, own);
  for (const Diagnostic &d : own.all())
    if (d.severity == Severity::Error)
      sink.report(d);
  return result;
}

static int verifyFloat(const VerifyOptions &options, RunSubject &subject,
                       const runtime::ArrayMap &inputs,
                       const runtime::RunOptions &session, Progress &progress,
                       DiagnosticSink &sink) {
  RunOptions run = options.run;
  if (run.records.empty()) // probes would leave layers out
    for (const auto &request : runtime::everyRequest(subject.manifest()))
      run.records.push_back(request.name());
  auto before = runFloat(run, inputs, session, sink);
  if (!before)
    return kExitInput;
  auto after = subject.run(run.backend, run, inputs, session, sink);
  progress.finish();
  if (!after)
    return kExitInput;
  auto layers =
      compareLayers(subject.manifest(), before->arrays, after->arrays);
  if (!layers) {
    sink.report(layers.takeError());
    return kExitInput;
  }
  reportVerdict(subject.manifest(), subject.bundle(), *after, sink);
  FloatCheckHead head{run.backend, after->samples, after->ticks,
                      options.tolerance};
  if (options.json)
    fmt::print("{}\n", jsonText(toJson(head, *layers), 2));
  else
    printFloatCheck(head, *layers);
  return withinTolerance(*layers, options.tolerance) ? kExitOk : kExitMismatch;
}

//===----------------------------------------------------------------------===//
// Bit by bit
//===----------------------------------------------------------------------===//

static std::optional<runtime::ArrayMap>
readRecorded(const VerifyOptions &options, const RunSubject &subject,
             const runtime::ArrayMap &own, DiagnosticSink &sink) {
  runtime::InputOptions recorded;
  recorded.dtSeconds = subject.manifest().dtSeconds; // NIRData has seconds
  auto arrays = runtime::readArrays(options.against, recorded);
  if (!arrays) {
    sink.report(arrays.takeError());
    return std::nullopt;
  }
  // A lone .npy has no name: it is the one thing that was asked for.
  if (arrays->size() == 1 && arrays->begin()->first.empty() &&
      own.size() == 1) {
    runtime::NdArray only = std::move(arrays->begin()->second);
    arrays->clear();
    arrays->emplace(own.begin()->first, std::move(only));
  }
  auto fitted = fitRecorded(own, *arrays, options.against);
  if (!fitted) {
    sink.report(fitted.takeError());
    return std::nullopt;
  }
  return std::move(*fitted);
}

static nlohmann::json toJson(const runtime::Divergence &d) {
  return {{"sample", d.sample},
          {"tick", d.tick},
          {"population", d.population},
          {"neuron", d.neuron},
          {"variable", d.variable},
          {"a", d.a},
          {"b", d.b}};
}

static void print(const VerifyOptions &options,
                  const runtime::Comparison &comparison, uint64_t ticks) {
  const runtime::Divergence *first = comparison.first();
  if (options.json) {
    nlohmann::json layers = nlohmann::json::array();
    for (const runtime::Divergence &layer : comparison.layers)
      layers.push_back(toJson(layer));
    nlohmann::json json = {
        {"a", options.run.backend},    {"b", options.against},
        {"arrays", comparison.arrays}, {"ticks", ticks},
        {"first_divergence", nullptr}, {"layers", std::move(layers)}};
    if (first)
      json["first_divergence"] = toJson(*first);
    fmt::print("{}\n", jsonText(json, 2));
    return;
  }
  if (!first) {
    fmt::print("no divergence: {} and {} agree on {} array(s), {} tick(s)\n",
               options.run.backend, options.against, comparison.arrays, ticks);
    return;
  }
  fmt::print("first divergence ({} against {}): {}\n", options.run.backend,
             options.against, runtime::toText(*first));
  fmt::print("{} array(s) compared over {} tick(s); first divergence of each "
             "of the {} population(s) that differ:\n",
             comparison.arrays, ticks, comparison.layers.size());
  for (const runtime::Divergence &layer : comparison.layers)
    fmt::print("  {}\n", runtime::toText(layer));
}

static int verifyBits(const VerifyOptions &options, RunSubject &subject,
                      const runtime::ArrayMap &inputs,
                      const runtime::RunOptions &session, Progress &progress,
                      bool twoBackends, DiagnosticSink &sink) {
  auto first =
      subject.run(options.run.backend, options.run, inputs, session, sink);
  if (!first)
    return kExitInput;
  std::optional<runtime::ArrayMap> other;
  if (twoBackends) {
    auto second =
        subject.run(options.against, options.run, inputs, session, sink);
    if (second)
      other = std::move(second->arrays);
  } else {
    other = readRecorded(options, subject, first->arrays, sink);
  }
  progress.finish();
  if (!other)
    return kExitInput;
  auto comparison =
      runtime::compareRuns(subject.manifest(), first->arrays, *other);
  if (!comparison) {
    sink.report(comparison.takeError());
    return kExitInput;
  }
  reportVerdict(subject.manifest(), subject.bundle(), *first, sink);
  print(options, *comparison, first->ticks);
  return comparison->layers.empty() ? kExitOk : kExitMismatch;
}

int runVerify(const VerifyOptions &options, bool quiet, DiagnosticSink &sink) {
  bool isFloat = options.against == "float";
  target::Registry registry = targetsFor(options.run.compile);
  bool twoBackends = isBackend(registry, options.against);
  warnOfIdleOptions(options.run, options.run.backend, registry, sink);
  RunSubject subject;
  SubjectNeeds needs{{options.run.backend}};
  needs.digests = false;
  needs.networkFile = isFloat;
  if (twoBackends)
    needs.backends.push_back(options.against);
  if (!subject.open(options.run, needs, sink))
    return kExitInput;
  auto inputs = subject.readInputs(options.run, sink);
  if (!inputs)
    return kExitInput;
  auto drives = subject.addDrivenInputs(*inputs, options.run, sink);
  if (!drives)
    return kExitInput;
  Progress progress(quiet, options.run.backend);
  auto session = sessionOptions(options.run, progress);
  session.drives = std::move(*drives);
  return isFloat
             ? verifyFloat(options, subject, *inputs, session, progress, sink)
             : verifyBits(options, subject, *inputs, session, progress,
                          twoBackends, sink);
}

} // namespace snnc
