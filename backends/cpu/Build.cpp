//===- Build.cpp - From the IR to a program -------------------------------===//
//
// Part of the snnc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "backends/cpu/Build.h"

#include "compiler/Reference/RunReference.h"
#include "runtime/support/Threads.h"

#include <algorithm>
#include <new>
#include <numeric>

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

namespace {
/// The blocks of a program, one task for each projection.
class BlockBuilder {
public:
  BlockBuilder(Program &program, const Tuning &tuning)
      : program(program), tuning(tuning) {}

  LogicalResult add(Projection &projection);
  void run(unsigned threads);

private:
  struct Task {
    RowMaker maker;
    size_t source; ///< in Program::blocks
    size_t target; ///< population
    uint32_t sources;
    uint64_t synapses;
    std::vector<Block> blocks;
  };
  void make(Task &task);

  Program &program;
  const Tuning &tuning;
  std::vector<Task> tasks;
};
} // namespace

LogicalResult BlockBuilder::add(Projection &projection) {
  auto maker =
      RowMaker::open(projection.op, program.precision,
                     program.layout.partitionNeurons[projection.target]);
  if (failed(maker))
    return failure();
  tasks.push_back({std::move(*maker),
                   projection.source,
                   projection.target,
                   uint32_t(projection.op.numSources()),
                   estimateRows(projection.op, program.precision).held.synapses,
                   {}});
  return success();
}

void BlockBuilder::make(Task &task) {
  const Layout &layout = program.layout;
  uint32_t each = layout.partitionNeurons[task.target],
           all = program.populations[task.target].neurons;
  for (RowBlock &rows : task.maker.make()) {
    auto first = uint32_t(rows.partition * each);
    Layout::Place place = layout.places[task.target][rows.partition];
    for (Block &block :
         encode(std::move(rows), first, std::min(each, all - first),
                task.sources, program.precision == Precision::Float, tuning)) {
      block.group = place.group;
      block.offset = place.offset;
      block.neurons = std::min(each, all - first);
      task.blocks.push_back(std::move(block));
    }
  }
}

/// The largest first. Each task's blocks have their place, whoever made them.
void BlockBuilder::run(unsigned threads) {
  std::vector<size_t> order(tasks.size());
  std::iota(order.begin(), order.end(), 0);
  std::stable_sort(order.begin(), order.end(), [&](size_t a, size_t b) {
    return tasks[a].synapses > tasks[b].synapses;
  });
  std::atomic<bool> isFull = false;
  Team(threads).run(order.size(), [&](size_t i, unsigned) {
    try {
      if (!isFull)
        make(tasks[order[i]]);
    } catch (const std::bad_alloc &) {
      isFull = true;
    }
  });
  if (isFull)
    throw std::bad_alloc();
  for (Task &task : tasks)
    for (Block &block : task.blocks)
      program.blocks[task.source].push_back(std::move(block));
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
  BlockBuilder builder(*program, tuning);
  for (Projection &projection : read->projections)
    if (failed(builder.add(projection)))
      return nullptr;
  builder.run(program->threads);
  return program;
}

} // namespace snnc::cpu
