//===- StreamedRun.cpp - Runs whose results stream to disk ----------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "tools/snnc/StreamedRun.h"

#include "runtime/support/AtomicFile.h"
#include "runtime/support/Digest.h"
#include "tools/snnc/Interrupt.h"

#include <algorithm>
#include <filesystem>
#include <fmt/format.h>
#include <fmt/ranges.h>

namespace snnc {

bool wantsStream(const RunOptions &options) {
  return options.events || options.checkpoint > 0 || options.resume;
}

/// Of everything that the results depend on; how they are computed is not
/// among it.
static Expected<std::string> digestOf(const RunOptions &options,
                                      const runtime::Manifest &manifest) {
  const NetworkOptions &network = options.compile.network;
  std::string all = fmt::format(
      "{} {} {} {} {} {} {} {} {} {} {} {} {} {} {} {} {} {}",
      manifest.compilerVersion, network.dt.value_or(0),
      network.framework.value_or(""), network.integrator.value_or(""),
      network.reset.value_or(""),
      network.resetLate ? int(*network.resetLate) : -1,
      nameOf(network.quantize), nameOf(network.weights), network.relaxTiming,
      network.seed.value_or(0), network.seed.has_value(), options.inFloat,
      int(options.align), options.ticks.value_or(0),
      options.encode ? int(*options.encode) : -1,
      options.layout ? int(*options.layout) : -1, options.threshold,
      fmt::join(options.records, " "));
  std::vector<std::string> files = {options.input};
  for (const std::string &input : options.inputs)
    files.push_back(std::filesystem::exists(input)
                        ? input
                        : input.substr(input.find('=') + 1));
  for (const std::string &file : files) {
    auto bytes = readFile(file);
    if (!bytes)
      return bytes.takeError();
    all += " " + sha256(*bytes);
  }
  return sha256(all);
}

std::unique_ptr<StreamedRun>
StreamedRun::open(const RunOptions &options, const runtime::Manifest &manifest,
                  DiagnosticSink &sink) {
  auto refuse = [&](std::string why, std::string help) {
    sink.report(makeError("SNN0384", {options.input, "", 0, 0}, std::move(why),
                          {std::move(help)}));
    return nullptr;
  };
  if (options.output.empty())
    return refuse("--events, --checkpoint and --resume are about the output",
                  "name it with -o out.npz or -o out.h5");
  auto place = outputPlace(options.output);
  if (place && place->through)
    return refuse("results cannot stream to a pipe or device",
                  "name a file with -o");
  auto digest = digestOf(options, manifest);
  if (!digest) {
    sink.report(digest.takeError());
    return nullptr;
  }
  std::unique_ptr<StreamedRun> run(
      new StreamedRun(options, std::move(*digest)));
  if (!options.resume)
    return run;
  auto last = run->files.lastCheckpoint();
  if (!last) {
    sink.report(last.takeError());
    return nullptr;
  }
  run->from = std::move(*last);
  run->sayWhere(options.output, sink);
  return run;
}

void StreamedRun::sayWhere(const std::string &output,
                           DiagnosticSink &sink) const {
  if (from)
    return sink.report(makeFinding(
        "SNN0446", {output, "", 0, 0},
        fmt::format("the run goes on from tick {}", from->moment.tick)));
  sink.report(makeFinding(
      "SNN0453", {output, "", 0, 0},
      fmt::format("there is no checkpoint in {}.parts: the run begins at tick "
                  "0",
                  output),
      {"name the file of the run that was interrupted, which saves checkpoints "
       "with --checkpoint; of a run from the beginning leave --resume out"}));
}

void StreamedRun::prepare(runtime::RunOptions &session) {
  session.sink = &files;
  session.from = from ? &from->moment : nullptr;
  holdInterrupts();
  session.progress = [this, draw = session.progress](uint64_t ticks,
                                                     uint64_t total) {
    done = ticks;
    return draw(ticks, total) && !isInterrupted();
  };
}

void StreamedRun::finish(const std::optional<runtime::RunResult> &result,
                         const RunOptions &options,
                         const runtime::Manifest &manifest,
                         const nlohmann::json &meta, DiagnosticSink &sink) {
  bool interrupted = !result && isInterrupted();
  if (!result && !interrupted)
    return; // the folder holds what there is
  uint64_t ticks = result ? result->ticks : done;
  if (options.ticks)
    ticks = std::min(ticks, *options.ticks);
  if (Status s = files.finish(ticks, manifest.dtSeconds, meta); !s)
    return sink.report(s.takeError());
  if (result || options.checkpoint == 0)
    files.removeParts();
}

} // namespace snnc
