//===- Cpu.h - State and operations of the Cortex-M4F engine ----*- C++ -*-===//
//
// Part of the snnc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Code is decoded once into arrays of Op; each Op knows the function that
// performs it, and functions call each other in tail position, so that the
// host's branch predictor sees one indirect jump per guest instruction. Cycles
// and instructions are counted where a straight run of Ops ends.
//
//===----------------------------------------------------------------------===//
#ifndef SNNC_RUNTIME_EMULATOR_CORTEXM4_CPU_H
#define SNNC_RUNTIME_EMULATOR_CORTEXM4_CPU_H

#include "runtime/emulator/Engine.h"

#include <bit>
#include <cstring>

#if defined(__has_cpp_attribute) && __has_cpp_attribute(clang::musttail)
#define SNNC_EMU_GOTO(cpu, op) [[clang::musttail]] return (op)->run(cpu, op)
#else
// Other compilers: every function returns to the loop in CortexM4::run.
#define SNNC_EMU_GOTO(cpu, op) return (op)
#endif
#define SNNC_EMU_NEXT(cpu, op) SNNC_EMU_GOTO(cpu, (op) + 1)

namespace snnc::emulator {

struct Cpu;
struct Op;
/// Performs an Op and its successors. Null: stopped, see Cpu::result.
using Handler = const Op *(*)(Cpu &, const Op *);

/// The way out of a straight run of code.
struct Exit {
  const Op *taken = nullptr; ///< decoded on first use
  const Op *next = nullptr;
  uint32_t takenPc = 0, nextPc = 0; ///< byte addresses
  uint32_t takenCycles = 0, nextCycles = 0;
  uint32_t instructions = 0;
};

struct Op {
  Handler run = nullptr;
  uint8_t d = 0, n = 0, m = 0, a = 0; ///< registers or small operands
  uint32_t imm = 0;
  uint32_t imm2 = 0;
  uint32_t pc = 0; ///< byte address of the instruction
  Exit *exit = nullptr;
};

/// Decodes the code at an address; null after a fault.
class CodeSource {
public:
  virtual ~CodeSource() = default;
  virtual const Op *codeAt(uint32_t pc) = 0;
};

/// The core's own registers at 0xE000Exxx and interrupt state.
class SystemControl;

struct Cpu {
  uint32_t r[16] = {};
  // N is bit 31 of flagN; Z means flagZ == 0; C and V are 0 or 1.
  uint32_t flagN = 0, flagZ = 1, flagC = 0, flagV = 0;
  uint32_t flagQ = 0, ge = 0; ///< ge: 4 bits
  uint64_t cycles = 0, instructions = 0, limit = 0;
  uint8_t *sram = nullptr;
  uint32_t sramBytes = 0;
  uint32_t storeBase = 0, storeBytes = 0; ///< SRAM that stores may change
  uint32_t s[32] = {};
  uint32_t fpscr = 0; ///< N Z C V only
  uint32_t primask = 0, basepri = 0, faultmask = 0, control = 0, psp = 0;
  bool fpuEnabled = false;
  bool event = false;     ///< WFE's event register
  bool exclusive = false; ///< the local monitor of LDREX
  SystemControl *system = nullptr;
  Bus *bus = nullptr;
  CodeSource *code = nullptr;
  RunResult result;

  bool carry() const { return flagC != 0; }
  void setNZ(uint32_t value) { flagN = flagZ = value; }
};

/// Stops with a fault at `op`.
const Op *fault(Cpu &cpu, const Op *op, FaultKind kind, uint32_t address = 0);

/// Accesses outside SRAM; false after recording a fault.
bool slowLoad(Cpu &cpu, const Op *op, uint32_t address, unsigned bytes,
              uint32_t &value);
bool slowStore(Cpu &cpu, const Op *op, uint32_t address, unsigned bytes,
               uint32_t value);

/// Reads a T at any alignment (Armv7-M allows it for single accesses).
template <typename T>
inline bool load(Cpu &cpu, const Op *op, uint32_t address, uint32_t &value) {
  if (address <= cpu.sramBytes - sizeof(T)) [[likely]] {
    T narrow;
    std::memcpy(&narrow, cpu.sram + address, sizeof(T));
    value = uint32_t(int32_t(narrow)); // sign extends signed T
    return true;
  }
  if (!slowLoad(cpu, op, address, sizeof(T), value))
    return false;
  value = uint32_t(int32_t(T(value)));
  return true;
}

template <typename T>
inline bool store(Cpu &cpu, const Op *op, uint32_t address, uint32_t value) {
  if (address - cpu.storeBase <= cpu.storeBytes - sizeof(T)) [[likely]] {
    T narrow = T(value);
    std::memcpy(cpu.sram + address, &narrow, sizeof(T));
    return true;
  }
  return slowStore(cpu, op, address, sizeof(T), value);
}

/// Armv7-M condition codes (DDI 0403, A7.3).
inline bool passes(const Cpu &cpu, unsigned condition) {
  bool n = cpu.flagN >> 31, z = cpu.flagZ == 0, c = cpu.flagC, v = cpu.flagV;
  bool result = true;
  switch (condition >> 1) {
  case 0:
    result = z;
    break;
  case 1:
    result = c;
    break;
  case 2:
    result = n;
    break;
  case 3:
    result = v;
    break;
  case 4:
    result = c && !z;
    break;
  case 5:
    result = n == v;
    break;
  case 6:
    result = n == v && !z;
    break;
  default:
    return true;
  }
  return result != bool(condition & 1);
}

/// Leaves a straight run towards a known address.
#define SNNC_EMU_LEAVE(cpu, op, TARGET)                                        \
  do {                                                                         \
    Exit &leaving = *(op)->exit;                                               \
    (cpu).cycles += leaving.TARGET##Cycles;                                    \
    (cpu).instructions += leaving.instructions;                                \
    const Op *successor = leaving.TARGET;                                      \
    if (successor == nullptr || (cpu).cycles >= (cpu).limit) [[unlikely]] {    \
      successor = resolve(cpu, leaving.TARGET, leaving.TARGET##Pc);            \
      if (successor == nullptr)                                                \
        return nullptr;                                                        \
    }                                                                          \
    SNNC_EMU_GOTO(cpu, successor);                                             \
  } while (false)

/// Leaves towards an address that the program computed; bit 0 is clear.
#define SNNC_EMU_LEAVE_TO(cpu, op, ADDRESS)                                    \
  do {                                                                         \
    (cpu).cycles += (op)->exit->takenCycles;                                   \
    (cpu).instructions += (op)->exit->instructions;                            \
    const Op *successor = resolveDynamic(cpu, ADDRESS);                        \
    if (successor == nullptr)                                                  \
      return nullptr;                                                          \
    SNNC_EMU_GOTO(cpu, successor);                                             \
  } while (false)

/// The slow half of leaving: the budget, and code not decoded yet.
const Op *resolve(Cpu &cpu, const Op *&slot, uint32_t pc);
const Op *resolveDynamic(Cpu &cpu, uint32_t pc);

} // namespace snnc::emulator

#endif // SNNC_RUNTIME_EMULATOR_CORTEXM4_CPU_H
