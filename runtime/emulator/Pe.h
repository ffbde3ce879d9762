//===- Pe.h - One emulated processing element --------------------*- C++ -*-===//
//
// Part of the snnc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A core with its SRAM and devices. PEs share nothing: within a tick each can
// run on a thread of its own.
//
//===----------------------------------------------------------------------===//
#ifndef SNNC_RUNTIME_EMULATOR_PE_H
#define SNNC_RUNTIME_EMULATOR_PE_H

#include "runtime/Device.h"
#include "runtime/emulator/ElfLoader.h"
#include "runtime/emulator/Engine.h"
#include "runtime/emulator/PeDevices.h"

namespace snnc::emulator {

/// What a PE is started from: shared program, own image.
struct PeContent {
  uint32_t peId = 0;
  std::shared_ptr<const CoreProgram> program;
  std::string image;
  uint32_t imageBase = 0;
  uint32_t headerAddress = 0;
};

class Pe final : public Bus {
public:
  Pe(const MachineModel &machine, PeContent content);

  /// Memory, devices and counters as after power-up, then runs the program to
  /// its first sleep. Errors SNN0603 (fault), SNN0604 (not ready), SNN0605
  /// (does not sleep).
  Status start();
  /// One timer interrupt; runs to the next sleep. Errors SNN0603, SNN0605,
  /// SNN0606 (the program never started its timer).
  Status tick(uint64_t tickNumber, double tickCycles);
  /// A packet arrives; a full ring drops and counts it.
  void deliver(uint32_t key);

  /// Keys sent in the last tick, in order.
  std::span<const uint32_t> sent() const { return sender.sent; }
  std::span<std::byte> memory() { return sram; }
  uint32_t peId() const { return content.peId; }
  runtime::PeStatistics statistics() const;

  bool read(uint32_t address, unsigned bytes, uint32_t &value) override;
  bool write(uint32_t address, unsigned bytes, uint32_t value) override;

private:
  MmioDevice *deviceAt(uint32_t address);
  Status runToSleep(uint64_t budget, const std::string &when);
  Diagnostic describeFault(const Fault &fault, const std::string &when);

  const MachineModel &machine;
  PeContent content;
  std::vector<std::byte> sram;
  TimerDevice timer;
  PacketSender sender;
  PacketReceiver receiver;
  std::array<MmioDevice *, 3> devices;
  std::unique_ptr<Engine> engine;
  std::string refusal; ///< of the last device access that failed
  runtime::PeStatistics counters;
};

} // namespace snnc::emulator

#endif // SNNC_RUNTIME_EMULATOR_PE_H
