//===- CoreMachine.h - Cores with memories and packets ----------*- C++ -*-===//
//
// Part of the snnc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What the emulated chip, native core programs and (later) a board are. It
// moves bytes and multicast keys; runtime/host/CoreDevice makes spikes and
// recordings of them. LockStepCores.h does what machines in this process have
// in common.
//
//===----------------------------------------------------------------------===//
#ifndef SNNC_RUNTIME_CORES_COREMACHINE_H
#define SNNC_RUNTIME_CORES_COREMACHINE_H

#include "runtime/Device.h"

namespace snnc::runtime {

/// A multicast packet of the host.
struct TimedKey {
  uint64_t tick = 0; ///< in which it is sent
  uint32_t key = 0;
};

/// Neighbouring float32 in the memory of a core.
struct StateBlock {
  CoreAddress at;
  uint32_t address = 0, count = 0;
};

class CoreMachine {
public:
  virtual ~CoreMachine() = default;
  virtual std::string name() const = 0;
  virtual Capabilities capabilities() const = 0;
  /// Puts programs, images and routing tables in place and runs every core up
  /// to its first sleep. Errors SNN06xx.
  virtual Status load(const Bundle &bundle) = 0;
  /// Back to the state after load(): tick 0, nothing sent, nothing watched.
  virtual Status reset() = 0;
  /// Packets that the host will send, by rising tick, behind those that were
  /// given before. None is for a tick that is over. Error SNN0620.
  virtual Status send(std::span<const TimedKey> keys) = 0;
  /// States that have to stay numbers: run() returns after a tick in which one
  /// of them is not. Only where Capabilities::watchesStates.
  virtual void watch(std::vector<StateBlock> blocks) = 0;
  /// Runs the next ticks; returns how many, which is fewer when a watched state
  /// is no number or `keepOn` says so. A fault of a core program is an error
  /// that names PE, program counter and reason.
  virtual Expected<uint64_t> run(uint64_t ticks, const KeepOn &keepOn) = 0;
  /// Bytes of a core's SRAM. Only between runs.
  virtual Status read(const CoreAddress &at, uint32_t address,
                      std::span<std::byte> bytes) = 0;
  virtual Status write(const CoreAddress &at, uint32_t address,
                       std::span<const std::byte> bytes) = 0;
  virtual DeviceStatistics statistics() const = 0;
};

} // namespace snnc::runtime

#endif // SNNC_RUNTIME_CORES_COREMACHINE_H
