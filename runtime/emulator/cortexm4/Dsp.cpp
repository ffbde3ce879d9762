//===- Dsp.cpp - Bit fields, saturation, packed arithmetic ----------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "runtime/emulator/cortexm4/Decode.h"

namespace snnc::emulator {

namespace {

int64_t clamp(int64_t value, int64_t low, int64_t high) {
  return value < low ? low : value > high ? high : value;
}
int64_t clampQ(Cpu &cpu, int64_t value, int64_t low, int64_t high) {
  int64_t result = clamp(value, low, high);
  cpu.flagQ |= result != value;
  return result;
}

//===- Extension ----------------------------------------------------------===//

enum class Extend { S8x2, U8x2, S16, U16, S8, U8 };

/// Rotates m right by op->a, extends, adds n unless n = 15.
template <Extend E, bool Add> const Op *runExtend(Cpu &cpu, const Op *op) {
  uint32_t m = std::rotr(cpu.r[op->m], op->a);
  uint32_t base = Add ? cpu.r[op->n] : 0;
  uint32_t low = 0, high = 0;
  if constexpr (E == Extend::S16)
    low = uint32_t(int16_t(m));
  else if constexpr (E == Extend::U16)
    low = m & 0xFFFF;
  else if constexpr (E == Extend::S8)
    low = uint32_t(int8_t(m));
  else if constexpr (E == Extend::U8)
    low = m & 0xFF;
  else if constexpr (E == Extend::S8x2)
    low = uint32_t(int8_t(m)), high = uint32_t(int8_t(m >> 16));
  else
    low = m & 0xFF, high = m >> 16 & 0xFF;
  if constexpr (E == Extend::S8x2 || E == Extend::U8x2)
    cpu.r[op->d] = ((base + low) & 0xFFFF) | ((base >> 16) + high) << 16;
  else
    cpu.r[op->d] = base + low;
  SNNC_EMU_NEXT(cpu, op);
}

template <bool Add> Handler pickExtend(uint32_t which) {
  constexpr Handler rows[] = {
      runExtend<Extend::S16, Add>,  runExtend<Extend::U16, Add>,
      runExtend<Extend::S8x2, Add>, runExtend<Extend::U8x2, Add>,
      runExtend<Extend::S8, Add>,   runExtend<Extend::U8, Add>};
  return rows[which];
}

bool simple(Instruction &out, Handler run, unsigned d, unsigned n, unsigned m) {
  out.op.run = run;
  out.op.d = uint8_t(d);
  out.op.n = uint8_t(n);
  out.op.m = uint8_t(m);
  out.pipe = Pipe::Alu;
  out.writes = uint16_t(1u << d);
  return run != nullptr && d != 15 && n != 15 && m != 15;
}

bool extend16(const Fields &f, const Site &, const Pattern &p,
              Instruction &out) {
  return simple(out, pickExtend<false>(p.argument), f('d'), 0, f('m'));
}
bool extend32(const Fields &f, const Site &, const Pattern &,
              Instruction &out) {
  if (f('o') > 5)
    return false;
  out.op.a = uint8_t(f('r') * 8);
  return f('n') == 15
             ? simple(out, pickExtend<false>(f('o')), f('d'), 0, f('m'))
             : simple(out, pickExtend<true>(f('o')), f('d'), f('n'), f('m'));
}

//===- Packed add and subtract --------------------------------------------===//

enum class Lanes { Add8, Add16, Asx, Sub8, Sub16, Sax };
enum class Mode { Signed, Saturate, Halve, Unsigned, USaturate, UHalve };

template <Mode M>
uint32_t lane(int32_t value, unsigned bits, bool isSub, bool &ge) {
  constexpr bool isSigned =
      M == Mode::Signed || M == Mode::Saturate || M == Mode::Halve;
  if (isSigned || isSub)
    ge = value >= 0;
  else
    ge = value >> bits != 0;
  if (M == Mode::Saturate)
    value = int32_t(clamp(value, -(1 << (bits - 1)), (1 << (bits - 1)) - 1));
  if (M == Mode::USaturate)
    value = int32_t(clamp(value, 0, (1 << bits) - 1));
  if (M == Mode::Halve || M == Mode::UHalve)
    value >>= 1;
  return uint32_t(value) & ((1u << bits) - 1);
}

template <Lanes L, Mode M> const Op *runPacked(Cpu &cpu, const Op *op) {
  constexpr bool isSigned =
      M == Mode::Signed || M == Mode::Saturate || M == Mode::Halve;
  constexpr unsigned bits = L == Lanes::Add8 || L == Lanes::Sub8 ? 8 : 16;
  constexpr bool swap = L == Lanes::Asx || L == Lanes::Sax;
  uint32_t n = cpu.r[op->n], m = cpu.r[op->m], result = 0, ge = 0;
  if (swap)
    m = std::rotr(m, 16);
  for (unsigned at = 0; at < 32; at += bits) {
    uint32_t x = n >> at & ((1u << bits) - 1), y = m >> at & ((1u << bits) - 1);
    int32_t a = int32_t(x), b = int32_t(y);
    if (isSigned) {
      a = bits == 8 ? int8_t(x) : int16_t(x);
      b = bits == 8 ? int8_t(y) : int16_t(y);
    }
    bool isSub = L == Lanes::Sub8 || L == Lanes::Sub16 ||
                 (L == Lanes::Asx && at == 0) || (L == Lanes::Sax && at != 0);
    bool bit = false;
    result |= lane<M>(isSub ? a - b : a + b, bits, isSub, bit) << at;
    if (bit)
      ge |= ((1u << bits / 8) - 1) << at / 8;
  }
  if (M == Mode::Signed || M == Mode::Unsigned)
    cpu.ge = ge;
  cpu.r[op->d] = result;
  SNNC_EMU_NEXT(cpu, op);
}

template <Lanes L> Handler pickMode(uint32_t mode) {
  switch (mode) {
  case 0:
    return runPacked<L, Mode::Signed>;
  case 1:
    return runPacked<L, Mode::Saturate>;
  case 2:
    return runPacked<L, Mode::Halve>;
  case 4:
    return runPacked<L, Mode::Unsigned>;
  case 5:
    return runPacked<L, Mode::USaturate>;
  case 6:
    return runPacked<L, Mode::UHalve>;
  default:
    return nullptr;
  }
}

bool packed(const Fields &f, const Site &, const Pattern &, Instruction &out) {
  Handler run = nullptr;
  switch (f('o')) {
  case 0:
    run = pickMode<Lanes::Add8>(f('u'));
    break;
  case 1:
    run = pickMode<Lanes::Add16>(f('u'));
    break;
  case 2:
    run = pickMode<Lanes::Asx>(f('u'));
    break;
  case 4:
    run = pickMode<Lanes::Sub8>(f('u'));
    break;
  case 5:
    run = pickMode<Lanes::Sub16>(f('u'));
    break;
  case 6:
    run = pickMode<Lanes::Sax>(f('u'));
    break;
  }
  return simple(out, run, f('d'), f('n'), f('m'));
}

const Op *runSel(Cpu &cpu, const Op *op) {
  uint32_t mask = 0;
  for (unsigned byte = 0; byte < 4; ++byte)
    if (cpu.ge >> byte & 1)
      mask |= 0xFFu << 8 * byte;
  cpu.r[op->d] = (cpu.r[op->n] & mask) | (cpu.r[op->m] & ~mask);
  SNNC_EMU_NEXT(cpu, op);
}

/// QADD, QDADD, QSUB, QDSUB: d = m +- n (or 2n), saturated.
template <bool Double, bool Subtract> const Op *runQ(Cpu &cpu, const Op *op) {
  int64_t n = int32_t(cpu.r[op->n]), m = int32_t(cpu.r[op->m]);
  if (Double)
    n = clampQ(cpu, 2 * n, INT32_MIN, INT32_MAX);
  cpu.r[op->d] =
      uint32_t(clampQ(cpu, Subtract ? m - n : m + n, INT32_MIN, INT32_MAX));
  SNNC_EMU_NEXT(cpu, op);
}

bool threeRegister(const Fields &f, const Site &, const Pattern &p,
                   Instruction &out) {
  static constexpr Handler rows[] = {runQ<false, false>, runQ<true, false>,
                                     runQ<false, true>, runQ<true, true>,
                                     runSel};
  return simple(out, rows[p.argument], f('d'), f('n'), f('m'));
}

//===- Reversal and counting ----------------------------------------------===//

const Op *runRev(Cpu &cpu, const Op *op) {
  cpu.r[op->d] = __builtin_bswap32(cpu.r[op->m]);
  SNNC_EMU_NEXT(cpu, op);
}
const Op *runRev16(Cpu &cpu, const Op *op) {
  cpu.r[op->d] = std::rotr(__builtin_bswap32(cpu.r[op->m]), 16);
  SNNC_EMU_NEXT(cpu, op);
}
const Op *runRevsh(Cpu &cpu, const Op *op) {
  cpu.r[op->d] = uint32_t(int16_t(__builtin_bswap16(uint16_t(cpu.r[op->m]))));
  SNNC_EMU_NEXT(cpu, op);
}
const Op *runRbit(Cpu &cpu, const Op *op) {
  uint32_t v = __builtin_bswap32(cpu.r[op->m]);
  v = (v >> 4 & 0x0F0F0F0Fu) | (v & 0x0F0F0F0Fu) << 4;
  v = (v >> 2 & 0x33333333u) | (v & 0x33333333u) << 2;
  cpu.r[op->d] = (v >> 1 & 0x55555555u) | (v & 0x55555555u) << 1;
  SNNC_EMU_NEXT(cpu, op);
}
const Op *runClz(Cpu &cpu, const Op *op) {
  cpu.r[op->d] = uint32_t(std::countl_zero(cpu.r[op->m]));
  SNNC_EMU_NEXT(cpu, op);
}

constexpr Handler unaryRows[] = {runRev, runRev16, runRbit, runRevsh, runClz};

bool unary16(const Fields &f, const Site &, const Pattern &p,
             Instruction &out) {
  return simple(out, unaryRows[p.argument], f('d'), 0, f('m'));
}
bool unary32(const Fields &f, const Site &, const Pattern &p,
             Instruction &out) {
  return f('n') == f('m') &&
         simple(out, unaryRows[p.argument], f('d'), 0, f('m'));
}

//===- Bit fields, packing, saturation ------------------------------------===//

const Op *runSbfx(Cpu &cpu, const Op *op) { // a = lsb, imm = width
  cpu.r[op->d] = uint32_t(int32_t(cpu.r[op->n] << (32 - op->a - op->imm)) >>
                          (32 - op->imm));
  SNNC_EMU_NEXT(cpu, op);
}
const Op *runUbfx(Cpu &cpu, const Op *op) {
  cpu.r[op->d] = cpu.r[op->n] << (32 - op->a - op->imm) >> (32 - op->imm);
  SNNC_EMU_NEXT(cpu, op);
}
const Op *runBfi(Cpu &cpu, const Op *op) { // a = lsb, imm = mask in place
  cpu.r[op->d] = (cpu.r[op->d] & ~op->imm) | (cpu.r[op->n] << op->a & op->imm);
  SNNC_EMU_NEXT(cpu, op);
}
const Op *runBfc(Cpu &cpu, const Op *op) {
  cpu.r[op->d] &= ~op->imm;
  SNNC_EMU_NEXT(cpu, op);
}

bool extract(const Fields &f, const Site &, const Pattern &p,
             Instruction &out) {
  out.op.a = uint8_t(f('i'));
  out.op.imm = f('w') + 1;
  return f('i') + f('w') < 32 &&
         simple(out, p.argument ? runUbfx : runSbfx, f('d'), f('n'), 0);
}
bool insert(const Fields &f, const Site &, const Pattern &, Instruction &out) {
  if (f('w') < f('i'))
    return false;
  unsigned width = f('w') - f('i') + 1;
  out.op.a = uint8_t(f('i'));
  out.op.imm = uint32_t(((uint64_t(1) << width) - 1) << f('i'));
  bool clear = f('n') == 15;
  return simple(out, clear ? runBfc : runBfi, f('d'), clear ? 0 : f('n'), 0);
}

template <bool Top> const Op *runPack(Cpu &cpu, const Op *op) {
  uint32_t n = cpu.r[op->n], m = cpu.r[op->m];
  if (Top) // PKHTB, arithmetic shift by 1..32
    m = uint32_t(int64_t(int32_t(m)) >> op->a);
  else
    m <<= op->a;
  cpu.r[op->d] =
      Top ? (n & 0xFFFF0000u) | (m & 0xFFFF) : (n & 0xFFFF) | (m & 0xFFFF0000u);
  SNNC_EMU_NEXT(cpu, op);
}
bool pack(const Fields &f, const Site &, const Pattern &p, Instruction &out) {
  bool top = p.argument;
  out.op.a = uint8_t(top && f('i') == 0 ? 32 : f('i'));
  return simple(out, top ? runPack<true> : runPack<false>, f('d'), f('n'),
                f('m'));
}

/// imm = low limit, imm2 = high limit; a = shift, m = 1: arithmetic right.
template <bool Halves> const Op *runSaturate(Cpu &cpu, const Op *op) {
  int64_t low = int32_t(op->imm), high = int64_t(op->imm2);
  if (Halves) {
    uint32_t n = cpu.r[op->n];
    int64_t a = clampQ(cpu, int16_t(n), low, high);
    int64_t b = clampQ(cpu, int16_t(n >> 16), low, high);
    cpu.r[op->d] = (uint32_t(a) & 0xFFFF) | uint32_t(b) << 16;
    SNNC_EMU_NEXT(cpu, op);
  }
  int32_t value =
      op->m ? int32_t(cpu.r[op->n]) >> op->a : int32_t(cpu.r[op->n] << op->a);
  cpu.r[op->d] = uint32_t(clampQ(cpu, value, low, high));
  SNNC_EMU_NEXT(cpu, op);
}

/// Argument bit 0: unsigned. bit 1: two halves.
bool saturate(const Fields &f, const Site &, const Pattern &p,
              Instruction &out) {
  bool isUnsigned = p.argument & 1, halves = p.argument & 2;
  if (!halves && f('h') == 1 && f('i') == 0)
    return false; // that is SSAT16 and USAT16
  unsigned bits = f('s') + (isUnsigned ? 0 : 1);
  out.op.a = uint8_t(f('i'));
  if (isUnsigned) {
    out.op.imm2 = uint32_t((uint64_t(1) << bits) - 1);
  } else {
    out.op.imm = uint32_t(-(int64_t(1) << (bits - 1)));
    out.op.imm2 = uint32_t((int64_t(1) << (bits - 1)) - 1);
  }
  if (!simple(out, halves ? runSaturate<true> : runSaturate<false>, f('d'),
              f('n'), 0))
    return false;
  out.op.m = uint8_t(f('h'));
  return true;
}

constexpr Pattern patterns[] = {
    {"1011 0010 00 mmm ddd", extend16, 0},
    {"1011 0010 01 mmm ddd", extend16, 4},
    {"1011 0010 10 mmm ddd", extend16, 1},
    {"1011 0010 11 mmm ddd", extend16, 5},
    {"1011 1010 00 mmm ddd", unary16, 0},
    {"1011 1010 01 mmm ddd", unary16, 1},
    {"1011 1010 11 mmm ddd", unary16, 3},
    {"11111010 0ooo nnnn 1111 dddd 10 rr mmmm", extend32},
    {"11111010 1ooo nnnn 1111 dddd 0uuu mmmm", packed},
    {"11111010 1000 nnnn 1111 dddd 1000 mmmm", threeRegister, 0},
    {"11111010 1000 nnnn 1111 dddd 1001 mmmm", threeRegister, 1},
    {"11111010 1000 nnnn 1111 dddd 1010 mmmm", threeRegister, 2},
    {"11111010 1000 nnnn 1111 dddd 1011 mmmm", threeRegister, 3},
    {"11111010 1010 nnnn 1111 dddd 1000 mmmm", threeRegister, 4},
    {"11111010 1001 nnnn 1111 dddd 1000 mmmm", unary32, 0},
    {"11111010 1001 nnnn 1111 dddd 1001 mmmm", unary32, 1},
    {"11111010 1001 nnnn 1111 dddd 1010 mmmm", unary32, 2},
    {"11111010 1001 nnnn 1111 dddd 1011 mmmm", unary32, 3},
    {"11111010 1011 nnnn 1111 dddd 1000 mmmm", unary32, 4},
    {"11110 0 11 0100 nnnn 0 iii dddd ii 0 wwwww", extract, 0},
    {"11110 0 11 1100 nnnn 0 iii dddd ii 0 wwwww", extract, 1},
    {"11110 0 11 0110 nnnn 0 iii dddd ii 0 wwwww", insert},
    {"11101010 1100 nnnn 0 iii dddd ii 00 mmmm", pack, 0},
    {"11101010 1100 nnnn 0 iii dddd ii 10 mmmm", pack, 1},
    {"11110 0 11 00h0 nnnn 0 iii dddd ii 0 sssss", saturate, 0},
    {"11110 0 11 10h0 nnnn 0 iii dddd ii 0 sssss", saturate, 1},
    {"11110 0 11 0010 nnnn 0000 dddd 0000 ssss", saturate, 2},
    {"11110 0 11 1010 nnnn 0000 dddd 0000 ssss", saturate, 3},
};

} // namespace

std::span<const Pattern> dspPatterns() { return patterns; }

} // namespace snnc::emulator
