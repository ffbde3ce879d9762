//===- OptionGroups.cpp - Options that several verbs have -----------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "tools/snnc/OptionGroups.h"

#include "passes/Decide/AutoSelect.h"
#include "runtime/machine/MachineModel.h"
#include "tools/snnc/Framework.h"

namespace snnc {

static constexpr const char *kNetworkGroup = "Network";

std::vector<std::string> givenNetworkOptions(const CLI::App &verb) {
  std::vector<std::string> given;
  for (const CLI::Option *option : verb.get_options()) {
    if (option->get_group() != kNetworkGroup || option->count() == 0)
      continue;
    std::string name = option->get_lnames().front();
    bool negated =
        option->get_expected_max() == 0 && option->results().front() == "false";
    given.push_back((negated ? "--no-" : "--") + name);
  }
  return given;
}

void addDynamicsOptions(CLI::App *app, NetworkOptions &o) {
  const char *group = kNetworkGroup;
  app->add_option("--dt", o.dt,
                  "Model time of one tick, in the unit of the file's tau "
                  "(default: what the file implies)")
      ->check(CLI::PositiveNumber)
      ->group(group);
  app->add_option("--framework", o.framework,
                  "What wrote the file: sets integrator, reset and the "
                  "exporter's quirks, which each option below overrides "
                  "(default: what the file shows, else none)")
      ->check(CLI::IsMember(frameworkNames()))
      ->group(group);
  app->add_option("--integrator", o.integrator,
                  "forward (Euler, the default) or exponential")
      ->check(CLI::IsMember(nir::integratorNames()))
      ->group(group);
  app->add_option("--reset", o.reset,
                  "What a spike does to the potential: value (the file's "
                  "v_reset, the default), zero, subtract (the threshold) or "
                  "none")
      ->check(CLI::IsMember(nir::resetNames()))
      ->group(group);
  app->add_flag_function(
         "--reset-late,!--no-reset-late",
         [&o](int64_t count) { o.resetLate = count > 0; },
         "The reset of a spike acts in the next tick (snnTorch's "
         "reset_delay=True)")
      ->group(group);
}

void addNetworkOptions(CLI::App *app, NetworkOptions &o) {
  const char *group = kNetworkGroup;
  addDynamicsOptions(app, o);
  using normalize::QuantizeMode;
  addChoice<QuantizeMode>(
      app, "--quantize",
      "per-neuron scales, or py-spinnaker2 for that tool's numbers",
      wordsOf(std::array{QuantizeMode::PerNeuron, QuantizeMode::PySpinnaker2}),
      o.quantize)
      ->default_str(nameOf(o.quantize))
      ->group(group);
  addChoice<WeightWidth>(
      app, "--weights",
      "Width of the weights: auto (int8, and int16 for the layers that int8 "
      "would take weights from, or whose sums it would put off by 5 %), int8 "
      "or int16",
      wordsOf(
          std::array{WeightWidth::Auto, WeightWidth::Int8, WeightWidth::Int16}),
      o.weights)
      ->default_str(nameOf(o.weights))
      ->group(group);
  app->add_option("--seed", o.seed,
                  "Of every draw, in place of the seeds in the file: synapses, "
                  "weights, parameters, Poisson inputs, noise; and of the rate "
                  "encoder (default there: 0)")
      ->check(CLI::Range(uint64_t(0), uint64_t(INT64_MAX)))
      ->group(group);
  app->add_flag(
         "--relax-timing", o.relaxTiming,
         "Add the ticks that a feedback loop lacks instead of refusing it")
      ->group(group);
}

/// Empty, or what is wrong with a --selector-budget.
static std::string isBudget(const std::string &text) {
  return decide::SelectorBudget::parse(text)
             ? std::string()
             : "not a count, a share of 0% to 100%, or all: " + text;
}

CLI::Option *addMachine(CLI::App *app, std::string &machine) {
  return app
      ->add_option("--machine", machine,
                   "Machine description: a name of `snnc targets` or a .yaml "
                   "file")
      ->type_name(fileType({".yaml"}, builtinMachineNames()));
}

void addMachineOptions(CLI::App *app, CompileOptions &o) {
  const char *group = "Machine";
  addMachine(app, o.machine)->group(group);
  app->add_option("--tick", o.tickSeconds,
                  "Real time of one tick on the chip, seconds (default: 0.001, "
                  "or longer where a core needs more)")
      ->check(CLI::Range(1e-6, 10.0))
      ->group(group);
  addChoice<decide::ParadigmMode>(
      app, "--paradigm",
      "auto (a trained model per layer, checked by the planner), serial (Arm "
      "core) or parallel (MAC array) for every layer, oracle (plan both) or "
      "cost-model (closed formulas)",
      wordsOf(decide::kParadigmModes), o.paradigm)
      ->default_str(nameOf(o.paradigm))
      ->group(group);
  addObjective(app,
               "What the better paradigm has less of: pes, memory, cycles, "
               "energy (an estimate)",
               o.objective)
      ->group(group);
  app->add_option("--selector-model", o.selectorModel,
                  "Model file of `snnc selector train` that auto asks "
                  "(default: the tool's own)")
      ->type_name(fileType({".json"}))
      ->group(group);
  app->add_option("--selector-budget", o.selectorBudget,
                  "Layers that auto may plan both ways because the model is "
                  "unsure: a count, a share (10%) or all")
      ->check(isBudget)
      ->capture_default_str()
      ->group(group);
  app->add_flag("--explain-paradigm", o.explainParadigm,
                "Say per layer what decided, and what was planned")
      ->group(group);
  app->add_option("-j,--jobs", o.jobs, "Threads (default: all cores)")
      ->check(CLI::Range(0u, 1024u))
      ->group(group);
}

CLI::Option *addObjective(CLI::App *app, const char *help,
                          fabric::Objective &objective) {
  return addChoice<fabric::Objective>(app, "--objective", help,
                                      wordsOf(fabric::kObjectives), objective)
      ->default_str(nameOf(objective));
}

void addReport(CLI::App *app, ReportForm &report) {
  addChoice<ReportForm>(app, "--report",
                        "Per-layer report on stdout: table, json",
                        {{"none", ReportForm::None},
                         {"table", ReportForm::Table},
                         {"json", ReportForm::Json}},
                        report)
      ->default_str("none");
}

} // namespace snnc
