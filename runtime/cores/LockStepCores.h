//===- LockStepCores.h - Cores that run in this process ---------*- C++ -*-===//
//
// Part of the snnc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The loop over ticks, the host's packets, memory access and the watch over
// states: what the emulated chip and native core programs share. A machine adds
// what a tick does.
//
//===----------------------------------------------------------------------===//
#ifndef SNNC_RUNTIME_CORES_LOCKSTEPCORES_H
#define SNNC_RUNTIME_CORES_LOCKSTEPCORES_H

#include "runtime/cores/CoreMachine.h"

#include <deque>
#include <map>

namespace snnc::runtime {

class LockStepCores : public CoreMachine {
public:
  Status send(std::span<const TimedKey> keys) final;
  void watch(std::vector<StateBlock> blocks) final;
  Expected<uint64_t> run(uint64_t ticks, const KeepOn &keepOn) final;
  Status read(const CoreAddress &at, uint32_t address,
              std::span<std::byte> bytes) override;
  Status write(const CoreAddress &at, uint32_t address,
               std::span<const std::byte> bytes) override;

protected:
  /// One tick of every core; `keys` are the host's of this tick. They and those
  /// that the cores send are in the receive rings at the end.
  virtual Status tick(std::span<const uint32_t> keys) = 0;
  /// Error for an access that ends outside of a core's memory.
  virtual Diagnostic noMemory(const CoreAddress &at, uint32_t address,
                              size_t bytes) const = 0;

  /// Forgets all cores.
  void clearCores();
  /// A core with its SRAM, which stays where it is up to clearCores(). The host
  /// may write from `writable` on. False: there is one of that address.
  bool addCore(const CoreAddress &at, std::span<std::byte> sram,
               uint32_t writable = 0);
  /// Tick 0, nothing on its way, nothing watched, nothing counted.
  void restart();
  uint64_t ticksDone() const { return now; }
  /// Ticks and packets; what cores did is the machine's to add.
  DeviceStatistics counted() const;

  uint64_t routed = 0, unrouted = 0; ///< packets, by whether a route took them

private:
  struct Memory {
    std::span<std::byte> sram;
    uint32_t writable = 0;
  };
  /// Null where the bytes are not all there.
  const Memory *find(const CoreAddress &at, uint32_t address,
                     size_t bytes) const;
  bool statesAreNumbers() const;

  std::map<CoreAddress, Memory> memories;
  std::deque<TimedKey> waiting;
  std::vector<uint32_t> keys; ///< of this tick
  std::vector<std::span<const std::byte>> watched;
  uint64_t now = 0;
};

} // namespace snnc::runtime

#endif // SNNC_RUNTIME_CORES_LOCKSTEPCORES_H
