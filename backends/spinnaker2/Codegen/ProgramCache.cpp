//===- ProgramCache.cpp - Machine code that was made before ---------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "backends/spinnaker2/Codegen/ProgramCache.h"

#include "backends/spinnaker2/Codegen/CodeDigest.h"
#include "runtime/support/Digest.h"

#include "llvm-c/Core.h"

#include <fmt/format.h>

namespace snnc::s2 {

template <typename T>
static const T *lookUp(const std::map<std::string, T> &all,
                       const std::string &digest) {
  auto found = all.find(digest);
  return found == all.end() ? nullptr : &found->second;
}

std::string codeGround(const MachineModel &machine, uint32_t headerAddress) {
  MachineModel pe = chipOf(machine);
  pe.pes.clear();
  unsigned major = 0, minor = 0, patch = 0;
  LLVMGetVersion(&major, &minor, &patch);
  return sha256(fmt::format("{} LLVM {}.{}.{} header {}\n{}", codeDigest(),
                            major, minor, patch, headerAddress,
                            toJsonText(pe)));
}

const ObjectCode *ProgramCache::part(const std::string &digest) const {
  return lookUp(parts, digest);
}

void ProgramCache::addPart(std::string digest, ObjectCode code) {
  parts.insert_or_assign(std::move(digest), std::move(code));
}

const std::string *ProgramCache::program(const std::string &digest) const {
  return lookUp(programs, digest);
}

void ProgramCache::addProgram(std::string digest, std::string_view elf) {
  programs.insert_or_assign(std::move(digest), std::string(elf));
}

} // namespace snnc::s2
