//===- Memory.cpp - Loads and stores --------------------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "runtime/emulator/cortexm4/Decode.h"

namespace snnc::emulator {

namespace {

/// How an address is formed. Absolute: the program counter plus a constant.
enum class Form { Offset, Pre, Post, Index, Absolute };

template <Form F> inline uint32_t addressOf(const Cpu &cpu, const Op *op) {
  if constexpr (F == Form::Absolute)
    return op->imm;
  else if constexpr (F == Form::Post)
    return cpu.r[op->n];
  else if constexpr (F == Form::Index)
    return cpu.r[op->n] + (cpu.r[op->m] << op->a);
  else
    return cpu.r[op->n] + op->imm;
}

template <Form F>
inline void writeBack(Cpu &cpu, const Op *op, uint32_t address) {
  if constexpr (F == Form::Pre)
    cpu.r[op->n] = address;
  else if constexpr (F == Form::Post)
    cpu.r[op->n] = address + op->imm;
}

template <typename T, Form F> const Op *runLoad(Cpu &cpu, const Op *op) {
  uint32_t address = addressOf<F>(cpu, op), value;
  if (!load<T>(cpu, op, address, value)) [[unlikely]]
    return nullptr;
  writeBack<F>(cpu, op, address);
  cpu.r[op->d] = value;
  SNNC_EMU_NEXT(cpu, op);
}

template <typename T, Form F> const Op *runStore(Cpu &cpu, const Op *op) {
  uint32_t address = addressOf<F>(cpu, op);
  if (!store<T>(cpu, op, address, cpu.r[op->d])) [[unlikely]]
    return nullptr;
  writeBack<F>(cpu, op, address);
  SNNC_EMU_NEXT(cpu, op);
}

/// LDR PC: a branch that checks the Thumb bit.
template <Form F> const Op *runLoadPc(Cpu &cpu, const Op *op) {
  uint32_t address = addressOf<F>(cpu, op), value;
  if (address % 4 != 0)
    return fault(cpu, op, FaultKind::Alignment, address);
  if (!load<uint32_t>(cpu, op, address, value))
    return nullptr;
  writeBack<F>(cpu, op, address);
  if ((value & 1) == 0)
    return fault(cpu, op, FaultKind::InvalidState, value);
  SNNC_EMU_LEAVE_TO(cpu, op, value & ~1u);
}

/// PLD and PLI: hints.
const Op *runHint(Cpu &cpu, const Op *op) { SNNC_EMU_NEXT(cpu, op); }

enum Size { Byte, Half, Word, SignedByte, SignedHalf };

template <Form F> Handler pickLoad(Size size) {
  constexpr Handler rows[] = {runLoad<uint8_t, F>, runLoad<uint16_t, F>,
                              runLoad<uint32_t, F>, runLoad<int8_t, F>,
                              runLoad<int16_t, F>};
  return rows[size];
}
template <Form F> Handler pickStore(Size size) {
  constexpr Handler rows[] = {runStore<uint8_t, F>, runStore<uint16_t, F>,
                              runStore<uint32_t, F>};
  return rows[size];
}
template <Form F> Handler pickAccess(bool isLoad, Size size) {
  return isLoad ? pickLoad<F>(size) : pickStore<F>(size);
}

Handler pickAny(Form form, bool isLoad, Size size) {
  switch (form) {
  case Form::Offset:
    return pickAccess<Form::Offset>(isLoad, size);
  case Form::Pre:
    return pickAccess<Form::Pre>(isLoad, size);
  case Form::Post:
    return pickAccess<Form::Post>(isLoad, size);
  case Form::Index:
    return pickAccess<Form::Index>(isLoad, size);
  case Form::Absolute:
    return pickAccess<Form::Absolute>(isLoad, size);
  }
  return nullptr;
}

Handler pickLoadPc(Form form) {
  switch (form) {
  case Form::Offset:
    return runLoadPc<Form::Offset>;
  case Form::Pre:
    return runLoadPc<Form::Pre>;
  case Form::Post:
    return runLoadPc<Form::Post>;
  case Form::Index:
    return runLoadPc<Form::Index>;
  case Form::Absolute:
    return runLoadPc<Form::Absolute>;
  }
  return nullptr;
}

/// Fills everything but the operands for one single access to register t.
bool finish(Instruction &out, const Site &site, Form form, bool isLoad,
            Size size, unsigned t) {
  Op &op = out.op;
  op.d = uint8_t(t);
  bool writes = form == Form::Pre || form == Form::Post;
  if ((form != Form::Absolute && op.n == 15) ||
      (form == Form::Index && (op.m == 15 || op.m == 13)) ||
      (writes && op.n == t))
    return false;
  out.address = form == Form::Absolute ? 0 : uint16_t(1u << op.n);
  if (form == Form::Index)
    out.address |= uint16_t(1u << op.m);
  if (isLoad && t == 15) {
    if (size != Word || (site.inIt && !site.lastInIt))
      return false;
    op.run = pickLoadPc(form);
    out.leaves = true;
    out.takenCycles = 2 + refillCycles;
    return true;
  }
  if (t == 15)
    return false;
  op.run = pickAny(form, isLoad, size);
  if (isLoad) {
    out.pipe = Pipe::Load;
    out.cycles = 2;
    out.writes = uint16_t(1u << t);
  } else {
    out.pipe = form == Form::Index ? Pipe::StoreReg : Pipe::StoreImm;
    out.cycles = form == Form::Index ? 2 : 1;
  }
  if (writes)
    out.writes |= uint16_t(1u << op.n);
  return true;
}

/// The argument of the 16-bit patterns: size | load << 4 | form << 8.
constexpr uint32_t access(Size size, bool isLoad, Form form) {
  return uint32_t(size) | uint32_t(isLoad) << 4 | uint32_t(form) << 8;
}

bool access16(const Fields &f, const Site &site, const Pattern &p,
              Instruction &out) {
  Size size = Size(p.argument & 15);
  unsigned shift = size == Word ? 2 : size == Half ? 1 : 0;
  out.op.n = uint8_t(f('n'));
  out.op.m = uint8_t(f('m'));
  out.op.imm = f('i') << shift;
  return finish(out, site, Form(p.argument >> 8), p.argument & 0x10, size,
                f('t'));
}
bool accessStack16(const Fields &f, const Site &site, const Pattern &p,
                   Instruction &out) {
  out.op.n = 13;
  out.op.imm = f('i') << 2;
  return finish(out, site, Form::Offset, p.argument & 0x10, Word, f('t'));
}
bool literal16(const Fields &f, const Site &site, const Pattern &,
               Instruction &out) {
  out.op.imm = ((site.pc + 4) & ~3u) + f('i') * 4;
  return finish(out, site, Form::Absolute, true, Word, f('t'));
}

/// Sizes of the 32-bit forms: zz = 00 byte, 01 half, 10 word; s = signed.
bool sizeOf32(const Fields &f, bool isLoad, Size &size) {
  uint32_t z = f('z');
  if (z == 3 || (f('s') && (!isLoad || z == 2)))
    return false;
  size = f('s') ? (z == 0 ? SignedByte : SignedHalf) : Size(z);
  return true;
}

/// Byte and half loads to register 15 are PLD, PLI or reserved hints.
bool isHint(Instruction &out, bool isLoad, Size size, unsigned t) {
  if (!isLoad || t != 15 || size == Word)
    return false;
  out.op.run = runHint;
  return true;
}

bool accessImm12(const Fields &f, const Site &site, const Pattern &,
                 Instruction &out) {
  Size size;
  bool isLoad = f('L');
  if (!sizeOf32(f, isLoad, size) || f('n') == 15)
    return false;
  if (isHint(out, isLoad, size, f('t')))
    return true;
  out.op.n = uint8_t(f('n'));
  out.op.imm = f('i');
  return finish(out, site, Form::Offset, isLoad, size, f('t'));
}

bool accessLiteral(const Fields &f, const Site &site, const Pattern &,
                   Instruction &out) {
  Size size;
  if (!sizeOf32(f, true, size))
    return false;
  if (isHint(out, true, size, f('t')))
    return true;
  uint32_t base = (site.pc + 4) & ~3u;
  out.op.imm = f('U') ? base + f('i') : base - f('i');
  return finish(out, site, Form::Absolute, true, size, f('t'));
}

bool accessImm8(const Fields &f, const Site &site, const Pattern &,
                Instruction &out) {
  Size size;
  bool isLoad = f('L'), pre = f('P'), up = f('U'), write = f('W');
  if (!sizeOf32(f, isLoad, size) || f('n') == 15 || (!pre && !write))
    return false;
  if (pre && !up && !write && isHint(out, isLoad, size, f('t')))
    return true;
  // P U not W is the unprivileged form, the same thing here.
  out.op.n = uint8_t(f('n'));
  out.op.imm = up ? f('i') : 0u - f('i');
  Form form = !write ? Form::Offset : pre ? Form::Pre : Form::Post;
  return finish(out, site, form, isLoad, size, f('t'));
}

bool accessReg32(const Fields &f, const Site &site, const Pattern &,
                 Instruction &out) {
  Size size;
  bool isLoad = f('L');
  if (!sizeOf32(f, isLoad, size) || f('n') == 15)
    return false;
  if (isHint(out, isLoad, size, f('t')))
    return true;
  out.op.n = uint8_t(f('n'));
  out.op.m = uint8_t(f('m'));
  out.op.a = uint8_t(f('i'));
  return finish(out, site, Form::Index, isLoad, size, f('t'));
}

constexpr Pattern patterns[] = {
    {"0101 000 mmm nnn ttt", access16, access(Word, false, Form::Index)},
    {"0101 001 mmm nnn ttt", access16, access(Half, false, Form::Index)},
    {"0101 010 mmm nnn ttt", access16, access(Byte, false, Form::Index)},
    {"0101 011 mmm nnn ttt", access16, access(SignedByte, true, Form::Index)},
    {"0101 100 mmm nnn ttt", access16, access(Word, true, Form::Index)},
    {"0101 101 mmm nnn ttt", access16, access(Half, true, Form::Index)},
    {"0101 110 mmm nnn ttt", access16, access(Byte, true, Form::Index)},
    {"0101 111 mmm nnn ttt", access16, access(SignedHalf, true, Form::Index)},
    {"0110 0 iiiii nnn ttt", access16, access(Word, false, Form::Offset)},
    {"0110 1 iiiii nnn ttt", access16, access(Word, true, Form::Offset)},
    {"0111 0 iiiii nnn ttt", access16, access(Byte, false, Form::Offset)},
    {"0111 1 iiiii nnn ttt", access16, access(Byte, true, Form::Offset)},
    {"1000 0 iiiii nnn ttt", access16, access(Half, false, Form::Offset)},
    {"1000 1 iiiii nnn ttt", access16, access(Half, true, Form::Offset)},
    {"1001 0 ttt iiiiiiii", accessStack16, 0},
    {"1001 1 ttt iiiiiiii", accessStack16, 0x10},
    {"01001 ttt iiiiiiii", literal16},

    {"1111100 s U zz 1 1111 tttt iiiiiiiiiiii", accessLiteral},
    {"1111100 s 1 zz L nnnn tttt iiiiiiiiiiii", accessImm12},
    {"1111100 s 0 zz L nnnn tttt 1 PUW iiiiiiii", accessImm8},
    {"1111100 s 0 zz L nnnn tttt 0 00000 ii mmmm", accessReg32},
};

} // namespace

std::span<const Pattern> memoryPatterns() { return patterns; }

} // namespace snnc::emulator
