//===- Framework.cpp - One table of what frameworks compute ---------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The rows are docs/frameworks.md; each is what the framework's own neurons do
// by default and what its exporter makes of them.

#include "compiler/Driver/Framework.h"

#include <algorithm>
#include <fmt/format.h>

namespace snnc {

namespace {
struct Profile {
  Dynamics dynamics;
  const char *title;
  /// The exporter writes the same file whatever the reset was in training.
  bool losesReset;
};
} // namespace

static const std::vector<Profile> &profiles() {
  static const std::vector<Profile> table = {
      {{"none", "forward", "value", false, "damped"}, "NIR", false},
      {{"snntorch", "forward", "subtract", true, "damped"}, "snnTorch", true},
      {{"norse", "forward", "value", false, "undamped"}, "Norse", false},
      {{"sinabs", "exponential", "subtract", false, "damped"}, "Sinabs", true},
      {{"spyx", "forward", "subtract", true, "unit"}, "Spyx", true},
      {{"rockpool", "exponential", "subtract", false, "rise"},
       "Rockpool",
       true},
      {{"spikingjelly", "forward", "value", false, "damped"},
       "SpikingJelly",
       false},
      {{"lava", "forward", "zero", false, "damped"}, "Lava", false},
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
      [](const nir::Node &node) { return nir::isSpiking(node.kind); });
}

nlohmann::json toJson(const Dynamics &d) {
  return {{"framework", d.framework},
          {"integrator", d.integrator},
          {"reset", d.reset},
          {"reset_late", d.resetLate},
          {"jump", d.jump}};
}

static std::string resetOf(const Dynamics &d) {
  return fmt::format("--reset {}{}", d.reset,
                     d.resetLate ? " --reset-late" : "");
}

static std::string inWords(const Dynamics &d) {
  return fmt::format("--integrator {} {}", d.integrator, resetOf(d));
}

static void report(const nir::Graph &graph, const char *code, Severity severity,
                   std::string message, std::vector<std::string> hints,
                   DiagnosticSink &sink) {
  snnc::Diagnostic d = makeError(code, {graph.file, graph.path, 0, 0},
                                 std::move(message), std::move(hints));
  d.severity = severity;
  sink.report(std::move(d));
}

Dynamics chooseDynamics(const nir::Graph &graph, const nir::ImpliedDt &implied,
                        bool statesReset, const NetworkOptions &options,
                        DiagnosticSink &sink) {
  nir::Exporter exporter;
  if (!options.framework)
    exporter = nir::findExporter(graph, implied);
  const Profile &profile = profileOf(options.framework.value_or(
      exporter.framework.empty() ? "none" : exporter.framework));
  Dynamics chosen = profile.dynamics;
  // A guess at the exporter is no word about the training: NIR's own rule.
  bool guessed = !options.framework && profile.losesReset;
  if (guessed) {
    chosen.reset = "value";
    chosen.resetLate = false;
  }
  if (options.integrator)
    chosen.integrator = *options.integrator;
  if (options.reset)
    chosen.reset = *options.reset;
  if (options.resetLate)
    chosen.resetLate = *options.resetLate;
  if (!exporter.framework.empty())
    report(graph, "SNN0388", Severity::Note,
           fmt::format("written by {} as it seems ({}): its arithmetic is "
                       "taken, {}",
                       profile.title, exporter.evidence, inWords(chosen)),
           {fmt::format("say it: --framework {}, or --framework none for NIR's "
                        "equations alone",
                        chosen.framework)},
           sink);
  bool told = options.framework || options.reset;
  if (!told && anyResets(graph) && (profile.losesReset || !statesReset))
    report(graph, "SNN0389", Severity::Warning,
           fmt::format(
               "the file does not say what a spike does to the "
               "potential, and that decides the spikes; assumed: "
               "{}{}",
               resetOf(chosen),
               guessed ? fmt::format(" (the file's v_reset); {} itself trains "
                                     "with {} unless told otherwise",
                                     profile.title, resetOf(profile.dynamics))
                       : ""),
           {"say what it was trained with: --reset subtract, --reset zero or "
            "--reset value; with --reset-late where the reset acts in the next "
            "tick (snnTorch's reset_delay=True); or --framework NAME for all "
            "of a framework's defaults"},
           sink);
  return chosen;
}

} // namespace snnc
