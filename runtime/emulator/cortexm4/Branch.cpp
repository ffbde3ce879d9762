//===- Branch.cpp - Branches, IT and the builder's own operations ---------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "runtime/emulator/cortexm4/Decode.h"

namespace snnc::emulator {

const Op *runSkipUnless(Cpu &cpu, const Op *op) {
  if (passes(cpu, op->d)) [[likely]]
    SNNC_EMU_NEXT(cpu, op);
  cpu.cycles -= op->imm2; // a skipped instruction costs one cycle
  op += op->imm;
  SNNC_EMU_GOTO(cpu, op);
}
const Op *runAlignStack(Cpu &cpu, const Op *op) {
  cpu.r[13] &= ~3u;
  SNNC_EMU_NEXT(cpu, op);
}
const Op *runNeedFpu(Cpu &cpu, const Op *op) {
  if (!cpu.fpuEnabled)
    return fault(cpu, op, FaultKind::FpuDisabled);
  SNNC_EMU_NEXT(cpu, op);
}
const Op *runContinue(Cpu &cpu, const Op *op) { SNNC_EMU_LEAVE(cpu, op, next); }
const Op *runUndefined(Cpu &cpu, const Op *op) {
  return fault(cpu, op, FaultKind::Undefined);
}
const Op *runFetchFault(Cpu &cpu, const Op *op) {
  return fault(cpu, op, FaultKind::Fetch, op->pc);
}

namespace {

template <unsigned Condition> const Op *runBranchIf(Cpu &cpu, const Op *op) {
  if (passes(cpu, Condition))
    SNNC_EMU_LEAVE(cpu, op, taken);
  SNNC_EMU_LEAVE(cpu, op, next);
}
const Op *runBranch(Cpu &cpu, const Op *op) { SNNC_EMU_LEAVE(cpu, op, taken); }
const Op *runCall(Cpu &cpu, const Op *op) {
  cpu.r[14] = op->imm;
  SNNC_EMU_LEAVE(cpu, op, taken);
}
template <bool NonZero> const Op *runCompareBranch(Cpu &cpu, const Op *op) {
  if ((cpu.r[op->n] != 0) == NonZero)
    SNNC_EMU_LEAVE(cpu, op, taken);
  SNNC_EMU_LEAVE(cpu, op, next);
}
template <bool Link> const Op *runExchange(Cpu &cpu, const Op *op) {
  uint32_t target = cpu.r[op->m];
  if ((target & 1) == 0)
    return fault(cpu, op, FaultKind::InvalidState, target);
  if (Link)
    cpu.r[14] = op->imm;
  SNNC_EMU_LEAVE_TO(cpu, op, target & ~1u);
}
/// TBB and TBH; n = 15 reads the table right behind the instruction.
template <bool Half> const Op *runTable(Cpu &cpu, const Op *op) {
  uint32_t base = op->n == 15 ? op->pc + 4 : cpu.r[op->n], entry;
  uint32_t address = base + (cpu.r[op->m] << Half);
  bool read = Half ? load<uint16_t>(cpu, op, address, entry)
                   : load<uint8_t>(cpu, op, address, entry);
  if (!read)
    return nullptr;
  SNNC_EMU_LEAVE_TO(cpu, op, op->pc + 4 + 2 * entry);
}

uint32_t signExtend(uint32_t value, unsigned bits) {
  return uint32_t(int32_t(value << (32 - bits)) >> (32 - bits));
}

Handler branchIf(uint32_t condition) {
  constexpr Handler rows[] = {runBranchIf<0>,  runBranchIf<1>,  runBranchIf<2>,
                              runBranchIf<3>,  runBranchIf<4>,  runBranchIf<5>,
                              runBranchIf<6>,  runBranchIf<7>,  runBranchIf<8>,
                              runBranchIf<9>,  runBranchIf<10>, runBranchIf<11>,
                              runBranchIf<12>, runBranchIf<13>};
  return rows[condition];
}

bool direct(Instruction &out, const Site &site, Handler run, uint32_t offset,
            bool conditional) {
  if (site.inIt && (conditional || !site.lastInIt))
    return false;
  out.op.run = run;
  out.leaves = true;
  out.fallsThrough = conditional;
  out.target = site.pc + 4 + offset;
  out.takenCycles = 1 + refillCycles;
  if (conditional)
    out.readsFlags = flagMaskAll;
  return true;
}

bool conditional16(const Fields &f, const Site &site, const Pattern &,
                   Instruction &out) {
  return f('c') < 14 &&
         direct(out, site, branchIf(f('c')), signExtend(f('i') << 1, 9), true);
}
bool unconditional16(const Fields &f, const Site &site, const Pattern &,
                     Instruction &out) {
  return direct(out, site, runBranch, signExtend(f('i') << 1, 12), false);
}
bool conditional32(const Fields &f, const Site &site, const Pattern &,
                   Instruction &out) {
  uint32_t offset = f('S') << 20 | f('K') << 19 | f('J') << 18 | f('i') << 1;
  return f('c') < 14 &&
         direct(out, site, branchIf(f('c')), signExtend(offset, 21), true);
}
/// B (argument 0) and BL (argument 1) with 25 bits.
bool far32(const Fields &f, const Site &site, const Pattern &p,
           Instruction &out) {
  uint32_t s = f('S'), i1 = 1 ^ f('J') ^ s, i2 = 1 ^ f('K') ^ s;
  uint32_t offset = s << 24 | i1 << 23 | i2 << 22 | f('i') << 1;
  out.op.imm = (site.pc + 4) | 1;
  out.writes = p.argument ? 1u << 14 : 0;
  return direct(out, site, p.argument ? runCall : runBranch,
                signExtend(offset, 25), false);
}
bool compareBranch(const Fields &f, const Site &site, const Pattern &p,
                   Instruction &out) {
  out.op.n = uint8_t(f('n'));
  if (!direct(out, site,
              p.argument ? runCompareBranch<true> : runCompareBranch<false>,
              f('i') << 1, true))
    return false;
  out.readsFlags = 0;
  return !site.inIt;
}
bool exchange(const Fields &f, const Site &site, const Pattern &p,
              Instruction &out) {
  out.op.m = uint8_t(f('m'));
  out.op.imm = (site.pc + 2) | 1;
  out.op.run = p.argument ? runExchange<true> : runExchange<false>;
  out.leaves = true;
  out.takenCycles = 1 + refillCycles;
  return f('m') != 15 && (!site.inIt || site.lastInIt);
}
bool table(const Fields &f, const Site &site, const Pattern &p,
           Instruction &out) {
  out.op.n = uint8_t(f('n'));
  out.op.m = uint8_t(f('m'));
  out.op.run = p.argument ? runTable<true> : runTable<false>;
  out.leaves = true;
  out.takenCycles = 2 + refillCycles;
  return f('n') != 13 && f('m') != 13 && f('m') != 15 &&
         (!site.inIt || site.lastInIt);
}
bool ifThen(const Fields &f, const Site &site, const Pattern &,
            Instruction &out) {
  uint32_t condition = f('c'), mask = f('k');
  if (mask == 0 || site.inIt || condition == 15 ||
      (condition == 14 && std::popcount(mask) != 1))
    return false;
  out.itCondition = uint8_t(condition);
  out.itMask = uint8_t(mask);
  return true;
}

constexpr Pattern patterns[] = {
    {"1101 cccc iiiiiiii", conditional16},
    {"11100 iiiiiiiiiii", unconditional16},
    {"1011 00i1 iiiii nnn", compareBranch, 0},
    {"1011 10i1 iiiii nnn", compareBranch, 1},
    {"010001110 mmmm 000", exchange, 0},
    {"010001111 mmmm 000", exchange, 1},
    {"10111111 cccc kkkk", ifThen},
    {"11110 S cccc iiiiii 10 J 0 K iiiiiiiiiii", conditional32},
    {"11110 S iiiiiiiiii 10 J 1 K iiiiiiiiiii", far32, 0},
    {"11110 S iiiiiiiiii 11 J 1 K iiiiiiiiiii", far32, 1},
    {"11101000 1101 nnnn 1111 0000 0000 mmmm", table, 0},
    {"11101000 1101 nnnn 1111 0000 0001 mmmm", table, 1},
};

} // namespace

std::span<const Pattern> branchPatterns() { return patterns; }

} // namespace snnc::emulator
