//===- FiringWarnings.cpp - Layers that never fire, or always -------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "tools/snnc/FiringWarnings.h"

#include "compiler/SNN/ParamValues.h"
#include "runtime/host/Inputs.h"
#include "tools/snnc/Firing.h"

#include <algorithm>
#include <cmath>
#include <fmt/format.h>
#include <fmt/ranges.h>

namespace snnc {

using runtime::NdArray;

namespace {

/// Fewer spikes than this leave a layer of large neurons rightly silent.
constexpr uint64_t kFewestArrivals = 10;

/// Counts the spikes that reach a population: of inputs as given, of
/// populations as recorded.
class Arrivals {
public:
  Arrivals(const runtime::Manifest &manifest, const runtime::ArrayMap &given,
           const runtime::Drives &drives, const runtime::RunResult &result)
      : manifest(manifest), given(given), drives(drives), result(result) {}

  /// Over all samples; `names` gets the sources that fired.
  uint64_t into(snn::NetworkOp network, const std::string &population,
                std::vector<std::string> &names);

private:
  /// Spikes of the first `ticks` ticks of every sample.
  uint64_t ofInput(const std::string &name, uint64_t ticks);
  uint64_t ofPopulation(const std::string &name, uint64_t ticks) const;

  const runtime::Manifest &manifest;
  const runtime::ArrayMap &given;
  const runtime::Drives &drives;
  const runtime::RunResult &result;
  std::optional<runtime::RunInputs> resolved;
};

} // namespace

uint64_t Arrivals::ofInput(const std::string &name, uint64_t ticks) {
  if (!resolved) {
    auto inputs = runtime::resolveInputs(manifest.inputs, given, drives);
    resolved = inputs ? std::move(*inputs) : runtime::RunInputs();
  }
  uint64_t count = 0;
  std::vector<uint16_t> drawn;
  for (size_t i = 0; i < resolved->trains.size(); ++i)
    if (manifest.inputs[i].name == name)
      for (uint64_t s = 0; s < resolved->samples; ++s)
        for (uint64_t t = 0; t < std::min(ticks, resolved->ticks); ++t)
          for (uint16_t spikes : resolved->row(i, s, t, drawn))
            count += spikes;
  return count;
}

uint64_t Arrivals::ofPopulation(const std::string &name, uint64_t ticks) const {
  if (auto list = result.lists.find(name + ":spikes");
      list != result.lists.end()) {
    uint64_t count = 0;
    for (uint64_t s = 0; s < list->second.samples(); ++s)
      count += uint64_t(std::ranges::count_if(
          list->second.ofSample(s),
          [&](const auto &spike) { return spike.tick < ticks; }));
    return count;
  }
  auto raster = result.arrays.find(name + ":spikes");
  if (raster == result.arrays.end())
    return 0;
  const NdArray &array = raster->second;
  size_t axes = array.shape.size();
  uint64_t row = array.shape[axes - 1], rows = array.shape[axes - 2];
  uint64_t samples = axes > 2 ? array.shape[0] : 1, count = 0;
  for (uint64_t s = 0; s < samples; ++s)
    for (uint64_t i = 0; i < std::min(ticks, rows) * row; ++i)
      count += array.as<uint8_t>()[s * rows * row + i];
  return count;
}

/// Ticks of the network from a spike to its earliest effect.
static uint64_t shortestDelay(snn::ProjectionOp projection) {
  auto values = snn::ParamValues::get(projection.getDelay(),
                                      size_t(projection.numSources()),
                                      projection.getContext());
  double delay = values && values->size() ? values->at(0) : 1;
  for (size_t i = 1; values && !values->uniform() && i < values->size(); ++i)
    delay = std::min(delay, values->at(i));
  auto latencyOf = [](mlir::Value signal) -> double {
    auto population = signal.getDefiningOp<snn::PopulationOp>();
    return population ? double(population.getLatency().value_or(0)) : 0;
  };
  delay += latencyOf(projection.getSource());
  delay -= latencyOf(projection.targetPopulation().getSignal());
  return delay > 0 ? uint64_t(delay) : 0;
}

uint64_t Arrivals::into(snn::NetworkOp network, const std::string &population,
                        std::vector<std::string> &names) {
  uint64_t all = 0;
  for (auto projection : network.getOps<snn::ProjectionOp>()) {
    snn::PopulationOp target = projection.targetPopulation();
    if (!target || target.getName() != population)
      continue;
    uint64_t delay = snnc::shortestDelay(projection);
    uint64_t ticks = result.ticks > delay ? result.ticks - delay : 0;
    std::string source = projection.sourceName().str();
    bool isInput = projection.getSource().getDefiningOp<snn::InputOp>();
    if (std::ranges::find(names, source) != names.end())
      continue; // of another projection
    uint64_t spikes =
        isInput ? ofInput(source, ticks) : ofPopulation(source, ticks);
    if (spikes > 0)
      names.push_back(source);
    all += spikes;
  }
  return all;
}

/// The command that shows whether integers or the network itself are to blame;
/// nothing for a bundle and for a run in float.
static std::optional<std::string> compareCommand(const RunSubject &subject,
                                                 const RunOptions &options) {
  if (subject.isBundleFile() || options.inFloat)
    return std::nullopt;
  constexpr const char *shows = " shows whether it does so before "
                                "quantisation too";
  if (options.compile.network.text) // of no file
    return std::string("run(precision='float', target='cpu')") + shows;
  std::string command = "`snnc verify " + options.input;
  for (const std::string &input : options.inputs)
    command += " --input " + input;
  if (options.encode)
    command += fmt::format(" --encode {}", runtime::name(*options.encode));
  if (options.ticks)
    command += fmt::format(" --ticks {}", *options.ticks);
  command += " --against float`";
  const std::vector<std::string> &given = options.compile.network.given;
  if (!given.empty())
    command += fmt::format(" with this run's {}", fmt::join(given, ", "));
  return command + shows;
}

static std::string samplesText(const Firing &firing) {
  return firing.samples > 1 ? fmt::format("{} samples of {} ticks",
                                          firing.samples, firing.ticks)
                            : fmt::format("{} ticks", firing.ticks);
}

/// Nothing: the run does not say.
static std::optional<Firing> firingIn(const runtime::RunResult &result,
                                      const std::string &name) {
  if (auto list = result.lists.find(name); list != result.lists.end())
    return firingOf(list->second);
  auto raster = result.arrays.find(name);
  if (raster == result.arrays.end())
    return std::nullopt;
  return firingOf(raster->second);
}

static void warn(DiagnosticCode code, const std::string &population,
                 std::string message, std::optional<std::string> command,
                 std::string change, DiagnosticSink &sink) {
  Diagnostic d = makeFinding(code, {"", population, 0, 0}, std::move(message));
  if (command)
    d.hints.push_back(std::move(*command));
  d.hints.push_back(std::move(change));
  sink.report(std::move(d));
}

void warnOfFiring(RunSubject &subject, const RunOptions &options,
                  const runtime::ArrayMap &inputs,
                  const runtime::Drives &drives,
                  const runtime::RunResult &result, DiagnosticSink &sink) {
  Arrivals arrivals(subject.manifest(), inputs, drives, result);
  if (result.ticks < kFewestTicks)
    return;
  for (const auto &population : subject.manifest().populations) {
    auto found = firingIn(result, population.name + ":spikes");
    if (!found)
      continue;
    const Firing &firing = *found;
    if (firing.saturatedNeurons > 0)
      warn("SNN0913", population.name,
           fmt::format("{} of {} neurons fire in every tick (over {}; neuron "
                       "{} from tick {} on)",
                       firing.saturatedNeurons, firing.neurons,
                       samplesText(firing), firing.exampleNeuron,
                       firing.exampleTick),
           compareCommand(subject, options),
           "lower their weights, bias or input, raise the threshold, or give "
           "them a refractory period",
           sink);
    if (!firing.isSilent())
      continue;
    snn::NetworkOp network = subject.network();
    std::vector<std::string> sources;
    uint64_t spikes =
        network ? arrivals.into(network, population.name, sources) : 0;
    if (spikes >= kFewestArrivals)
      warn("SNN0912", population.name,
           fmt::format("none of the {} neurons fires (over {}), though {} "
                       "spikes of '{}' reach the layer",
                       firing.neurons, samplesText(firing), spikes,
                       fmt::join(sources, "', '")),
           compareCommand(subject, options),
           "raise their weights or bias, or lower the threshold", sink);
  }
}

} // namespace snnc
