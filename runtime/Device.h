//===- Device.h - What can run a bundle -------------------------*- C++ -*-===//
//
// Part of the snnc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The one interface behind which the emulated chip, native core programs and
// (later) a board stand. It moves bytes and spike keys; what they mean (names,
// latencies, scales) is runtime/host/Session's business.
//
//===----------------------------------------------------------------------===//
#ifndef SNNC_RUNTIME_DEVICE_H
#define SNNC_RUNTIME_DEVICE_H

#include "runtime/support/Diagnostic.h"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

namespace snnc::runtime {

class Bundle;

/// What one PE did, summed over the run unless said otherwise.
struct PeStatistics {
  uint32_t peId = 0;
  uint64_t instructions = 0;
  uint64_t cycles = 0; ///< awake cycles, cycle model of docs/cycles.md
  uint64_t worstTickCycles = 0;
  uint64_t worstTick = 0; ///< the first tick with that count
  uint64_t overruns = 0;  ///< ticks with more cycles than the tick has
  uint64_t packetsSent = 0, packetsReceived = 0;
  uint64_t packetsDropped = 0;   ///< receive ring was full
  uint32_t receiveHighWater = 0; ///< most keys waiting at once
  uint32_t stackHighWaterBytes = 0;
  uint64_t macCycles = 0;   ///< the MAC array was busy
  uint64_t macProducts = 0; ///< multiply-accumulates that it did
};

struct DeviceStatistics {
  uint64_t ticks = 0;
  uint64_t packetsRouted = 0;
  uint64_t packetsUnrouted = 0; ///< no router entry matched: a lost spike
  double tickCycles = 0;        ///< cycles that one tick has; 0: not timed
  std::vector<PeStatistics> pes;
};

/// Ticks are lock-step: all packets that were sent (by PEs and by the host) in
/// tick t are in the receive rings before tick t+1 begins (docs/semantics.md).
class Device {
public:
  virtual ~Device() = default;
  virtual std::string name() const = 0;
  /// Puts programs, images and routing tables in place and runs every core up
  /// to its first sleep. Errors SNN06xx.
  virtual Status load(const Bundle &bundle) = 0;
  /// Multicast keys that the host sends in the coming tick.
  virtual void feed(std::span<const uint32_t> keys) = 0;
  /// Runs one tick on every PE. A fault of a core program is an error that
  /// names PE, program counter and reason.
  virtual Status tick() = 0;
  /// Bytes of a PE's SRAM. Only between ticks.
  virtual Status read(uint32_t peId, uint32_t address,
                      std::span<std::byte> bytes) = 0;
  virtual Status write(uint32_t peId, uint32_t address,
                       std::span<const std::byte> bytes) = 0;
  /// Back to the state after load().
  virtual Status reset() = 0;
  virtual DeviceStatistics statistics() const = 0;
};

} // namespace snnc::runtime

#endif // SNNC_RUNTIME_DEVICE_H
