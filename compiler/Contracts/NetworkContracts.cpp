//===- NetworkContracts.cpp - Imported, Normalized, Decided ---------------===//
//
// Part of the snnc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "compiler/Contracts/Contracts.h"

#include "compiler/Contracts/Findings.h"
#include "compiler/SNN/Connectivity.h"
#include "compiler/SNN/ParamValues.h"

#include "llvm/ADT/StringMap.h"

#include <cmath>

using namespace mlir;
using namespace snnc::snn;

namespace snnc::contracts {

/// Longest delay a chip program must be able to keep (SNN0333 has the same).
static constexpr double kLongestDelay = 65535;

/// Recordings, inputs and reports find a signal by its kind and its name:
/// an input may be called like another signal, two inputs may not.
static void checkNames(NetworkOp network, Findings &findings) {
  llvm::StringMap<Operation *> inputs, others;
  for (Operation &op : network.getBody().front()) {
    auto name = op.getAttrOfType<StringAttr>("name");
    if (!name || op.getNumResults() == 0)
      continue;
    if (name.getValue().empty())
      findings.report(&op, "SNN0721") << "a signal without a name";
    auto &seen = isa<InputOp>(op) ? inputs : others;
    auto [at, inserted] = seen.try_emplace(name.getValue(), &op);
    if (inserted)
      continue;
    InFlightDiagnostic diag = findings.report(&op, "SNN0721");
    diag << "the name '" << name.getValue() << "' is used twice";
    diag.attachNote(at->second->getLoc()) << "first used here";
  }
}

//===----------------------------------------------------------------------===//
// Imported
//===----------------------------------------------------------------------===//

/// Ops of a file in continuous time (NIR); without them a network is written in
/// ticks (YAML), where nothing is left to snn-discretize.
static bool isContinuous(Operation &op) {
  return isa<OdeOp, LinearOp, ConvOp, PoolOp, ScaleOp, FlattenOp, DelayOp>(op);
}

static void checkTicked(NetworkOp network, Findings &findings) {
  for (Operation &op : network.getBody().front()) {
    if (!isa<InputOp, PopulationOp, ProjectionOp, ProbeOp>(op))
      findings.report(&op, "SNN0723")
          << "'" << op.getName() << "' does not belong to the Imported stage";
    if (auto projection = dyn_cast<ProjectionOp>(op))
      if (projection.getQuantAttr())
        findings.report(&op, "SNN0723")
            << "'" << projection.getName()
            << "' has integer weights already; widths are decided by "
               "snn-quantize";
  }
}

static void checkContinuous(NetworkOp network, Findings &findings) {
  if (network.getDt())
    findings.report(network, "SNN0722")
        << "the imported network has a dt already; ticks are decided by "
           "snn-discretize";
  for (Operation &op : network.getBody().front())
    if (!isContinuous(op) && !isa<InputOp, ProbeOp>(op))
      findings.report(&op, "SNN0723")
          << "'" << op.getName() << "' does not belong to the Imported stage";
}

LogicalResult checkImported(ModuleOp module) {
  Findings findings;
  for (NetworkOp network : module.getOps<NetworkOp>()) {
    bool isTicked = network.getDt() &&
                    llvm::none_of(network.getBody().front(), isContinuous);
    isTicked ? checkTicked(network, findings)
             : checkContinuous(network, findings);
    checkNames(network, findings);
  }
  return findings.result();
}

//===----------------------------------------------------------------------===//
// Normalized
//===----------------------------------------------------------------------===//

static void checkPopulation(PopulationOp population, Findings &findings) {
  NeuronOp model = population.neuron();
  if (!model) {
    findings.report(population, "SNN0724")
        << "neuron model '" << population.getModel() << "' does not exist";
    return;
  }
  if (!population.getLatency() || !population.getStart())
    findings.report(population, "SNN0725")
        << "population '" << population.getName()
        << "' has no latency or no start tick; run snn-retime";
  Type element = population.getSignal().getType().getElementType();
  if (element.isInteger(1) != model.isSpiking())
    findings.report(population, "SNN0724")
        << "signal of '" << population.getName() << "' is " << element
        << " but its model '" << model.getSymName() << "' "
        << (model.isSpiking() ? "spikes" : "never spikes");
  for (unsigned i = 0; i < model.numParams(); ++i)
    if (!drawnParam(population, model.paramName(i)) &&
        !ParamValues::get(population.getParams().get(model.paramName(i)),
                          size_t(population.numNeurons()),
                          population.getContext()))
      findings.report(population, "SNN0726")
          << "parameter '" << model.paramName(i) << "' of '"
          << population.getName() << "' is missing or has neither one value "
          << "nor " << population.numNeurons();
  if (DictionaryAttr scales = population.getScalesAttr())
    for (NamedAttribute scale : scales) {
      auto values =
          ParamValues::get(scale.getValue(), size_t(population.numNeurons()),
                           population.getContext());
      bool isState = llvm::is_contained(
          model.getStates().getAsValueRange<StringAttr>(), scale.getName());
      if (!values || !isState)
        findings.report(population, "SNN0726")
            << "scale '" << scale.getName().getValue() << "' of '"
            << population.getName()
            << "' belongs to no state or has a wrong size";
    }
}

static void checkDelay(ProjectionOp projection, Findings &findings) {
  auto delays =
      ParamValues::get(projection.getDelay(), size_t(projection.numSources()),
                       projection.getContext());
  if (!delays) {
    findings.report(projection, "SNN0727") << "the delay is missing";
    return;
  }
  size_t count = delays->uniform() ? 1 : delays->size();
  for (size_t i = 0; i < count; ++i) {
    double ticks = delays->at(i);
    if (ticks >= 1 && ticks <= kLongestDelay && ticks == std::floor(ticks))
      continue;
    findings.report(projection, "SNN0727")
        << "a delay of " << ticks << " ticks; a hop takes a whole number of 1 "
        << "to " << int64_t(kLongestDelay) << " ticks";
    return;
  }
}

static void checkProjection(ProjectionOp projection, Weights weights,
                            Findings &findings) {
  Operation *source = projection.getSource().getDefiningOp();
  auto from = dyn_cast_or_null<PopulationOp>(source);
  bool spikes = isa_and_nonnull<InputOp>(source) ||
                (from && from.neuron() && from.neuron().isSpiking());
  PopulationOp target = projection.targetPopulation();
  if (!spikes)
    findings.report(projection, "SNN0728")
        << "the source of '" << projection.getName()
        << "' is neither an input nor a spiking population";
  if (!target) {
    findings.report(projection, "SNN0728")
        << "the target of '" << projection.getName() << "' is no population";
    return;
  }
  int64_t receptor = projection.getReceptor();
  if (NeuronOp model = target.neuron())
    if (receptor < 0 || receptor >= int64_t(model.numReceptors()))
      findings.report(projection, "SNN0728")
          << "receptor " << receptor << " does not exist, model '"
          << model.getSymName() << "' has " << model.numReceptors();
  checkDelay(projection, findings);
  if (weights == Weights::Integers && !projection.getQuantAttr())
    findings.report(projection, "SNN0729")
        << "'" << projection.getName()
        << "' has no integer weights; run snn-quantize";
}

static void checkNormalized(ModuleOp module, Weights weights,
                            Findings &findings) {
  for (NetworkOp network : module.getOps<NetworkOp>()) {
    if (!network.getDt())
      findings.report(network, "SNN0722")
          << "the network has no dt; run snn-discretize";
    for (Operation &op : network.getBody().front()) {
      if (auto population = dyn_cast<PopulationOp>(op))
        checkPopulation(population, findings);
      else if (auto projection = dyn_cast<ProjectionOp>(op))
        checkProjection(projection, weights, findings);
      else if (!isa<InputOp, ProbeOp>(op))
        findings.report(&op, "SNN0723")
            << "'" << op.getName() << "' must be gone after Normalize";
    }
    checkNames(network, findings);
  }
}

LogicalResult checkNormalized(ModuleOp module, Weights weights) {
  Findings findings;
  checkNormalized(module, weights, findings);
  return findings.result();
}

//===----------------------------------------------------------------------===//
// Decided
//===----------------------------------------------------------------------===//

static void checkDecision(PopulationOp population, Findings &findings) {
  auto paradigm = population.getParadigm();
  if (!paradigm || *paradigm == Paradigm::Auto)
    findings.report(population, "SNN0590")
        << "population '" << population.getName()
        << "' is neither serial nor parallel; run snn-select-paradigm";
  bool isParallel = paradigm == Paradigm::Parallel;
  int64_t batch = population.getBatch().value_or(1);
  if (batch < 1 || !llvm::isPowerOf2_64(uint64_t(batch)))
    findings.report(population, "SNN0591")
        << "a batch of " << batch << " ticks; it is a power of two";
  if (!isParallel && (batch != 1 || population.getRowSplit()))
    findings.report(population, "SNN0591")
        << "population '" << population.getName()
        << "' is not parallel but has a batch or a row split";
}

/// Do the synapses have no ticks of their own beside their projection's?
static bool hasPlainDelays(ProjectionOp projection) {
  return !isa<ProceduralAttr, ListAttr, CsrAttr>(projection.getWeights());
}

/// A product of several ticks waits for the last one's spikes.
static void checkBatchDelay(ProjectionOp projection, Findings &findings) {
  PopulationOp target = projection.targetPopulation();
  if (!target || !hasPlainDelays(projection))
    return;
  int64_t least = target.getBatch().value_or(1);
  auto delays =
      ParamValues::get(projection.getDelay(), size_t(projection.numSources()),
                       projection.getContext());
  size_t count = !delays ? 0 : delays->uniform() ? 1 : delays->size();
  for (size_t i = 0; i < count; ++i)
    if (delays->at(i) < double(least)) {
      findings.report(projection, "SNN0591")
          << "a delay of " << delays->at(i) << " ticks into '"
          << target.getName() << "', which needs " << least
          << "; run snn-batch-ticks";
      return;
    }
}

LogicalResult checkDecided(ModuleOp module) {
  Findings findings;
  checkNormalized(module, Weights::Integers, findings);
  for (NetworkOp network : module.getOps<NetworkOp>()) {
    for (auto population : network.getOps<PopulationOp>())
      checkDecision(population, findings);
    for (auto projection : network.getOps<ProjectionOp>())
      checkBatchDelay(projection, findings);
  }
  return findings.result();
}

} // namespace snnc::contracts
