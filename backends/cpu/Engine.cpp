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
  for (const std::vector<Block> &list : blocks)
    for (const Block &block : list)
      sum += block.synapses;
  return sum;
}

uint64_t Program::synapseBytes() const {
  uint64_t sum = 0;
  for (const std::vector<Block> &list : blocks)
    for (const Block &block : list)
      sum += block.bytes();
  return sum;
}

void Calendar::clear() {
  for (Day &day : days)
    day.clear();
}

Engine::Engine(std::shared_ptr<const Program> opened, unsigned threads)
    : program(std::move(opened)), team(threads),
      states(program->populations.size()) {
  for (const Population &population : program->populations)
    spikes.emplace_back(population.neurons);
  makeParts();
  connectGroups();
  resizeHistories();
  makeWorkers(threads);
  reset();
}

Engine::~Engine() = default;

void Engine::makeParts() {
  const Layout &layout = program->layout;
  for (size_t p = 0; p < program->populations.size(); ++p) {
    firstPart.push_back(parts.size());
    uint32_t neurons = program->populations[p].neurons,
             each = layout.partitionNeurons[p];
    for (uint32_t first = 0, index = 0; first < neurons; first += each, ++index)
      parts.push_back({p, index, first, std::min(each, neurons - first),
                       layout.places[p][index].offset});
  }
  firstPart.push_back(parts.size());
  groups.resize(layout.groups.size());
  for (Part &part : parts)
    groups[layout.places[part.population][part.index].group].parts.push_back(
        &part);
}

void Engine::connectGroups() {
  inputUses.resize(inputs());
  uint64_t shortest = std::numeric_limits<uint64_t>::max();
  for (size_t source = 0; source < program->blocks.size(); ++source)
    for (const Block &block : program->blocks[source]) {
      Group &group = groups[block.group];
      bool isPulled = !isFloat() && block.shortestDelay == block.longestDelay;
      (isPulled ? group.pulled : group.booked).push_back({source, &block});
      if (!isPulled)
        group.calendar.resize(
            std::max(group.calendar.longestDelay(), block.longestDelay));
      // In float the order of arrival counts: inputs are booked with the rest.
      if (source >= inputs() || isFloat())
        shortest = std::min<uint64_t>(shortest, block.shortestDelay);
      if (source >= inputs())
        continue;
      InputUse &use = inputUses[source];
      bool isRow = block.encoding() == Encoding::Diagonal;
      (isRow ? use.row : use.sparse) = true;
      if (isRow)
        use.rowNeurons += block.neurons;
      if (isPulled)
        use.reach = std::max(use.reach, block.longestDelay);
    }
  exchange = std::min(shortest, batchTicks());
}

/// A volley is read for as long as the longest delay that is pulled, and booked
/// after the next exchange, while others write those of the ticks after it.
void Engine::resizeHistories() {
  std::vector<uint64_t> reach(program->blocks.size(), 1);
  for (const Group &group : groups)
    for (const auto &[source, block] : group.pulled)
      reach[source] = std::max<uint64_t>(reach[source], block->longestDelay);
  if (keepsArrivals) {
    for (const Group &group : groups)
      for (const auto &[source, block] : group.booked)
        reach[source] = std::max<uint64_t>(reach[source], block->longestDelay);
    reaches = reach;
  }
  histories.resize(program->blocks.size());
  for (size_t s = 0; s < histories.size(); ++s) {
    bool isInput = s < inputs();
    size_t p = s - inputs();
    histories[s].resize(std::max(reach[s], exchange) +
                            (isInput ? batchTicks() : exchange),
                        isInput ? 1 : firstPart[p + 1] - firstPart[p]);
  }
}

void Engine::makeWorkers(unsigned threads) {
  for (unsigned k = 0; k < std::max(1u, threads); ++k)
    workers.push_back(std::make_unique<Worker>(*this));
}

void Engine::reset() {
  now = unbooked = 0;
  for (size_t p = 0; p < states.size(); ++p) {
    states[p] = program->populations[p].initial;
    std::ranges::fill(spikes[p], 0);
  }
  for (Group &group : groups)
    group.calendar.clear();
  for (History &history : histories)
    history.clear();
}

//===----------------------------------------------------------------------===//
// Batches
//===----------------------------------------------------------------------===//

void Engine::takeInput(const runtime::Batch &batch, size_t input,
                       uint64_t tick) {
  const runtime::PoissonDrive *drive = batch.drive(input);
  size_t channels = batch.inputs[input].size() / batch.ticks;
  Volley &volley = histories[input].at(batch.first + tick, 0);
  runtime::CountRows row =
      batch.inputs[input].subspan(tick * channels, channels);
  if (drive && batch.first + tick < batch.drivenTicks) {
    volley.kept.resize(drive->channels());
    drive->draw(batch.first + tick, batch.sample, 0, volley.kept,
                program->vectors);
    row = volley.kept;
  }
  collectCounts(row, inputUses[input].sparse, volley);
}

void Engine::takeInputs(const runtime::Batch &batch) {
  std::vector<size_t> taken;
  for (size_t i = 0; i < inputs(); ++i)
    if (!inputUses[i].isDrawnAtUse(batch.drive(i)))
      taken.push_back(i);
  // A few ticks at a time: most have little in them.
  constexpr uint64_t each = 8;
  uint64_t items = taken.empty() ? 0 : (batch.ticks + each - 1) / each;
  team.run(items, [&](size_t item, unsigned) {
    uint64_t end = std::min(batch.ticks, (item + 1) * each);
    for (uint64_t t = item * each; t < end; ++t)
      for (size_t i : taken)
        takeInput(batch, i, t);
  });
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
  takeInputs(batch);
  for (uint64_t t = now, before = unbooked; t < end;) {
    uint64_t ticks = std::min(exchange, end - t);
    team.run(groups.size(), [&](size_t group, unsigned member) {
      workers[member]->run(groups[group], t, ticks, before);
    });
    t += ticks;
    before = ticks;
    if (std::ranges::any_of(workers, [](const auto &worker) {
          return worker->failure.has_value();
        }))
      break;
  }
  now = end;
  unbooked = (batch.ticks - 1) % exchange + 1;
  keepInputs(batch);
  return conclude(watch);
}

} // namespace snnc::cpu
