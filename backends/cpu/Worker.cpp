//===- Worker.cpp - The ticks of one thread's partitions ------------------===//
//
// Part of the snnc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "backends/cpu/Worker.h"

#include <bit>
#include <cmath>
#include <cstring>
#include <fmt/format.h>
#include <limits>
#include <new>

namespace snnc::cpu {

using runtime::Tape;

void Engine::Worker::prepare() {
  size_t most = 0, receptors = 0;
  for (const Part *part : owned) {
    most = std::max<size_t>(most, part->neurons);
    receptors = std::max<size_t>(
        receptors, program.populations[part->population].receptors);
  }
  stride = (most + kSumsMultiple - 1) / kSumsMultiple * kSumsMultiple;
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

std::span<const Volley> Engine::Worker::arriving(const Part::Incoming &incoming,
                                                 uint64_t tick) const {
  const auto &[source, block] = incoming;
  if (tick < block->longestDelay)
    return {};
  if (source < engine.inputs() &&
      engine.inputUses[source].isDrawnAtUse(batch->drive(source)))
    return std::span(drawn).subspan(size_t(&incoming - drawnOf->pulled.data()),
                                    1);
  return std::as_const(engine.histories[source]).at(tick - block->longestDelay);
}

void Engine::Worker::drawArrivals(const Part &part, uint64_t tick) {
  drawnOf = &part;
  if (drawn.size() < part.pulled.size())
    drawn.resize(part.pulled.size());
  for (size_t i = 0; i < part.pulled.size(); ++i) {
    const auto &[source, block] = part.pulled[i];
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
        std::min(part.neurons, drive->channels() - volley.rowFirst));
    drive->draw(sent, batch->sample, volley.rowFirst, volley.kept,
                program.vectors);
    collectCounts(volley.kept, false, volley);
  }
}

/// No sum of the tick can leave 32 bits, whatever stands where.
bool Engine::Worker::isNarrow(Part &part, uint64_t tick) const {
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
  for (const Part::Incoming &incoming : part.pulled)
    for (const Volley &volley : arriving(incoming, tick))
      // A neuron has one source on the diagonal.
      if (!take(incoming.block->encoding() == Encoding::Diagonal ? volley.most
                                                                 : volley.total,
                incoming.block->largest))
        return false;
  const Calendar::Day &day = part.calendar.at(tick);
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
    const Sum *from = all + r * stride;
    float *to = sums[r].data();
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
Status Engine::Worker::addArrivals(Part &part, uint64_t tick) {
  Sum *all = reinterpret_cast<Sum *>(accumulators.data());
  std::fill_n(all, program.populations[part.population].receptors * stride,
              Sum(0));
  if constexpr (!std::is_same_v<Sum, double>)
    for (const Part::Incoming &incoming : part.pulled)
      addVolleys(all + incoming.block->receptor * stride, part.neurons,
                 *incoming.block, arriving(incoming, tick), scratch,
                 program.vectors);
  Calendar::Day &day = part.calendar.at(tick);
  for (size_t g = 0; g < day.groups.size(); ++g)
    addSegments(all + day.groups[g].block->receptor * stride,
                *day.groups[g].block, day.segmentsOf(g),
                Sum(day.groups[g].count));
  day.clear();
  return convertSums<Sum>(part, tick);
}

Status Engine::Worker::takeSums(Part &part, uint64_t tick) {
  if (engine.isFloat())
    return addArrivals<double>(part, tick);
  drawArrivals(part, tick);
  if (isNarrow(part, tick))
    return addArrivals<int32_t>(part, tick);
  return addArrivals<int64_t>(part, tick);
}

//===----------------------------------------------------------------------===//
// One tick
//===----------------------------------------------------------------------===//

Status Engine::Worker::updatePart(Part &part, uint64_t tick) {
  const Population &population = program.populations[part.population];
  if (Status status = takeSums(part, tick); !status)
    return status;
  size_t signal = engine.inputs() + part.population;
  Volley &volley = engine.histories[signal].at(tick, part.index);
  volley.clear();
  if (tick < population.start) // S5.4; no spike was ever set
    return {};
  arrays.clear();
  for (unsigned r = 0; r < population.receptors; ++r)
    arrays.push_back(sums[r].data());
  for (Column &values : engine.states[part.population])
    arrays.push_back(values.data() + part.first);
  for (const Column &values : population.params)
    arrays.push_back(const_cast<float *>(values.data()) +
                     part.first); // only read
  uint8_t *spikes = engine.spikes[part.population].data() + part.first;
  arrays.push_back(spikes);
  callUpdate(program.regions->function(population.model), part.neurons,
             arrays.data());
  if (population.spiking)
    collectSpikes({spikes, part.neurons}, part.first, volley);
  return {};
}

/// S4.1: a spike of tick t reaches a synapse's target in tick t + delay.
/// S4.4: projection by projection, sources ascending.
void Engine::Worker::book(Part &part, size_t firstSource, size_t lastSource,
                          uint64_t tick, uint64_t earliest) {
  for (const auto &[source, block] : part.booked) {
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
            part.calendar.at(arrival).book(rows, volley.countOf(i), s);
  }
}

void Engine::Worker::bookAgain(uint64_t now) {
  for (Part *part : owned) {
    uint64_t back = std::min<uint64_t>(now, part->calendar.longestDelay());
    for (uint64_t t = now - back; t < now; ++t)
      book(*part, 0, engine.histories.size(), t, now);
  }
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

bool Engine::Worker::runTick(uint64_t tick) {
  for (Part *part : owned) {
    if (Status status = updatePart(*part, tick); !status) {
      failure = {tick, size_t(part - engine.parts.data()), status.takeError()};
      return false;
    }
  }
  for (Part *part : owned) {
    if (!engine.isFloat()) // else in the order of S4.4, with the populations
      book(*part, 0, engine.inputs(), tick);
    for (const Tape &tape : batch->tapes)
      record(*part, tick - batch->first, tape);
    watch(*part, tick);
  }
  return true;
}

bool Engine::Worker::run(uint64_t first, uint64_t ticks, uint64_t before) {
  try {
    size_t firstSource = engine.isFloat() ? 0 : engine.inputs();
    for (uint64_t t = first - before; t < first; ++t)
      for (Part *part : owned)
        book(*part, firstSource, engine.histories.size(), t);
    for (uint64_t t = first; t < first + ticks; ++t)
      if (!runTick(t))
        return false;
    return true;
  } catch (const std::bad_alloc &) {
    failure = {first, 0, std::nullopt};
    return false;
  }
}

} // namespace snnc::cpu
