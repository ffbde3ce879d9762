//===- Engine.h - One emulated processor core -------------------*- C++ -*-===//
//
// Part of the snnc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The small interface behind which an instruction-set emulator stands. It runs
// a core from where it is up to its next sleep, a fault, or the end of a cycle
// budget. Interrupts wake a sleeping core; they are never taken (core programs
// run with PRIMASK set), so there is no exception entry.
//
//===----------------------------------------------------------------------===//
#ifndef SNNC_RUNTIME_EMULATOR_ENGINE_H
#define SNNC_RUNTIME_EMULATOR_ENGINE_H

#include "runtime/machine/MachineModel.h"

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>

namespace snnc::emulator {

/// What answers at addresses outside the core's SRAM.
class Bus {
public:
  virtual ~Bus() = default;
  /// `bytes` is 1, 2 or 4 and `address` a multiple of it. False: nothing is
  /// there (a bus fault).
  virtual bool read(uint32_t address, unsigned bytes, uint32_t &value) = 0;
  virtual bool write(uint32_t address, unsigned bytes, uint32_t value) = 0;
};

enum class StopReason {
  Sleep,  ///< WFI or WFE with nothing pending
  Budget, ///< the cycle limit was reached first
  Fault,
};

enum class FaultKind {
  Undefined,      ///< no such instruction, or one whose result is unpredictable
  Fetch,          ///< the program counter left the program range
  InvalidState,   ///< branch to an even address: Arm state does not exist
  Bus,            ///< no memory and no device at the address
  Alignment,      ///< LDM, LDRD, VLDR and their kin, or a device, misaligned
  WriteProtected, ///< store into the program range
  FpuDisabled,    ///< floating point before CPACR enables it
  FpuMode,        ///< FPSCR asks for another rounding or flushing mode
  SupervisorCall, ///< SVC: there is no exception entry
  Breakpoint,     ///< BKPT
  Interrupt,      ///< PRIMASK is clear, so an interrupt would be taken
};

/// Why a core cannot go on.
struct Fault {
  FaultKind kind = FaultKind::Undefined;
  uint32_t pc = 0;       ///< of the instruction, byte address
  uint32_t encoding = 0; ///< 16 bits, or first half << 16 | second half
  bool wide = false;     ///< `encoding` has 32 bits
  uint32_t address = 0; ///< of the access or the branch target, where it counts
};

struct RunResult {
  StopReason reason = StopReason::Sleep;
  Fault fault;
};

/// Everything a program can see in registers.
struct Registers {
  std::array<uint32_t, 16> r{}; ///< r[13] = SP, r[14] = LR, r[15] = PC
  uint32_t apsr = 0;            ///< N Z C V Q in 31..27, GE in 19..16
  std::array<uint32_t, 32> s{}; ///< the bits of S0..S31
  uint32_t fpscr = 0;           ///< N Z C V in 31..28; exceptions stay 0
};

struct EngineConfig {
  std::span<std::byte> sram; ///< from address 0; outlives the engine
  AddressRange program;      ///< executable, not writable by the program
  Bus *bus = nullptr;        ///< outlives the engine
};

class Engine {
public:
  virtual ~Engine() = default;

  /// Registers to 0, interrupts off, SP and PC from the vector table at the
  /// start of the program range. Counters to 0. SRAM is left alone.
  virtual void reset() = 0;
  /// The host changed bytes of the program range: forget decoded code.
  virtual void programChanged() = 0;
  /// Runs until sleep, fault or until `cycles()` reaches `untilCycles` (checked
  /// at the end of each straight run of instructions).
  virtual RunResult run(uint64_t untilCycles) = 0;
  /// The level of an interrupt line into the NVIC, 0 <= irq < 240.
  virtual void setInterruptLine(unsigned irq, bool high) = 0;

  virtual uint64_t cycles() const = 0; ///< awake cycles, docs/cycles.md
  virtual uint64_t instructions() const = 0;
  virtual Registers registers() const = 0;
  virtual void setRegisters(const Registers &registers) = 0;
};

/// The Cortex-M4F (ARMv7E-M, FPv4-SP) engine of this project.
std::unique_ptr<Engine> createCortexM4(const EngineConfig &config);

} // namespace snnc::emulator

#endif // SNNC_RUNTIME_EMULATOR_ENGINE_H
