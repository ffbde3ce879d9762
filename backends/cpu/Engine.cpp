//===- Engine.cpp - A network on this CPU ---------------------------------===//
//
// Part of the snnc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "backends/cpu/Engine.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <fmt/format.h>
#include <limits>

namespace snnc::cpu {

using runtime::CountRows;
using runtime::Tape;

uint64_t Program::synapses() const {
  uint64_t sum = 0;
  for (const std::vector<Edge> &list : edges)
    for (const Edge &edge : list)
      for (const RowBlock &block : edge.blocks)
        sum += block.targets.size();
  return sum;
}

uint64_t Program::synapseBytes() const {
  uint64_t sum = 0;
  for (const std::vector<Edge> &list : edges)
    for (const Edge &edge : list)
      for (const RowBlock &block : edge.blocks)
        sum += block.bytes();
  return sum;
}

void Calendar::clear() {
  for (Day &day : days)
    day.clear();
}

Engine::Engine(std::shared_ptr<const Program> opened)
    : program(std::move(opened)), populations(program->populations.size()) {
  size_t most = 0, receptors = 0;
  for (size_t p = 0; p < populations.size(); ++p) {
    size_t neurons = program->populations[p].neurons;
    populations[p].spikes.resize(neurons);
    populations[p].calendars.resize((neurons + kPartitionNeurons - 1) /
                                    kPartitionNeurons);
    most = std::max(most, std::min<size_t>(neurons, kPartitionNeurons));
    receptors = std::max<size_t>(receptors, program->populations[p].receptors);
  }
  for (const auto &list : program->edges)
    for (const Program::Edge &edge : list)
      for (const RowBlock &block : edge.blocks) {
        Calendar &calendar =
            populations[edge.target].calendars[block.partition];
        calendar.resize(std::max(calendar.longestDelay(), block.longestDelay));
      }
  accumulators.resize(receptors * most * sizeof(int64_t));
  sums.assign(receptors, Column(most));
  reset();
}

void Engine::reset() {
  now = 0;
  for (size_t p = 0; p < populations.size(); ++p) {
    populations[p].states = program->populations[p].initial;
    std::fill(populations[p].spikes.begin(), populations[p].spikes.end(), 0);
    for (Calendar &calendar : populations[p].calendars)
      calendar.clear();
  }
}

//===----------------------------------------------------------------------===//
// Sums
//===----------------------------------------------------------------------===//

/// Adds a segment; `count` spikes of its source arrive at once. Integer sums
/// are known to fit, see isNarrow.
template <typename Sum, typename Weight>
static void addSegment(Sum *__restrict sums, const uint16_t *targets,
                       const Weight *weights, uint64_t begin, uint64_t end,
                       Sum count) {
  for (uint64_t i = begin; i < end; ++i)
    sums[targets[i]] += Sum(weights[i]) * count;
}

/// The same where all weights are equal; `weight` is that of all spikes.
template <typename Sum>
static void addSegment(Sum *__restrict sums, const uint16_t *targets,
                       uint64_t begin, uint64_t end, Sum weight) {
  for (uint64_t i = begin; i < end; ++i)
    sums[targets[i]] += weight;
}

/// Segments stand anywhere in memory and are too short for the processor to
/// guess where the next one is: it is told a few segments ahead.
static constexpr size_t kAhead = 8;

/// The first two cache lines of a segment's numbers.
template <typename T> static void prefetch(const T *numbers) {
  __builtin_prefetch(numbers);
  __builtin_prefetch(reinterpret_cast<const char *>(numbers) + 64);
}

template <typename Sum>
static void addGroup(Sum *sums, const Calendar::Group &group,
                     std::span<const uint32_t> booked) {
  const Segment *segments = group.block->segments.data();
  const uint16_t *targets = group.block->targets.data();
  Sum count = Sum(group.count);
  auto add = [&](const auto &weights) {
    constexpr bool isCommon = !requires { weights.data(); };
    for (size_t k = 0; k < booked.size(); ++k) {
      if (k + 2 * kAhead < booked.size())
        __builtin_prefetch(segments + booked[k + 2 * kAhead]);
      if (k + kAhead < booked.size()) {
        uint64_t next = segments[booked[k + kAhead]].begin;
        prefetch(targets + next);
        if constexpr (!isCommon)
          prefetch(weights.data() + next);
      }
      uint64_t begin = segments[booked[k]].begin,
               end = segments[booked[k] + 1].begin;
      if constexpr (isCommon)
        addSegment(sums, targets, begin, end, Sum(Sum(weights) * count));
      else
        addSegment(sums, targets, weights.data(), begin, end, count);
    }
  };
  std::visit(add, group.block->weights);
}

bool Engine::isNarrow(const Calendar::Day &day) const {
  constexpr int64_t limit = std::numeric_limits<int32_t>::max();
  int64_t room = limit;
  for (size_t g = 0; g < day.groups.size(); ++g) {
    int64_t each = std::max<int64_t>(1, day.groups[g].block->largest) *
                   int64_t(day.groups[g].count); // below 2^63
    auto segments = int64_t(day.segmentsOf(g).size());
    if (segments > room / each)
      return false;
    room -= segments * each;
  }
  return true;
}

/// S4.3.
static Diagnostic overflow(const std::string &population, uint64_t tick,
                           uint64_t neuron, int64_t sum) {
  return makeError(
      "SNN0701", {"", population, 0, 0},
      fmt::format("in tick {} the weight sum of neuron {} is {}, outside the "
                  "32 bits of the accumulator",
                  tick, neuron, sum),
      {"quantise to 8 bits", "feed fewer spikes a tick and channel"});
}

template <typename Sum>
Status Engine::addBookings(size_t p, size_t partition, uint32_t neurons) {
  const Population &population = program->populations[p];
  Sum *all = reinterpret_cast<Sum *>(accumulators.data());
  std::fill_n(all, size_t(population.receptors) * neurons, Sum(0));
  Calendar::Day &day = populations[p].calendars[partition].at(now);
  for (size_t g = 0; g < day.groups.size(); ++g)
    addGroup(all + size_t(day.groups[g].block->receptor) * neurons,
             day.groups[g], day.segmentsOf(g));
  for (unsigned r = 0; r < population.receptors; ++r)
    for (uint32_t n = 0; n < neurons; ++n) {
      Sum sum = all[size_t(r) * neurons + n];
      if constexpr (std::is_same_v<Sum, int64_t>)
        if (sum != int32_t(sum))
          return overflow(population.name, now,
                          partition * kPartitionNeurons + n, sum);
      sums[r][n] = float(sum); // S4.2: rounded once
      if constexpr (std::is_same_v<Sum, double>)
        if (!std::isfinite(sums[r][n]))
          return runtime::sumNotFinite(population.name,
                                       now - std::min(now, population.start),
                                       partition * kPartitionNeurons + n, sum);
    }
  day.clear();
  return {};
}

Status Engine::takeSums(size_t p, size_t partition, uint32_t neurons) {
  if (program->precision == target::Precision::Float)
    return addBookings<double>(p, partition, neurons);
  if (isNarrow(populations[p].calendars[partition].at(now)))
    return addBookings<int32_t>(p, partition, neurons);
  return addBookings<int64_t>(p, partition, neurons);
}

//===----------------------------------------------------------------------===//
// One tick
//===----------------------------------------------------------------------===//

Status Engine::updatePartition(size_t p, size_t partition) {
  const Population &population = program->populations[p];
  State &state = populations[p];
  size_t first = partition * kPartitionNeurons;
  auto neurons =
      uint32_t(std::min<size_t>(kPartitionNeurons, population.neurons - first));
  if (Status status = takeSums(p, partition, neurons); !status)
    return status;
  if (now < population.start) // S5.4; no spike was ever set
    return {};
  std::vector<void *> arrays;
  for (unsigned r = 0; r < population.receptors; ++r)
    arrays.push_back(sums[r].data());
  for (Column &values : state.states)
    arrays.push_back(values.data() + first);
  for (const Column &values : population.params)
    arrays.push_back(const_cast<float *>(values.data()) + first); // only read
  arrays.push_back(state.spikes.data() + first);
  callUpdate(program->regions->function(population.model), neurons,
             arrays.data());
  return {};
}

/// S4.1: a spike of tick t reaches a synapse's target in tick t + delay.
void Engine::send(const Program::Edge &edge, uint32_t source, uint32_t count) {
  for (const RowBlock &block : edge.blocks) {
    Calendar &calendar = populations[edge.target].calendars[block.partition];
    for (uint32_t s = block.segmentBegin[source];
         s < block.segmentBegin[source + 1]; ++s)
      calendar.at(now + block.segments[s].delay).book(block, count, s);
  }
}

Status Engine::tick(std::span<const CountRows> inputs) {
  for (size_t p = 0; p < populations.size(); ++p)
    for (size_t q = 0; q < populations[p].calendars.size(); ++q)
      if (Status status = updatePartition(p, q); !status)
        return status;
  for (size_t i = 0; i < inputs.size(); ++i)
    for (const Program::Edge &edge : program->edges[i])
      for (uint32_t c = 0; c < inputs[i].size(); ++c)
        if (uint16_t count = inputs[i][c])
          send(edge, c, count);
  for (size_t p = 0; p < populations.size(); ++p)
    sendPopulation(p);
  ++now;
  return {};
}

/// S4.4: projection by projection, sources ascending.
void Engine::sendPopulation(size_t p) {
  const std::vector<uint8_t> &spikes = populations[p].spikes;
  const auto &edges = program->edges[program->manifest.inputs.size() + p];
  if (edges.empty())
    return;
  spiking.clear();
  for (uint32_t n = 0; n < spikes.size(); ++n)
    if (spikes[n])
      spiking.push_back(n);
  for (const Program::Edge &edge : edges)
    for (uint32_t source : spiking)
      send(edge, source, 1);
}

void Engine::record(uint64_t tick, const Tape &tape) const {
  const State &state = populations[tape.population];
  auto copy = [&](std::span<const std::byte> values) {
    std::memcpy(tape.rows + tick * values.size(), values.data(), values.size());
  };
  if (tape.variable)
    copy(std::as_bytes(std::span(state.states[*tape.variable])));
  else
    copy(std::as_bytes(std::span(state.spikes)));
}

void Engine::watchStates(uint64_t tick, runtime::FiniteWatch &watch) const {
  for (size_t p = 0; p < populations.size(); ++p)
    for (size_t v = 0; v < program->manifest.populations[p].variables.size();
         ++v)
      watch.look(tick, p, v, populations[p].states[v]);
}

Status Engine::run(const runtime::Batch &batch, runtime::FiniteWatch &watch) {
  const auto &[first, ticks, inputs, tapes] = batch;
  std::vector<CountRows> rows(inputs.size());
  for (uint64_t t = 0; t < ticks; ++t) {
    for (size_t i = 0; i < inputs.size(); ++i) {
      size_t channels = inputs[i].size() / ticks;
      rows[i] = inputs[i].subspan(t * channels, channels);
    }
    if (Status status = tick(rows); !status)
      return status;
    for (const Tape &tape : tapes)
      record(t, tape);
    watchStates(first + t, watch);
  }
  return {};
}

} // namespace snnc::cpu
