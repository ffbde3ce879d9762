//===- LockStepCores.cpp - Cores that run in this process -----------------===//
//
// Part of the snnc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "runtime/cores/LockStepCores.h"

#include <algorithm>
#include <cstring>
#include <fmt/format.h>

namespace snnc::runtime {

void LockStepCores::clearCores() {
  memories.clear();
  restart();
}

bool LockStepCores::addCore(const CoreAddress &at, std::span<std::byte> sram,
                            uint32_t writable) {
  return memories.try_emplace(at, Memory{sram, writable}).second;
}

void LockStepCores::restart() {
  waiting.clear();
  watched.clear();
  now = routed = unrouted = 0;
}

DeviceStatistics LockStepCores::counted() const {
  DeviceStatistics all;
  all.ticks = now;
  all.packetsRouted = routed;
  all.packetsUnrouted = unrouted;
  return all;
}

Status LockStepCores::send(std::span<const TimedKey> added) {
  uint64_t earliest = waiting.empty() ? now : waiting.back().tick;
  for (const TimedKey &key : added) {
    if (key.tick < earliest)
      return makeError(
          "SNN0620", {},
          fmt::format("a packet for tick {}; the next one can be for "
                      "tick {} at the earliest",
                      key.tick, earliest));
    earliest = key.tick;
  }
  waiting.insert(waiting.end(), added.begin(), added.end());
  return {};
}

void LockStepCores::watch(std::vector<StateBlock> blocks) {
  watched.clear();
  for (const StateBlock &block : blocks) {
    size_t bytes = size_t(block.count) * sizeof(float);
    if (const Memory *memory = find(block.at, block.address, bytes))
      watched.push_back(memory->sram.subspan(block.address, bytes));
  }
}

/// By the exponent, so that the compiler makes one loop without branches of it.
bool LockStepCores::statesAreNumbers() const {
  constexpr uint32_t exponent = 0x7f800000;
  bool finite = true;
  for (std::span<const std::byte> block : watched)
    for (size_t at = 0; at < block.size(); at += sizeof(float)) {
      uint32_t bits;
      std::memcpy(&bits, block.data() + at, sizeof bits);
      finite &= (bits & exponent) != exponent;
    }
  return finite;
}

Expected<uint64_t> LockStepCores::run(uint64_t ticks, const KeepOn &keepOn) {
  for (uint64_t done = 0; done < ticks;) {
    keys.clear();
    for (; !waiting.empty() && waiting.front().tick == now; waiting.pop_front())
      keys.push_back(waiting.front().key);
    if (Status status = tick(keys); !status)
      return status.takeError();
    ++now;
    ++done;
    bool goesOn = !keepOn || keepOn(done);
    if (!goesOn || !statesAreNumbers())
      return done;
  }
  return ticks;
}

const LockStepCores::Memory *LockStepCores::find(const CoreAddress &at,
                                                 uint32_t address,
                                                 size_t bytes) const {
  auto found = memories.find(at);
  if (found == memories.end())
    return nullptr;
  size_t size = found->second.sram.size();
  return address <= size && bytes <= size - address ? &found->second : nullptr;
}

Status LockStepCores::read(const CoreAddress &at, uint32_t address,
                           std::span<std::byte> bytes) {
  const Memory *memory = find(at, address, bytes.size());
  if (!memory)
    return noMemory(at, address, bytes.size());
  std::memcpy(bytes.data(), memory->sram.data() + address, bytes.size());
  return {};
}

Status LockStepCores::write(const CoreAddress &at, uint32_t address,
                            std::span<const std::byte> bytes) {
  const Memory *memory = find(at, address, bytes.size());
  if (!memory || address < memory->writable)
    return noMemory(at, address, bytes.size());
  std::memcpy(memory->sram.data() + address, bytes.data(), bytes.size());
  return {};
}

} // namespace snnc::runtime
