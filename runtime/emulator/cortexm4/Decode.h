//===- Decode.h - Thumb-2 encodings as bit patterns -------------*- C++ -*-===//
//
// Part of the snnc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// An encoding is written as the Arm manual prints it: '0' and '1' are fixed,
// a letter is a field, spaces are for the eye. The tables stand beside the
// functions that perform the instructions.
//
//===----------------------------------------------------------------------===//
#ifndef SNNC_RUNTIME_EMULATOR_CORTEXM4_DECODE_H
#define SNNC_RUNTIME_EMULATOR_CORTEXM4_DECODE_H

#include "runtime/emulator/cortexm4/Cpu.h"

#include <vector>

namespace snnc::emulator {

/// The flags of a mask: what an instruction reads or writes.
enum FlagMask : uint8_t {
  flagMaskN = 8,
  flagMaskZ = 4,
  flagMaskC = 2,
  flagMaskV = 1,
  flagMaskAll = 15
};

/// What the cycle model has to know (docs/cycles.md).
enum class Pipe : uint8_t {
  Other,    ///< neither pipelines nor forwards specially
  Alu,      ///< data processing; a dependent address waits one cycle
  Load,     ///< single load: the next single access overlaps
  StoreImm, ///< single store, immediate offset
  StoreReg, ///< single store, register offset
  Fp,       ///< floating-point arithmetic; a dependent one waits a cycle
};

/// One instruction after decoding.
struct Instruction {
  Op op;
  Handler quiet = nullptr; ///< the same without flags, if it only adds flags
  uint8_t readsFlags = 0, writesFlags = 0;
  Pipe pipe = Pipe::Other;
  uint8_t cycles = 1;      ///< base cost; for branches: not taken
  uint8_t takenCycles = 0; ///< branches: taken
  uint16_t writes = 0;     ///< core registers written
  uint16_t address = 0;    ///< core registers that form an address
  uint32_t fpWrites = 0, fpReads = 0;
  bool fpu = false;
  bool leaves = false;                 ///< ends a straight run
  bool fallsThrough = false;           ///< a leaving one that can also go on
  uint32_t target = 0;                 ///< known branch target
  uint8_t itMask = 0, itCondition = 0; ///< IT itself
};

/// Where an instruction stands.
struct Site {
  uint32_t pc = 0;
  bool inIt = false;     ///< inside an IT block
  bool lastInIt = false; ///< its last instruction
  bool wide = false;
};

/// The fields of a pattern by their letters.
class Fields {
public:
  Fields(const char *bits, uint32_t encoding, bool wide);
  uint32_t operator()(char letter) const { return values[letter & 127]; }

private:
  uint32_t values[128] = {};
};

struct Pattern;
/// Fills `out`; false when the encoding is undefined or unpredictable.
using DecodeFunction = bool (*)(const Fields &f, const Site &site,
                                const Pattern &pattern, Instruction &out);

struct Pattern {
  const char *bits;
  DecodeFunction decode;
  uint32_t argument; ///< tells siblings that share `decode` apart
  uint32_t mask = 0, value = 0;
  bool wide = false;

  constexpr Pattern(const char *bits, DecodeFunction decode,
                    uint32_t argument = 0)
      : bits(bits), decode(decode), argument(argument) {
    unsigned count = 0;
    for (const char *p = bits; *p != 0; ++p) {
      if (*p == ' ')
        continue;
      ++count;
      mask = mask << 1 | (*p == '0' || *p == '1');
      value = value << 1 | (*p == '1');
    }
    wide = count == 32;
    if (count != 16 && count != 32)
      throw "a pattern has 16 or 32 bits";
  }
};

std::span<const Pattern> aluPatterns();
std::span<const Pattern> multiplyPatterns();
std::span<const Pattern> dspPatterns();
std::span<const Pattern> memoryPatterns();
std::span<const Pattern> memoryManyPatterns();
std::span<const Pattern> branchPatterns();
std::span<const Pattern> systemPatterns();
std::span<const Pattern> fpPatterns();
std::span<const Pattern> fpMovePatterns();

/// Decodes one instruction; false: undefined.
bool decodeInstruction(uint32_t encoding, const Site &site, Instruction &out);

/// The 12-bit "modified immediate" constant (DDI 0403, A5.3.2).
/// `carry`: 0 keeps C, 1 clears it, 2 sets it.
uint32_t expandImmediate(uint32_t imm12, uint8_t &carry);

/// Static cost of `now` right after `before` (null: first of a run).
unsigned cyclesOf(const Instruction *before, const Instruction &now);

/// Cycles to refill the pipeline after a taken branch: the manual gives 1..3.
constexpr unsigned refillCycles = 2;

/// Helper functions of the block builder.
const Op *runSkipUnless(Cpu &cpu, const Op *op); ///< IT's per-instruction test
const Op *runAlignStack(Cpu &cpu, const Op *op); ///< SP[1:0] read as zero
const Op *runNeedFpu(Cpu &cpu, const Op *op);    ///< CPACR check
const Op *runContinue(Cpu &cpu, const Op *op);   ///< on to the next run
const Op *runUndefined(Cpu &cpu, const Op *op);
const Op *runFetchFault(Cpu &cpu, const Op *op);

} // namespace snnc::emulator

#endif // SNNC_RUNTIME_EMULATOR_CORTEXM4_DECODE_H
