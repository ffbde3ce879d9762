//===- Build.cpp - From the IR to a program -------------------------------===//
//
// Part of the snnc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "backends/cpu/Build.h"

#include "backends/cpu/BlockBuilder.h"

#include "compiler/Reference/RunReference.h"
#include "runtime/support/Threads.h"

#include <algorithm>

using namespace mlir;

namespace snnc::cpu {

using target::Piece;
using target::Plan;
using target::Precision;

unsigned mostThreads(const Tuning &tuning) {
  return std::clamp(tuning.threads ? tuning.threads : usableCores(), 1u, 256u);
}

/// Where threads are not asked for, there are as many as have something to do
/// between two exchanges.
static unsigned threadsFor(const Tuning &tuning, uint64_t neurons,
                           uint64_t synapses) {
  unsigned most = mostThreads(tuning);
  if (tuning.threads > 0)
    return most;
  // A synapse against a neuron's update: few spikes a tick.
  constexpr uint64_t synapsesANeuron = 200, neuronsAThread = 8192;
  uint64_t useful = (neurons + synapses / synapsesANeuron) / neuronsAThread;
  return unsigned(std::clamp<uint64_t>(useful, 1, most));
}

std::shared_ptr<const Program>
buildProgram(snn::NetworkOp network, const Plan &plan, Precision precision,
             const Tuning &tuning, std::shared_ptr<target::NativeCode> code,
             DiagnosticSink &sink) {
  auto read = readNetwork(network);
  if (failed(read))
    return nullptr;
  auto program = std::make_shared<Program>();
  program->manifest = reference::describeNetwork(network);
  program->precision = precision;
  auto regions = Regions::create(read->models, std::move(code), sink);
  if (failed(regions))
    return nullptr;
  program->regions = std::move(*regions);
  for (snn::PopulationOp op : network.getOps<snn::PopulationOp>()) {
    auto &scales = program->scales.emplace_back();
    snn::NeuronOp model = op.neuron();
    for (unsigned k = 0; k < model.numStates(); ++k)
      scales.push_back(reference::stateScales(op, model.stateName(k)));
  }
  uint64_t neurons = 0, synapses = 0;
  for (const Piece &piece : plan.pieces) {
    neurons += piece.neurons;
    synapses += piece.synapses;
  }
  program->threads = threadsFor(tuning, neurons, synapses);
  program->samples = mostThreads(tuning);
  program->vectors = tuning.vectors;
  program->blocks.resize(read->channels.size() + read->populations.size());
  program->populations = std::move(read->populations);
  program->layout = Layout(program->populations, tuning, program->threads);
  Tuning tuned = tuning;
  if (!tuning.cache.empty())
    tuned.costs = costsFor(tuning.cache, tuning.vectors, double(synapses));
  program->costs = tuned.costs;
  BlockBuilder builder(*program, tuned);
  for (Projection &projection : read->projections)
    if (failed(builder.add(projection)))
      return nullptr;
  builder.run(program->threads);
  return program;
}

} // namespace snnc::cpu
