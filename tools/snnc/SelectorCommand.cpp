//===- SelectorCommand.cpp - snnc selector --------------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "tools/snnc/SelectorCommand.h"
#include "backends/spinnaker2/Formats/Formats.h"
#include "backends/spinnaker2/Target/MapNetwork.h"

#include "classifier/Evaluation.h"
#include "planner/PlannerVersion.h"
#include "runtime/support/AtomicFile.h"
#include "runtime/support/ExitCode.h"
#include "tools/snnc/Progress.h"

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace snnc {

using namespace selector;

namespace {

/// What every command of the selector needs.
struct Command {
  const SelectorOptions &options;
  bool quiet;
  DiagnosticSink &sink;
  MachineModel machine;
  int fail(Diagnostic error) const {
    sink.report(std::move(error));
    return kExitInput; // the sink's code decides
  }
};

} // namespace

static Watch watchOf(Progress &progress) {
  return [&progress](uint64_t done, uint64_t total) {
    progress.update(done, total);
    return true;
  };
}

static DatasetRequest requestOf(const SelectorOptions &options,
                                const std::string &set) {
  DatasetRequest request;
  request.formats = s2::rowFormats();
  request.set = set == "wide" ? LayerSet::Wide : LayerSet::Grid;
  request.count =
      options.count ? options.count : DatasetRequest::defaultCount(request.set);
  if (request.set == LayerSet::Grid)
    request.count = std::min(request.count, kGridLayers);
  request.seed = options.seed;
  request.jobs = options.jobs;
  return request;
}

static int runDataset(const Command &command) {
  const std::string &set = command.options.sets.front();
  std::string inputs[] = {command.options.machine};
  if (Status place = checkOutput(command.options.output, inputs); !place)
    return command.fail(place.takeError());
  Progress progress(command.quiet, "planning " + set, "layers");
  Status status = writeDataset(requestOf(command.options, set), command.machine,
                               command.options.output, watchOf(progress));
  progress.finish();
  return status ? kExitOk : command.fail(status.takeError());
}

/// The files that the user named, or the sets, planned.
static Expected<Dataset> gather(const Command &command) {
  Dataset all;
  auto take = [&](Expected<Dataset> part) -> Status {
    if (!part)
      return part.takeError();
    all.insert(all.end(), std::make_move_iterator(part->begin()),
               std::make_move_iterator(part->end()));
    return {};
  };
  for (const std::string &path : command.options.data)
    if (Status status = take(readDataset(path, command.machine)); !status)
      return status.takeError();
  if (!command.options.data.empty())
    return all;
  std::vector<std::string> sets = command.options.sets;
  if (sets.empty())
    sets = {"grid", "wide"};
  for (const std::string &set : sets) {
    Progress progress(command.quiet, "planning " + set, "layers");
    auto part = planDataset(requestOf(command.options, set), command.machine,
                            watchOf(progress));
    if (Status status = take(std::move(part)); !status)
      return status.takeError();
  }
  return all;
}

//===----------------------------------------------------------------------===//
// train
//===----------------------------------------------------------------------===//

static Status writeModel(const Command &command, const Dataset &dataset,
                         ModelKind kind, Objective objective) {
  auto trained =
      train(dataset, kind, objective, command.options.seed, command.machine);
  if (!trained)
    return trained.takeError();
  ModelInfo info = trained->info();
  for (const std::string &set : info.sets)
    info.scores[set] = score(
        dataset, set == "wide" ? LayerSet::Wide : LayerSet::Grid, objective,
        info.seed, command.machine, [&](const LayerRecord &record) {
          return trained->predict(record.features).parallel;
        });
  Selector selector(info, trained->model(), trained->calibrated());
  for (auto &[set, scores] : info.scores)
    fmt::print("{:9} {:7} {:5} {:6} {:8.3f} % {:8.3f} % {:8.4f} % {:8.4f} %\n",
               nameOf(kind), fabric::nameOf(objective), set, scores.layers,
               100 * scores.accuracy, 100 * scores.balancedAccuracy,
               100 * scores.regretPes, 100 * scores.regretCycles);
  std::string path = fmt::format("{}/{}-{}.json", command.options.output,
                                 nameOf(kind), fabric::nameOf(objective));
  return writeFileAtomically(path, selector.toText());
}

static int runTrain(const Command &command) {
  std::error_code error;
  std::filesystem::create_directories(command.options.output, error);
  if (error)
    return command.fail(
        makeError("SNN0003", {command.options.output, {}, 0, 0},
                  fmt::format("cannot be written: {}", error.message())));
  auto dataset = gather(command);
  if (!dataset)
    return command.fail(dataset.takeError());
  fmt::print("{:9} {:7} {:5} {:>6} {:>10} {:>10} {:>10} {:>10}\n", "model",
             "better", "set", "layers", "accuracy", "balanced", "extra PEs",
             "cycles");
  Progress progress(command.quiet, "training", "models");
  uint64_t done = 0, total = fabric::kObjectives.size() * kModelKinds.size();
  for (Objective objective : fabric::kObjectives)
    for (ModelKind kind : kModelKinds) {
      progress.update(done++, total);
      Status status = writeModel(command, *dataset, kind, objective);
      if (!status)
        return command.fail(status.takeError());
    }
  return kExitOk;
}

//===----------------------------------------------------------------------===//
// eval
//===----------------------------------------------------------------------===//

static nlohmann::json toJson(const Evaluation &evaluation) {
  nlohmann::json line = {{"model", evaluation.model},
                         {"objective", fabric::nameOf(evaluation.objective)},
                         {"set", nameOf(evaluation.set)},
                         {"n", evaluation.layers()},
                         {"seeds", evaluation.seeds.size()}};
  std::pair<const char *, double HeldOutScores::*> values[] = {
      {"accuracy", &HeldOutScores::accuracy},
      {"balanced_accuracy", &HeldOutScores::balancedAccuracy},
      {"majority", &HeldOutScores::majority},
      {"regret_pes", &HeldOutScores::regretPes},
      {"regret_cycles", &HeldOutScores::regretCycles}};
  for (auto &[name, value] : values) {
    auto moments = evaluation.of(value);
    line[name] = moments.mean;
    line[std::string(name) + "_spread"] = moments.spread;
  }
  return line;
}

static void printTable(const std::vector<Evaluation> &evaluations) {
  auto majority = evaluations.front().of(&HeldOutScores::majority);
  fmt::print("{} set, objective {}: {} held-out layers in {} splits; the "
             "larger class has {:.2f} %\n",
             nameOf(evaluations.front().set),
             fabric::nameOf(evaluations.front().objective),
             evaluations.front().layers(), evaluations.front().seeds.size(),
             100 * majority.mean);
  fmt::print("{:12} {:>18} {:>18} {:>20} {:>20}\n", "model", "accuracy %",
             "balanced %", "extra PEs %", "extra cycles %");
  for (const Evaluation &e : evaluations) {
    auto a = e.of(&HeldOutScores::accuracy);
    auto b = e.of(&HeldOutScores::balancedAccuracy);
    auto p = e.of(&HeldOutScores::regretPes);
    auto c = e.of(&HeldOutScores::regretCycles);
    fmt::print("{:12} {:9.3f} +- {:5.3f} {:9.3f} +- {:5.3f} {:10.4f} +- "
               "{:6.4f} {:10.4f} +- {:6.4f}\n",
               e.model, 100 * a.mean, 100 * a.spread, 100 * b.mean,
               100 * b.spread, 100 * p.mean, 100 * p.spread, 100 * c.mean,
               100 * c.spread);
  }
}

static int runEval(const Command &command) {
  auto dataset = gather(command);
  if (!dataset)
    return command.fail(dataset.takeError());
  Progress progress(command.quiet, "evaluating", "splits");
  LayerSet set =
      command.options.sets.front() == "wide" ? LayerSet::Wide : LayerSet::Grid;
  auto evaluations =
      evaluate(*dataset, set, command.options.objective, command.options.seeds,
               command.machine, watchOf(progress));
  progress.finish();
  if (!evaluations)
    return command.fail(evaluations.takeError());
  if (!command.options.json)
    printTable(*evaluations);
  else
    for (const Evaluation &evaluation : *evaluations)
      fmt::print("{}\n", toJson(evaluation).dump());
  return kExitOk;
}

//===----------------------------------------------------------------------===//
// predict
//===----------------------------------------------------------------------===//

static Expected<Selector> modelOf(const Command &command) {
  for (ModelKind kind : kModelKinds)
    if (command.options.model == nameOf(kind))
      return Selector::shipped(command.options.objective, command.machine,
                               kind);
  return Selector::load(command.options.model, command.machine);
}

static int runPredict(const Command &command) {
  auto model = modelOf(command);
  if (!model)
    return command.fail(model.takeError());
  const SelectorOptions &o = command.options;
  Features features =
      featuresOf(randomLayer(o.source, o.target, o.density, o.delays, o.rate,
                             s2::rowFormats()),
                 command.machine, o.tickSeconds);
  Prediction prediction = model->predict(features);
  std::vector<std::string> outside;
  for (size_t feature : model->outside(features))
    outside.emplace_back(kFeatureNames[feature]);
  const char *choice = prediction.parallel ? "parallel" : "serial";
  if (o.json)
    fmt::print(
        "{}\n",
        nlohmann::json({{"choice", choice},
                        {"probability", prediction.confidence()},
                        {"probability_parallel", prediction.probability},
                        {"objective", fabric::nameOf(model->info().objective)},
                        {"model", nameOf(model->info().kind)},
                        {"in_training_range", outside.empty()},
                        {"outside", outside}})
            .dump());
  else
    fmt::print("{} (probability {:.4f}, objective {}, {})\n", choice,
               prediction.confidence(), fabric::nameOf(model->info().objective),
               nameOf(model->info().kind));
  if (!outside.empty())
    command.sink.report(
        {"SNN1214",
         Severity::Warning,
         {},
         fmt::format("the layer is outside the training range: {}; a compile "
                     "plans it both ways instead",
                     fmt::join(outside, ", ")),
         {},
         {}});
  return kExitOk;
}

int runSelector(const SelectorOptions &options, bool quiet,
                DiagnosticSink &sink) {
  s2::MapOptions mapping;
  mapping.machine = options.machine;
  auto machine = s2::machineOf(mapping);
  if (!machine) {
    sink.report(machine.takeError());
    return kExitInput;
  }
  Command command{options, quiet, sink, std::move(*machine)};
  switch (options.verb) {
  case SelectorVerb::Dataset:
    return runDataset(command);
  case SelectorVerb::Train:
    return runTrain(command);
  case SelectorVerb::Eval:
    return runEval(command);
  case SelectorVerb::Predict:
    return runPredict(command);
  }
  return kExitUsage;
}

} // namespace snnc
