//===- RunReference.cpp - Run the interpreter on arrays -------------------===//
//
// Part of the snnc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "compiler/Reference/RunReference.h"

#include "compiler/SNN/ParamValues.h"
#include "runtime/host/FiniteWatch.h"

#include <algorithm>

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
      for (unsigned j = 0; j < model.numParams(); ++j)
        if (NormalAttr draw = drawnParam(population, model.paramName(j)))
          entry.noises.push_back(
              {uint64_t(draw.getSeed()), uint64_t(draw.getStream())});
    }
    manifest.latency = std::max(manifest.latency, entry.latency);
    manifest.populations.push_back(std::move(entry));
  }
  return manifest;
}

namespace {

/// The interpreter as an engine.
class ReferenceEngine : public NetworkEngine {
public:
  explicit ReferenceEngine(Interpreter &interpreter)
      : interpreter(interpreter),
        description(describeNetwork(interpreter.network())) {}

  const Manifest &manifest() const override { return description; }
  std::vector<double> scales(size_t population,
                             size_t variable) const override {
    return stateScales(
        interpreter.population(population),
        description.populations[population].variables[variable].name);
  }
  void reset() override { interpreter.reset(); }
  Status run(const Batch &batch, FiniteWatch &watch) override;

private:
  void record(uint64_t tick, const Tape &tape) const;
  void watchStates(uint64_t tick, FiniteWatch &watch) const;

  Interpreter &interpreter;
  Manifest description;
};

} // namespace

void ReferenceEngine::watchStates(uint64_t tick, FiniteWatch &watch) const {
  for (size_t p = 0; p < description.populations.size(); ++p)
    for (size_t v = 0; v < description.populations[p].variables.size(); ++v)
      if (watch.look(tick, p, v, interpreter.state(p, unsigned(v))))
        watch.setNote(
            interpreter.originOf(p, unsigned(v), size_t(watch.neuron())));
}

Status ReferenceEngine::run(const Batch &batch, FiniteWatch &watch) {
  std::span<const CountRows> inputs = batch.inputs;
  uint64_t ticks = batch.ticks;
  interpreter.setDraws(batch.sample, batch.seed);
  std::vector<CountRows> rows(inputs.size());
  for (uint64_t tick = 0; tick < ticks; ++tick) {
    for (size_t i = 0; i < inputs.size(); ++i)
      if (size_t channels = inputs[i].size() / ticks)
        rows[i] = inputs[i].subspan(tick * channels, channels);
    if (Status status = interpreter.tick(rows); !status)
      return status;
    for (const Tape &tape : batch.tapes)
      record(tick, tape);
    watchStates(batch.first + tick, watch);
  }
  return {};
}

void ReferenceEngine::record(uint64_t tick, const Tape &tape) const {
  auto copy = [&](auto values) {
    std::ranges::copy(std::as_bytes(values),
                      tape.rows + tick * values.size_bytes());
  };
  if (tape.variable)
    copy(interpreter.state(tape.population, unsigned(*tape.variable)));
  else
    copy(interpreter.spikes(tape.population));
}

Expected<RunResult> runReference(Interpreter &interpreter,
                                 const ArrayMap &inputs,
                                 const std::vector<std::string> &requests,
                                 const RunOptions &options) {
  auto device = openReference(interpreter);
  Session session(*device);
  return requests.empty()
             ? session.run(inputs, everyRequest(device->manifest()), options)
             : session.run(inputs, requests, options);
}

std::unique_ptr<Device> openReference(Interpreter &interpreter) {
  return std::make_unique<EngineDevice>(
      "reference", std::make_unique<ReferenceEngine>(interpreter));
}

} // namespace snnc::reference
