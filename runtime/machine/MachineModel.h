//===- MachineModel.h - The chip as data ------------------------*- C++ -*-===//
//
// Part of the snnc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Plain data about one SpiNNaker2 machine, loaded from a YAML file, such
// as spinnaker2.yaml beside this. Every number in that file carries its source
// and confidence; a number that nobody published is null there and absent
// here, and asking for it is a diagnostic, never a guess. Free of LLVM: the
// planner, the code generator and the emulator read the same model.
//
//===----------------------------------------------------------------------===//
#ifndef SNNC_RUNTIME_MACHINE_MACHINEMODEL_H
#define SNNC_RUNTIME_MACHINE_MACHINEMODEL_H

#include "runtime/machine/ChipGrid.h"
#include "runtime/machine/CoreAddress.h"
#include "runtime/support/Diagnostic.h"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace snnc {

/// Bytes [begin, end) of a PE's SRAM.
struct AddressRange {
  uint32_t begin = 0, end = 0;
  uint32_t bytes() const { return end - begin; }
};

/// The split of a PE's 128 kB SRAM. Everything between `program.end` and
/// `stack.begin` is the planner's to give away.
struct SramLayout {
  uint32_t bytes = 0;     ///< whole SRAM, from address 0
  AddressRange program;   ///< vectors, text, read-only data
  AddressRange stack;     ///< initial SP = stack.end
  uint32_t alignment = 4; ///< of buffers, bytes
};

/// Timer 1 (Arm SP804 layout, facts A8/A12). Offsets from `base`, bytes.
struct TimerRegisters {
  uint32_t base = 0;
  uint32_t load = 0, value = 0, control = 0, clear = 0, rawStatus = 0;
  uint32_t controlEnable = 0; ///< value that starts it: periodic, IRQ, 32 bit
  uint32_t irq = 0;           ///< its number at the NVIC
};

/// The packet send unit (facts A8/A12). Offsets from `base`, bytes.
struct PacketSendRegisters {
  uint32_t base = 0;
  uint32_t control = 0;          ///< TCR: packet type and routing
  uint32_t key = 0;              ///< TKR: writing it sends the packet
  uint32_t status = 0;           ///< TCTL
  uint32_t statusReady = 0;      ///< mask of the ready bit in TCTL
  uint32_t controlMulticast = 0; ///< TCR value for a multicast packet
};

/// The packet receive unit spDMA0: stores keys to an SRAM ring without the CPU.
struct PacketReceiveRegisters {
  uint32_t base = 0;
  uint32_t config = 0, start = 0, end = 0;    ///< ring limits, byte addresses
  uint32_t readPointer = 0, writePointer = 0; ///< byte addresses in the ring
  uint32_t words = 0;                         ///< keys now in the ring
  uint32_t dropped = 0; ///< packets lost because the ring was full
  uint32_t control = 0;
  uint32_t configMulticast = 0; ///< config value that accepts MC keys
};

/// The MAC array (facts A10/A12). Offsets from `base`, bytes.
struct MacArray {
  uint32_t base = 0;
  uint32_t columns = 0, rows = 0; ///< 16 x 4 cells for int8
  uint32_t accumulatorBits = 0;   ///< 24 (product) or 29 (test chip)
  uint32_t operandAlignment = 0;  ///< bytes
  uint32_t sourceA = 0, sourceB = 0, target = 0, rowsA = 0, colsA = 0,
           colsB = 0, trigger = 0;
  uint32_t startInt8 = 0;  ///< trigger value: matrix product of int8 operands
  uint32_t startInt16 = 0; ///< of int16 operands
  uint32_t busy = 0;       ///< mask in trigger: the product is not ready yet
  uint32_t irq = 0;
};

struct ExpUnit {
  uint32_t base = 0;
};

/// The DMA unit of a PE (facts A4/A12). Offsets from `base`, bytes.
struct DmaUnit {
  uint32_t base = 0;
  uint32_t local = 0;  ///< address in the PE's SRAM
  uint32_t remote = 0; ///< address in DRAM
  uint32_t length = 0; ///< bytes
  uint32_t config = 0, done = 0;
  uint32_t status = 0;      ///< holds `busy` while a transfer runs
  uint32_t command = 0;     ///< writing startRead begins one
  uint32_t startRead = 0;   ///< DRAM to SRAM
  uint32_t busy = 0;        ///< mask in status
  uint32_t queue = 1;       ///< transfers that it takes before one is done
  uint32_t full = 0;        ///< mask in status while it has as many
  uint32_t alignment = 0;   ///< of both addresses and the length, bytes
  uint32_t setupCycles = 0; ///< from the command to the first request
  double bytesPerCycle = 0; ///< of one PE at its default level
};
/// What a machine file may say of a queue.
inline constexpr uint32_t kMostTransfers = 8;

/// A chip's DRAM as its cores see it (facts A4): the same addresses on every
/// chip, one interface behind the other.
struct DramLayout {
  uint32_t base = 0; ///< address of the first interface
  uint32_t interfaces = 0;
  uint32_t interfaceStride = 0; ///< from one interface to the next, bytes
  uint32_t reserved = 0;        ///< bytes at the front of each
  double bytesPerSecond = 0;    ///< sustained, all interfaces of a chip
  double latencySeconds = 0;    ///< from a request to its first bytes
  DmaUnit dma;
};

/// One speed step of a PE.
struct PerformanceLevel {
  std::string name;                   ///< "0.50V", "0.80V"
  double clockHz = 0;                 ///< PE clock
  double activePicojoulePerCycle = 0; ///< over sleep, inferred (facts A11)
  double sleepMilliwatt = 0;          ///< one sleeping PE over PEs-off
};

/// Router and NoC limits.
struct RouterLimits {
  uint32_t entries = 0; ///< multicast entries a chip (16,384)
  double clockHz = 0;   ///< event router
  uint32_t links = 6;
  /// Where the router is on the chip's NoC, as the x and y of quads; empty
  /// where nobody said. p is 0.
  std::vector<PeCoordinate> nodes;
};

/// What a link between two chips carries, one way.
struct LinkLimits {
  double bitsPerSecond = 0;
  uint32_t packetBits = 0; ///< on the wire, a packet without payload
  /// Packets in so many seconds.
  double packets(double seconds) const {
    return bitsPerSecond / packetBits * seconds;
  }
};

/// A link by one of its ends.
struct ChipLink {
  ChipCoordinate chip;
  uint8_t link = 0; ///< ChipGrid.h
  auto operator<=>(const ChipLink &) const = default;
};
/// "0.1/NE".
std::string nameOf(const ChipLink &link);
/// "link NE of chip 0.1".
std::string toText(const ChipLink &link);

/// What a machine lacks of what its layout has. Ascending, each once.
struct DeadParts {
  std::vector<ChipCoordinate> chips;
  std::vector<CoreAddress> pes;
  std::vector<ChipLink> links; ///< either end names both directions
  bool empty() const { return chips.empty() && pes.empty() && links.empty(); }
};

struct MachineModel {
  std::string name;              ///< "spinnaker2-jib-map"
  std::string digest;            ///< sha256 of the file's normal form
  std::vector<PeCoordinate> pes; ///< usable PEs of a chip, in allocation order
  BoardLayout layout;
  DeadParts dead;
  std::optional<LinkLimits> link; ///< absent where nobody said, as on one chip
  SramLayout sram;
  TimerRegisters timer;
  double timerClockHz = 0; ///< 1 MHz reference
  PacketSendRegisters send;
  PacketReceiveRegisters receive;
  MacArray mac;
  ExpUnit exp;
  RouterLimits router;
  std::vector<PerformanceLevel> levels;
  uint32_t defaultLevel = 0; ///< index into `levels`
  double managementClockHz = 0;
  /// Of a chip, all interfaces; absent where disputed or not there.
  std::optional<uint64_t> dramBytes;
  std::optional<DramLayout> dram; ///< how it is reached

  bool hasDram() const { return dram && dramBytes; }
  /// Bytes of interface `i` that may be given away, as core addresses.
  /// hasDram().
  AddressRange dramInterface(uint32_t i) const {
    uint32_t begin = dram->base + i * dram->interfaceStride;
    return {begin + dram->reserved,
            uint32_t(begin + *dramBytes / dram->interfaces)};
  }
  /// The same of all interfaces of a chip; 0 without DRAM.
  uint64_t dramRoom() const {
    return hasDram() ? *dramBytes - uint64_t(dram->interfaces) * dram->reserved
                     : 0;
  }
  /// PE cycles from the command to the last byte of a transfer, before which
  /// the unit was idle, while `readers` PEs of the chip share its DRAM evenly:
  /// its set-up, the latency, and the time of its bytes. hasDram().
  double dmaCycles(double bytes, double readers) const;
  double dmaLatency() const { return dram->latencySeconds * level().clockHz; }
  double dmaByteCycles(double bytes, double readers) const;

  const PerformanceLevel &level() const { return levels[defaultLevel]; }
  /// The usable cores of all chips, in allocation order.
  std::vector<CoreAddress> cores() const;
  /// How many that are.
  uint64_t coreCount() const;
  /// Live chips.
  uint64_t chipCount() const;
  bool has(ChipCoordinate chip) const;
  bool has(const CoreAddress &core) const;
  /// The chip behind a live link to a live chip.
  std::optional<ChipCoordinate> neighbour(ChipCoordinate chip,
                                          unsigned link) const;
  /// The chip that the host is wired to: the first live one.
  ChipCoordinate hostChip() const;
};

/// Reads a machine file (YAML, or the JSON form that a bundle carries).
/// Errors SNN01xx carry line and column.
Expected<MachineModel> loadMachine(const std::string &path);
Expected<MachineModel> parseMachine(const std::string &text,
                                    const std::string &shownPath);
/// The normal form: JSON, sorted keys, values only. parseMachine reads it back.
std::string toJsonText(const MachineModel &machine);

/// The machine files compiled into the tool: name -> YAML text.
std::vector<std::string> builtinMachineNames();
Expected<MachineModel> builtinMachine(const std::string &name);
Expected<std::string> builtinMachineText(const std::string &name);
/// Name of the one used when the user names none.
std::string defaultMachineName();

/// One sound chip like the machine's, without a name and without places on the
/// chip: its PEs are numbered from (0, 0, 0) on. What a layer's plan and a
/// program's code may depend on.
MachineModel chipOf(MachineModel machine);

/// Counts the chips that live links do not join to the first one as dead.
void dropCutOff(MachineModel &machine);

/// Structural sanity: ranges ordered and inside SRAM, PE ids unique, register
/// offsets distinct, clocks positive. Empty when the model is fine.
std::vector<Diagnostic> validate(const MachineModel &machine);
/// Of the layout alone; boardOf() and its kin expect one that is fine.
std::vector<Diagnostic> validate(const BoardLayout &layout);

} // namespace snnc

#endif // SNNC_RUNTIME_MACHINE_MACHINEMODEL_H
