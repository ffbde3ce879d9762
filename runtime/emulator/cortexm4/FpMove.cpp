//===- FpMove.cpp - FPv4-SP moves, loads and stores -----------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "runtime/emulator/cortexm4/Decode.h"

namespace snnc::emulator {

namespace {

const Op *runMoveImm(Cpu &cpu, const Op *op) {
  cpu.s[op->d] = op->imm;
  SNNC_EMU_NEXT(cpu, op);
}
const Op *runMove(Cpu &cpu, const Op *op) {
  cpu.s[op->d] = cpu.s[op->m];
  SNNC_EMU_NEXT(cpu, op);
}
/// d = core register, n = S register.
const Op *runToCore(Cpu &cpu, const Op *op) {
  cpu.r[op->d] = cpu.s[op->n];
  SNNC_EMU_NEXT(cpu, op);
}
const Op *runFromCore(Cpu &cpu, const Op *op) {
  cpu.s[op->n] = cpu.r[op->d];
  SNNC_EMU_NEXT(cpu, op);
}
/// d, a = core registers; m, m + 1 = S registers.
const Op *runPairToCore(Cpu &cpu, const Op *op) {
  cpu.r[op->d] = cpu.s[op->m];
  cpu.r[op->a] = cpu.s[op->m + 1];
  SNNC_EMU_NEXT(cpu, op);
}
const Op *runPairFromCore(Cpu &cpu, const Op *op) {
  cpu.s[op->m] = cpu.r[op->d];
  cpu.s[op->m + 1] = cpu.r[op->a];
  SNNC_EMU_NEXT(cpu, op);
}
const Op *runReadFpscr(Cpu &cpu, const Op *op) {
  cpu.r[op->d] = cpu.fpscr;
  SNNC_EMU_NEXT(cpu, op);
}
const Op *runReadFlags(Cpu &cpu, const Op *op) {
  cpu.flagN = cpu.fpscr & 0x80000000u;
  cpu.flagZ = ~cpu.fpscr >> 30 & 1;
  cpu.flagC = cpu.fpscr >> 29 & 1;
  cpu.flagV = cpu.fpscr >> 28 & 1;
  SNNC_EMU_NEXT(cpu, op);
}
/// Only the flags: another rounding mode, flush to zero, default NaN or
/// alternative half precision would change every later result, so they fault
/// instead of being ignored. Cumulative exception bits are not kept.
const Op *runWriteFpscr(Cpu &cpu, const Op *op) {
  uint32_t value = cpu.r[op->d];
  if (value & 0x07C00000u)
    return fault(cpu, op, FaultKind::FpuMode, value);
  cpu.fpscr = value & 0xF0000000u;
  SNNC_EMU_NEXT(cpu, op);
}

/// VLDR, VSTR: d = first S register, a = number of them, imm = offset.
template <bool IsLoad, bool Absolute>
const Op *runTransfer(Cpu &cpu, const Op *op) {
  uint32_t address = Absolute ? op->imm : cpu.r[op->n] + op->imm;
  if (address % 4 != 0) [[unlikely]]
    return fault(cpu, op, FaultKind::Alignment, address);
  for (unsigned i = 0; i < op->a; ++i, address += 4) {
    if (IsLoad ? !load<uint32_t>(cpu, op, address, cpu.s[op->d + i])
               : !store<uint32_t>(cpu, op, address, cpu.s[op->d + i]))
        [[unlikely]]
      return nullptr;
  }
  SNNC_EMU_NEXT(cpu, op);
}
/// VLDM, VSTM: imm2 = bytes moved (with FLDMX's odd word), m bit 0 = down,
/// bit 1 = write back.
template <bool IsLoad> const Op *runMany(Cpu &cpu, const Op *op) {
  uint32_t base = cpu.r[op->n];
  uint32_t address = op->m & 1 ? base - op->imm2 : base;
  if (address % 4 != 0) [[unlikely]]
    return fault(cpu, op, FaultKind::Alignment, address);
  uint32_t at = address;
  for (unsigned i = 0; i < op->a; ++i, at += 4) {
    if (IsLoad ? !load<uint32_t>(cpu, op, at, cpu.s[op->d + i])
               : !store<uint32_t>(cpu, op, at, cpu.s[op->d + i])) [[unlikely]]
      return nullptr;
  }
  if (op->m & 2)
    cpu.r[op->n] = op->m & 1 ? address : base + op->imm2;
  SNNC_EMU_NEXT(cpu, op);
}

uint32_t maskOf(unsigned first, unsigned count) {
  return uint32_t(((uint64_t(1) << count) - 1) << first);
}

/// VFPExpandImm for single precision.
uint32_t expand(uint32_t imm8) {
  uint32_t sign = imm8 >> 7, b = imm8 >> 6 & 1;
  uint32_t exponent = (b ^ 1) << 7 | (b ? 0x7C : 0) | (imm8 >> 4 & 3);
  return sign << 31 | exponent << 23 | (imm8 & 15) << 19;
}

bool moveImm(const Fields &f, const Site &, const Pattern &, Instruction &out) {
  out.op.run = runMoveImm;
  out.op.d = uint8_t(f('d') << 1 | f('D'));
  out.op.imm = expand(f('i'));
  out.fpu = true;
  return true;
}
bool moveReg(const Fields &f, const Site &, const Pattern &, Instruction &out) {
  out.op.run = runMove;
  out.op.d = uint8_t(f('d') << 1 | f('D'));
  out.op.m = uint8_t(f('m') << 1 | f('M'));
  out.fpReads = 1u << out.op.m;
  out.fpu = true;
  return true;
}

/// L: to the core. Argument 1: half x of a D register.
bool moveCore(const Fields &f, const Site &, const Pattern &p,
              Instruction &out) {
  unsigned s =
      p.argument ? (f('N') << 4 | f('n')) * 2 + f('x') : f('n') << 1 | f('N');
  if (s > 31 || f('t') == 13 || f('t') == 15)
    return false;
  out.op.run = f('L') ? runToCore : runFromCore;
  out.op.d = uint8_t(f('t'));
  out.op.n = uint8_t(s);
  out.fpu = true;
  out.writes = f('L') ? uint16_t(1u << f('t')) : 0;
  out.fpReads = f('L') ? 1u << s : 0;
  return true;
}
bool movePair(const Fields &f, const Site &, const Pattern &p,
              Instruction &out) {
  unsigned s = p.argument ? (f('M') << 4 | f('m')) * 2 : f('m') << 1 | f('M');
  if (s > 30 || f('t') == 13 || f('t') == 15 || f('u') == 13 || f('u') == 15 ||
      (f('L') && f('t') == f('u')))
    return false;
  out.op.run = f('L') ? runPairToCore : runPairFromCore;
  out.op.d = uint8_t(f('t'));
  out.op.a = uint8_t(f('u'));
  out.op.m = uint8_t(s);
  out.fpu = true;
  out.cycles = 2;
  out.writes = f('L') ? uint16_t(1u << f('t') | 1u << f('u')) : 0;
  out.fpReads = f('L') ? maskOf(s, 2) : 0;
  return true;
}
bool readStatus(const Fields &f, const Site &, const Pattern &,
                Instruction &out) {
  out.op.d = uint8_t(f('t'));
  out.fpu = true;
  if (f('t') == 15) {
    out.op.run = runReadFlags;
    out.writesFlags = flagMaskAll;
    return true;
  }
  out.op.run = runReadFpscr;
  out.writes = uint16_t(1u << f('t'));
  return f('t') != 13;
}
bool writeStatus(const Fields &f, const Site &, const Pattern &,
                 Instruction &out) {
  out.op.run = runWriteFpscr;
  out.op.d = uint8_t(f('t'));
  out.fpu = true;
  return f('t') != 13 && f('t') != 15;
}

/// First S register of a transfer; z = 1: D registers, of which 16 exist.
unsigned firstOf(const Fields &f) {
  return f('z') ? (f('D') << 4 | f('d')) * 2 : f('d') << 1 | f('D');
}

bool transfer(const Fields &f, const Site &site, const Pattern &,
              Instruction &out) {
  unsigned first = firstOf(f), count = f('z') ? 2 : 1;
  if (first + count > 32)
    return false;
  bool isLoad = f('L');
  out.op.d = uint8_t(first);
  out.op.a = uint8_t(count);
  out.op.n = uint8_t(f('n'));
  out.op.imm = f('U') ? f('i') * 4 : 0u - f('i') * 4;
  out.fpu = true;
  out.cycles = uint8_t(1 + count);
  if (!isLoad)
    out.fpReads = maskOf(first, count);
  if (f('n') == 15) {
    out.op.imm += (site.pc + 4) & ~3u;
    out.op.run = runTransfer<true, true>;
    return isLoad;
  }
  out.address = uint16_t(1u << f('n'));
  out.op.run = isLoad ? runTransfer<true, false> : runTransfer<false, false>;
  return true;
}

/// P U W: 01x increments after, 101 decrements before.
bool many(const Fields &f, const Site &, const Pattern &, Instruction &out) {
  bool down = f('P'), write = f('W');
  if (f('P') == f('U') || (down && !write))
    return false;
  unsigned first = firstOf(f), count = f('i');
  if (f('z'))
    count &= ~1u;
  if (count == 0 || count > 32 || first + count > 32 || f('n') == 15)
    return false;
  bool isLoad = f('L');
  out.op.d = uint8_t(first);
  out.op.a = uint8_t(count);
  out.op.n = uint8_t(f('n'));
  out.op.m = uint8_t((down ? 1 : 0) | (write ? 2 : 0));
  out.op.imm2 = f('i') * 4;
  out.op.run = isLoad ? runMany<true> : runMany<false>;
  out.fpu = true;
  out.cycles = uint8_t(1 + count);
  out.address = uint16_t(1u << f('n'));
  out.writes = write ? uint16_t(1u << f('n')) : 0;
  if (!isLoad)
    out.fpReads = maskOf(first, count);
  return true;
}

constexpr Pattern patterns[] = {
    {"11101110 1D11 iiii dddd 1010 0000 iiii", moveImm},
    {"11101110 1D11 0000 dddd 1010 01M0 mmmm", moveReg},
    {"11101110 000L nnnn tttt 1010 N001 0000", moveCore, 0},
    {"11101110 00xL nnnn tttt 1011 N001 0000", moveCore, 1},
    {"11101100 010L uuuu tttt 1010 00M1 mmmm", movePair, 0},
    {"11101100 010L uuuu tttt 1011 00M1 mmmm", movePair, 1},
    {"11101110 1111 0001 tttt 1010 0001 0000", readStatus},
    {"11101110 1110 0001 tttt 1010 0001 0000", writeStatus},
    {"11101101 UD0L nnnn dddd 101z iiiiiiii", transfer},
    {"1110110 P UDWL nnnn dddd 101z iiiiiiii", many},
};

} // namespace

std::span<const Pattern> fpMovePatterns() { return patterns; }

} // namespace snnc::emulator
