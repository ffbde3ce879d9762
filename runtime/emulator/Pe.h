//===- Pe.h - One emulated processing element -------------------*- C++ -*-===//
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
#include "runtime/emulator/LazyMemory.h"
#include "runtime/emulator/MacDevice.h"
#include "runtime/emulator/PeDevices.h"
#include "runtime/emulator/TickObserver.h"

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace snnc::emulator {

/// What a PE is started from: shared program, own image.
struct PeContent {
  CoreAddress where;
  std::string programName; ///< for messages
  std::shared_ptr<const CoreProgram> program;
  std::string image;
  uint32_t imageBase = 0;
  uint32_t headerAddress = 0;
  /// Of its chip, which outlives the PE, and how many PEs there may fetch; null
  /// where the machine has none.
  const runtime::Dram *dram = nullptr;
  uint32_t dramReaders = 1;
};

class Pe final : public Bus {
public:
  /// `machine` outlives the PE. Nothing runs before start().
  Pe(const MachineModel &machine, PeContent content);

  /// A further device; its range overlaps no other.
  void addDevice(std::unique_ptr<MmioDevice> device);

  /// Memory, devices and counters as after power-up, then runs the program to
  /// its first sleep, for at most 100 M cycles. Errors SNN0603 (fault),
  /// SNN0604 (not ready), SNN0605 (does not sleep).
  Status start();
  /// One timer interrupt; runs to the next sleep, for at most 50 times the
  /// tick, at least 100 M and at most 1000 M cycles. Errors SNN0603, SNN0605,
  /// SNN0606 (the program never started its timer), SNN0609 (the timer does not
  /// wake it). A PE that failed repeats its error until start().
  Status tick(uint64_t tickNumber, double tickCycles);
  /// A packet arrives; a full ring drops and counts it.
  void deliver(uint32_t key);

  /// Keys sent in the last tick, in order.
  std::span<const uint32_t> sent() const { return sender.sent; }
  /// Forgets them, once they are delivered.
  void clearSent() { sender.sent.clear(); }
  std::span<std::byte> memory() { return sram; }
  Engine &core() { return *engine; }
  runtime::PeStatistics statistics() const;
  /// From now on each tick leaves its phases.
  void observe() { observed = true; }
  const TickPhases &phases() const { return lastPhases; }

  bool read(uint32_t address, unsigned bytes, uint32_t &value) override;
  bool write(uint32_t address, unsigned bytes, uint32_t value) override;

private:
  Status powerUp();
  Status runTick(uint64_t tickNumber, double tickCycles);
  /// A device was accessed: where in its tick the program is.
  void note(uint32_t address, bool written, uint64_t macBefore);
  void paintStack();
  uint32_t stackHighWater() const;
  MmioDevice *deviceAt(uint32_t address);
  Status runToSleep(uint64_t untilCycles, const std::string &when);
  Diagnostic describeFault(const Fault &fault, const std::string &when) const;
  Diagnostic problem(DiagnosticCode code, const std::string &what,
                     std::vector<std::string> hints = {}) const;

  const MachineModel &machine;
  PeContent content;
  LazyMemory pages;
  std::span<std::byte> sram; ///< `pages`
  TimerDevice timer;
  PacketSender sender;
  PacketReceiver receiver;
  MacDevice mac;
  std::optional<DmaDevice> dma;
  std::vector<std::unique_ptr<MmioDevice>> more;
  std::vector<MmioDevice *> devices;
  std::unique_ptr<Engine> engine;
  std::string refusal; ///< of the last device access that failed
  runtime::PeStatistics counters;
  bool observed = false;
  TickPhases lastPhases;
  uint64_t tickBegan = 0;         ///< in the core's cycles
  uint64_t startInstructions = 0; ///< of start-up, not part of the run
  Status broken;                  ///< the error that stopped the program
};

} // namespace snnc::emulator

#endif // SNNC_RUNTIME_EMULATOR_PE_H
