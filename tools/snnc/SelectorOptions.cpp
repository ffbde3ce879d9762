//===- SelectorOptions.cpp - The flags of snnc selector -------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "tools/snnc/OptionGroups.h"

#include <CLI/CLI.hpp>

namespace snnc {

static CLI::App *addVerb(CLI::App *selector, SelectorOptions &o,
                         SelectorVerb verb, const char *name,
                         const char *help) {
  CLI::App *c = selector->add_subcommand(name, help);
  c->callback([&o, verb] { o.verb = verb; });
  addMachine(c, o.machine);
  return c;
}

/// Layers of a set that are kept in memory, about 0.5 KB each, or written one
/// by one.
static constexpr uint64_t kMostKept = uint64_t(1) << 20,
                          kMostWritten = uint64_t(1) << 32;

static void addPlanning(CLI::App *c, SelectorOptions &o, uint64_t most) {
  c->add_option("--count", o.count,
                "Layers of a set (default: grid 16000, wide 8000)")
      ->check(CLI::Range(uint64_t(1), most));
  c->add_option("--seed", o.seed, "Of the layers, their synapses, the split")
      ->capture_default_str();
  c->add_option("-j,--jobs", o.jobs, "Threads (default: all cores)")
      ->check(CLI::Range(0u, 1024u));
}

static constexpr const char *kObjectiveHelp =
    "What is better: fewer pes (that finish the tick), memory (pes by bytes "
    "alone), cycles, energy (an estimate)";

static void addDataset(CLI::App *selector, SelectorOptions &o) {
  CLI::App *c = addVerb(selector, o, SelectorVerb::Dataset, "dataset",
                        "Plan many layers both ways and write them as CSV");
  c->add_option("--set", o.sets, "grid or wide")
      ->required()
      ->expected(1)
      ->check(CLI::IsMember({"grid", "wide"}));
  addPlanning(c, o, kMostWritten);
  c->add_option("-o,--output", o.output,
                "CSV file; an interrupted run goes on where it was")
      ->required()
      ->type_name(fileType({".csv"}));
  c->footer("Example:\n  snnc selector dataset --set grid -o grid.csv");
}

static void addTrain(CLI::App *selector, SelectorOptions &o) {
  CLI::App *c = addVerb(selector, o, SelectorVerb::Train, "train",
                        "Train the models of every objective");
  c->add_option("--set", o.sets, "grid, wide (default: both)")
      ->check(CLI::IsMember({"grid", "wide"}));
  c->add_option("--data", o.data,
                "Files of `snnc selector dataset` instead of planning")
      ->type_name(fileType({".csv"}));
  addPlanning(c, o, kMostKept);
  c->add_option("-o,--output", o.output, "Folder of the models")
      ->required()
      ->type_name(kFolderType);
  c->footer("Example:\n  snnc selector train -o classifier/models");
}

static void addEval(CLI::App *selector, SelectorOptions &o) {
  CLI::App *c =
      addVerb(selector, o, SelectorVerb::Eval, "eval",
              "Train and score with several splits, on held-out layers only");
  c->add_option("--set", o.sets, "grid or wide")
      ->required()
      ->expected(1)
      ->check(CLI::IsMember({"grid", "wide"}));
  addObjective(c, kObjectiveHelp, o.objective);
  c->add_option("--data", o.data,
                "File of `snnc selector dataset` instead of planning")
      ->type_name(fileType({".csv"}))
      ->expected(1);
  c->add_option("--seeds", o.seeds, "Splits 1 to this")
      ->check(CLI::Range(1u, 100u))
      ->capture_default_str();
  addPlanning(c, o, kMostKept);
  c->add_flag("--json", o.json, "One object a line on stdout");
  c->footer("Example:\n  snnc selector eval --set grid --objective pes --json "
            "| jq '.model, .accuracy'");
}

static void addPredict(CLI::App *selector, SelectorOptions &o) {
  CLI::App *c = addVerb(selector, o, SelectorVerb::Predict, "predict",
                        "Say which paradigm a layer should take");
  CLI::Range neurons(1u, 1u << 30);
  c->add_option("--source", o.source, "Source neurons")
      ->required()
      ->check(neurons);
  c->add_option("--target", o.target, "Target neurons")
      ->required()
      ->check(neurons);
  c->add_option("--density", o.density, "Share of connected pairs, 0 to 1")
      ->check(CLI::Range(0.0, 1.0))
      ->capture_default_str();
  c->add_option("--delays", o.delays, "Delays are 1 to this, ticks")
      ->check(CLI::Range(1u, 65535u))
      ->capture_default_str();
  c->add_option("--rate", o.rate, "Spikes per source and tick")
      ->check(CLI::Range(0.0, 1e6))
      ->capture_default_str();
  addObjective(c, kObjectiveHelp, o.objective);
  c->add_option("--tick", o.tickSeconds, "Real time of a tick, seconds")
      ->check(CLI::Range(1e-6, 10.0))
      ->capture_default_str();
  c->add_option("--model", o.model, "xgboost, adaboost or a model file")
      ->type_name(fileType({".json"}, {"xgboost", "adaboost"}))
      ->capture_default_str();
  c->add_flag("--json", o.json, "One object on stdout");
  c->footer("Example:\n  snnc selector predict --source 500 --target 500 "
            "--density 0.5 --delays 4 \\\n    --rate 0.1 --json");
}

void addSelector(CLI::App &app, SelectorOptions &options) {
  CLI::App *selector = app.add_subcommand(
      "selector", "The learned choice of the paradigm: data, training, scores");
  selector->require_subcommand(1);
  selector->fallthrough();
  addDataset(selector, options);
  addTrain(selector, options);
  addEval(selector, options);
  addPredict(selector, options);
  selector->footer("snnc selector COMMAND --help shows examples.");
}

} // namespace snnc
