//===- Decode.cpp - Finding the pattern of an encoding --------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "runtime/emulator/cortexm4/Decode.h"

namespace snnc::emulator {

Fields::Fields(const char *bits, uint32_t encoding, bool wide) {
  unsigned bit = wide ? 32 : 16;
  for (const char *p = bits; *p != 0; ++p) {
    if (*p == ' ')
      continue;
    --bit;
    uint32_t &field = values[*p & 127];
    field = field << 1 | (encoding >> bit & 1);
  }
}

bool decodeInstruction(uint32_t encoding, const Site &site, Instruction &out) {
  for (std::span<const Pattern> table :
       {aluPatterns(), branchPatterns(), memoryPatterns(), memoryManyPatterns(),
        multiplyPatterns(), dspPatterns(), fpPatterns(), fpMovePatterns(),
        systemPatterns()})
    for (const Pattern &pattern : table) {
      if (pattern.wide != site.wide ||
          (encoding & pattern.mask) != pattern.value)
        continue;
      out = Instruction();
      if (pattern.decode(Fields(pattern.bits, encoding, site.wide), site,
                         pattern, out))
        return true;
    }
  return false;
}

uint32_t expandImmediate(uint32_t imm12, uint8_t &carry) {
  carry = 0;
  uint32_t byte = imm12 & 0xFF;
  if (imm12 >> 10 == 0) {
    switch (imm12 >> 8) {
    case 0:
      return byte;
    case 1:
      return byte << 16 | byte;
    case 2:
      return byte << 24 | byte << 8;
    default:
      return byte * 0x01010101u;
    }
  }
  uint32_t value = std::rotr(0x80u | (imm12 & 0x7F), int(imm12 >> 7));
  carry = value >> 31 ? 2 : 1;
  return value;
}

unsigned cyclesOf(const Instruction *before, const Instruction &now) {
  unsigned cycles = now.cycles;
  if (before == nullptr)
    return cycles;
  // One operand of `now` may come out of `before` too late.
  if (before->pipe == Pipe::Alu && (before->writes & now.address) != 0)
    return cycles + 1;
  if (before->pipe == Pipe::Fp && (before->fpWrites & now.fpReads) != 0)
    return cycles + 1;
  // A single access overlaps the single load before it unless it needs the
  // loaded value for its address.
  bool single = now.pipe == Pipe::Load || now.pipe == Pipe::StoreReg;
  if (before->pipe == Pipe::Load && single && !now.leaves &&
      (before->writes & now.address) == 0)
    return cycles - 1;
  return cycles;
}

} // namespace snnc::emulator
