//===- Multiply.cpp - Multiplication and division -------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "runtime/emulator/cortexm4/Decode.h"

namespace snnc::emulator {

namespace {

int32_t half(uint32_t value, bool top) {
  return int16_t(top ? value >> 16 : value);
}

/// Sets Q when a 64-bit sum does not fit 32 bits; wraps as the chip does.
uint32_t wrapQ(Cpu &cpu, int64_t sum) {
  if (sum != int32_t(sum))
    cpu.flagQ = 1;
  return uint32_t(sum);
}

const Op *runMul(Cpu &cpu, const Op *op) {
  cpu.r[op->d] = cpu.r[op->n] * cpu.r[op->m];
  SNNC_EMU_NEXT(cpu, op);
}
const Op *runMulS(Cpu &cpu, const Op *op) {
  cpu.setNZ(cpu.r[op->d] = cpu.r[op->n] * cpu.r[op->m]);
  SNNC_EMU_NEXT(cpu, op);
}
const Op *runMla(Cpu &cpu, const Op *op) {
  cpu.r[op->d] = cpu.r[op->a] + cpu.r[op->n] * cpu.r[op->m];
  SNNC_EMU_NEXT(cpu, op);
}
const Op *runMls(Cpu &cpu, const Op *op) {
  cpu.r[op->d] = cpu.r[op->a] - cpu.r[op->n] * cpu.r[op->m];
  SNNC_EMU_NEXT(cpu, op);
}

/// SMLAxy and SMULxy: imm bit 1 = top half of n, bit 0 = top half of m.
template <bool Add> const Op *runHalfMul(Cpu &cpu, const Op *op) {
  int64_t product = int64_t(half(cpu.r[op->n], op->imm & 2)) *
                    half(cpu.r[op->m], op->imm & 1);
  cpu.r[op->d] =
      Add ? wrapQ(cpu, product + int32_t(cpu.r[op->a])) : uint32_t(product);
  SNNC_EMU_NEXT(cpu, op);
}

/// SMLAWy and SMULWy: 32 x 16 bits, the top 32 of 48.
template <bool Add> const Op *runWideHalf(Cpu &cpu, const Op *op) {
  int64_t product =
      int64_t(int32_t(cpu.r[op->n])) * half(cpu.r[op->m], op->imm & 1) >> 16;
  cpu.r[op->d] =
      Add ? wrapQ(cpu, product + int32_t(cpu.r[op->a])) : uint32_t(product);
  SNNC_EMU_NEXT(cpu, op);
}

/// The two 16-bit products of SMLAD, SMLSD and kin; imm bit 0 swaps m.
template <bool Subtract> int64_t dual(const Cpu &cpu, const Op *op) {
  uint32_t n = cpu.r[op->n], m = cpu.r[op->m];
  bool swap = op->imm & 1;
  int64_t low = int64_t(half(n, false)) * half(m, swap);
  int64_t high = int64_t(half(n, true)) * half(m, !swap);
  return Subtract ? low - high : low + high;
}

template <bool Subtract, bool Add> const Op *runDual(Cpu &cpu, const Op *op) {
  int64_t sum = dual<Subtract>(cpu, op);
  if (Add)
    sum += int32_t(cpu.r[op->a]);
  cpu.r[op->d] = wrapQ(cpu, sum);
  SNNC_EMU_NEXT(cpu, op);
}

/// SMMLA, SMMLS, SMMUL: the top half of 32 x 32; imm bit 0 rounds.
template <int Sign> const Op *runTopMul(Cpu &cpu, const Op *op) {
  uint64_t product =
      uint64_t(int64_t(int32_t(cpu.r[op->n])) * int32_t(cpu.r[op->m]));
  uint64_t sum = Sign == 0 ? 0 : uint64_t(cpu.r[op->a]) << 32;
  sum = Sign < 0 ? sum - product : sum + product;
  if (op->imm & 1)
    sum += 0x80000000u;
  cpu.r[op->d] = uint32_t(sum >> 32);
  SNNC_EMU_NEXT(cpu, op);
}

template <bool Add> const Op *runAbsDiff(Cpu &cpu, const Op *op) {
  uint32_t sum = Add ? cpu.r[op->a] : 0;
  for (unsigned lane = 0; lane < 32; lane += 8) {
    int x = cpu.r[op->n] >> lane & 0xFF, y = cpu.r[op->m] >> lane & 0xFF;
    sum += uint32_t(x > y ? x - y : y - x);
  }
  cpu.r[op->d] = sum;
  SNNC_EMU_NEXT(cpu, op);
}

uint64_t pair(const Cpu &cpu, const Op *op) {
  return uint64_t(cpu.r[op->d]) << 32 | cpu.r[op->a];
}
void setPair(Cpu &cpu, const Op *op, uint64_t value) {
  cpu.r[op->a] = uint32_t(value);
  cpu.r[op->d] = uint32_t(value >> 32);
}

template <bool Signed, bool Add> const Op *runLong(Cpu &cpu, const Op *op) {
  uint32_t n = cpu.r[op->n], m = cpu.r[op->m];
  uint64_t product =
      Signed ? uint64_t(int64_t(int32_t(n)) * int32_t(m)) : uint64_t(n) * m;
  setPair(cpu, op, Add ? pair(cpu, op) + product : product);
  SNNC_EMU_NEXT(cpu, op);
}
const Op *runUmaal(Cpu &cpu, const Op *op) {
  setPair(cpu, op,
          uint64_t(cpu.r[op->n]) * cpu.r[op->m] + cpu.r[op->a] + cpu.r[op->d]);
  SNNC_EMU_NEXT(cpu, op);
}
const Op *runLongHalf(Cpu &cpu, const Op *op) {
  int64_t product = int64_t(half(cpu.r[op->n], op->imm & 2)) *
                    half(cpu.r[op->m], op->imm & 1);
  setPair(cpu, op, pair(cpu, op) + uint64_t(product));
  SNNC_EMU_NEXT(cpu, op);
}
template <bool Subtract> const Op *runLongDual(Cpu &cpu, const Op *op) {
  setPair(cpu, op, pair(cpu, op) + uint64_t(dual<Subtract>(cpu, op)));
  SNNC_EMU_NEXT(cpu, op);
}

/// Cycles beyond the two of a trivial division. The manual gives 2..12 and
/// early termination by leading bits; the exact rule is not published, so:
/// 2 when the quotient is 0, else 4 + one per started 4 quotient bits.
uint64_t divisionCycles(uint32_t n, uint32_t m) {
  if (m == 0 || n < m)
    return 0;
  unsigned bits = unsigned(std::countl_zero(m) - std::countl_zero(n)) + 1;
  return 2 + (bits + 3) / 4;
}

const Op *runUdiv(Cpu &cpu, const Op *op) {
  uint32_t n = cpu.r[op->n], m = cpu.r[op->m];
  cpu.cycles += divisionCycles(n, m);
  cpu.r[op->d] = m == 0 ? 0 : n / m;
  SNNC_EMU_NEXT(cpu, op);
}
const Op *runSdiv(Cpu &cpu, const Op *op) {
  int64_t n = int32_t(cpu.r[op->n]), m = int32_t(cpu.r[op->m]);
  cpu.cycles +=
      divisionCycles(uint32_t(n < 0 ? -n : n), uint32_t(m < 0 ? -m : m));
  cpu.r[op->d] = m == 0 ? 0 : uint32_t(n / m);
  SNNC_EMU_NEXT(cpu, op);
}

bool mul16(const Fields &f, const Site &site, const Pattern &,
           Instruction &out) {
  out.op.d = out.op.n = uint8_t(f('d'));
  out.op.m = uint8_t(f('m'));
  out.op.run = site.inIt ? runMul : runMulS;
  if (!site.inIt) {
    out.quiet = runMul;
    out.writesFlags = flagMaskN | flagMaskZ;
  }
  out.pipe = Pipe::Alu;
  out.writes = uint16_t(1u << f('d'));
  return true;
}

/// d = n x m (+ a): the argument picks the row; a = 15 means "no addend".
bool mul32(const Fields &f, const Site &, const Pattern &p, Instruction &out) {
  struct Row {
    Handler with, without;
  };
  static constexpr Row rows[] = {
      {runMla, runMul},
      {runMls, nullptr},
      {runHalfMul<true>, runHalfMul<false>},
      {runDual<false, true>, runDual<false, false>},
      {runWideHalf<true>, runWideHalf<false>},
      {runDual<true, true>, runDual<true, false>},
      {runTopMul<1>, runTopMul<0>},
      {runTopMul<-1>, nullptr},
      {runAbsDiff<true>, runAbsDiff<false>},
  };
  const Row &row = rows[p.argument];
  out.op.run = f('a') == 15 ? row.without : row.with;
  out.op.d = uint8_t(f('d'));
  out.op.n = uint8_t(f('n'));
  out.op.m = uint8_t(f('m'));
  out.op.a = uint8_t(f('a'));
  out.op.imm = f('x');
  out.pipe = Pipe::Alu;
  out.writes = uint16_t(1u << f('d'));
  return out.op.run && f('d') != 15 && f('n') != 15 && f('m') != 15;
}

/// Two results: high in d, low in a.
bool long32(const Fields &f, const Site &, const Pattern &p, Instruction &out) {
  static constexpr Handler rows[] = {runLong<true, false>,
                                     runLong<false, false>,
                                     runLong<true, true>,
                                     runLong<false, true>,
                                     runUmaal,
                                     runLongHalf,
                                     runLongDual<false>,
                                     runLongDual<true>};
  out.op.run = rows[p.argument];
  out.op.d = uint8_t(f('h'));
  out.op.a = uint8_t(f('l'));
  out.op.n = uint8_t(f('n'));
  out.op.m = uint8_t(f('m'));
  out.op.imm = f('x');
  out.pipe = Pipe::Alu;
  out.writes = uint16_t(1u << f('h') | 1u << f('l'));
  return f('h') != f('l') && f('h') != 15 && f('l') != 15 && f('n') != 15 &&
         f('m') != 15;
}

bool divide(const Fields &f, const Site &, const Pattern &p, Instruction &out) {
  out.op.run = p.argument ? runSdiv : runUdiv;
  out.op.d = uint8_t(f('d'));
  out.op.n = uint8_t(f('n'));
  out.op.m = uint8_t(f('m'));
  out.cycles = 2;
  out.pipe = Pipe::Alu;
  out.writes = uint16_t(1u << f('d'));
  return f('d') != 15 && f('n') != 15 && f('m') != 15;
}

constexpr Pattern patterns[] = {
    {"010000 1101 mmm ddd", mul16},
    {"11111011 0000 nnnn aaaa dddd 0000 mmmm", mul32, 0},
    {"11111011 0000 nnnn aaaa dddd 0001 mmmm", mul32, 1},
    {"11111011 0001 nnnn aaaa dddd 00xx mmmm", mul32, 2},
    {"11111011 0010 nnnn aaaa dddd 000x mmmm", mul32, 3},
    {"11111011 0011 nnnn aaaa dddd 000x mmmm", mul32, 4},
    {"11111011 0100 nnnn aaaa dddd 000x mmmm", mul32, 5},
    {"11111011 0101 nnnn aaaa dddd 000x mmmm", mul32, 6},
    {"11111011 0110 nnnn aaaa dddd 000x mmmm", mul32, 7},
    {"11111011 0111 nnnn aaaa dddd 0000 mmmm", mul32, 8},
    {"11111011 1000 nnnn llll hhhh 0000 mmmm", long32, 0},
    {"11111011 1001 nnnn 1111 dddd 1111 mmmm", divide, 1},
    {"11111011 1010 nnnn llll hhhh 0000 mmmm", long32, 1},
    {"11111011 1011 nnnn 1111 dddd 1111 mmmm", divide, 0},
    {"11111011 1100 nnnn llll hhhh 0000 mmmm", long32, 2},
    {"11111011 1100 nnnn llll hhhh 10xx mmmm", long32, 5},
    {"11111011 1100 nnnn llll hhhh 110x mmmm", long32, 6},
    {"11111011 1101 nnnn llll hhhh 110x mmmm", long32, 7},
    {"11111011 1110 nnnn llll hhhh 0000 mmmm", long32, 3},
    {"11111011 1110 nnnn llll hhhh 0110 mmmm", long32, 4},
};

} // namespace

std::span<const Pattern> multiplyPatterns() { return patterns; }

} // namespace snnc::emulator
