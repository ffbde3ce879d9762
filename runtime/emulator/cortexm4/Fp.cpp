//===- Fp.cpp - FPv4-SP arithmetic ----------------------------------------===//
//
// Part of the snnc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Single precision on the host's IEEE unit, round to nearest, subnormals kept.
// Only NaNs differ between hosts and Arm, so every result that is one is made
// again by Arm's rules (DDI 0403, A2.5.5): the first signalling operand, else
// the first quiet one, quieted; else 0x7FC00000.
//
//===----------------------------------------------------------------------===//
#include "runtime/emulator/cortexm4/Decode.h"

#include <cmath>

namespace snnc::emulator {

namespace {

float toFloat(uint32_t bits) { return std::bit_cast<float>(bits); }
uint32_t toBits(float value) { return std::bit_cast<uint32_t>(value); }

constexpr uint32_t defaultNan = 0x7FC00000u, quietBit = 0x00400000u,
                   signBit = 0x80000000u;

bool isNan(uint32_t bits) { return (bits & 0x7FFFFFFFu) > 0x7F800000u; }
bool isSignalling(uint32_t bits) { return isNan(bits) && !(bits & quietBit); }

[[gnu::noinline]] uint32_t nanOf(uint32_t a, uint32_t b) {
  for (uint32_t bits : {a, b})
    if (isSignalling(bits))
      return bits | quietBit;
  for (uint32_t bits : {a, b})
    if (isNan(bits))
      return bits;
  return defaultNan;
}

[[gnu::noinline]] uint32_t nanOf(uint32_t addend, uint32_t a, uint32_t b) {
  for (uint32_t bits : {addend, a, b})
    if (isSignalling(bits))
      return bits | quietBit;
  uint32_t x = a & ~signBit, y = b & ~signBit;
  bool invalid = (x == 0x7F800000u && y == 0) || (x == 0 && y == 0x7F800000u);
  if (invalid)
    return defaultNan;
  for (uint32_t bits : {addend, a, b})
    if (isNan(bits))
      return bits;
  return defaultNan;
}

enum class Fp { Add, Sub, Mul, Div };

template <Fp F> inline uint32_t arithmetic(uint32_t a, uint32_t b) {
  float x = toFloat(a), y = toFloat(b), result;
  if constexpr (F == Fp::Add)
    result = x + y;
  else if constexpr (F == Fp::Sub)
    result = x - y;
  else if constexpr (F == Fp::Mul)
    result = x * y;
  else
    result = x / y;
  if (result != result) [[unlikely]]
    return nanOf(a, b);
  return toBits(result);
}

template <Fp F, bool Negate> const Op *runFp(Cpu &cpu, const Op *op) {
  uint32_t result = arithmetic<F>(cpu.s[op->n], cpu.s[op->m]);
  cpu.s[op->d] = Negate ? result ^ signBit : result;
  SNNC_EMU_NEXT(cpu, op);
}

/// VMLA and kin: product rounded first, then the sum.
template <bool NegateSum, bool NegateProduct>
const Op *runChained(Cpu &cpu, const Op *op) {
  uint32_t product = arithmetic<Fp::Mul>(cpu.s[op->n], cpu.s[op->m]);
  uint32_t addend = cpu.s[op->d];
  cpu.s[op->d] =
      arithmetic<Fp::Add>(NegateSum ? addend ^ signBit : addend,
                          NegateProduct ? product ^ signBit : product);
  SNNC_EMU_NEXT(cpu, op);
}

/// VFMA and kin: one rounding.
template <bool NegateSum, bool NegateProduct>
const Op *runFused(Cpu &cpu, const Op *op) {
  uint32_t a = cpu.s[op->n], b = cpu.s[op->m], addend = cpu.s[op->d];
  if (NegateProduct)
    a ^= signBit;
  if (NegateSum)
    addend ^= signBit;
  float result = std::fma(toFloat(a), toFloat(b), toFloat(addend));
  cpu.s[op->d] = result != result ? nanOf(addend, a, b) : toBits(result);
  SNNC_EMU_NEXT(cpu, op);
}

const Op *runSqrt(Cpu &cpu, const Op *op) {
  uint32_t m = cpu.s[op->m];
  float result = std::sqrt(toFloat(m));
  cpu.s[op->d] = result != result ? nanOf(m, m) : toBits(result);
  SNNC_EMU_NEXT(cpu, op);
}
const Op *runAbs(Cpu &cpu, const Op *op) {
  cpu.s[op->d] = cpu.s[op->m] & ~signBit;
  SNNC_EMU_NEXT(cpu, op);
}
const Op *runNeg(Cpu &cpu, const Op *op) {
  cpu.s[op->d] = cpu.s[op->m] ^ signBit;
  SNNC_EMU_NEXT(cpu, op);
}

/// NZCV: less 1000, equal 0110, greater 0010, unordered 0011.
const Op *runCompare(Cpu &cpu, const Op *op) {
  float a = toFloat(cpu.s[op->d]);
  float b = op->a ? 0.0f : toFloat(cpu.s[op->m]);
  uint32_t nzcv = a == b ? 6 : a < b ? 8 : a > b ? 2 : 3;
  cpu.fpscr = nzcv << 28;
  SNNC_EMU_NEXT(cpu, op);
}

template <bool Signed> const Op *runFromInt(Cpu &cpu, const Op *op) {
  uint32_t m = cpu.s[op->m];
  cpu.s[op->d] = toBits(Signed ? float(int32_t(m)) : float(m));
  SNNC_EMU_NEXT(cpu, op);
}

/// Saturates an integral value to 32 bits or 16; NaN gives 0.
uint32_t toInteger(double value, bool isSigned, unsigned bits) {
  if (value != value)
    return 0;
  double low = isSigned ? -std::ldexp(1.0, int(bits) - 1) : 0;
  double high = std::ldexp(1.0, int(bits) - (isSigned ? 1 : 0)) - 1;
  double clamped = value < low ? low : value > high ? high : value;
  return uint32_t(int64_t(clamped));
}

template <bool Signed, bool Truncate>
const Op *runToInt(Cpu &cpu, const Op *op) {
  double value = toFloat(cpu.s[op->m]);
  double whole = Truncate ? std::trunc(value) : std::nearbyint(value);
  cpu.s[op->d] = toInteger(whole, Signed, 32);
  SNNC_EMU_NEXT(cpu, op);
}

/// Fixed point: a = bits (16 or 32), imm = fraction bits; in place.
template <bool Signed> const Op *runToFixed(Cpu &cpu, const Op *op) {
  double value = std::ldexp(double(toFloat(cpu.s[op->d])), int(op->imm));
  uint32_t result = toInteger(std::trunc(value), Signed, op->a);
  if (op->a == 16)
    result = Signed ? uint32_t(int16_t(result)) : result & 0xFFFF;
  cpu.s[op->d] = result;
  SNNC_EMU_NEXT(cpu, op);
}
template <bool Signed> const Op *runFromFixed(Cpu &cpu, const Op *op) {
  uint32_t bits = cpu.s[op->d];
  double value = Signed ? double(op->a == 16 ? int16_t(bits) : int32_t(bits))
                        : double(op->a == 16 ? uint16_t(bits) : bits);
  cpu.s[op->d] = toBits(float(std::ldexp(value, -int(op->imm))));
  SNNC_EMU_NEXT(cpu, op);
}

//===- Half precision conversions -----------------------------------------===//

uint32_t fromHalf(uint32_t half) {
  uint32_t sign = (half & 0x8000) << 16, exponent = half >> 10 & 31,
           fraction = half & 0x3FF;
  if (exponent == 31)
    return sign | 0x7F800000u | (fraction != 0 ? quietBit | fraction << 13 : 0);
  if (exponent == 0)
    return sign | toBits(std::ldexp(float(fraction), -24));
  return sign | (exponent + 112) << 23 | fraction << 13;
}

uint32_t toHalf(uint32_t bits) {
  uint32_t sign = bits >> 16 & 0x8000;
  if (isNan(bits))
    return sign | 0x7E00 | (bits >> 13 & 0x1FF);
  double value = std::fabs(double(toFloat(bits)));
  if (value >= 65520)
    return sign | 0x7C00;
  if (value < std::ldexp(1.0, -14)) // subnormal or zero
    return sign | uint32_t(std::nearbyint(std::ldexp(value, 24)));
  int exponent;
  std::frexp(value, &exponent); // value in [2^(e-1), 2^e)
  double fraction = std::nearbyint(std::ldexp(value, 11 - exponent));
  // 1024..2048; 2048 carries into the exponent by itself.
  return sign | (uint32_t(exponent + 13) << 10) + uint32_t(fraction);
}

/// imm bit 0: top half.
const Op *runFromHalf(Cpu &cpu, const Op *op) {
  uint32_t m = cpu.s[op->m];
  cpu.s[op->d] = fromHalf(op->imm ? m >> 16 : m & 0xFFFF);
  SNNC_EMU_NEXT(cpu, op);
}
const Op *runToHalf(Cpu &cpu, const Op *op) {
  uint32_t half = toHalf(cpu.s[op->m]), old = cpu.s[op->d];
  cpu.s[op->d] =
      op->imm ? (old & 0xFFFF) | half << 16 : (old & 0xFFFF0000u) | half;
  SNNC_EMU_NEXT(cpu, op);
}

//===- Decoding -----------------------------------------------------------===//

void operands(const Fields &f, Instruction &out) {
  out.op.d = uint8_t(f('d') << 1 | f('D'));
  out.op.n = uint8_t(f('n') << 1 | f('N'));
  out.op.m = uint8_t(f('m') << 1 | f('M'));
  out.fpu = true;
  out.pipe = Pipe::Fp;
}

/// d = n op m; the multiply-accumulates also read d.
bool three(const Fields &f, const Site &, const Pattern &p, Instruction &out) {
  struct Row {
    Handler run;
    uint8_t cycles;
    bool readsD;
  };
  static constexpr Row rows[] = {
      {runChained<false, false>, 3, true}, // VMLA
      {runChained<false, true>, 3, true},  // VMLS
      {runChained<true, false>, 3, true},  // VNMLS
      {runChained<true, true>, 3, true},   // VNMLA
      {runFp<Fp::Mul, false>, 1, false},
      {runFp<Fp::Mul, true>, 1, false},
      {runFp<Fp::Add, false>, 1, false},
      {runFp<Fp::Sub, false>, 1, false},
      {runFp<Fp::Div, false>, 14, false},
      {runFused<true, false>, 3, true},  // VFNMS
      {runFused<true, true>, 3, true},   // VFNMA
      {runFused<false, false>, 3, true}, // VFMA
      {runFused<false, true>, 3, true},  // VFMS
  };
  operands(f, out);
  const Row &row = rows[p.argument];
  out.op.run = row.run;
  out.cycles = row.cycles;
  out.fpWrites = 1u << out.op.d;
  out.fpReads =
      1u << out.op.n | 1u << out.op.m | (row.readsD ? 1u << out.op.d : 0);
  return true;
}

bool two(const Fields &f, const Site &, const Pattern &p, Instruction &out) {
  static constexpr Handler rows[] = {
      runAbs,
      runNeg,
      runSqrt,
      runFromInt<false>,
      runFromInt<true>,
      runToInt<false, false>,
      runToInt<false, true>,
      runToInt<true, false>,
      runToInt<true, true>,
      runFromHalf,
      runToHalf,
  };
  operands(f, out);
  out.op.run = rows[p.argument];
  out.op.imm = f('t');
  out.cycles = p.argument == 2 ? 14 : 1;
  out.fpWrites = 1u << out.op.d;
  out.fpReads = 1u << out.op.m;
  return true;
}

bool compare(const Fields &f, const Site &, const Pattern &p,
             Instruction &out) {
  operands(f, out);
  out.op.run = runCompare;
  out.op.a = uint8_t(p.argument);
  out.fpReads = 1u << out.op.d | (p.argument ? 0 : 1u << out.op.m);
  return true;
}

/// Fraction bits = size - (imm4:i); argument bit 0: to fixed.
bool fixedPoint(const Fields &f, const Site &, const Pattern &p,
                Instruction &out) {
  unsigned bits = f('x') ? 32 : 16, count = f('f') << 1 | f('i');
  if (count > bits)
    return false;
  operands(f, out);
  out.op.a = uint8_t(bits);
  out.op.imm = bits - count;
  bool isUnsigned = f('u');
  if (p.argument)
    out.op.run = isUnsigned ? runToFixed<false> : runToFixed<true>;
  else
    out.op.run = isUnsigned ? runFromFixed<false> : runFromFixed<true>;
  out.fpWrites = out.fpReads = 1u << out.op.d;
  return true;
}

constexpr Pattern patterns[] = {
    {"11101110 0D00 nnnn dddd 1010 N0M0 mmmm", three, 0},
    {"11101110 0D00 nnnn dddd 1010 N1M0 mmmm", three, 1},
    {"11101110 0D01 nnnn dddd 1010 N0M0 mmmm", three, 2},
    {"11101110 0D01 nnnn dddd 1010 N1M0 mmmm", three, 3},
    {"11101110 0D10 nnnn dddd 1010 N0M0 mmmm", three, 4},
    {"11101110 0D10 nnnn dddd 1010 N1M0 mmmm", three, 5},
    {"11101110 0D11 nnnn dddd 1010 N0M0 mmmm", three, 6},
    {"11101110 0D11 nnnn dddd 1010 N1M0 mmmm", three, 7},
    {"11101110 1D00 nnnn dddd 1010 N0M0 mmmm", three, 8},
    {"11101110 1D01 nnnn dddd 1010 N0M0 mmmm", three, 9},
    {"11101110 1D01 nnnn dddd 1010 N1M0 mmmm", three, 10},
    {"11101110 1D10 nnnn dddd 1010 N0M0 mmmm", three, 11},
    {"11101110 1D10 nnnn dddd 1010 N1M0 mmmm", three, 12},
    {"11101110 1D11 0000 dddd 1010 11M0 mmmm", two, 0},
    {"11101110 1D11 0001 dddd 1010 01M0 mmmm", two, 1},
    {"11101110 1D11 0001 dddd 1010 11M0 mmmm", two, 2},
    {"11101110 1D11 1000 dddd 1010 01M0 mmmm", two, 3},
    {"11101110 1D11 1000 dddd 1010 11M0 mmmm", two, 4},
    {"11101110 1D11 1100 dddd 1010 01M0 mmmm", two, 5},
    {"11101110 1D11 1100 dddd 1010 11M0 mmmm", two, 6},
    {"11101110 1D11 1101 dddd 1010 01M0 mmmm", two, 7},
    {"11101110 1D11 1101 dddd 1010 11M0 mmmm", two, 8},
    {"11101110 1D11 0010 dddd 1010 t1M0 mmmm", two, 9},
    {"11101110 1D11 0011 dddd 1010 t1M0 mmmm", two, 10},
    {"11101110 1D11 0100 dddd 1010 E1M0 mmmm", compare, 0},
    {"11101110 1D11 0101 dddd 1010 E100 0000", compare, 1},
    {"11101110 1D11 101u dddd 1010 x1i0 ffff", fixedPoint, 0},
    {"11101110 1D11 111u dddd 1010 x1i0 ffff", fixedPoint, 1},
};

} // namespace

std::span<const Pattern> fpPatterns() { return patterns; }

} // namespace snnc::emulator
