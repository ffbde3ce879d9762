//===- Interpreter.cpp - The specification, runnable ----------------------===//
//
// Part of the snnc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "compiler/Reference/Interpreter.h"

#include "compiler/SNN/ParamValues.h"
#include "compiler/Support/Report.h"
#include "runtime/host/FiniteWatch.h"
#include "runtime/support/Normals.h"

#include <cmath>
#include <fmt/format.h>
#include <limits>

using namespace mlir;
using namespace snnc::snn;

namespace snnc::reference {

//===----------------------------------------------------------------------===//
// One tick
//===----------------------------------------------------------------------===//

Status Interpreter::tick(std::span<const std::span<const uint16_t>> inputs) {
  // S1.2 (1): what arrived for this tick.
  for (Population &population : populations)
    if (Status status = takeSums(population); !status)
      return status;
  // S1.2 (2): all populations update from the same sums; none sees another's
  // spike of this tick, so their order cannot matter.
  for (Population &population : populations)
    update(population);
  // S1.2 (3): the spikes of this tick leave, inputs and neurons alike.
  for (size_t i = 0; i < inputOps.size(); ++i)
    for (Outgoing &edge : inputEdges[i])
      for (uint32_t channel = 0; channel < inputs[i].size(); ++channel)
        if (uint16_t count = inputs[i][channel])
          send(edge, channel, count);
  for (Population &population : populations)
    for (Outgoing &edge : population.outgoing)
      for (uint32_t neuron = 0; neuron < population.neurons; ++neuron)
        if (population.spikes[neuron])
          send(edge, neuron, 1);
  ++now;
  return {};
}

/// S4.4. A sum beyond float32 is a current that is no number (S8.4).
Status Interpreter::takeRealSums(Population &population, unsigned r) {
  double *slot = population.realRings[r].slot(now);
  for (size_t n = 0; n < population.neurons; ++n) {
    double sum = std::exchange(slot[n], 0.0);
    float &taken = population.sums[r][n];
    taken = float(sum);
    if (!std::isfinite(taken))
      return runtime::sumNotFinite(population.op.getName().str(),
                                   now - std::min(now, population.start), n,
                                   sum);
  }
  return {};
}

/// S4.2: the sum over synapses, exact, becomes float32 once. Emptied slots are
/// those of tick `now`, which come round again for a later tick.
Status Interpreter::takeSums(Population &population) {
  for (unsigned r = 0; r < population.sums.size(); ++r) {
    if (precision == Precision::Float) {
      if (Status status = takeRealSums(population, r); !status)
        return status;
      continue;
    }
    int64_t *slot = population.integerRings[r].slot(now);
    for (size_t n = 0; n < population.neurons; ++n) {
      int64_t sum = std::exchange(slot[n], 0);
      // S4.3: the chip adds in 32 bits; a sum outside them has no meaning.
      if (sum < std::numeric_limits<int32_t>::min() ||
          sum > std::numeric_limits<int32_t>::max())
        return makeError(
            "SNN0701", {"", population.op.getName().str(), 0, 0},
            fmt::format("in tick {} the weight sum of neuron {} is {}, outside "
                        "the 32 bits of the accumulator",
                        now, n, sum),
            {"quantise to 8 bits", "feed fewer spikes a tick and channel"});
      population.sums[r][n] = float(int32_t(sum));
    }
  }
  return {};
}

/// S3.7: network tick and user's neuron number the draw.
void Interpreter::draw(Population &population) {
  auto tick = uint32_t(now) - population.latency;
  for (const Population::Drawn &drawn : population.drawn)
    for (uint32_t n = 0; n < population.neurons; ++n)
      population.params[drawn.param][n] =
          normalOf(normalWords(drawn.key, n / 4, tick, sample)[n % 4]);
}

void Interpreter::setDraws(uint64_t of, std::optional<uint64_t> seed) {
  sample = uint32_t(of);
  for (Population &population : populations)
    for (Population::Drawn &drawn : population.drawn)
      drawn.key = streamKey(seed.value_or(uint64_t(drawn.draw.getSeed())),
                            uint64_t(drawn.draw.getStream()));
}

void Interpreter::update(Population &population) {
  // S5.4: before its start a population holds its state and is silent.
  if (now < population.start) {
    std::fill(population.spikes.begin(), population.spikes.end(), 0);
    return;
  }
  draw(population);
  population.before = population.states; // keeps its memory
  std::vector<const float *> sums, params;
  std::vector<float *> states;
  for (std::vector<float> &values : population.sums)
    sums.push_back(values.data());
  for (std::vector<float> &values : population.states)
    states.push_back(values.data());
  for (std::vector<float> &values : population.params)
    params.push_back(values.data());
  population.evaluator.run(population.neurons, sums, states, params,
                           population.spikes.data());
}

/// S4.1: a spike of tick t reaches a synapse's target in tick t + delay.
void Interpreter::send(Outgoing &edge, uint32_t source, uint32_t count) {
  const Row &row = edge.synapses->row(source);
  Population &target = populations[edge.target];
  if (precision == Precision::Float) {
    SumRing<double> &ring = target.realRings[edge.receptor];
    for (const Row::Entry &entry : row.entries)
      ring.slot(now + entry.delay)[entry.target] += double(entry.real) * count;
    return;
  }
  SumRing<int64_t> &ring = target.integerRings[edge.receptor];
  for (const Row::Entry &entry : row.entries)
    ring.slot(now + entry.delay)[entry.target] +=
        int64_t(entry.integer) * count;
}

void Interpreter::reset() {
  now = 0;
  for (Population &population : populations) {
    population.states = population.initial; // S1.4
    std::fill(population.spikes.begin(), population.spikes.end(), 0);
    for (SumRing<int64_t> &ring : population.integerRings)
      ring.clear();
    for (SumRing<double> &ring : population.realRings)
      ring.clear();
  }
}

//===----------------------------------------------------------------------===//
// From the network
//===----------------------------------------------------------------------===//

FailureOr<std::unique_ptr<Interpreter>>
Interpreter::create(NetworkOp network, Precision precision) {
  std::unique_ptr<Interpreter> result(new Interpreter(network, precision));
  for (InputOp input : network.getOps<InputOp>()) {
    result->indexOf[input.getSignal()] = result->inputOps.size();
    result->inputOps.push_back(input);
  }
  result->inputEdges.resize(result->inputOps.size());
  for (PopulationOp population : network.getOps<PopulationOp>())
    if (failed(result->addPopulation(population)))
      return failure();
  for (Operation &op : network.getBody().front()) {
    if (auto projection = dyn_cast<ProjectionOp>(op)) {
      if (failed(result->addProjection(projection)))
        return failure();
    } else if (!isa<InputOp, PopulationOp, ProbeOp>(op)) {
      return report(&op, "SNN0703")
             << "'" << op.getName()
             << "' cannot be run; normalise the network first";
    }
  }
  result->sizeRings();
  result->setDraws(0, std::nullopt);
  return result;
}

LogicalResult Interpreter::addPopulation(PopulationOp op) {
  NeuronOp model = op.neuron();
  if (!model)
    return report(op, "SNN0310")
           << "neuron model '" << op.getModel() << "' does not exist";
  auto evaluator = RegionEvaluator::create(model);
  if (failed(evaluator))
    return failure();
  Population population(op, model, std::move(*evaluator));
  size_t n = population.neurons = size_t(op.numNeurons());
  population.start = uint64_t(op.getStart().value_or(0));
  population.sums.assign(model.numReceptors(), std::vector<float>(n));
  population.states.assign(model.numStates(), std::vector<float>(n));
  for (unsigned k = 0; k < model.numStates(); ++k) {
    Attribute first = initialState(op, model.stateName(k));
    if (!first)
      continue;
    auto values = ParamValues::get(first, n, op.getContext());
    if (!values)
      return report(op, "SNN0311") << "initial '" << model.stateName(k)
                                   << "' does not have one value or " << n;
    for (size_t i = 0; i < n; ++i)
      population.states[k][i] = float(values->at(i));
  }
  population.initial = population.states;
  population.spikes.assign(n, 0);
  population.latency = uint32_t(op.getLatency().value_or(0));
  for (unsigned i = 0; i < model.numParams(); ++i) {
    if (NormalAttr draw = drawnParam(op, model.paramName(i))) {
      population.drawn.push_back({i, draw, {}});
      population.params.emplace_back(n);
      continue;
    }
    auto values = ParamValues::get(op.getParams().get(model.paramName(i)), n,
                                   op.getContext());
    if (!values)
      return report(op, "SNN0311") << "parameter '" << model.paramName(i)
                                   << "' is missing or does not have one value "
                                   << "or " << n << " values";
    // S3.5: parameters are float64 in the compiler, float32 when used.
    std::vector<float> &column = population.params.emplace_back(n);
    for (size_t k = 0; k < n; ++k)
      column[k] = float(values->at(k));
  }
  indexOf[op.getSignal()] = inputOps.size() + populations.size();
  populations.push_back(std::move(population));
  return success();
}

LogicalResult Interpreter::addProjection(ProjectionOp op) {
  PopulationOp target = op.targetPopulation();
  auto source = indexOf.find(op.getSource());
  if (!target || source == indexOf.end())
    return report(op, "SNN0704") << "a projection goes from an input or a "
                                    "population to a population";
  size_t targetIndex = indexOf.lookup(target.getSignal()) - inputOps.size();
  if (uint64_t(op.getReceptor()) >= populations[targetIndex].sums.size())
    return report(op, "SNN0704") << "model '" << target.getModel()
                                 << "' has no receptor " << op.getReceptor();
  bool fromInput = source->second < inputOps.size();
  size_t sourceIndex =
      fromInput ? source->second : source->second - inputOps.size();
  if (!fromInput && !populations[sourceIndex].model.isSpiking())
    return report(op, "SNN0705")
           << "the source '" << op.sourceName() << "' never spikes";
  auto synapses = Synapses::create(op, precision);
  if (!synapses)
    return failure();
  auto &edges =
      fromInput ? inputEdges[sourceIndex] : populations[sourceIndex].outgoing;
  edges.push_back(
      {std::move(synapses), targetIndex, unsigned(op.getReceptor())});
  return success();
}

/// A ring holds the current tick and as many later ones as the longest delay
/// into its population.
void Interpreter::sizeRings() {
  std::vector<uint32_t> longest(populations.size(), 0);
  auto note = [&](const std::vector<Outgoing> &edges) {
    for (const Outgoing &edge : edges)
      longest[edge.target] =
          std::max(longest[edge.target], edge.synapses->maxDelay());
  };
  for (const std::vector<Outgoing> &edges : inputEdges)
    note(edges);
  for (const Population &population : populations)
    note(population.outgoing);
  for (size_t p = 0; p < populations.size(); ++p) {
    Population &population = populations[p];
    size_t receptors = population.sums.size();
    if (precision == Precision::Quantized)
      population.integerRings.resize(receptors);
    else
      population.realRings.resize(receptors);
    for (SumRing<int64_t> &ring : population.integerRings)
      ring.resize(population.neurons, longest[p]);
    for (SumRing<double> &ring : population.realRings)
      ring.resize(population.neurons, longest[p]);
  }
}

} // namespace snnc::reference
