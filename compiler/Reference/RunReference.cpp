//===- RunReference.cpp - Run the interpreter on arrays -------------------===//
//
// Part of the snnc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "compiler/Reference/RunReference.h"

#include "compiler/SNN/ParamValues.h"
#include "runtime/host/FiniteWatch.h"

#include <fmt/format.h>
#include <set>

using namespace mlir;
using namespace snnc::snn;
using namespace snnc::runtime;

namespace snnc::reference {

static std::vector<uint32_t> shapeOf(RankedTensorType type) {
  return {type.getShape().begin(), type.getShape().end()};
}

std::vector<double> stateScales(PopulationOp population, StringRef state) {
  DictionaryAttr scales = population.getScalesAttr();
  size_t n = size_t(population.numNeurons());
  auto values = ParamValues::get(scales ? scales.get(state) : Attribute(), n,
                                 population.getContext());
  if (!values)
    return {1.0};
  if (auto uniform = values->uniform())
    return {*uniform};
  std::vector<double> result;
  for (size_t i = 0; i < n; ++i)
    result.push_back(values->at(i));
  return result;
}

Manifest describeNetwork(NetworkOp network) {
  Manifest manifest;
  manifest.network = network.getSymName().str();
  if (FloatAttr dt = network.getDtAttr())
    manifest.dtSeconds = dt.getValueAsDouble();
  for (InputOp input : network.getOps<InputOp>())
    manifest.inputs.push_back(
        {input.getName().str(),
         uint32_t(input.getSignal().getType().getNumElements()),
         shapeOf(input.getSignal().getType()), 0});
  for (PopulationOp population : network.getOps<PopulationOp>()) {
    PopulationEntry entry;
    entry.name = population.getName().str();
    entry.neurons = uint32_t(population.numNeurons());
    entry.shape = shapeOf(population.getSignal().getType());
    entry.latency = uint32_t(population.getLatency().value_or(0));
    if (NeuronOp model = population.neuron()) {
      entry.spiking = model.isSpiking();
      for (unsigned k = 0; k < model.numStates(); ++k) {
        std::vector<double> scales =
            stateScales(population, model.stateName(k));
        entry.variables.push_back({model.stateName(k).str(), k,
                                   scales.size() == 1 ? scales[0] : 1.0, ""});
      }
    }
    manifest.latency = std::max(manifest.latency, entry.latency);
    manifest.populations.push_back(std::move(entry));
  }
  return manifest;
}

namespace {

/// The state of one run.
class Run {
public:
  Run(Interpreter &interpreter, const Manifest &manifest, RunInputs inputs,
      std::vector<RecordRequest> requests, const RunOptions &options)
      : interpreter(interpreter), manifest(manifest), inputs(std::move(inputs)),
        requests(std::move(requests)), options(options) {}

  Expected<RunResult> execute();

private:
  Status prepare();
  Status runSample(uint64_t sample);
  Status watchStates(FiniteWatch &watch, uint64_t tick);
  void record(uint64_t row);
  void collect();

  Interpreter &interpreter;
  const Manifest &manifest;
  RunInputs inputs;
  std::vector<RecordRequest> requests;
  const RunOptions &options;
  std::vector<NdArray> raw; ///< samples x chip ticks x neurons, chip units
  RunResult result;
};

} // namespace

Status Run::prepare() {
  result.align = options.align;
  result.samples = inputs.samples;
  result.ticks = options.ticks.value_or(inputs.ticks);
  if (result.ticks == 0)
    return makeError("SNN0428", {"", manifest.network, 0, 0},
                     "the number of ticks to run is zero or not known",
                     {"give the number of ticks, or an input"});
  result.chipTicks = chipTicks(result.ticks, options.align, requests, manifest);
  uint64_t total = 0;
  for (const RecordRequest &request : requests) {
    std::vector<uint64_t> shape{
        result.samples, result.chipTicks,
        manifest.populations[request.populationIndex].neurons};
    DType type = request.variableIndex ? DType::F32 : DType::U8;
    std::optional<uint64_t> count = elementCount(shape);
    if (!count || *count > (options.maxResultBytes - total) / itemBytes(type))
      return makeError(
          "SNN0426", {"", request.name(), 0, 0},
          fmt::format("the recordings up to this one ({} of {} bytes) exceed "
                      "the limit of {} bytes",
                      shapeText(shape), itemBytes(type),
                      options.maxResultBytes),
          {"record fewer variables or populations",
           "run fewer ticks or samples at once"});
    total += *count * itemBytes(type);
    raw.push_back(NdArray::zeros(type, shape));
  }
  return {};
}

void Run::record(uint64_t row) {
  for (size_t r = 0; r < requests.size(); ++r) {
    size_t p = requests[r].populationIndex;
    uint64_t first = row * manifest.populations[p].neurons;
    if (requests[r].variableIndex)
      std::ranges::copy(
          interpreter.state(p, unsigned(*requests[r].variableIndex)),
          raw[r].as<float>().begin() + first);
    else
      std::ranges::copy(interpreter.spikes(p),
                        raw[r].as<uint8_t>().begin() + first);
  }
}

Status Run::watchStates(FiniteWatch &watch, uint64_t tick) {
  for (size_t p = 0; p < manifest.populations.size(); ++p)
    for (size_t v = 0; v < manifest.populations[p].variables.size(); ++v)
      if (watch.look(tick, p, v, interpreter.state(p, unsigned(v))))
        watch.setNote(
            interpreter.originOf(p, unsigned(v), size_t(watch.neuron())));
  return watch.status(tick, tick + 1 == result.chipTicks);
}

Status Run::runSample(uint64_t sample) {
  interpreter.reset();
  FiniteWatch watch(manifest, result.ticks);
  watch.begin(sample);
  std::vector<std::vector<uint16_t>> silence;
  for (const InputEntry &input : manifest.inputs)
    silence.emplace_back(input.channels, 0);
  for (uint64_t tick = 0; tick < result.chipTicks; ++tick) {
    std::vector<std::span<const uint16_t>> rows;
    bool fed = tick < inputs.ticks && tick < result.ticks;
    for (size_t i = 0; i < inputs.trains.size(); ++i)
      rows.push_back(fed ? inputs.trains[i].samples[sample].row(tick)
                         : std::span<const uint16_t>(silence[i]));
    if (Status status = interpreter.tick(rows); !status)
      return status;
    if (Status status = watchStates(watch, tick); !status)
      return status;
    record(sample * result.chipTicks + tick);
    if (options.progress &&
        !options.progress(sample * result.chipTicks + tick + 1,
                          result.samples * result.chipTicks))
      return makeError("SNN0427", {"", manifest.network, 0, 0},
                       fmt::format("the run was interrupted in tick {} of {} "
                                   "of sample {}",
                                   tick, result.chipTicks, sample));
  }
  return {};
}

/// S8: rows of network ticks, values in the user's units.
void Run::collect() {
  for (size_t r = 0; r < requests.size(); ++r) {
    const PopulationEntry &population =
        manifest.populations[requests[r].populationIndex];
    NdArray array =
        alignRows(raw[r], result.ticks, population.latency, options.align);
    raw[r] = {};
    if (requests[r].variableIndex)
      toUserUnits(array, stateScales(interpreter.population(
                                         requests[r].populationIndex),
                                     requests[r].variable));
    else
      result.spikeTotals[population.name] = countSpikes(array);
    if (!inputs.hasSamplesAxis)
      array.shape.erase(array.shape.begin());
    result.arrays.emplace(requests[r].name(), std::move(array));
  }
}

Expected<RunResult> Run::execute() {
  if (Status status = prepare(); !status)
    return status.takeError();
  for (uint64_t sample = 0; sample < result.samples; ++sample)
    if (Status status = runSample(sample); !status)
      return status.takeError();
  collect();
  result.statistics.ticks = result.samples * result.chipTicks;
  return std::move(result);
}

Expected<RunResult> runReference(Interpreter &interpreter,
                                 const ArrayMap &inputs,
                                 const std::vector<std::string> &requests,
                                 const RunOptions &options) {
  Manifest manifest = describeNetwork(interpreter.network());
  Expected<RunInputs> resolved = resolveInputs(manifest.inputs, inputs);
  if (!resolved)
    return resolved.takeError();
  std::vector<RecordRequest> wanted;
  if (requests.empty())
    wanted = everyRequest(manifest);
  std::set<std::string> seen;
  for (const std::string &text : requests) {
    Expected<RecordRequest> request = parseRecordRequest(text, manifest);
    if (!request)
      return request.takeError();
    if (seen.insert(request->name()).second)
      wanted.push_back(std::move(*request));
  }
  return Run(interpreter, manifest, std::move(*resolved), std::move(wanted),
             options)
      .execute();
}

} // namespace snnc::reference
