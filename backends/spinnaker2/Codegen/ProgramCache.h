//===- ProgramCache.h - Machine code that was made before -------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef SNNC_BACKENDS_SPINNAKER2_CODEGEN_PROGRAMCACHE_H
#define SNNC_BACKENDS_SPINNAKER2_CODEGEN_PROGRAMCACHE_H

#include "backends/spinnaker2/Codegen/EmitObject.h"
#include "runtime/machine/MachineModel.h"

#include <map>
#include <string>
#include <string_view>

namespace snnc::s2 {

/// What machine code depends on beside its program's text, as one digest: the
/// sources of the code generator, the LLVM behind it, the registers, memory and
/// units of the machine's PEs (not which chips and PEs there are), the address
/// of the core header.
std::string codeGround(const MachineModel &machine, uint32_t headerAddress);

/// Machine code by the digest of all that decides it, whoever made it: handlers
/// of this process, linked programs also of the bundle that is replaced.
/// Weights, parameters and sizes are in images and no part of it. Not thread
/// safe.
class ProgramCache {
public:
  const ObjectCode *part(const std::string &digest) const;
  void addPart(std::string digest, ObjectCode code);
  /// A linked program, an ELF.
  const std::string *program(const std::string &digest) const;
  void addProgram(std::string digest, std::string_view elf);

  /// Of all compilations that used it.
  struct Counts {
    unsigned programs = 0; ///< that were asked for
    unsigned reused = 0;   ///< of these, without any code generation
  };
  Counts counts;

private:
  std::map<std::string, ObjectCode> parts;
  std::map<std::string, std::string> programs;
};

} // namespace snnc::s2

#endif // SNNC_BACKENDS_SPINNAKER2_CODEGEN_PROGRAMCACHE_H
