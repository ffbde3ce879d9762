//===- Device.cpp - What can run a network --------------------------------===//
//
// Part of the snnc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "runtime/Device.h"

#include "runtime/bundle/Bundle.h"

#include <algorithm>
#include <fmt/format.h>
#include <map>

namespace snnc::runtime {

/// Both ascending by `key`; `add` joins what both have.
template <typename T, typename Key, typename Add>
static void mergeBy(std::vector<T> &all, const std::vector<T> &more, Key key,
                    Add add) {
  std::map<std::decay_t<decltype(more.front().*key)>, T> byKey;
  for (const T &one : all)
    byKey.emplace(one.*key, one);
  for (const T &one : more)
    if (auto [at, isNew] = byKey.try_emplace(one.*key, one); !isNew)
      add(at->second, one);
  all.clear();
  for (auto &[where, one] : byKey)
    all.push_back(one);
}

DeviceStatistics &DeviceStatistics::operator+=(const DeviceStatistics &add) {
  mergeBy(links, add.links, &LinkStatistics::link,
          [](LinkStatistics &a, const LinkStatistics &b) {
            a.packets += b.packets;
            a.fullTicks += b.fullTicks;
            if (b.mostInTick > a.mostInTick) {
              a.mostInTick = b.mostInTick;
              a.worstTick = b.worstTick;
            }
          });
  mergeBy(routers, add.routers, &RouterStatistics::chip,
          [](RouterStatistics &a, const RouterStatistics &b) {
            a.packets += b.packets;
            a.unrouted += b.unrouted;
          });
  linkPackets = add.linkPackets;
  ticks += add.ticks;
  packetsRouted += add.packetsRouted;
  packetsUnrouted += add.packetsUnrouted;
  tickCycles = add.tickCycles;
  if (pes.empty()) {
    pes = add.pes;
    return *this;
  }
  for (size_t i = 0; i < std::min(pes.size(), add.pes.size()); ++i) {
    PeStatistics &a = pes[i];
    const PeStatistics &b = add.pes[i];
    a.instructions += b.instructions;
    a.cycles += b.cycles;
    if (b.worstTickCycles > a.worstTickCycles) {
      a.worstTickCycles = b.worstTickCycles;
      a.worstTick = b.worstTick;
    }
    a.overruns += b.overruns;
    a.packetsSent += b.packetsSent;
    a.packetsReceived += b.packetsReceived;
    a.packetsDropped += b.packetsDropped;
    a.macCycles += b.macCycles;
    a.macProducts += b.macProducts;
    a.dmaCycles += b.dmaCycles;
    a.dmaTransfers += b.dmaTransfers;
    a.dmaBytes += b.dmaBytes;
    a.receiveHighWater = std::max(a.receiveHighWater, b.receiveHighWater);
    a.stackHighWaterBytes =
        std::max(a.stackHighWaterBytes, b.stackHighWaterBytes);
  }
  return *this;
}

Verdict &Verdict::operator+=(const Verdict &other) {
  overruns += other.overruns;
  droppedPackets += other.droppedPackets;
  unroutedPackets += other.unroutedPackets;
  unknownKeys += other.unknownKeys;
  recordOverflows += other.recordOverflows;
  fullLinks += other.fullLinks;
  return *this;
}

static Diagnostic noMemory(const Device &device) {
  return makeError("SNN0621", {},
                   fmt::format("{} has no cores whose memory could be reached",
                               device.name()));
}

Status Device::read(const CoreAddress &, uint32_t, std::span<std::byte>) {
  return noMemory(*this);
}

Status Device::write(const CoreAddress &, uint32_t,
                     std::span<const std::byte>) {
  return noMemory(*this);
}

static Diagnostic noState(const Device &device) {
  return makeError("SNN0622", {},
                   fmt::format("{} cannot save the state of a run and go on "
                               "from it",
                               device.name()),
                   {"use --backend cpu, or leave --checkpoint and --resume "
                    "out"});
}

Expected<std::string> Device::save() { return noState(*this); }

Status Device::restore(std::string_view) { return noState(*this); }

Status checkSpikes(std::span<const InputSpike> spikes, const Manifest &manifest,
                   uint64_t earliest) {
  for (const InputSpike &spike : spikes) {
    if (spike.input >= manifest.inputs.size())
      return makeError("SNN0620", {"", manifest.network, 0, 0},
                       fmt::format("a spike of input {}; the network has {} "
                                   "inputs",
                                   spike.input, manifest.inputs.size()));
    const InputEntry &input = manifest.inputs[spike.input];
    if (spike.channel >= input.channels)
      return makeError("SNN0620", {"", input.name, 0, 0},
                       fmt::format("a spike on channel {}; the input has {} "
                                   "channels",
                                   spike.channel, input.channels));
    if (spike.tick < earliest)
      return makeError("SNN0620", {"", input.name, 0, 0},
                       fmt::format("a spike for tick {}; the next one can be "
                                   "for tick {} at the earliest",
                                   spike.tick, earliest),
                       {"give spikes by rising tick, before run() passes it"});
    earliest = spike.tick;
  }
  return {};
}

} // namespace snnc::runtime
