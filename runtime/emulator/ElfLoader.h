//===- ElfLoader.h - Core programs out of Arm ELF files ---------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef SNNC_RUNTIME_EMULATOR_ELFLOADER_H
#define SNNC_RUNTIME_EMULATOR_ELFLOADER_H

#include "runtime/machine/MachineModel.h"
#include "runtime/support/Diagnostic.h"

#include <string>
#include <vector>

namespace snnc::emulator {

/// Bytes to put at an address of the SRAM; a zero tail is in `bytes` already.
struct ElfSegment {
  uint32_t address = 0;
  std::string bytes;
};

struct CoreProgram {
  std::vector<ElfSegment> segments; ///< as in the file, none overlapping
};

/// Reads a hostile ELF32 file: little-endian Arm executable, EABI version 5,
/// hard float. Every segment lies in SRAM, below the stack; executable ones in
/// the program range; the vector table at its start has a stack pointer in
/// SRAM and a reset handler in the program range. Errors SNN0601 (malformed)
/// and SNN0602 (well formed but not for this machine).
Expected<CoreProgram> loadElf(const std::string &file, const std::string &name,
                              const SramLayout &sram);

} // namespace snnc::emulator

#endif // SNNC_RUNTIME_EMULATOR_ELFLOADER_H
