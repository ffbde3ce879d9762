//===- Guard.h - What keeps generated code in its bounds --------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef SNNC_TARGET_GUARD_H
#define SNNC_TARGET_GUARD_H

#include <cstdint>

namespace llvm {
class Function;
class Module;
} // namespace llvm

namespace snnc::target {

/// Makes a program return after kMostSteps passes through its loops, with
/// the word `flag` bytes behind its one argument set. After the optimiser, so
/// that its loops keep their form; the counter is a register.
void boundSteps(llvm::Function &program, uint32_t flag);

/// In a build with AddressSanitizer every access of the generated code is
/// checked as those of the tool are; nothing otherwise.
void watchAccesses(llvm::Module &module);

} // namespace snnc::target

#endif // SNNC_TARGET_GUARD_H
