//===- Engine.cpp - A network on this CPU ---------------------------------===//
//
// Part of the snnc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "backends/cpu/Engine.h"

#include "backends/cpu/Worker.h"

#include <limits>
#include <new>
#include <numeric>

namespace snnc::cpu {

uint64_t Program::synapses() const {
  uint64_t sum = 0;
  for (const std::vector<Edge> &list : edges)
    for (const Edge &edge : list)
      for (const Block &block : edge.blocks)
        sum += block.synapses;
  return sum;
}

uint64_t Program::synapseBytes() const {
  uint64_t sum = 0;
  for (const std::vector<Edge> &list : edges)
    for (const Edge &edge : list)
      for (const Block &block : edge.blocks)
        sum += block.bytes();
  return sum;
}

void Calendar::clear() {
  for (Day &day : days)
    day.clear();
}

Engine::Engine(std::shared_ptr<const Program> opened)
    : program(std::move(opened)), team(program->threads),
      states(program->populations.size()) {
  for (const Population &population : program->populations)
    spikes.emplace_back(population.neurons);
  makeParts();
  connectParts();
  resizeHistories();
  shareParts();
  reset();
}

Engine::~Engine() = default;

void Engine::makeParts() {
  for (size_t p = 0; p < program->populations.size(); ++p) {
    firstPart.push_back(parts.size());
    uint32_t neurons = program->populations[p].neurons,
             each = program->partitionNeurons[p];
    for (uint32_t first = 0, index = 0; first < neurons;
         first += each, ++index) {
      Part &part = parts.emplace_back();
      part.population = p;
      part.index = index;
      part.first = first;
      part.neurons = std::min(each, neurons - first);
      part.cost = part.neurons;
    }
  }
  firstPart.push_back(parts.size());
}

void Engine::connectParts() {
  inputUses.resize(inputs());
  uint64_t shortest = std::numeric_limits<uint64_t>::max();
  for (size_t source = 0; source < program->edges.size(); ++source)
    for (const Program::Edge &edge : program->edges[source])
      for (const Block &block : edge.blocks) {
        Part &part = parts[firstPart[edge.target] + block.partition];
        part.cost += block.synapses / 1000;
        bool isPulled = !isFloat() && block.shortestDelay == block.longestDelay;
        (isPulled ? part.pulled : part.booked).push_back({source, &block});
        if (!isPulled)
          part.calendar.resize(
              std::max(part.calendar.longestDelay(), block.longestDelay));
        // In float the order of arrival counts: inputs are booked with the
        // rest.
        if (source >= inputs() || isFloat())
          shortest = std::min<uint64_t>(shortest, block.shortestDelay);
        if (source >= inputs())
          continue;
        InputUse &use = inputUses[source];
        bool isRow = block.encoding() == Encoding::Diagonal;
        (isRow ? use.row : use.sparse) = true;
        if (isRow)
          use.rowNeurons += part.neurons;
        if (isPulled)
          use.reach = std::max(use.reach, block.longestDelay);
      }
  exchange = std::min(shortest, batchTicks());
}

/// A volley is read for as long as the longest delay that is pulled, and booked
/// after the next exchange, while others write those of the ticks after it.
void Engine::resizeHistories() {
  std::vector<uint64_t> reach(program->edges.size(), 1);
  for (const Part &part : parts)
    for (const auto &[source, block] : part.pulled)
      reach[source] = std::max<uint64_t>(reach[source], block->longestDelay);
  if (keepsArrivals) {
    for (const Part &part : parts)
      for (const auto &[source, block] : part.booked)
        reach[source] = std::max<uint64_t>(reach[source], block->longestDelay);
    reaches = reach;
  }
  histories.resize(program->edges.size());
  for (size_t s = 0; s < histories.size(); ++s) {
    bool isInput = s < inputs();
    size_t p = s - inputs();
    histories[s].resize(std::max(reach[s], exchange) +
                            (isInput ? batchTicks() : exchange),
                        isInput ? 1 : firstPart[p + 1] - firstPart[p]);
  }
}

/// The largest first, each to whoever has least.
void Engine::shareParts() {
  for (unsigned k = 0; k < team.size(); ++k)
    workers.push_back(std::make_unique<Worker>(*this));
  std::vector<size_t> order(parts.size());
  std::iota(order.begin(), order.end(), 0);
  std::stable_sort(order.begin(), order.end(), [&](size_t a, size_t b) {
    return parts[a].cost > parts[b].cost;
  });
  std::vector<uint64_t> load(workers.size());
  std::vector<size_t> owner(parts.size());
  for (size_t p : order) {
    owner[p] = size_t(std::ranges::min_element(load) - load.begin());
    load[owner[p]] += parts[p].cost;
  }
  for (size_t p = 0; p < parts.size(); ++p)
    workers[owner[p]]->owned.push_back(&parts[p]);
  for (const auto &worker : workers)
    worker->prepare();
}

void Engine::reset() {
  now = unbooked = 0;
  for (size_t p = 0; p < states.size(); ++p) {
    states[p] = program->populations[p].initial;
    std::ranges::fill(spikes[p], 0);
  }
  for (Part &part : parts)
    part.calendar.clear();
  for (History &history : histories)
    history.clear();
}

//===----------------------------------------------------------------------===//
// Batches
//===----------------------------------------------------------------------===//

/// Every `step`-th tick of the batch, from the `first` on.
void Engine::takeInputs(const runtime::Batch &batch, size_t first,
                        size_t step) {
  for (size_t i = 0; i < inputs(); ++i) {
    const runtime::PoissonDrive *drive = batch.drive(i);
    if (inputUses[i].isDrawnAtUse(drive))
      continue;
    size_t channels = batch.inputs[i].size() / batch.ticks;
    for (uint64_t t = first; t < batch.ticks; t += step) {
      Volley &volley = histories[i].at(batch.first + t, 0);
      runtime::CountRows row = batch.inputs[i].subspan(t * channels, channels);
      if (drive && batch.first + t < batch.drivenTicks) {
        volley.kept.resize(drive->channels());
        drive->draw(batch.first + t, batch.sample, 0, volley.kept,
                    program->vectors);
        row = volley.kept;
      }
      collectCounts(row, inputUses[i].sparse, volley);
    }
  }
}

/// Rows of counts that later ticks still read outlive the batch's memory.
void Engine::keepInputs(const runtime::Batch &batch) {
  uint64_t end = batch.first + batch.ticks;
  for (size_t i = 0; i < inputs(); ++i) {
    if (batch.drive(i))
      continue; // in the volley
    uint64_t kept = std::min<uint64_t>(inputUses[i].reach, batch.ticks);
    for (uint64_t t = batch.first; t < end; ++t) {
      Volley &volley = histories[i].at(t, 0);
      if (inputUses[i].row && t >= end - kept) {
        volley.kept.assign(volley.row.begin(), volley.row.end());
        volley.row = volley.kept;
      } else {
        volley.row = {};
      }
    }
  }
}

/// The failure of the earliest tick, there of the first part; before it, states
/// that are no numbers.
Status Engine::conclude(runtime::FiniteWatch &watch) {
  const Worker::Failure *first = nullptr;
  for (const auto &worker : workers)
    if (const auto &failure = worker->failure;
        failure && (!first || std::pair(failure->tick, failure->part) <
                                  std::pair(first->tick, first->part)))
      first = &*failure;
  for (const auto &worker : workers)
    for (const NoNumber &found : worker->noNumbers)
      if (!first || found.tick < first->tick)
        watch.look(found.tick, found.population, found.variable,
                   std::span(&found.value, 1), found.neuron);
  if (!first)
    return {};
  if (!first->diagnostic)
    throw std::bad_alloc();
  return *first->diagnostic;
}

Status Engine::run(const runtime::Batch &batch, runtime::FiniteWatch &watch) {
  for (const auto &worker : workers)
    worker->begin(batch);
  uint64_t end = now + batch.ticks;
  // The end of the ticks in which the first failure is.
  std::atomic<uint64_t> stop = std::numeric_limits<uint64_t>::max();
  team.run([&](unsigned k) {
    takeInputs(batch, k, team.size());
    team.meet();
    for (uint64_t t = now, before = unbooked; t < end && t < stop;) {
      uint64_t ticks = std::min(exchange, end - t);
      bool good = workers[k]->run(t, ticks, before);
      t += ticks;
      before = ticks;
      for (uint64_t known = stop; !good && t < known;)
        if (stop.compare_exchange_weak(known, t))
          break;
      team.meet();
    }
  });
  now = end;
  unbooked = (batch.ticks - 1) % exchange + 1;
  keepInputs(batch);
  return conclude(watch);
}

} // namespace snnc::cpu
