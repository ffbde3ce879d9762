//===- EmitObject.h - LLVM IR becomes an Arm object -------------*- C++ -*-===//
//
// Part of the snnc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
#ifndef SNNC_BACKENDS_SPINNAKER2_CODEGEN_EMITOBJECT_H
#define SNNC_BACKENDS_SPINNAKER2_CODEGEN_EMITOBJECT_H

#include <cstdint>
#include <string>

namespace llvm {
class Module;
}

namespace snnc::s2 {

struct ObjectCode {
  std::string object;   ///< ELF32, Arm, EABI5 hard float, relocatable
  std::string assembly; ///< the same code as text, when asked for
};

/// Whether this LLVM has the Arm target at all.
bool canEmitObjects();

/// Optimises `module` and generates code for the Cortex-M4F. Modules of
/// different contexts may be in work at a time.
ObjectCode emitObject(llvm::Module &module, bool wantAssembly);

/// Adds the vector table: initial stack pointer, the function `start`, and a
/// handler of faults that stops the core.
void addVectorTable(llvm::Module &module, uint32_t stackTop);

} // namespace snnc::s2

#endif // SNNC_BACKENDS_SPINNAKER2_CODEGEN_EMITOBJECT_H
