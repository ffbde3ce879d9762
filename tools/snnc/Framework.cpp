//===- Framework.cpp - One table of what frameworks compute ---------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The rows are docs/frameworks.md; each is what the framework's own neurons do
// by default and what its exporter makes of them.

#include "tools/snnc/Framework.h"

#include "compiler/Import/NIR/NirPrimitive.h"

#include <algorithm>
#include <fmt/format.h>

namespace snnc {

namespace {
struct Profile {
  Dynamics dynamics;
  const char *title;
  /// The exporter writes the same file whatever the reset was in training.
  bool losesReset;
  /// The time step that the exporter writes unless told otherwise, in the unit
  /// of the file's time constants.
  std::optional<double> usualDt;
  /// What makes its neurons emit one spike a tick at most, where they emit
  /// floor(v / threshold) unless told so.
  const char *singleSpike = nullptr;
};
} // namespace

static const std::vector<Profile> &profiles() {
  static const std::vector<Profile> table = {
      {{"none", "forward", "value", false, "above", "damped", "leak"},
       "NIR",
       false,
       std::nullopt},
      {{"snntorch", "forward", "subtract", true, "lowered", "damped", "leak"},
       "snnTorch",
       true,
       1e-4},
      // dt times the time constant in seconds, with its default of 1 ms.
      {{"norse", "forward", "value", false, "above", "undamped", "leak"},
       "Norse",
       false,
       1e-6},
      {{"sinabs", "exponential", "subtract", false, "reached", "damped",
        "leak"},
       "Sinabs",
       true,
       1.0,
       "spike_fn=SingleSpike (default: MultiSpike)"},
      {{"spyx", "forward", "subtract", true, "before", "unit", "leak"},
       "Spyx",
       true,
       1.0},
      {{"rockpool", "exponential", "subtract", false, "reached", "decayed",
        "leak"},
       "Rockpool",
       true,
       std::nullopt,
       "max_spikes_per_dt=torch.tensor(1.0) (default: 65536)"},
      {{"spikingjelly", "forward", "value", false, "reached", "damped",
        "reset"},
       "SpikingJelly",
       false,
       1e-4},
      {{"lava", "forward", "zero", false, "above", "damped", "leak"},
       "Lava",
       false,
       std::nullopt},
  };
  return table;
}

const std::vector<std::string> &frameworkNames() {
  static const std::vector<std::string> names = [] {
    std::vector<std::string> all;
    for (const Profile &profile : profiles())
      all.push_back(profile.dynamics.framework);
    return all;
  }();
  return names;
}

static const Profile &profileOf(const std::string &name) {
  for (const Profile &profile : profiles())
    if (profile.dynamics.framework == name)
      return profile;
  return profiles().front();
}

static bool anyResets(const nir::Graph &graph) {
  return std::any_of(
      graph.nodes.begin(), graph.nodes.end(),
      [](const nir::Node &node) { return node.kind->isSpiking(); });
}

nlohmann::json toJson(const Dynamics &d) {
  nlohmann::json layers = nlohmann::json::object();
  for (const auto &[layer, rule] : d.layers)
    layers[layer] = {{"reset", rule.reset}, {"reset_late", rule.late}};
  return {{"framework", d.framework}, {"integrator", d.integrator},
          {"reset", d.reset},         {"reset_late", d.resetLate},
          {"compare", d.compare},     {"jump", d.jump},
          {"layers", layers}};
}

static std::string resetOf(const Dynamics &d) {
  return fmt::format("--reset {}{}", d.reset,
                     d.resetLate ? " --reset-late" : "");
}

static std::string inWords(const Dynamics &d) {
  return fmt::format("--integrator {} {}", d.integrator, resetOf(d));
}

void reportOf(const nir::Graph &graph, DiagnosticCode code, std::string message,
              std::vector<std::string> hints, DiagnosticSink &sink) {
  sink.report(makeFinding(code, {graph.file, graph.path, 0, 0},
                          std::move(message), std::move(hints)));
}

/// Nobody said what a spike does. `guessed`: the profile of a framework that
/// may have been told otherwise.
static void warnOfReset(const nir::Graph &graph, const Dynamics &chosen,
                        const Profile *guessed, DiagnosticSink &sink) {
  reportOf(
      graph, "SNN0389",
      fmt::format(
          "the file does not say what a spike does to the potential, and "
          "that decides the spikes; assumed: {}{}",
          resetOf(chosen),
          guessed ? fmt::format(" (the file's v_reset); {} itself trains "
                                "with {} unless told otherwise",
                                guessed->title, resetOf(guessed->dynamics))
                  : ""),
      {"say what it was trained with: --reset subtract, --reset zero, "
       "--reset value or --reset none; with --reset-late where the reset "
       "acts in the next tick (snnTorch's reset_delay=True); or --framework "
       "NAME for all of a framework's defaults; in the file: metadata "
       "'reset' and 'reset_late' or 'framework'"},
      sink);
}

/// A neuron of snnc emits one spike a tick at most, the framework's may emit
/// more, and the file does not say.
static void warnOfSeveralSpikes(const nir::Graph &graph, const Profile &profile,
                                DiagnosticSink &sink) {
  reportOf(
      graph, "SNN0971",
      fmt::format("neurons of {} may emit several spikes in a tick, here one "
                  "at most: the spikes differ where a potential reaches "
                  "twice the threshold",
                  profile.title),
      {fmt::format(
          "train and export with {}; where that was done, say so "
          "in the file; in Python: graph.metadata['single_spike'] = True",
          profile.singleSpike)},
      sink);
}

/// What the profile of Spyx repaired.
static void noteFeedback(const nir::Graph &graph, unsigned edges,
                         DiagnosticSink &sink) {
  if (edges != 0)
    reportOf(
        graph, "SNN0387",
        fmt::format("{} edge(s) into recurrent weights lead to their neurons "
                    "instead, as in the network that Spyx exported",
                    edges),
        {}, sink);
}

/// The options' word, else the file's.
template <typename T>
static std::optional<T> first(const std::optional<T> &option,
                              const std::optional<T> &file) {
  return option ? option : file;
}

/// What is said, by an option or by the file, in place of the profile's.
static void overrideWith(Dynamics &chosen, nir::Graph &graph,
                         const nir::StatedRules &stated,
                         const NetworkOptions &options) {
  if (auto integrator = first(options.integrator, stated.integrator))
    chosen.integrator = *integrator;
  if (auto reset = first(options.reset, stated.reset))
    chosen.reset = *reset;
  if (auto late = first(options.resetLate, stated.resetLate))
    chosen.resetLate = *late;
  for (nir::Node &node : graph.nodes) {
    if (options.reset)
      node.reset.reset();
    if (options.resetLate)
      node.resetLate.reset();
    if (node.reset || node.resetLate)
      chosen.layers[node.name] = {node.reset.value_or(chosen.reset),
                                  node.resetLate.value_or(chosen.resetLate)};
  }
}

std::optional<UsualDt> usualDt(const nir::Graph &graph, const FileRules &file,
                               const NetworkOptions &options) {
  std::optional<std::string> named =
      first(options.framework, file.stated.framework);
  if (!named)
    return std::nullopt;
  const Profile &profile = profileOf(*named);
  if (named == "spyx")
    if (std::optional<double> dt = nir::spyxDt(graph))
      return UsualDt{*dt, "tau * (1 - r) of every neuron (Spyx)"};
  // Its IF and I do not say: they add up without a time step.
  if (file.implied.dt && named != "norse" && named != "spyx")
    return std::nullopt;
  if (!profile.usualDt)
    return std::nullopt;
  return UsualDt{*profile.usualDt,
                 fmt::format("what {}'s exporter writes unless told otherwise",
                             profile.title)};
}

Dynamics chooseDynamics(nir::Graph &graph, const FileRules &file,
                        const NetworkOptions &options, DiagnosticSink &sink) {
  std::optional<std::string> named =
      first(options.framework, file.stated.framework);
  nir::Exporter exporter;
  if (!named)
    exporter = nir::findExporter(graph, file.implied);
  const Profile &profile = profileOf(
      named.value_or(exporter.framework.empty() ? "none" : exporter.framework));
  Dynamics chosen = profile.dynamics;
  if (named == "spyx")
    noteFeedback(graph, nir::feedNeuronsDirectly(graph), sink);
  // A guess at the exporter is no word about the training: NIR's own rule.
  bool guessed = !named && profile.losesReset;
  if (guessed) {
    chosen.reset = "value";
    chosen.resetLate = false;
    chosen.compare = "above";
  }
  overrideWith(chosen, graph, file.stated, options);
  bool told = named || options.reset || file.stated.everyReset;
  if (!exporter.framework.empty())
    reportOf(
        graph, "SNN0388",
        fmt::format("written by {} as it seems ({}): its arithmetic is "
                    "taken, {}",
                    profile.title, exporter.evidence, inWords(chosen)),
        {fmt::format("say it: --framework {}, or --framework none for NIR's "
                     "equations alone",
                     chosen.framework)},
        sink);
  if (!told && anyResets(graph) && (profile.losesReset || !file.hasEveryReset))
    warnOfReset(graph, chosen, guessed ? &profile : nullptr, sink);
  if (profile.singleSpike && anyResets(graph) &&
      !file.stated.singleSpike.value_or(false))
    warnOfSeveralSpikes(graph, profile, sink);
  return chosen;
}

} // namespace snnc
