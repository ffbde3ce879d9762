//===- MemoryMany.cpp - Loads and stores of several words, exclusives -----===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "runtime/emulator/cortexm4/Decode.h"

namespace snnc::emulator {

namespace {

//===- LDM, STM, PUSH, POP ------------------------------------------------===//
// imm = register list, a = number of registers, d = write back.

template <bool Down>
inline uint32_t firstAddress(const Cpu &cpu, const Op *op) {
  return Down ? cpu.r[op->n] - 4u * op->a : cpu.r[op->n];
}
template <bool Down> inline uint32_t newBase(const Cpu &cpu, const Op *op) {
  return Down ? cpu.r[op->n] - 4u * op->a : cpu.r[op->n] + 4u * op->a;
}

/// Loads the list; false after a fault. Register 15 lands in `pc`.
template <bool Down> bool loadList(Cpu &cpu, const Op *op, uint32_t &pc) {
  uint32_t address = firstAddress<Down>(cpu, op);
  if (address % 4 != 0) {
    fault(cpu, op, FaultKind::Alignment, address);
    return false;
  }
  uint32_t base = newBase<Down>(cpu, op);
  for (uint32_t list = op->imm; list != 0; list &= list - 1, address += 4) {
    unsigned reg = unsigned(std::countr_zero(list));
    uint32_t value;
    if (!load<uint32_t>(cpu, op, address, value))
      return false;
    (reg == 15 ? pc : cpu.r[reg]) = value;
  }
  if (op->d)
    cpu.r[op->n] = base;
  return true;
}

template <bool Down> const Op *runLoadMany(Cpu &cpu, const Op *op) {
  uint32_t pc;
  if (!loadList<Down>(cpu, op, pc)) [[unlikely]]
    return nullptr;
  SNNC_EMU_NEXT(cpu, op);
}
template <bool Down> const Op *runLoadManyPc(Cpu &cpu, const Op *op) {
  uint32_t pc = 0;
  if (!loadList<Down>(cpu, op, pc)) [[unlikely]]
    return nullptr;
  if ((pc & 1) == 0)
    return fault(cpu, op, FaultKind::InvalidState, pc);
  SNNC_EMU_LEAVE_TO(cpu, op, pc & ~1u);
}

template <bool Down> const Op *runStoreMany(Cpu &cpu, const Op *op) {
  uint32_t address = firstAddress<Down>(cpu, op);
  if (address % 4 != 0)
    return fault(cpu, op, FaultKind::Alignment, address);
  for (uint32_t list = op->imm; list != 0; list &= list - 1, address += 4)
    if (!store<uint32_t>(cpu, op, address, cpu.r[std::countr_zero(list)]))
        [[unlikely]]
      return nullptr;
  if (op->d)
    cpu.r[op->n] = newBase<Down>(cpu, op);
  SNNC_EMU_NEXT(cpu, op);
}

bool many(Instruction &out, const Site &site, bool isLoad, bool down,
          unsigned n, uint32_t list, bool write) {
  unsigned count = unsigned(std::popcount(list));
  bool hasPc = list >> 15 & 1;
  if (count == 0 || n == 15 || (list >> 13 & 1) || (!isLoad && hasPc) ||
      (isLoad && write && (list >> n & 1)) ||
      (isLoad && hasPc && site.inIt && !site.lastInIt))
    return false;
  // STM with its base in the list and write-back: defined only when the base
  // is the lowest register; it then stores the old value, as done here.
  if (!isLoad && write && (list >> n & 1) && (list & ((1u << n) - 1)) != 0)
    return false;
  out.op.n = uint8_t(n);
  out.op.a = uint8_t(count);
  out.op.d = write;
  out.op.imm = list;
  out.cycles = uint8_t(1 + count);
  out.address = uint16_t(1u << n);
  out.writes = uint16_t((isLoad ? list & 0x7FFF : 0) | (write ? 1u << n : 0));
  if (!isLoad)
    out.op.run = down ? runStoreMany<true> : runStoreMany<false>;
  else if (!hasPc)
    out.op.run = down ? runLoadMany<true> : runLoadMany<false>;
  else {
    out.op.run = down ? runLoadManyPc<true> : runLoadManyPc<false>;
    out.leaves = true;
    out.takenCycles = uint8_t(1 + count + refillCycles);
  }
  return true;
}

bool push16(const Fields &f, const Site &site, const Pattern &,
            Instruction &out) {
  return many(out, site, false, true, 13, f('M') << 14 | f('r'), true);
}
bool pop16(const Fields &f, const Site &site, const Pattern &,
           Instruction &out) {
  return many(out, site, true, false, 13, f('P') << 15 | f('r'), true);
}
bool storeMany16(const Fields &f, const Site &site, const Pattern &,
                 Instruction &out) {
  return many(out, site, false, false, f('n'), f('r'), true);
}
bool loadMany16(const Fields &f, const Site &site, const Pattern &,
                Instruction &out) {
  return many(out, site, true, false, f('n'), f('r'),
              (f('r') >> f('n') & 1) == 0);
}
/// Argument bit 0: load, bit 1: decrement before.
bool many32(const Fields &f, const Site &site, const Pattern &p,
            Instruction &out) {
  return std::popcount(f('r')) >= 2 &&
         many(out, site, p.argument & 1, p.argument & 2, f('n'), f('r'),
              f('w'));
}

//===- LDRD, STRD ---------------------------------------------------------===//
// d, m = the two registers, imm = signed offset, a bit 0 = pre, bit 1 = write.

template <bool IsLoad> const Op *runDouble(Cpu &cpu, const Op *op) {
  uint32_t moved = cpu.r[op->n] + op->imm;
  uint32_t address = op->a & 1 ? moved : cpu.r[op->n];
  if (address % 4 != 0)
    return fault(cpu, op, FaultKind::Alignment, address);
  if constexpr (IsLoad) {
    uint32_t low, high;
    if (!load<uint32_t>(cpu, op, address, low) ||
        !load<uint32_t>(cpu, op, address + 4, high))
      return nullptr;
    cpu.r[op->d] = low;
    cpu.r[op->m] = high;
  } else {
    if (!store<uint32_t>(cpu, op, address, cpu.r[op->d]) ||
        !store<uint32_t>(cpu, op, address + 4, cpu.r[op->m]))
      return nullptr;
  }
  if (op->a & 2)
    cpu.r[op->n] = moved;
  SNNC_EMU_NEXT(cpu, op);
}

const Op *runLoadDoubleLiteral(Cpu &cpu, const Op *op) {
  uint32_t low, high;
  if (op->imm % 4 != 0)
    return fault(cpu, op, FaultKind::Alignment, op->imm);
  if (!load<uint32_t>(cpu, op, op->imm, low) ||
      !load<uint32_t>(cpu, op, op->imm + 4, high))
    return nullptr;
  cpu.r[op->d] = low;
  cpu.r[op->m] = high;
  SNNC_EMU_NEXT(cpu, op);
}

bool accessDouble(const Fields &f, const Site &site, const Pattern &,
                  Instruction &out) {
  unsigned t = f('t'), u = f('u'), n = f('n');
  bool isLoad = f('L'), write = f('W');
  if ((!f('P') && !write) || t == 15 || u == 15 || t == 13 || u == 13 ||
      (isLoad && t == u) || (write && (n == t || n == u)))
    return false;
  out.op.d = uint8_t(t);
  out.op.m = uint8_t(u);
  out.op.n = uint8_t(n);
  out.op.a = uint8_t(f('P') | f('W') << 1);
  out.op.imm = f('U') ? f('i') * 4 : 0u - f('i') * 4;
  out.cycles = 3;
  out.writes =
      uint16_t((isLoad ? 1u << t | 1u << u : 0) | (write ? 1u << n : 0));
  if (n == 15) {
    if (!isLoad || write)
      return false;
    out.op.imm += (site.pc + 4) & ~3u;
    out.op.run = runLoadDoubleLiteral;
    return true;
  }
  out.address = uint16_t(1u << n);
  out.op.run = isLoad ? runDouble<true> : runDouble<false>;
  return true;
}

//===- Exclusives: one core, so only the local monitor matters ------------===//

template <typename T> const Op *runLoadExclusive(Cpu &cpu, const Op *op) {
  uint32_t address = cpu.r[op->n] + op->imm, value;
  if (address % sizeof(T) != 0)
    return fault(cpu, op, FaultKind::Alignment, address);
  if (!load<T>(cpu, op, address, value))
    return nullptr;
  cpu.exclusive = true;
  cpu.r[op->d] = value;
  SNNC_EMU_NEXT(cpu, op);
}
template <typename T> const Op *runStoreExclusive(Cpu &cpu, const Op *op) {
  uint32_t address = cpu.r[op->n] + op->imm;
  if (address % sizeof(T) != 0)
    return fault(cpu, op, FaultKind::Alignment, address);
  bool done = cpu.exclusive;
  if (done && !store<T>(cpu, op, address, cpu.r[op->m]))
    return nullptr;
  cpu.exclusive = false;
  cpu.r[op->d] = done ? 0 : 1;
  SNNC_EMU_NEXT(cpu, op);
}

bool exclusive(const Fields &f, const Site &, const Pattern &p,
               Instruction &out) {
  static constexpr Handler rows[] = {
      runLoadExclusive<uint8_t>,   runLoadExclusive<uint16_t>,
      runLoadExclusive<uint32_t>,  runStoreExclusive<uint8_t>,
      runStoreExclusive<uint16_t>, runStoreExclusive<uint32_t>};
  bool isLoad = p.argument < 3;
  out.op.run = rows[p.argument];
  out.op.n = uint8_t(f('n'));
  out.op.m = uint8_t(f('t'));
  out.op.d = uint8_t(isLoad ? f('t') : f('d'));
  out.op.imm = f('i') * 4;
  out.cycles = 2;
  out.address = uint16_t(1u << f('n'));
  out.writes = uint16_t(1u << out.op.d);
  return f('n') != 15 && f('t') != 15 && out.op.d != 15 && out.op.d != 13 &&
         (isLoad || (f('d') != f('n') && f('d') != f('t')));
}

constexpr Pattern patterns[] = {
    {"1011 010 M rrrrrrrr", push16},
    {"1011 110 P rrrrrrrr", pop16},
    {"1100 0 nnn rrrrrrrr", storeMany16},
    {"1100 1 nnn rrrrrrrr", loadMany16},
    {"11101000 10w0 nnnn rrrrrrrrrrrrrrrr", many32, 0},
    {"11101000 10w1 nnnn rrrrrrrrrrrrrrrr", many32, 1},
    {"11101001 00w0 nnnn rrrrrrrrrrrrrrrr", many32, 2},
    {"11101001 00w1 nnnn rrrrrrrrrrrrrrrr", many32, 3},
    {"11101000 0100 nnnn tttt dddd iiiiiiii", exclusive, 5},
    {"11101000 0101 nnnn tttt 1111 iiiiiiii", exclusive, 2},
    {"11101000 1101 nnnn tttt 1111 0100 1111", exclusive, 0},
    {"11101000 1101 nnnn tttt 1111 0101 1111", exclusive, 1},
    {"11101000 1100 nnnn tttt 1111 0100 dddd", exclusive, 3},
    {"11101000 1100 nnnn tttt 1111 0101 dddd", exclusive, 4},
    {"1110100 P U1W L nnnn tttt uuuu iiiiiiii", accessDouble},
};

} // namespace

std::span<const Pattern> memoryManyPatterns() { return patterns; }

} // namespace snnc::emulator
