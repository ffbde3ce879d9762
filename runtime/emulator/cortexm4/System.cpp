//===- System.cpp - Sleep, special registers, barriers, traps -------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "runtime/emulator/cortexm4/Decode.h"
#include "runtime/emulator/cortexm4/SystemControl.h"

namespace snnc::emulator {

namespace {

const Op *runNop(Cpu &cpu, const Op *op) { SNNC_EMU_NEXT(cpu, op); }
const Op *runSev(Cpu &cpu, const Op *op) {
  cpu.event = true;
  SNNC_EMU_NEXT(cpu, op);
}
const Op *runClrex(Cpu &cpu, const Op *op) {
  cpu.exclusive = false;
  SNNC_EMU_NEXT(cpu, op);
}

/// WFI (argument 0) and WFE (1). With PRIMASK clear the interrupt that wakes
/// the core would also be taken, which this engine does not do.
template <bool Event> const Op *runWait(Cpu &cpu, const Op *op) {
  if (cpu.system->wakes()) {
    if ((cpu.primask & 1) == 0)
      return fault(cpu, op, FaultKind::Interrupt);
    SNNC_EMU_LEAVE(cpu, op, next);
  }
  if (Event && cpu.event) {
    cpu.event = false;
    SNNC_EMU_LEAVE(cpu, op, next);
  }
  cpu.cycles += op->exit->nextCycles;
  cpu.instructions += op->exit->instructions;
  cpu.r[15] = op->exit->nextPc;
  cpu.result.reason = StopReason::Sleep;
  return nullptr;
}

/// CPSIE, CPSID: imm bit 0 = F, bit 1 = I; a = disable.
const Op *runCps(Cpu &cpu, const Op *op) {
  if (op->imm & 2)
    cpu.primask = op->a;
  if (op->imm & 1)
    cpu.faultmask = op->a;
  if (op->a == 0 && cpu.primask == 0 && cpu.system->wakes())
    return fault(cpu, op, FaultKind::Interrupt);
  SNNC_EMU_NEXT(cpu, op);
}

uint32_t apsr(const Cpu &cpu) {
  return (cpu.flagN & 0x80000000u) | uint32_t(cpu.flagZ == 0) << 30 |
         cpu.flagC << 29 | cpu.flagV << 28 | cpu.flagQ << 27 | cpu.ge << 16;
}

/// imm = SYSm.
const Op *runMrs(Cpu &cpu, const Op *op) {
  uint32_t value = 0;
  if (op->imm < 4)
    value = apsr(cpu);
  else if (op->imm == 8)
    value = cpu.r[13];
  else if (op->imm == 9)
    value = cpu.psp;
  else if (op->imm == 16)
    value = cpu.primask;
  else if (op->imm == 17 || op->imm == 18)
    value = cpu.basepri;
  else if (op->imm == 19)
    value = cpu.faultmask;
  else if (op->imm == 20)
    value = cpu.control;
  cpu.r[op->d] = value;
  SNNC_EMU_NEXT(cpu, op);
}

/// imm = SYSm, a bit 1 = write NZCVQ, bit 0 = write GE.
const Op *runMsr(Cpu &cpu, const Op *op) {
  uint32_t value = cpu.r[op->n];
  if (op->imm < 4) {
    if (op->a & 2) {
      cpu.flagN = value & 0x80000000u;
      cpu.flagZ = ~value >> 30 & 1;
      cpu.flagC = value >> 29 & 1;
      cpu.flagV = value >> 28 & 1;
      cpu.flagQ = value >> 27 & 1;
    }
    if (op->a & 1)
      cpu.ge = value >> 16 & 15;
  } else if (op->imm == 8) {
    cpu.r[13] = value & ~3u;
  } else if (op->imm == 9) {
    cpu.psp = value & ~3u;
  } else if (op->imm == 16) {
    cpu.primask = value & 1;
    if (cpu.primask == 0 && cpu.system->wakes())
      return fault(cpu, op, FaultKind::Interrupt);
  } else if (op->imm == 17 || op->imm == 18) {
    cpu.basepri = value & 0xF8;
  } else if (op->imm == 19) {
    cpu.faultmask = value & 1;
  }
  SNNC_EMU_NEXT(cpu, op);
}

const Op *runSvc(Cpu &cpu, const Op *op) {
  return fault(cpu, op, FaultKind::SupervisorCall);
}
const Op *runBkpt(Cpu &cpu, const Op *op) {
  return fault(cpu, op, FaultKind::Breakpoint);
}

bool knownSpecial(uint32_t sysm, bool write) {
  if (sysm == 20) // CONTROL: one stack, privileged, for good
    return !write;
  return sysm <= 9 || (sysm >= 16 && sysm <= 19);
}

bool hint(const Fields &f, const Site &, const Pattern &, Instruction &out) {
  switch (f('h')) {
  case 2: // WFE
  case 3: // WFI
    out.op.run = f('h') == 2 ? runWait<true> : runWait<false>;
    out.cycles = 2;
    out.leaves = out.fallsThrough = true;
    return true;
  case 4:
    out.op.run = runSev;
    return true;
  default: // NOP, YIELD, DBG and reserved hints
    out.op.run = runNop;
    return true;
  }
}

bool plain(const Fields &, const Site &, const Pattern &p, Instruction &out) {
  static constexpr Handler rows[] = {runNop, runClrex, runSvc, runBkpt};
  out.op.run = rows[p.argument];
  return true;
}
bool cps(const Fields &f, const Site &site, const Pattern &, Instruction &out) {
  out.op.run = runCps;
  out.op.a = uint8_t(f('m'));
  out.op.imm = f('i') << 1 | f('f');
  out.cycles = 2;
  return !site.inIt && out.op.imm != 0;
}
bool mrs(const Fields &f, const Site &, const Pattern &, Instruction &out) {
  out.op.run = runMrs;
  out.op.d = uint8_t(f('d'));
  out.op.imm = f('s');
  out.cycles = 2;
  out.readsFlags = flagMaskAll;
  out.writes = uint16_t(1u << f('d'));
  return knownSpecial(f('s'), false) && f('d') != 13 && f('d') != 15;
}
bool msr(const Fields &f, const Site &, const Pattern &, Instruction &out) {
  out.op.run = runMsr;
  out.op.n = uint8_t(f('n'));
  out.op.imm = f('s');
  out.op.a = uint8_t(f('k'));
  out.cycles = 2;
  if (f('s') < 4 && (f('k') & 2))
    out.writesFlags = flagMaskAll;
  return knownSpecial(f('s'), true) && f('n') != 13 && f('n') != 15;
}

constexpr Pattern patterns[] = {
    {"10111111 hhhh 0000", hint},
    {"1011 0110 011 m 00 i f", cps},
    {"1101 1111 iiiiiiii", plain, 2}, // SVC
    {"1011 1110 iiiiiiii", plain, 3}, // BKPT
    {"11110 0 111 01 0 1111 1000 0000 0000 hhhh", hint},
    {"11110 0 111 01 0 1111 1000 0000 1111 hhhh", plain, 0}, // DBG
    {"11110 0 111 01 1 1111 1000 1111 0010 1111", plain, 1}, // CLREX
    {"11110 0 111 01 1 1111 1000 1111 0100 iiii", plain, 0}, // DSB
    {"11110 0 111 01 1 1111 1000 1111 0101 iiii", plain, 0}, // DMB
    {"11110 0 111 01 1 1111 1000 1111 0110 iiii", plain, 0}, // ISB
    {"11110 0 111 11 0 1111 1000 dddd ssssssss", mrs},
    {"11110 0 111 00 0 nnnn 1000 kk00 ssssssss", msr},
};

} // namespace

std::span<const Pattern> systemPatterns() { return patterns; }

} // namespace snnc::emulator
