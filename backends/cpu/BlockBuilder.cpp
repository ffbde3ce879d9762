//===- BlockBuilder.cpp - The blocks of a program -------------------------===//
//
// Part of the snnc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "backends/cpu/BlockBuilder.h"

#include <algorithm>
#include <new>
#include <numeric>

using namespace mlir;

namespace snnc::cpu {

/// Weights that need no byte a synapse would take one in a shared block.
static bool hasOneWeight(snn::ProjectionOp op) {
  auto rule = dyn_cast<snn::ProceduralAttr>(op.getWeights());
  return rule && rule.getWeight().getKind() == snn::DistKind::Constant;
}

/// In float the order of projections counts (S4.4).
bool BlockBuilder::isShared(const Projection &projection,
                            const SynapseWalk &walk) const {
  auto [least, most] = walk.delayBounds();
  return program.precision == target::Precision::Quantized && least != most &&
         !hasOneWeight(projection.op) &&
         std::ranges::all_of(program.layout.groups,
                             [](const Layout::Group &group) {
                               return group.neurons <= kPartitionNeurons;
                             });
}

LogicalResult BlockBuilder::add(const Projection &projection) {
  SynapseWalk walk;
  if (!walk.open(projection.op, program.precision))
    return failure();
  if (isShared(projection, walk))
    share(projection, walk.isMadeByTarget());
  else
    addSeparate(projection, walk.isMadeByTarget());
  return success();
}

void BlockBuilder::share(const Projection &projection, bool byTarget) {
  snn::ProjectionOp op = projection.op;
  unsigned bits = op.getQuantAttr().getBits();
  for (Shared &known : shared)
    if (known.source == projection.source &&
        known.receptor == projection.receptor && known.bits == bits &&
        known.byTarget == byTarget &&
        std::ranges::none_of(known.projections, [&](const Projection &other) {
          return other.target == projection.target;
        }))
      return known.projections.push_back(projection);
  shared.push_back(
      {projection.source, projection.receptor, bits, byTarget, {projection}});
}

/// Onto partitions [first, last), without the pieces.
RowSource BlockBuilder::rowsOf(const Projection &projection, size_t first,
                               size_t last) const {
  uint32_t each = program.layout.partitionNeurons[projection.target],
           all = program.populations[projection.target].neurons;
  return {projection.op,
          uint32_t(first * each),
          std::min(uint32_t(last * each), all),
          each,
          {}};
}

void BlockBuilder::addSeparate(const Projection &projection, bool byTarget) {
  const auto &places = program.layout.places[projection.target];
  size_t step = byTarget ? 1 : places.size();
  for (size_t first = 0; first < places.size(); first += step) {
    Task task;
    task.source = projection.source;
    task.rate = projection.rate;
    RowSource rows = rowsOf(projection, first, first + step);
    for (size_t p = first; p < first + step; ++p) {
      RowSource own = rowsOf(projection, p, p + 1);
      rows.pieces.push_back({task.places.size(), 0});
      task.places.push_back(
          {places[p].group, places[p].offset, own.last - own.first, own.first});
    }
    task.from.push_back(std::move(rows));
    push(std::move(task));
  }
}

void BlockBuilder::addShared(const Shared &all) {
  const Layout &layout = program.layout;
  // What is not drawn by target is gone through once for all groups.
  size_t step = all.byTarget ? 1 : layout.groups.size();
  for (size_t first = 0; first < layout.groups.size(); first += step) {
    Task task;
    task.source = all.source;
    task.rate = all.projections.front().rate;
    for (size_t g = first; g < first + step; ++g)
      task.places.push_back({g, 0, layout.groups[g].neurons, 0});
    for (const Projection &projection : all.projections) {
      const auto &places = layout.places[projection.target];
      if (!all.byTarget) {
        RowSource rows = rowsOf(projection, 0, places.size());
        for (const Layout::Place &place : places)
          rows.pieces.push_back({place.group, place.offset});
        task.from.push_back(std::move(rows));
        continue;
      }
      for (size_t p = 0; p < places.size(); ++p) {
        if (places[p].group != first)
          continue;
        RowSource &rows = task.from.emplace_back(rowsOf(projection, p, p + 1));
        rows.pieces.push_back({0, places[p].offset});
      }
    }
    if (!task.from.empty())
      push(std::move(task));
  }
}

void BlockBuilder::push(Task task) {
  for (RowSource &rows : task.from) {
    std::string name = rows.op.getName().str();
    if (task.name.find(name) == std::string::npos)
      task.name += (task.name.empty() ? "" : ", ") + name;
    task.synapses +=
        double(estimateRows(rows.op, program.precision).held.synapses) *
        double(rows.last - rows.first) / double(rows.op.numTargets());
  }
  tasks.push_back(std::move(task));
}

void BlockBuilder::make(Task &task) {
  auto sources = uint32_t(task.from[0].op.numSources());
  for (RowBlock &rows :
       makeRows(task.from, program.precision, task.places.size())) {
    const Place &place = task.places[rows.partition];
    for (Block &block :
         encode(std::move(rows), place.firstNeuron, place.neurons, sources,
                task.rate, program.precision == target::Precision::Float,
                tuning)) {
      block.name = task.name;
      block.group = place.group;
      block.offset = place.offset;
      block.neurons = place.neurons;
      task.blocks.push_back(std::move(block));
    }
  }
}

/// The largest first. Each task's blocks have their place, whoever made them.
void BlockBuilder::run(unsigned threads) {
  for (const Shared &all : shared)
    addShared(all);
  std::vector<size_t> order(tasks.size());
  std::iota(order.begin(), order.end(), 0);
  std::ranges::stable_sort(order, std::ranges::greater(),
                           [&](size_t t) { return tasks[t].synapses; });
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

} // namespace snnc::cpu
