//===- Alu.cpp - Data-processing operations -------------------------------===//
//
// Part of the snnc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Moves, arithmetic, logic and compares, in one template per shape: operation x
// second operand x flags. References: Armv7-M ARM, DDI 0403, A7.7.
//
//===----------------------------------------------------------------------===//
#include "runtime/emulator/cortexm4/Alu.h"

namespace snnc::emulator {

namespace {

template <Operand K>
inline uint32_t operand(const Cpu &cpu, const Op *op, uint32_t &carry) {
  if constexpr (K == Operand::Imm) {
    if (op->a != 0)
      carry = op->a - 1;
    return op->imm;
  }
  uint32_t value = cpu.r[op->m];
  unsigned by = op->a; // 1..31, or 32 for Lsr and Asr
  if constexpr (K == Operand::Lsl) {
    carry = value >> (32 - by) & 1;
    return value << by;
  } else if constexpr (K == Operand::Lsr) {
    carry = value >> (by - 1) & 1;
    return uint32_t(uint64_t(value) >> by);
  } else if constexpr (K == Operand::Asr) {
    carry = uint32_t(int32_t(value) >> (by - 1)) & 1;
    return uint32_t(int64_t(int32_t(value)) >> by);
  } else if constexpr (K == Operand::Ror) {
    uint32_t result = std::rotr(value, int(by));
    carry = result >> 31;
    return result;
  } else if constexpr (K == Operand::Rrx) {
    carry = value & 1;
    return value >> 1 | cpu.flagC << 31;
  }
  return value;
}

template <bool S>
inline uint32_t addWithCarry(Cpu &cpu, uint32_t a, uint32_t b, uint32_t carry) {
  uint32_t result = a + b + carry;
  if constexpr (S) {
    cpu.setNZ(result);
    cpu.flagC = uint32_t((uint64_t(a) + b + carry) >> 32);
    cpu.flagV = (~(a ^ b) & (a ^ result)) >> 31;
  }
  return result;
}

template <Alu A, bool S>
inline uint32_t compute(Cpu &cpu, uint32_t a, uint32_t b) {
  if constexpr (A == Alu::And)
    return a & b;
  else if constexpr (A == Alu::Bic)
    return a & ~b;
  else if constexpr (A == Alu::Orr)
    return a | b;
  else if constexpr (A == Alu::Orn)
    return a | ~b;
  else if constexpr (A == Alu::Eor)
    return a ^ b;
  else if constexpr (A == Alu::Mov)
    return b;
  else if constexpr (A == Alu::Mvn)
    return ~b;
  else if constexpr (A == Alu::Add)
    return addWithCarry<S>(cpu, a, b, 0);
  else if constexpr (A == Alu::Adc)
    return addWithCarry<S>(cpu, a, b, cpu.flagC);
  else if constexpr (A == Alu::Sub)
    return addWithCarry<S>(cpu, a, ~b, 1);
  else if constexpr (A == Alu::Sbc)
    return addWithCarry<S>(cpu, a, ~b, cpu.flagC);
  else
    return addWithCarry<S>(cpu, ~a, b, 1);
}

/// `Keep`: write the result; compares and tests do not.
template <Alu A, Operand K, bool S, bool Keep>
const Op *runAlu(Cpu &cpu, const Op *op) {
  uint32_t carry = cpu.flagC;
  uint32_t b = operand<K>(cpu, op, carry);
  uint32_t result = compute<A, S>(cpu, cpu.r[op->n], b);
  if constexpr (S && !isArithmetic(A)) {
    cpu.setNZ(result);
    cpu.flagC = carry;
  }
  if constexpr (Keep)
    cpu.r[op->d] = result;
  SNNC_EMU_NEXT(cpu, op);
}

template <Alu A, bool S, bool Keep> Handler pickOperand(Operand kind) {
  switch (kind) {
  case Operand::Imm:
    return runAlu<A, Operand::Imm, S, Keep>;
  case Operand::Reg:
    return runAlu<A, Operand::Reg, S, Keep>;
  case Operand::Lsl:
    return runAlu<A, Operand::Lsl, S, Keep>;
  case Operand::Lsr:
    return runAlu<A, Operand::Lsr, S, Keep>;
  case Operand::Asr:
    return runAlu<A, Operand::Asr, S, Keep>;
  case Operand::Ror:
    return runAlu<A, Operand::Ror, S, Keep>;
  case Operand::Rrx:
    return runAlu<A, Operand::Rrx, S, Keep>;
  }
  return nullptr;
}

template <bool S, bool Keep> Handler pick(Alu alu, Operand kind) {
  switch (alu) {
  case Alu::And:
    return pickOperand<Alu::And, S, Keep>(kind);
  case Alu::Bic:
    return pickOperand<Alu::Bic, S, Keep>(kind);
  case Alu::Orr:
    return pickOperand<Alu::Orr, S, Keep>(kind);
  case Alu::Orn:
    return pickOperand<Alu::Orn, S, Keep>(kind);
  case Alu::Eor:
    return pickOperand<Alu::Eor, S, Keep>(kind);
  case Alu::Add:
    return pickOperand<Alu::Add, S, Keep>(kind);
  case Alu::Adc:
    return pickOperand<Alu::Adc, S, Keep>(kind);
  case Alu::Sub:
    return pickOperand<Alu::Sub, S, Keep>(kind);
  case Alu::Sbc:
    return pickOperand<Alu::Sbc, S, Keep>(kind);
  case Alu::Rsb:
    return pickOperand<Alu::Rsb, S, Keep>(kind);
  case Alu::Mov:
    return pickOperand<Alu::Mov, S, Keep>(kind);
  case Alu::Mvn:
    return pickOperand<Alu::Mvn, S, Keep>(kind);
  }
  return nullptr;
}

} // namespace

const Op *runNothing(Cpu &cpu, const Op *op) { SNNC_EMU_NEXT(cpu, op); }

bool finish(Instruction &out, Alu alu, Operand kind, bool flags, bool keep) {
  const Op &op = out.op;
  if ((keep && op.d == 15) || op.n == 15 ||
      (kind != Operand::Imm && op.m == 15))
    return false;
  out.op.run = keep ? (flags ? pick<true, true>(alu, kind)
                             : pick<false, true>(alu, kind))
                    : pick<true, false>(alu, kind);
  if (flags) {
    out.quiet = keep ? pick<false, true>(alu, kind) : runNothing;
    bool shiftsCarry = kind == Operand::Imm ? op.a != 0 : kind != Operand::Reg;
    out.writesFlags = flagMaskN | flagMaskZ;
    if (isArithmetic(alu))
      out.writesFlags = flagMaskAll;
    else if (shiftsCarry)
      out.writesFlags |= flagMaskC;
  }
  if (alu == Alu::Adc || alu == Alu::Sbc || kind == Operand::Rrx)
    out.readsFlags = flagMaskC;
  out.pipe = Pipe::Alu;
  if (keep)
    out.writes = uint16_t(1u << op.d);
  return true;
}

} // namespace snnc::emulator
