//===- CoreDevice.cpp - A bundle on cores ---------------------------------===//
//
// Part of the snnc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "runtime/host/CoreDevice.h"

#include "runtime/abi/CoreHeader.h"
#include "runtime/host/Drive.h"

#include <algorithm>
#include <cstddef>
#include <fmt/format.h>

namespace snnc::runtime {

CoreDevice::CoreDevice(const Bundle &bundle, CoreMachine &machine)
    : bundle(bundle), machine(machine), listeners(bundle, places),
      states(bundle, machine) {}

CoreDevice::CoreDevice(std::shared_ptr<const Bundle> held,
                       std::unique_ptr<CoreMachine> on)
    : ownBundle(std::move(held)), ownMachine(std::move(on)), bundle(*ownBundle),
      machine(*ownMachine), listeners(bundle, places), states(bundle, machine) {
}

Expected<std::vector<double>> CoreDevice::scales(size_t population,
                                                 size_t variable) const {
  const PopulationEntry &entry = bundle.manifest.populations[population];
  return scalesOf(bundle, entry, entry.variables[variable]);
}

Status CoreDevice::admit(const RunInputs &inputs, uint64_t ticks) {
  if (Status status = places.read(bundle); !status)
    return status;
  for (size_t i = 0; i < inputs.drives.size(); ++i) {
    const std::string &name = bundle.manifest.inputs[i].name;
    if (!draws(i))
      continue;
    if (!inputs.drives[i])
      return makeError(
          "SNN0415", {"", name, 0, 0},
          "the cores of this bundle draw this input themselves, an array for "
          "it has no way there",
          {"let this computer run it: --backend cpu",
           "run the network's file, not the bundle: it is compiled for the "
           "array then"});
    if (ticks > UINT32_MAX)
      return makeError("SNN0426", {"", name, 0, 0},
                       fmt::format("{} ticks, cores that draw inputs count to "
                                   "{}",
                                   ticks, UINT32_MAX));
  }
  return listeners.checkCounts(inputs, ticks);
}

Status CoreDevice::begin(const RunPlan &newPlan) {
  plan = newPlan;
  now = pending = lastSent = 0;
  recordings = {};
  recordings.records.resize(plan.requests.size());
  watch.emplace(bundle.manifest, plan.networkTicks);
  watch->begin(plan.sample);
  recorder.emplace(bundle, machine, plan.requests);
  if (Status status = places.read(bundle); !status)
    return status;
  if (Status s = loaded ? machine.reset() : machine.load(bundle); !s)
    return s;
  loaded = true;
  if (Status status = writeDrives(); !status)
    return status;
  if (Status status = writeNoises(); !status)
    return status;
  if (Status status = recorder->arm(); !status)
    return status;
  if (Status status = states.find(); !status)
    return status;
  machine.watch(states.memory());
  return {};
}

/// Of every record of a drawn parameter key and sample.
Status CoreDevice::writeNoises() {
  static_assert(offsetof(SnncNoise, sample) == 8);
  for (const PopulationEntry &population : bundle.manifest.populations)
    for (const NoiseEntry &noise : population.noises) {
      PhiloxKey key = streamKey(plan.seed.value_or(noise.seed), noise.stream);
      const uint32_t words[] = {key[0], key[1], uint32_t(plan.sample)};
      for (const DrawnEntry &record : noise.records)
        if (Status status =
                machine.write(bundle.manifest.cores[record.core].at, record.at,
                              std::as_bytes(std::span(words)));
            !status)
          return status;
    }
  return {};
}

/// Of every record the words that a run decides.
Status CoreDevice::writeDrives() {
  for (size_t i = 0; i < bundle.manifest.inputs.size(); ++i) {
    const PoissonDrive *drive =
        plan.drives.empty() ? nullptr : plan.drives[i].get();
    for (const DrawnEntry &drawn : bundle.manifest.inputs[i].drawn) {
      SnncDrive record;
      auto bytes = std::as_writable_bytes(std::span(&record, 1))
                       .first(offsetof(SnncDrive, delay));
      const CoreAddress &at = bundle.manifest.cores[drawn.core].at;
      if (Status status = machine.read(at, drawn.at, bytes); !status)
        return status;
      record.sample = uint32_t(plan.sample);
      if (drive) {
        record.key[0] = drive->philoxKey()[0];
        record.key[1] = drive->philoxKey()[1];
        record.ticks =
            uint32_t(std::min<uint64_t>(plan.drivenTicks, UINT32_MAX));
      }
      if (Status status = machine.write(at, drawn.at, bytes); !status)
        return status;
    }
  }
  return {};
}

Status CoreDevice::inject(std::span<const InputSpike> spikes) {
  if (Status status =
          checkSpikes(spikes, bundle.manifest, std::max(now, lastSent));
      !status)
    return status;
  if (spikes.empty())
    return {};
  lastSent = spikes.back().tick;
  // In a tick by key: the order in which packets arrive.
  std::vector<InputSpike> placed(spikes.begin(), spikes.end());
  for (InputSpike &spike : placed)
    spike.channel = places.placeOf(spike.input, spike.channel);
  if (!std::is_sorted(placed.begin(), placed.end()))
    std::sort(placed.begin(), placed.end());
  std::vector<TimedKey> keys;
  for (const auto &[tick, input, place, count] : placed)
    if (listeners.heard(input, place))
      keys.insert(keys.end(), count,
                  {tick, bundle.manifest.inputs[input].keyBase + place});
  return machine.send(keys);
}

Status CoreDevice::drain() {
  uint64_t ticks = std::exchange(pending, 0);
  return recorder->drain(ticks, recordings);
}

Expected<uint64_t> CoreDevice::run(uint64_t ticks, const KeepOn &keepOn) {
  uint64_t done = 0;
  bool isStopped = false;
  KeepOn ask = [&](uint64_t more) {
    isStopped = keepOn && !keepOn(done + more);
    return !isStopped;
  };
  while (done < ticks && !isStopped) {
    auto ran =
        machine.run(std::min(ticks - done, recorder->window() - pending), ask);
    if (!ran)
      return ran.takeError();
    done += *ran;
    now += *ran;
    pending += *ran;
    if (Status status = states.look(now - 1, *watch); !status)
      return status.takeError();
    if (Status s = watch->status(now - 1, now == plan.ticks); !s)
      return s.takeError();
    if (pending == recorder->window())
      if (Status status = drain(); !status)
        return status.takeError();
  }
  return done;
}

Expected<Recordings> CoreDevice::fetch() {
  if (Status status = drain(); !status)
    return status.takeError();
  for (Recording &record : recordings.records)
    if (!std::is_sorted(record.spikes.begin(), record.spikes.end()))
      std::sort(record.spikes.begin(), record.spikes.end());
  Recordings fetched = std::move(recordings);
  recordings = {};
  recordings.first = now;
  recordings.records.resize(plan.requests.size());
  return fetched;
}

Expected<Verdict> CoreDevice::verdict() {
  DeviceStatistics statistics = machine.statistics();
  Verdict v;
  uint64_t countedOverruns = 0, reportedOverruns = 0;
  for (const PeStatistics &pe : statistics.pes) {
    countedOverruns += pe.overruns;
    v.droppedPackets += pe.packetsDropped;
  }
  v.unroutedPackets = statistics.packetsUnrouted;
  for (const LinkStatistics &link : statistics.links)
    v.fullLinks += link.fullTicks;
  for (const CoreEntry &core : bundle.manifest.cores) {
    Expected<SnncCoreHeader> header = readHeader(machine, core);
    if (!header)
      return header.takeError();
    reportedOverruns += header->overruns;
    v.unknownKeys += header->unknown_keys;
    v.recordOverflows += header->record_overflow;
  }
  // Both see the same ticks; a machine that does not time its cores reports
  // none, and so does a program without a clock.
  v.overruns = std::max(countedOverruns, reportedOverruns);
  return v;
}

} // namespace snnc::runtime
