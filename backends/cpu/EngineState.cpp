//===- EngineState.cpp - A run that goes on from where it was -------------===//
//
// Part of the snnc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The states, and who spiked in the ticks whose spikes may still be on their
// way: what is booked follows from those, whatever the partitions are.
//
//===----------------------------------------------------------------------===//

#include "backends/cpu/Engine.h"

#include "backends/cpu/Worker.h"

#include <cstring>

namespace snnc::cpu {

namespace {

class StateWriter {
public:
  template <typename T> void put(T value) { putAll(std::span<const T>(&value, 1)); }
  template <typename T> void putAll(std::span<const T> values) {
    bytes.append(reinterpret_cast<const char *>(values.data()),
                 values.size_bytes());
  }
  std::string bytes;
};

/// Bytes of unknown origin; past their end everything is 0 and `good` false.
class StateReader {
public:
  explicit StateReader(std::string_view bytes) : bytes(bytes) {}
  template <typename T> T take() {
    T value{};
    takeAll(std::span(&value, 1));
    return value;
  }
  template <typename T> void takeAll(std::span<T> values) {
    good = good && values.size_bytes() <= bytes.size();
    if (!good || values.empty())
      return;
    std::memcpy(values.data(), bytes.data(), values.size_bytes());
    bytes.remove_prefix(values.size_bytes());
  }
  bool atEnd() const { return good && bytes.empty(); }
  bool good = true;

private:
  std::string_view bytes;
};

/// How often a source spiked in a tick.
struct SentSpikes {
  uint32_t source;
  uint32_t count;
};

} // namespace

static std::vector<SentSpikes> spikesOf(std::span<const Volley> volleys) {
  std::vector<SentSpikes> sent;
  for (const Volley &volley : volleys) {
    for (size_t i = 0; i < volley.sources.size(); ++i)
      sent.push_back({volley.sources[i], volley.countOf(i)});
    for (uint32_t c = 0; volley.sources.empty() && c < volley.row.size(); ++c)
      if (volley.row[c])
        sent.push_back({c, volley.row[c]});
  }
  return sent;
}

void Engine::prepareToSave() {
  if (!keepsArrivals) {
    keepsArrivals = true;
    resizeHistories();
  }
}

std::string Engine::save() const {
  StateWriter to;
  to.put(now);
  for (const std::vector<Column> &columns : states)
    for (const Column &column : columns)
      to.putAll(std::span<const float>(column));
  for (size_t s = 0; s < histories.size(); ++s) {
    // A tick later than the arrival of the first nothing is on its way.
    for (uint64_t t = now - std::min(now, reaches[s]); t < now; ++t) {
      std::vector<SentSpikes> sent = spikesOf(histories[s].at(t));
      to.put(uint64_t(sent.size()));
      to.putAll(std::span<const SentSpikes>(sent));
    }
  }
  return std::move(to.bytes);
}

/// One tick of an input from counts, or of a population from its spikes.
static bool refill(std::span<const SentSpikes> sent, std::span<Volley> volleys,
                   std::span<const Part> parts, uint32_t size, bool isInput,
                   bool sparse) {
  uint64_t next = 0;
  for (const SentSpikes &spike : sent) {
    uint32_t most = isInput ? UINT16_MAX : 1;
    if (spike.source < next || spike.source >= size || spike.count == 0 ||
        spike.count > most)
      return false;
    next = uint64_t(spike.source) + 1;
  }
  if (isInput) {
    Volley &volley = volleys[0];
    volley.kept.assign(size, 0);
    for (const SentSpikes &spike : sent)
      volley.kept[spike.source] = uint16_t(spike.count);
    collectCounts(volley.kept, sparse, volley);
    return true;
  }
  for (const SentSpikes &spike : sent) {
    Volley &volley = volleys[spike.source / parts[0].neurons];
    volley.sources.push_back(spike.source);
    volley.total = volley.sources.size();
    volley.most = 1;
  }
  return true;
}

bool Engine::restore(std::string_view bytes) {
  StateReader from(bytes);
  now = from.take<uint64_t>();
  for (std::vector<Column> &columns : states)
    for (Column &column : columns)
      from.takeAll(std::span<float>(column));
  for (size_t s = 0; from.good && s < histories.size(); ++s) {
    bool isInput = s < inputs();
    uint32_t size = isInput ? program->manifest.inputs[s].channels
                            : program->populations[s - inputs()].neurons;
    for (uint64_t t = now - std::min(now, reaches[s]); from.good && t < now;
         ++t) {
      auto count = from.take<uint64_t>();
      std::vector<SentSpikes> sent(std::min<uint64_t>(count, size));
      from.takeAll(std::span(sent));
      std::span<const Part> owners;
      if (!isInput)
        owners = std::span(parts).subspan(firstPart[s - inputs()]);
      from.good = from.good && count <= size &&
                  refill(sent, histories[s].all(t), owners, size, isInput,
                         isInput && inputUses[s].sparse);
    }
  }
  if (!from.atEnd())
    return false;
  unbooked = 0;
  for (Group &group : groups)
    workers[0]->bookAgain(group, now);
  return true;
}

} // namespace snnc::cpu
