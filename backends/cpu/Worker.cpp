//===- Worker.cpp - The ticks of a group of partitions --------------------===//
//
// Part of the snnc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "backends/cpu/Worker.h"

#include "runtime/support/Normals.h"

#include <bit>
#include <cmath>
#include <cstring>
#include <fmt/format.h>
#include <limits>
#include <new>

namespace snnc::cpu {

using runtime::Tape;

Engine::Worker::Worker(Engine &engine)
    : engine(engine), program(*engine.program) {
  size_t most = 0, receptors = 0, drawn = 0;
  for (const Layout::Group &group : program.layout.groups)
    most = std::max<size_t>(most, group.neurons);
  for (const Population &population : program.populations) {
    receptors = std::max<size_t>(receptors, population.receptors);
    drawn = std::max(drawn, population.drawn.size());
  }
  normals.assign(drawn, Column(most));
  // Bit rows add whole lines, the last of which may begin at the last neuron.
  stride = most + kSumsMultiple;
  accumulators.resize(receptors * stride * sizeof(int64_t));
  sums.assign(receptors, Column(most));
}

void Engine::Worker::begin(const runtime::Batch &next) {
  batch = &next;
  failure.reset();
  noNumbers.clear();
}

//===----------------------------------------------------------------------===//
// Sums
//===----------------------------------------------------------------------===//

std::span<const Volley>
Engine::Worker::arriving(const Group::Incoming &incoming, uint64_t tick) const {
  const auto &[source, block] = incoming;
  if (tick < block->longestDelay)
    return {};
  if (source < engine.inputs() &&
      engine.inputUses[source].isDrawnAtUse(batch->drive(source)))
    return std::span(drawn).subspan(size_t(&incoming - drawnOf->pulled.data()),
                                    1);
  return std::as_const(engine.histories[source]).at(tick - block->longestDelay);
}

void Engine::Worker::drawArrivals(const Group &group, uint64_t tick) {
  drawnOf = &group;
  if (drawn.size() < group.pulled.size())
    drawn.resize(group.pulled.size());
  for (size_t i = 0; i < group.pulled.size(); ++i) {
    const auto &[source, block] = group.pulled[i];
    if (source >= engine.inputs() || tick < block->longestDelay)
      continue;
    const runtime::PoissonDrive *drive = batch->drive(source);
    if (!engine.inputUses[source].isDrawnAtUse(drive))
      continue;
    Volley &volley = drawn[i];
    volley.clear();
    uint64_t sent = tick - block->longestDelay;
    if (sent >= batch->drivenTicks)
      continue;
    volley.rowFirst = std::get<DiagonalRows>(block->rows).first;
    if (volley.rowFirst >= drive->channels())
      continue;
    volley.kept.resize(
        std::min(block->neurons, drive->channels() - volley.rowFirst));
    drive->draw(sent, batch->sample, volley.rowFirst, volley.kept,
                program.vectors);
    collectCounts(volley.kept, false, volley);
  }
}

/// No sum of the tick can leave 32 bits, whatever stands where.
bool Engine::Worker::isNarrow(Group &group, uint64_t tick) const {
  constexpr int64_t limit = std::numeric_limits<int32_t>::max();
  int64_t room = limit;
  // `times` spikes, each of which moves a sum by at most `each`.
  auto take = [&](uint64_t times, int64_t each) {
    each = std::max<int64_t>(1, each);
    if (times > uint64_t(room / each))
      return false;
    room -= int64_t(times) * each;
    return true;
  };
  for (const Group::Incoming &incoming : group.pulled)
    for (const Volley &volley : arriving(incoming, tick))
      // A neuron has one source on the diagonal.
      if (!take(incoming.block->encoding() == Encoding::Diagonal ? volley.most
                                                                 : volley.total,
                incoming.block->largest))
        return false;
  const Calendar::Day &day = group.calendar.at(tick);
  for (size_t g = 0; g < day.groups.size(); ++g)
    if (!take(day.segmentsOf(g).size(),
              day.groups[g].block->largest * int64_t(day.groups[g].count)))
      return false;
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
Status Engine::Worker::convertSums(const Part &part, uint64_t tick) {
  const Population &population = program.populations[part.population];
  const Sum *all = reinterpret_cast<const Sum *>(accumulators.data());
  for (unsigned r = 0; r < population.receptors; ++r) {
    const Sum *from = all + r * stride + part.offset;
    float *to = sums[r].data() + part.offset;
    for (uint32_t n = 0; n < part.neurons; ++n) {
      Sum sum = from[n];
      if constexpr (std::is_same_v<Sum, int64_t>)
        if (sum != int32_t(sum))
          return overflow(population.name, tick, part.first + n, sum);
      to[n] = float(sum); // S4.2: rounded once
      if constexpr (std::is_same_v<Sum, double>)
        if (!std::isfinite(to[n]))
          return runtime::sumNotFinite(population.name,
                                       tick - std::min(tick, population.start),
                                       part.first + n, sum);
    }
  }
  return {};
}

template <typename Sum>
bool Engine::Worker::addArrivals(Group &group, uint64_t tick) {
  Sum *all = reinterpret_cast<Sum *>(accumulators.data());
  for (const Part *part : group.parts)
    for (unsigned r = 0; r < program.populations[part->population].receptors;
         ++r)
      std::fill_n(all + r * stride + part->offset, part->neurons, Sum(0));
  if constexpr (!std::is_same_v<Sum, double>)
    for (const Group::Incoming &incoming : group.pulled) {
      const Block &block = *incoming.block;
      addVolleys(all + block.receptor * stride + block.offset, block.neurons,
                 block, arriving(incoming, tick), scratch, program.vectors);
    }
  Calendar::Day &day = group.calendar.at(tick);
  for (size_t g = 0; g < day.groups.size(); ++g) {
    const Block &block = *day.groups[g].block;
    addSegments(all + block.receptor * stride + block.offset,
                std::get<RowBlock>(block.rows), day.segmentsOf(g),
                Sum(day.groups[g].count));
  }
  day.clear();
  for (const Part *part : group.parts)
    if (Status status = convertSums<Sum>(*part, tick); !status) {
      fail(tick, part, status.takeError());
      return false;
    }
  return true;
}

bool Engine::Worker::takeSums(Group &group, uint64_t tick) {
  if (engine.isFloat())
    return addArrivals<double>(group, tick);
  drawArrivals(group, tick);
  if (isNarrow(group, tick))
    return addArrivals<int32_t>(group, tick);
  return addArrivals<int64_t>(group, tick);
}

//===----------------------------------------------------------------------===//
// One tick
//===----------------------------------------------------------------------===//

float *Engine::Worker::drawParam(const Part &part, size_t param,
                                 uint64_t tick) {
  const Population &population = program.populations[part.population];
  auto drawn = population.drawn.find(param);
  Column &numbers =
      normals[size_t(std::distance(population.drawn.begin(), drawn))];
  PhiloxKey key =
      streamKey(batch->seed.value_or(drawn->second.seed), drawn->second.stream);
  drawNormals(key, uint32_t(tick - population.latency), uint32_t(batch->sample),
              part.first, std::span(numbers).first(part.neurons),
              program.vectors);
  return numbers.data();
}

void Engine::Worker::updatePart(const Part &part, uint64_t tick) {
  const Population &population = program.populations[part.population];
  size_t signal = engine.inputs() + part.population;
  Volley &volley = engine.histories[signal].at(tick, part.index);
  volley.clear();
  if (tick < population.start) // S5.4; no spike was ever set
    return;
  arrays.clear();
  for (unsigned r = 0; r < population.receptors; ++r)
    arrays.push_back(sums[r].data() + part.offset);
  for (Column &values : engine.states[part.population])
    arrays.push_back(values.data() + part.first);
  for (size_t k = 0; k < population.params.size(); ++k)
    arrays.push_back(population.drawn.contains(k)
                         ? drawParam(part, k, tick)
                         : const_cast<float *>(population.params[k].data()) +
                               part.first); // only read
  uint8_t *spikes = engine.spikes[part.population].data() + part.first;
  arrays.push_back(spikes);
  callUpdate(program.regions->function(population.model), part.neurons,
             arrays.data());
  if (population.spiking)
    collectSpikes({spikes, part.neurons}, part.first, volley);
}

/// S4.1: a spike of tick t reaches a synapse's target in tick t + delay.
/// S4.4: projection by projection, sources ascending.
void Engine::Worker::book(Group &group, size_t firstSource, size_t lastSource,
                          uint64_t tick, uint64_t earliest) {
  for (const auto &[source, block] : group.booked) {
    if (source < firstSource || source >= lastSource ||
        (earliest > 0 && earliest - tick > engine.reaches[source]))
      continue;
    const RowBlock &rows = std::get<RowBlock>(block->rows);
    for (const Volley &volley :
         std::as_const(engine.histories[source]).at(tick))
      for (size_t i = 0; i < volley.sources.size(); ++i)
        for (uint32_t s = rows.segmentBegin[volley.sources[i]];
             s < rows.segmentBegin[volley.sources[i] + 1]; ++s)
          if (uint64_t arrival = tick + rows.segments[s].delay;
              arrival >= earliest)
            group.calendar.at(arrival).book(*block, volley.countOf(i), s);
  }
}

void Engine::Worker::bookAgain(Group &group, uint64_t now) {
  uint64_t back = std::min<uint64_t>(now, group.calendar.longestDelay());
  for (uint64_t t = now - back; t < now; ++t)
    book(group, 0, engine.histories.size(), t, now);
}

void Engine::Worker::record(const Part &part, uint64_t row,
                            const Tape &tape) const {
  if (tape.population != part.population)
    return;
  auto copy = [&](const auto &values) {
    size_t item = sizeof(values[0]);
    std::memcpy(tape.rows + (row * values.size() + part.first) * item,
                values.data() + part.first, part.neurons * item);
  };
  if (tape.variable)
    copy(engine.states[part.population][*tape.variable]);
  else
    copy(engine.spikes[part.population]);
}

/// By the exponent, so that the compiler makes one loop without branches of it:
/// nearly always all are finite.
static bool allFinite(std::span<const float> values) {
  constexpr uint32_t exponent = 0x7f800000;
  uint32_t found = 0;
  withVectors(widestVectors(), [&]() SNNC_INLINE {
    uint32_t any = 0;
    for (float value : values)
      any |= (std::bit_cast<uint32_t>(value) & exponent) == exponent ? 1 : 0;
    found = any;
  });
  return found == 0;
}

void Engine::Worker::watch(const Part &part, uint64_t tick) {
  const auto &population = program.manifest.populations[part.population];
  for (size_t v = 0; v < population.variables.size(); ++v) {
    std::span<const float> values = std::span(engine.states[part.population][v])
                                        .subspan(part.first, part.neurons);
    if (allFinite(values))
      continue;
    uint32_t n = 0;
    while (std::isfinite(values[n]))
      ++n;
    noNumbers.push_back({tick, part.population, v, part.first + n, values[n]});
  }
}

/// Keeps the first by tick and partition.
void Engine::Worker::fail(uint64_t tick, const Part *part,
                          std::optional<Diagnostic> diagnostic) {
  size_t index = part ? size_t(part - engine.parts.data()) : 0;
  if (!failure ||
      std::pair(tick, index) < std::pair(failure->tick, failure->part))
    failure = {tick, index, std::move(diagnostic)};
}

bool Engine::Worker::runTick(Group &group, uint64_t tick) {
  if (!takeSums(group, tick))
    return false;
  for (const Part *part : group.parts)
    updatePart(*part, tick);
  if (!engine.isFloat()) // else in the order of S4.4, with the populations
    book(group, 0, engine.inputs(), tick);
  for (const Part *part : group.parts) {
    for (const Tape &tape : batch->tapes)
      record(*part, tick - batch->first, tape);
    watch(*part, tick);
  }
  return true;
}

void Engine::Worker::run(Group &group, uint64_t first, uint64_t ticks,
                         uint64_t before) {
  try {
    size_t firstSource = engine.isFloat() ? 0 : engine.inputs();
    for (uint64_t t = first - before; t < first; ++t)
      book(group, firstSource, engine.histories.size(), t);
    for (uint64_t t = first; t < first + ticks; ++t)
      if (!runTick(group, t))
        return;
  } catch (const std::bad_alloc &) {
    fail(first, nullptr, std::nullopt);
  }
}

} // namespace snnc::cpu
