//===- Listeners.cpp - Which input spikes the cores want ------------------===//
//
// Part of the snnc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "runtime/host/Listeners.h"

#include "runtime/abi/CoreHeader.h"

#include <algorithm>
#include <cstring>
#include <fmt/format.h>

namespace snnc::runtime {

Status InputPlaces::read(const Bundle &bundle) {
  channels.clear();
  places.clear();
  for (const InputEntry &input : bundle.manifest.inputs) {
    auto order = orderOf(bundle, input.order, input.channels, input.name);
    if (!order)
      return order.takeError();
    auto &back = places.emplace_back(order->size());
    for (uint32_t place = 0; place < order->size(); ++place)
      back[(*order)[place]] = place;
    channels.push_back(std::move(*order));
  }
  return {};
}

Listeners::Listeners(const Bundle &bundle, const InputPlaces &places)
    : order(places), entries(bundle.manifest.inputs) {
  const Manifest &manifest = bundle.manifest;
  for (const InputEntry &input : entries)
    wanted.emplace_back(input.channels);
  std::vector<std::string> populations(manifest.cores.size());
  for (const PopulationEntry &population : manifest.populations)
    for (const auto *cores : {&population.slices, &population.subordinates})
      for (const SliceEntry &slice : *cores)
        populations[slice.core] = population.name;
  for (size_t c = 0; c < manifest.cores.size(); ++c)
    addCore(bundle, manifest.cores[c], populations[c]);
  for (size_t i = 0; i < entries.size(); ++i)
    for (uint32_t c = 0; entries[i].drawn.empty() && c < entries[i].channels;
         ++c)
      for (auto route = manifest.routes.begin();
           !wanted[i][c] && route != manifest.routes.end(); ++route)
        wanted[i][c] = ((entries[i].keyBase + c) & route->mask) == route->key;
}

void Listeners::addCore(const Bundle &bundle, const CoreEntry &core,
                        const std::string &population) {
  auto loaded = bundle.load(core.image);
  if (!loaded)
    return; // the machine, which loads it too, says why
  const std::string *image = loaded->get();
  SnncCoreHeader header = bundle.headerOf(core);
  // Whatever no input sends to is a neuron, which spikes at most once.
  int64_t neurons = header.map_sources;
  Consumer consumer{population, core.largestCount, 0, {}};
  for (uint32_t e = 0; e < header.table_count; ++e) {
    SnncTableEntry entry;
    uint64_t at = uint64_t(header.table_base) - core.imageBase +
                  uint64_t(e) * sizeof entry;
    if (header.table_base < core.imageBase || at + sizeof entry > image->size())
      break; // no table of ours; the core itself will say so
    std::memcpy(&entry, image->data() + at, sizeof entry);
    for (size_t i = 0; i < entries.size(); ++i) {
      uint64_t base = entries[i].keyBase;
      uint64_t begin = std::max<uint64_t>(entry.key_first, base);
      uint64_t end =
          std::min<uint64_t>(uint64_t(entry.key_first) + entry.key_count,
                             base + entries[i].channels);
      if (begin >= end)
        continue;
      consumer.places.push_back(
          {i, uint32_t(begin - base), uint32_t(end - base)});
      neurons -= int64_t(end - begin);
      std::fill(wanted[i].begin() + long(begin - base),
                wanted[i].begin() + long(end - base), true);
    }
  }
  consumer.room =
      int64_t(header.history_length) - std::max<int64_t>(neurons, 0);
  if (core.largestCount && !consumer.places.empty())
    consumers.push_back(std::move(consumer));
}

static Diagnostic tooMany(const std::string &input, std::string message) {
  return makeError("SNN0414", {"", input, 0, 0}, std::move(message),
                   {"compute that population serially (--paradigm serial, or "
                    "paradigm: serial in YAML), or spread the spikes over "
                    "more ticks"});
}

Status Listeners::checkTick(const Consumer &consumer, const Rows &rows,
                            uint64_t tick) const {
  int64_t sent = 0;
  for (const Places &range : consumer.places) {
    std::span<const uint16_t> row = rows[range.input];
    for (uint32_t place = range.begin; place < range.end; ++place) {
      uint32_t channel = order.channelAt(range.input, place);
      sent += row[channel];
      if (row[channel] > consumer.largestCount)
        return tooMany(
            entries[range.input].name,
            fmt::format("{} spikes on channel {} in tick {}, population '{}' "
                        "adds at most {} of a source per tick on the MAC array",
                        row[channel], channel, tick, consumer.population,
                        consumer.largestCount));
    }
  }
  if (sent <= consumer.room)
    return {};
  return tooMany(entries[consumer.places[0].input].name,
                 fmt::format("{} input spikes in tick {}, a core of the "
                             "parallel population '{}' notes at most {}",
                             sent, tick, consumer.population, consumer.room));
}

Status Listeners::checkCounts(const RunInputs &inputs, uint64_t ticks) const {
  Rows rows(inputs.trains.size());
  std::vector<std::vector<uint16_t>> drawn(rows.size());
  for (uint64_t sample = 0; sample < inputs.samples; ++sample)
    for (uint64_t tick = 0;
         !consumers.empty() && tick < std::min(ticks, inputs.ticks); ++tick) {
      for (size_t i = 0; i < rows.size(); ++i)
        if (entries[i].drawn.empty())
          rows[i] = inputs.row(i, sample, tick, drawn[i]);
      // One spike a channel is always possible: the planner saw to it.
      bool plain = std::ranges::all_of(rows, [](const auto &row) {
        return std::ranges::all_of(row,
                                   [](uint16_t count) { return count <= 1; });
      });
      if (plain)
        continue;
      for (const Consumer &consumer : consumers)
        if (Status s = checkTick(consumer, rows, tick); !s)
          return s;
    }
  return {};
}

} // namespace snnc::runtime
