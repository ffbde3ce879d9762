//===- CompileProgram.h - A tick program becomes an Arm ELF -----*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef SNNC_BACKENDS_SPINNAKER2_CODEGEN_COMPILEPROGRAM_H
#define SNNC_BACKENDS_SPINNAKER2_CODEGEN_COMPILEPROGRAM_H

#include "backends/spinnaker2/Codegen/ProgramCache.h"
#include "compiler/Tick/Tick.h"
#include "runtime/machine/MachineModel.h"

#include <string>
#include <vector>

namespace snnc::s2 {

struct CompiledProgram {
  std::string elf;        ///< ELF32, Arm, EABI5 hard float, fully linked
  std::string assembly;   ///< the same code as text, when asked for
  std::string digest;     ///< of all that decides `elf`
  uint32_t textBytes = 0; ///< vectors, text and read-only data
};

struct CodegenOptions {
  uint32_t headerAddress = 0; ///< where the core header will stand
  bool emitAssembly = false;
  unsigned jobs = 0;             ///< threads for LLVM; 0: all cores
  ProgramCache *cache = nullptr; ///< asked first and added to, where given
};

/// Compiles tick.programs for the Cortex-M4F of `machine`: tick -> loops -> s2
/// -> LLVM IR -> object -> linked ELF whose vector table stands at the start of
/// the machine's program range. Results in the order of `programs`, the same
/// for any number of jobs and whatever is in the cache; whether they fit the
/// program range is the caller's to see. Emits SNN0391 (code generation or
/// linking failed).
mlir::FailureOr<std::vector<CompiledProgram>>
compilePrograms(llvm::ArrayRef<tick::ProgramOp> programs,
                const MachineModel &machine, const CodegenOptions &options);

/// Links relocatable objects: vectors first, text, read-only data, from
/// `range.begin`. The error names what lld said.
Expected<std::string> linkProgram(llvm::ArrayRef<llvm::StringRef> objects,
                                  const AddressRange &range);

} // namespace snnc::s2

#endif // SNNC_BACKENDS_SPINNAKER2_CODEGEN_COMPILEPROGRAM_H
