//===- AluEncodings.cpp - Encodings of data processing --------------------===//
//
// Part of the snnc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// 16- and 32-bit encodings of moves, arithmetic, logic, compares (Alu.h), and
// shifts by a register. References: Armv7-M ARM, DDI 0403, A5.2, A5.3 and A7.7.
//
//===----------------------------------------------------------------------===//
#include "runtime/emulator/cortexm4/Alu.h"

namespace snnc::emulator {

namespace {

/// A constant: MOV, ADR, MOVW and whatever reads the program counter.
bool constant(Instruction &out, unsigned d, uint32_t value) {
  out.op.d = uint8_t(d);
  out.op.imm = value;
  return finish(out, Alu::Mov, Operand::Imm, false, true);
}

/// Shift kind and amount from the type and imm5 fields (A7.4.2).
Operand shiftOf(uint32_t type, uint32_t amount, uint8_t &by) {
  by = uint8_t(amount);
  switch (type) {
  case 0:
    return amount == 0 ? Operand::Reg : Operand::Lsl;
  case 1:
    by = uint8_t(amount == 0 ? 32 : amount);
    return Operand::Lsr;
  case 2:
    by = uint8_t(amount == 0 ? 32 : amount);
    return Operand::Asr;
  default:
    return amount == 0 ? Operand::Rrx : Operand::Ror;
  }
}

//===- 16-bit encodings ---------------------------------------------------===//

bool shiftImm16(const Fields &f, const Site &site, const Pattern &p,
                Instruction &out) {
  out.op.d = uint8_t(f('d'));
  out.op.m = uint8_t(f('m'));
  Operand kind = shiftOf(p.argument, f('i'), out.op.a);
  return finish(out, Alu::Mov, kind, !site.inIt, true);
}

bool threeReg16(const Fields &f, const Site &site, const Pattern &p,
                Instruction &out) {
  out.op.d = uint8_t(f('d'));
  out.op.n = uint8_t(f('n'));
  out.op.m = uint8_t(f('m'));
  out.op.imm = f('i');
  bool imm = p.argument & 0x100;
  return finish(out, Alu(p.argument & 0xFF), imm ? Operand::Imm : Operand::Reg,
                !site.inIt, true);
}

bool imm8Of16(const Fields &f, const Site &site, const Pattern &p,
              Instruction &out) {
  bool compare = p.argument & 0x100;
  Alu alu = Alu(p.argument & 0xFF);
  out.op.d = uint8_t(f('d'));
  out.op.n = alu == Alu::Mov ? 0 : uint8_t(f('d'));
  out.op.imm = f('i');
  return finish(out, alu, Operand::Imm, compare || !site.inIt, !compare);
}

/// Two registers, d = d op m. 0x100: compare; 0x200: NEG (d = 0 - m).
bool twoReg16(const Fields &f, const Site &site, const Pattern &p,
              Instruction &out) {
  Alu alu = Alu(p.argument & 0xFF);
  bool compare = p.argument & 0x100;
  out.op.d = out.op.n = uint8_t(f('d'));
  out.op.m = uint8_t(f('m'));
  if (p.argument & 0x200) {
    out.op.n = uint8_t(f('m'));
    out.op.imm = 0;
    return finish(out, Alu::Rsb, Operand::Imm, !site.inIt, true);
  }
  return finish(out, alu, Operand::Reg, compare || !site.inIt, !compare);
}

const Op *runAddToPc(Cpu &cpu, const Op *op) {
  SNNC_EMU_LEAVE_TO(cpu, op, (op->pc + 4 + cpu.r[op->m]) & ~1u);
}
const Op *runMoveToPc(Cpu &cpu, const Op *op) {
  SNNC_EMU_LEAVE_TO(cpu, op, cpu.r[op->m] & ~1u);
}

/// ADD, CMP and MOV on all sixteen registers.
bool highRegisters(const Fields &f, const Site &site, const Pattern &p,
                   Instruction &out) {
  unsigned d = f('D') << 3 | f('d'), m = f('m');
  out.op.d = out.op.n = uint8_t(d);
  out.op.m = uint8_t(m);
  bool compare = p.argument & 0x100;
  Alu alu = Alu(p.argument & 0xFF);
  if (d == 15 && !compare) {
    if (m == 15 || (site.inIt && !site.lastInIt))
      return false;
    out.op.run = alu == Alu::Mov ? runMoveToPc : runAddToPc;
    out.leaves = true;
    out.takenCycles = 1 + refillCycles;
    return true;
  }
  if (alu == Alu::Mov) {
    if (m == 15)
      return constant(out, d, site.pc + 4);
    out.op.n = 0;
  } else if (m == 15 && !compare) { // ADD Rd, PC
    out.op.imm = site.pc + 4;
    return finish(out, Alu::Add, Operand::Imm, false, true);
  }
  return finish(out, alu, Operand::Reg, compare, !compare);
}

bool addressOf16(const Fields &f, const Site &site, const Pattern &,
                 Instruction &out) {
  return constant(out, f('d'), ((site.pc + 4) & ~3u) + f('i') * 4);
}

bool stackOffset16(const Fields &f, const Site &, const Pattern &p,
                   Instruction &out) {
  // 0x100: Rd = SP + imm; otherwise SP = SP +- imm.
  out.op.d = p.argument & 0x100 ? uint8_t(f('d')) : 13;
  out.op.n = 13;
  out.op.imm = f('i') * 4;
  return finish(out, Alu(p.argument & 0xFF), Operand::Imm, false, true);
}

//===- Shifts by a register -----------------------------------------------===//

template <Operand K, bool S> const Op *runShift(Cpu &cpu, const Op *op) {
  uint32_t value = cpu.r[op->n], by = cpu.r[op->m] & 0xFF;
  uint32_t result = value, carry = cpu.flagC;
  if (by != 0) {
    if constexpr (K == Operand::Lsl) {
      carry = by <= 32 ? value >> (32 - by) & 1 : 0;
      result = by < 32 ? value << by : 0;
    } else if constexpr (K == Operand::Lsr) {
      carry = by <= 32 ? value >> (by - 1) & 1 : 0;
      result = by < 32 ? value >> by : 0;
    } else if constexpr (K == Operand::Asr) {
      unsigned most = by > 32 ? 32 : by;
      carry = uint32_t(int32_t(value) >> (most - 1)) & 1;
      result = uint32_t(int64_t(int32_t(value)) >> most);
    } else {
      result = std::rotr(value, int(by & 31));
      carry = result >> 31;
    }
  }
  if constexpr (S) {
    cpu.setNZ(result);
    cpu.flagC = carry;
  }
  cpu.r[op->d] = result;
  SNNC_EMU_NEXT(cpu, op);
}

template <bool S> Handler pickShift(uint32_t type) {
  constexpr Handler shifts[] = {
      runShift<Operand::Lsl, S>, runShift<Operand::Lsr, S>,
      runShift<Operand::Asr, S>, runShift<Operand::Ror, S>};
  return shifts[type];
}

bool shiftByRegister(Instruction &out, uint32_t type, unsigned d, unsigned n,
                     unsigned m, bool flags) {
  if (d == 15 || n == 15 || m == 15)
    return false;
  out.op.d = uint8_t(d);
  out.op.n = uint8_t(n);
  out.op.m = uint8_t(m);
  out.op.run = flags ? pickShift<true>(type) : pickShift<false>(type);
  if (flags) {
    out.quiet = pickShift<false>(type);
    // A shift by 0 keeps C, so C stays alive before this instruction.
    out.writesFlags = flagMaskN | flagMaskZ | flagMaskC;
    out.readsFlags = flagMaskC;
  }
  out.pipe = Pipe::Alu;
  out.writes = uint16_t(1u << d);
  return true;
}

bool shiftReg16(const Fields &f, const Site &site, const Pattern &p,
                Instruction &out) {
  return shiftByRegister(out, p.argument, f('d'), f('d'), f('m'), !site.inIt);
}
bool shiftReg32(const Fields &f, const Site &, const Pattern &,
                Instruction &out) {
  return shiftByRegister(out, f('t'), f('d'), f('n'), f('m'), f('S'));
}

//===- 32-bit encodings ---------------------------------------------------===//

/// What the four-bit opcode of a 32-bit data-processing encoding means, given
/// that n = 15 turns ORR into MOV and d = 15 with S turns results into tests.
bool longOperation(uint32_t opcode, bool nIsPc, bool dIsPc, bool flags,
                   Alu &alu, bool &keep) {
  keep = true;
  bool test = dIsPc && flags;
  switch (opcode) {
  case 0:
    alu = Alu::And;
    keep = !test;
    return true;
  case 1:
    alu = Alu::Bic;
    return true;
  case 2:
    alu = nIsPc ? Alu::Mov : Alu::Orr;
    return true;
  case 3:
    alu = nIsPc ? Alu::Mvn : Alu::Orn;
    return true;
  case 4:
    alu = Alu::Eor;
    keep = !test;
    return true;
  case 8:
    alu = Alu::Add;
    keep = !test;
    return true;
  case 10:
    alu = Alu::Adc;
    return true;
  case 11:
    alu = Alu::Sbc;
    return true;
  case 13:
    alu = Alu::Sub;
    keep = !test;
    return true;
  case 14:
    alu = Alu::Rsb;
    return true;
  default:
    return false;
  }
}

bool shiftedRegister(const Fields &f, const Site &, const Pattern &,
                     Instruction &out) {
  Alu alu;
  bool keep;
  if (!longOperation(f('o'), f('n') == 15, f('d') == 15, f('S'), alu, keep))
    return false;
  out.op.d = keep ? uint8_t(f('d')) : 0;
  out.op.n = alu == Alu::Mov || alu == Alu::Mvn ? 0 : uint8_t(f('n'));
  out.op.m = uint8_t(f('m'));
  Operand kind = shiftOf(f('t'), f('i'), out.op.a);
  return finish(out, alu, kind, f('S'), keep);
}

bool modifiedImmediate(const Fields &f, const Site &, const Pattern &,
                       Instruction &out) {
  Alu alu;
  bool keep;
  if (!longOperation(f('o'), f('n') == 15, f('d') == 15, f('S'), alu, keep))
    return false;
  out.op.d = keep ? uint8_t(f('d')) : 0;
  out.op.n = alu == Alu::Mov || alu == Alu::Mvn ? 0 : uint8_t(f('n'));
  out.op.imm = expandImmediate(f('i'), out.op.a);
  if (isArithmetic(alu))
    out.op.a = 0;
  return finish(out, alu, Operand::Imm, f('S'), keep);
}

bool plainImmediate(const Fields &f, const Site &site, const Pattern &p,
                    Instruction &out) {
  Alu alu = Alu(p.argument);
  if (f('n') == 15) { // ADR
    uint32_t base = (site.pc + 4) & ~3u;
    return constant(out, f('d'),
                    alu == Alu::Add ? base + f('i') : base - f('i'));
  }
  out.op.d = uint8_t(f('d'));
  out.op.n = uint8_t(f('n'));
  out.op.imm = f('i');
  return finish(out, alu, Operand::Imm, false, true);
}

bool moveWide(const Fields &f, const Site &, const Pattern &,
              Instruction &out) {
  return f('d') != 13 && constant(out, f('d'), f('n') << 12 | f('i'));
}

const Op *runMoveTop(Cpu &cpu, const Op *op) {
  cpu.r[op->d] = (cpu.r[op->d] & 0xFFFF) | op->imm << 16;
  SNNC_EMU_NEXT(cpu, op);
}
bool moveTop(const Fields &f, const Site &, const Pattern &, Instruction &out) {
  if (f('d') == 13 || f('d') == 15)
    return false;
  out.op.d = uint8_t(f('d'));
  out.op.imm = f('n') << 12 | f('i');
  out.op.run = runMoveTop;
  out.pipe = Pipe::Alu;
  out.writes = uint16_t(1u << f('d'));
  return true;
}

constexpr uint32_t arg(Alu alu, uint32_t more = 0) {
  return uint32_t(alu) | more;
}

constexpr Pattern patterns[] = {
    {"000 00 iiiii mmm ddd", shiftImm16, 0},
    {"000 01 iiiii mmm ddd", shiftImm16, 1},
    {"000 10 iiiii mmm ddd", shiftImm16, 2},
    {"000 11 00 mmm nnn ddd", threeReg16, arg(Alu::Add)},
    {"000 11 01 mmm nnn ddd", threeReg16, arg(Alu::Sub)},
    {"000 11 10 iii nnn ddd", threeReg16, arg(Alu::Add, 0x100)},
    {"000 11 11 iii nnn ddd", threeReg16, arg(Alu::Sub, 0x100)},
    {"001 00 ddd iiiiiiii", imm8Of16, arg(Alu::Mov)},
    {"001 01 ddd iiiiiiii", imm8Of16, arg(Alu::Sub, 0x100)},
    {"001 10 ddd iiiiiiii", imm8Of16, arg(Alu::Add)},
    {"001 11 ddd iiiiiiii", imm8Of16, arg(Alu::Sub)},
    {"010000 0000 mmm ddd", twoReg16, arg(Alu::And)},
    {"010000 0001 mmm ddd", twoReg16, arg(Alu::Eor)},
    {"010000 0010 mmm ddd", shiftReg16, 0},
    {"010000 0011 mmm ddd", shiftReg16, 1},
    {"010000 0100 mmm ddd", shiftReg16, 2},
    {"010000 0101 mmm ddd", twoReg16, arg(Alu::Adc)},
    {"010000 0110 mmm ddd", twoReg16, arg(Alu::Sbc)},
    {"010000 0111 mmm ddd", shiftReg16, 3},
    {"010000 1000 mmm ddd", twoReg16, arg(Alu::And, 0x100)}, // TST
    {"010000 1001 mmm ddd", twoReg16, 0x200},                // NEG
    {"010000 1010 mmm ddd", twoReg16, arg(Alu::Sub, 0x100)}, // CMP
    {"010000 1011 mmm ddd", twoReg16, arg(Alu::Add, 0x100)}, // CMN
    {"010000 1100 mmm ddd", twoReg16, arg(Alu::Orr)},
    {"010000 1110 mmm ddd", twoReg16, arg(Alu::Bic)},
    {"010000 1111 mmm ddd", twoReg16, arg(Alu::Mvn)},
    {"010001 00 D mmmm ddd", highRegisters, arg(Alu::Add)},
    {"010001 01 D mmmm ddd", highRegisters, arg(Alu::Sub, 0x100)},
    {"010001 10 D mmmm ddd", highRegisters, arg(Alu::Mov)},
    {"10100 ddd iiiiiiii", addressOf16},
    {"10101 ddd iiiiiiii", stackOffset16, arg(Alu::Add, 0x100)},
    {"1011 0000 0 iiiiiii", stackOffset16, arg(Alu::Add)},
    {"1011 0000 1 iiiiiii", stackOffset16, arg(Alu::Sub)},

    {"1110101 oooo S nnnn 0 iii dddd ii tt mmmm", shiftedRegister},
    {"11110 i 0 oooo S nnnn 0 iii dddd iiiiiiii", modifiedImmediate},
    {"11110 i 1 0000 0 nnnn 0 iii dddd iiiiiiii", plainImmediate,
     arg(Alu::Add)},
    {"11110 i 1 0101 0 nnnn 0 iii dddd iiiiiiii", plainImmediate,
     arg(Alu::Sub)},
    {"11110 i 1 0010 0 nnnn 0 iii dddd iiiiiiii", moveWide},
    {"11110 i 1 0110 0 nnnn 0 iii dddd iiiiiiii", moveTop},
    {"11111010 0 tt S nnnn 1111 dddd 0000 mmmm", shiftReg32},
};

} // namespace

std::span<const Pattern> aluPatterns() { return patterns; }

} // namespace snnc::emulator
