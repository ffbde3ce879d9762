//===- Alu.h - Data-processing operations -----------------------*- C++ -*-===//
//
// Part of the snnc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What the encodings (AluEncodings.cpp) are made of (Alu.cpp).
//
//===----------------------------------------------------------------------===//
#ifndef SNNC_RUNTIME_EMULATOR_CORTEXM4_ALU_H
#define SNNC_RUNTIME_EMULATOR_CORTEXM4_ALU_H

#include "runtime/emulator/cortexm4/Decode.h"

namespace snnc::emulator {

enum class Alu { And, Bic, Orr, Orn, Eor, Add, Adc, Sub, Sbc, Rsb, Mov, Mvn };
/// The second operand: a constant or register m shifted by the constant a.
enum class Operand { Imm, Reg, Lsl, Lsr, Asr, Ror, Rrx };

/// Sets carry and overflow by its result, not by a shift.
constexpr bool isArithmetic(Alu alu) {
  return alu == Alu::Add || alu == Alu::Adc || alu == Alu::Sub ||
         alu == Alu::Sbc || alu == Alu::Rsb;
}

/// Fills `out` for one data-processing instruction whose operands stand in
/// `out.op` already; false: not one that is defined. d = 15 and n = 15 have
/// been dealt with. `keep`: write the result; compares and tests do not.
bool finish(Instruction &out, Alu alu, Operand kind, bool flags, bool keep);

/// A compare or shift whose flags nobody reads.
const Op *runNothing(Cpu &cpu, const Op *op);

} // namespace snnc::emulator

#endif // SNNC_RUNTIME_EMULATOR_CORTEXM4_ALU_H
