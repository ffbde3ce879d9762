//===- Memory.h - How much memory this process can still have ---*- C++ -*-===//
//
// Part of the snnc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
#ifndef SNNC_BACKENDS_CPU_MEMORY_H
#define SNNC_BACKENDS_CPU_MEMORY_H

#include <cstdint>
#include <string>

namespace snnc::cpu {

struct MemoryLimit {
  uint64_t bytes = 0; ///< 0: not known
  std::string source; ///< "of this computer is free", for messages
};

/// The least of what the system has available, what the process's control group
/// may take and what its limit on address space (ulimit -v) leaves.
MemoryLimit memoryLimit();

} // namespace snnc::cpu

#endif // SNNC_BACKENDS_CPU_MEMORY_H
