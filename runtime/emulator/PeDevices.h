//===- PeDevices.h - Timer and packet units of a PE -------------*- C++ -*-===//
//
// Part of the snnc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Register layouts come from the machine model; behaviour from facts A8/A12.
// What is our own reading of an unpublished detail says so.
//
//===----------------------------------------------------------------------===//
#ifndef SNNC_RUNTIME_EMULATOR_PEDEVICES_H
#define SNNC_RUNTIME_EMULATOR_PEDEVICES_H

#include "runtime/cores/Dram.h"
#include "runtime/emulator/Engine.h"
#include "runtime/emulator/MmioDevice.h"

#include <span>
#include <vector>

namespace snnc::emulator {

/// Timer 1 in lock-step: it expires exactly once per network tick, when the
/// emulator says so, whatever LOAD holds; VALUE counts down from LOAD by the
/// core's awake cycles and stops at 0. SP804 control bits: 7 enable, 5
/// interrupt enable.
class TimerDevice final : public MmioDevice {
public:
  TimerDevice(const MachineModel &machine) : machine(machine) {}
  void attach(Engine *core) { engine = core; }

  AddressRange range() const override;
  bool read(uint32_t offset, uint32_t &value) override;
  bool write(uint32_t offset, uint32_t value) override;
  void reset() override;

  /// The tick begins. False: the program has not enabled the timer.
  bool expire();
  bool enabled() const { return (control & 0x80) != 0; }

private:
  void updateLine();

  const MachineModel &machine;
  Engine *engine = nullptr;
  uint32_t load = 0, control = 0x20; // SP804 reset value
  bool raw = false;
  uint64_t startCycles = 0;
};

/// The packet send unit: writing the key sends. Always ready: the network of a
/// lock-step chip never stalls a sender.
class PacketSender final : public MmioDevice {
public:
  static constexpr size_t maxPerTick = size_t(1) << 20;

  PacketSender(const MachineModel &machine) : registers(machine.send) {}
  AddressRange range() const override;
  bool read(uint32_t offset, uint32_t &value) override;
  bool write(uint32_t offset, uint32_t value) override;
  void reset() override;

  std::vector<uint32_t> sent; ///< this tick's keys, in order

private:
  const PacketSendRegisters &registers;
  uint32_t control = 0, key = 0;
};

/// spDMA0: stores arriving keys into a ring in SRAM; drops and counts when the
/// ring is full. Our reading: writing `start` empties the ring; the program
/// frees words by advancing `readPointer`; equal pointers then mean empty.
class PacketReceiver final : public MmioDevice {
public:
  PacketReceiver(const MachineModel &machine, std::span<std::byte> sram)
      : registers(machine.receive), layout(machine.sram), sram(sram) {}
  AddressRange range() const override;
  bool read(uint32_t offset, uint32_t &value) override;
  bool write(uint32_t offset, uint32_t value) override;
  void reset() override;

  /// A key arrives; false: dropped.
  bool deliver(uint32_t key);
  uint32_t waiting() const { return words; }

private:
  bool ringIsUsable() const;
  bool setPointer(uint32_t &pointer, uint32_t value, const char *name);

  const PacketReceiveRegisters &registers;
  const SramLayout &layout;
  std::span<std::byte> sram;
  uint32_t config = 0, control = 0, start = 0, end = 0;
  uint32_t readPointer = 0, writePointer = 0, words = 0, dropped = 0;
};

/// The DMA unit: copies from the chip's DRAM into the PE's SRAM while the core
/// goes on. Our reading: writing the command gives it a transfer of `length`
/// bytes. It takes `queue` of them before the oldest is done: `status` holds
/// the full bit until then, and the busy bit until all are. Transfers end in
/// their order, and the bytes of one are in SRAM no sooner. The unit sets up
/// and requests one behind the other, whether the bytes of those before are
/// there or not: latencies run side by side, bytes come one behind the other.
/// Times: MachineModel::dmaCycles, with the PEs of the chip that may fetch as
/// its readers (docs/emulator.md).
class DmaDevice final : public MmioDevice {
public:
  /// `dram` outlives it, `readers` of its PEs may fetch. hasDram().
  DmaDevice(const MachineModel &machine, std::span<std::byte> sram,
            const runtime::Dram &dram, uint32_t readers)
      : machine(machine), unit(machine.dram->dma), sram(sram), dram(dram),
        readers(readers) {}
  void attach(Engine *core) { engine = core; }

  AddressRange range() const override;
  bool read(uint32_t offset, uint32_t &value) override;
  bool write(uint32_t offset, uint32_t value) override;
  void reset() override;

  uint64_t transfers = 0, bytes = 0; ///< since reset
  uint64_t busyCycles = 0;           ///< in which one ran, since reset

private:
  bool start();
  void finish();

  const MachineModel &machine;
  const DmaUnit &unit;
  std::span<std::byte> sram;
  const runtime::Dram &dram;
  uint32_t readers;
  Engine *engine = nullptr;
  uint32_t local = 0, remote = 0, length = 0, config = 0;
  struct Transfer {
    uint32_t from, to, bytes;
    uint64_t readyAt; ///< engine cycles
  };
  std::vector<Transfer> underWay; ///< not in SRAM yet, oldest first
  double requestedAt = 0;         ///< of the last transfer, engine cycles
  uint64_t readyAt = 0;           ///< the same
};

} // namespace snnc::emulator

#endif // SNNC_RUNTIME_EMULATOR_PEDEVICES_H
