//===- EngineDevice.cpp - An engine without cores as a device -------------===//
//
// Part of the snnc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "runtime/host/EngineDevice.h"

#include <algorithm>
#include <chrono>
#include <cstring>
#include <fmt/format.h>

namespace snnc::runtime {

Capabilities EngineDevice::capabilities() const {
  Capabilities all;
  all.threads = engine.threads();
  all.batchTicks = engine.batchTicks();
  all.drawsInputs = true;
  all.savesState = engine.savesState();
  all.samples = engine.samples();
  return all;
}

std::unique_ptr<Device> EngineDevice::twin() const {
  std::unique_ptr<NetworkEngine> other = engine.twin();
  return other ? std::make_unique<EngineDevice>(called, std::move(other))
               : nullptr;
}

DeviceStatistics EngineDevice::statistics() const {
  DeviceStatistics all;
  all.ticks = now;
  return all;
}

uint32_t EngineDevice::neuronsOf(size_t request) const {
  return manifest().populations[plan.requests[request].populationIndex].neurons;
}

Status EngineDevice::begin(const RunPlan &newPlan) {
  plan = newPlan;
  now = 0;
  waiting.clear();
  taken = 0;
  recordings = {};
  recordings.records.resize(plan.requests.size());
  counts.resize(manifest().inputs.size());
  rasters.resize(plan.requests.size());
  watch.emplace(manifest(), plan.networkTicks);
  watch->begin(plan.sample);
  if (plan.saves)
    engine.prepareToSave();
  engine.reset();
  return {};
}

Expected<std::string> EngineDevice::save() {
  if (!engine.savesState())
    return Device::save();
  std::string state(sizeof now, '\0');
  std::memcpy(state.data(), &now, sizeof now);
  return state + engine.save();
}

Status EngineDevice::restore(std::string_view state) {
  if (!engine.savesState())
    return Device::restore(state);
  uint64_t tick = 0;
  bool good = state.size() >= sizeof tick;
  if (good) {
    std::memcpy(&tick, state.data(), sizeof tick);
    good = engine.restore(state.substr(sizeof tick));
  }
  if (!good)
    return makeError("SNN0622", {"", manifest().network, 0, 0},
                     "the saved state is not of this network",
                     {"run from the beginning, without --resume"});
  now = recordings.first = tick;
  return {};
}

Status EngineDevice::inject(std::span<const InputSpike> spikes) {
  uint64_t earliest = taken == waiting.size() ? now : waiting.back().tick;
  if (Status status = checkSpikes(spikes, manifest(), earliest); !status)
    return status;
  if (2 * taken >= waiting.size()) {
    waiting.erase(waiting.begin(), waiting.begin() + ptrdiff_t(taken));
    taken = 0;
  }
  waiting.insert(waiting.end(), spikes.begin(), spikes.end());
  return {};
}

/// Inputs that many channels of spike in every tick are what a run of drives
/// spends its time on.
Expected<std::vector<CountRows>> EngineDevice::takeInputs(uint64_t ticks) {
  for (std::vector<uint16_t> &rows : counts)
    rows.clear();
  const std::vector<InputEntry> &inputs = manifest().inputs;
  // Neighbours have an input and a tick in common.
  uint32_t input = UINT32_MAX;
  uint64_t tick = 0;
  uint16_t *row = nullptr;
  for (; taken < waiting.size() && waiting[taken].tick < now + ticks; ++taken) {
    const InputSpike &spike = waiting[taken];
    if (spike.input != input || spike.tick != tick) {
      input = spike.input;
      tick = spike.tick;
      size_t channels = inputs[input].channels;
      counts[input].resize(ticks * channels);
      row = counts[input].data() + (tick - now) * channels;
    }
    uint16_t &sum = row[spike.channel];
    if (spike.count > UINT16_MAX - sum)
      return makeError("SNN0620", {"", inputs[input].name, 0, 0},
                       fmt::format("more than {} spikes on channel {} in tick "
                                   "{}",
                                   UINT16_MAX, spike.channel, tick));
    sum = uint16_t(sum + spike.count);
  }
  if (!engine.drawsInputs())
    drawInputs(ticks);
  return std::vector<CountRows>(counts.begin(), counts.end());
}

void EngineDevice::drawInputs(uint64_t ticks) {
  for (size_t i = 0; i < plan.drives.size(); ++i) {
    if (!plan.drives[i])
      continue;
    size_t channels = manifest().inputs[i].channels;
    counts[i].resize(ticks * channels);
    for (uint64_t t = 0; t < ticks && now + t < plan.drivenTicks; ++t)
      plan.drives[i]->draw(
          now + t, plan.sample, 0,
          std::span(counts[i]).subspan(t * channels, channels));
  }
}

std::vector<Tape> EngineDevice::makeTapes(uint64_t ticks) {
  std::vector<Tape> tapes;
  for (size_t r = 0; r < plan.requests.size(); ++r) {
    const RecordRequest &request = plan.requests[r];
    uint64_t neurons = neuronsOf(r);
    std::byte *rows = nullptr;
    if (request.variableIndex) {
      std::vector<float> &values = recordings.records[r].values;
      values.resize((recordings.ticks + ticks) * neurons);
      rows = reinterpret_cast<std::byte *>(values.data() +
                                           recordings.ticks * neurons);
    } else {
      rasters[r].assign(ticks * neurons, 0);
      rows = reinterpret_cast<std::byte *>(rasters[r].data());
    }
    tapes.push_back({request.populationIndex, request.variableIndex, rows});
  }
  return tapes;
}

/// Most bytes are 0: eight are looked at together.
void EngineDevice::takeSpikes(uint64_t ticks) {
  for (size_t r = 0; r < rasters.size(); ++r) {
    if (plan.requests[r].variableIndex)
      continue;
    std::vector<RecordedSpike> &spikes = recordings.records[r].spikes;
    uint32_t neurons = neuronsOf(r);
    for (uint64_t t = 0; t < ticks; ++t) {
      const uint8_t *row = rasters[r].data() + t * neurons;
      auto tick = uint32_t(recordings.ticks + t);
      uint32_t n = 0;
      for (uint64_t eight; n + 8 <= neurons; n += 8) {
        std::memcpy(&eight, row + n, sizeof eight);
        for (uint32_t k = 0; eight && k < 8; ++k)
          if (row[n + k])
            spikes.push_back({tick, n + k});
      }
      for (; n < neurons; ++n)
        if (row[n])
          spikes.push_back({tick, n});
    }
  }
}

Status EngineDevice::runBatch(uint64_t ticks) {
  auto rows = takeInputs(ticks);
  if (!rows)
    return rows.takeError();
  std::vector<Tape> tapes = makeTapes(ticks);
  uint64_t last = now + ticks - 1;
  if (Status s = engine.run({now, ticks, *rows, tapes, plan.drives,
                             plan.drivenTicks, plan.sample, plan.seed},
                            *watch);
      !s) {
    // What a state that is no number led to comes second.
    Status earlier = watch->status(last, true);
    return earlier ? std::move(s) : std::move(earlier);
  }
  takeSpikes(ticks);
  recordings.ticks += ticks;
  now += ticks;
  return watch->status(last, now == plan.ticks);
}

Expected<uint64_t> EngineDevice::run(uint64_t ticks, const KeepOn &keepOn) {
  using Clock = std::chrono::steady_clock;
  constexpr std::chrono::milliseconds kAsk(100);
  for (uint64_t done = 0; done < ticks;) {
    auto begin = Clock::now();
    uint64_t count = std::min(batch, ticks - done);
    if (Status status = runBatch(count); !status)
      return status.takeError();
    done += count;
    auto used = Clock::now() - begin;
    if (used > kAsk)
      batch = std::max<uint64_t>(1, batch / 2);
    else if (count == batch && 2 * used < kAsk)
      batch = std::min(2 * batch, engine.batchTicks());
    if (keepOn && !keepOn(done))
      return done;
  }
  return ticks;
}

Expected<Recordings> EngineDevice::fetch() {
  Recordings fetched = std::move(recordings);
  recordings = {};
  recordings.first = now;
  recordings.records.resize(plan.requests.size());
  return fetched;
}

} // namespace snnc::runtime
