//===- Network.cpp - What the CPU engine needs of a network ---------------===//
//
// Part of the snnc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "backends/cpu/Network.h"

#include "compiler/SNN/ParamValues.h"
#include "compiler/Support/Report.h"

#include "llvm/ADT/DenseMap.h"

using namespace mlir;
using namespace snnc::snn;

namespace snnc::cpu {

namespace {
class Reader {
public:
  LogicalResult read(NetworkOp network);
  Network result;

private:
  LogicalResult readPopulation(PopulationOp op);
  LogicalResult readProjection(ProjectionOp op);
  /// Empty after an error at `op`.
  Column column(PopulationOp op, Attribute values, const char *what,
                StringRef name);

  llvm::DenseMap<Value, size_t> indexOf; ///< populations count after inputs
  llvm::DenseMap<Operation *, size_t> modelOf;
};
} // namespace

Column Reader::column(PopulationOp op, Attribute values, const char *what,
                      StringRef name) {
  size_t n = size_t(op.numNeurons());
  auto view = ParamValues::get(values, n, op.getContext());
  if (!view) {
    report(op, "SNN0311") << what << " '" << name
                          << "' is missing or does not have one value or " << n
                          << " values";
    return {};
  }
  Column numbers(n);
  for (size_t i = 0; i < n; ++i)
    numbers[i] = float(view->at(i));
  return numbers;
}

LogicalResult Reader::readPopulation(PopulationOp op) {
  NeuronOp model = op.neuron();
  if (!model)
    return report(op, "SNN0310")
           << "neuron model '" << op.getModel() << "' does not exist";
  auto [known, isNew] = modelOf.try_emplace(model, result.models.size());
  if (isNew)
    result.models.push_back(model);
  Population population;
  population.name = op.getName().str();
  population.neurons = uint32_t(op.numNeurons());
  population.start = uint64_t(op.getStart().value_or(0));
  population.model = known->second;
  population.receptors = model.numReceptors();
  population.spiking = model.isSpiking();
  for (unsigned k = 0; k < model.numStates(); ++k) {
    Attribute first = initialState(op, model.stateName(k));
    population.initial.push_back(
        first ? column(op, first, "initial", model.stateName(k))
              : Column(population.neurons));
    if (population.initial.back().empty())
      return failure();
  }
  population.latency = uint64_t(op.getLatency().value_or(0));
  for (unsigned k = 0; k < model.numParams(); ++k) {
    if (NormalAttr draw = drawnParam(op, model.paramName(k))) {
      population.drawn[k] = {uint64_t(draw.getSeed()),
                             uint64_t(draw.getStream())};
      population.params.emplace_back();
      continue;
    }
    population.params.push_back(column(op,
                                       op.getParams().get(model.paramName(k)),
                                       "parameter", model.paramName(k)));
    if (population.params.back().empty())
      return failure();
  }
  indexOf[op.getSignal()] = result.channels.size() + result.populations.size();
  result.populations.push_back(std::move(population));
  return success();
}

/// Where the file states no rate: 10 spikes a second, or the planner's 0.05 a
/// tick of an input and where ticks are long.
static double expectedRate(ProjectionOp op) {
  constexpr double otherwise = 0.05, perSecond = 10;
  Operation *source = op.getSource().getDefiningOp();
  if (auto population = dyn_cast<PopulationOp>(source)) {
    if (auto rate = population.getRate())
      return rate->convertToDouble();
    auto dt = op->getParentOfType<NetworkOp>().getDt();
    return dt ? std::min(otherwise, perSecond * dt->convertToDouble())
              : otherwise;
  }
  auto input = cast<InputOp>(source);
  if (auto drive = dyn_cast_or_null<PoissonAttr>(input.getDriveAttr()))
    if (auto rates = PoissonRates::get(
            drive, uint64_t(input.getSignal().getType().getNumElements())))
      return rates->busiest();
  return otherwise;
}

LogicalResult Reader::readProjection(ProjectionOp op) {
  PopulationOp target = op.targetPopulation();
  auto source = indexOf.find(op.getSource());
  if (!target || source == indexOf.end())
    return report(op, "SNN0704") << "a projection goes from an input or a "
                                    "population to a population";
  size_t inputs = result.channels.size();
  size_t to = indexOf.lookup(target.getSignal()) - inputs;
  if (uint64_t(op.getReceptor()) >= result.populations[to].receptors)
    return report(op, "SNN0704") << "model '" << target.getModel()
                                 << "' has no receptor " << op.getReceptor();
  if (source->second >= inputs &&
      !result.populations[source->second - inputs].spiking)
    return report(op, "SNN0705")
           << "the source '" << op.sourceName() << "' never spikes";
  result.projections.push_back(
      {op, source->second, to, unsigned(op.getReceptor()), expectedRate(op)});
  return success();
}

LogicalResult Reader::read(NetworkOp network) {
  for (InputOp input : network.getOps<InputOp>()) {
    indexOf[input.getSignal()] = result.channels.size();
    result.channels.push_back(
        uint32_t(input.getSignal().getType().getNumElements()));
  }
  for (PopulationOp population : network.getOps<PopulationOp>())
    if (failed(readPopulation(population)))
      return failure();
  for (Operation &op : network.getBody().front()) {
    if (auto projection = dyn_cast<ProjectionOp>(op)) {
      if (failed(readProjection(projection)))
        return failure();
    } else if (!isa<InputOp, PopulationOp, ProbeOp>(op)) {
      return report(&op, "SNN0703")
             << "'" << op.getName()
             << "' cannot be run; normalise the network first";
    }
  }
  return success();
}

FailureOr<Network> readNetwork(NetworkOp network) {
  Reader reader;
  if (failed(reader.read(network)))
    return failure();
  return std::move(reader.result);
}

} // namespace snnc::cpu
