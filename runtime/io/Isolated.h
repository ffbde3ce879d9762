//===- Isolated.h - Run fragile code in a process of its own -----*- C++
//-*-===//
//
// Part of the snnc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Private to runtime/io. libhdf5 1.10.8 crashes on some damaged files (the
// mutation test of NirDataTest.cpp finds one within a few hundred), so it
// parses in a forked child that sends its result back through a pipe.
//
//===----------------------------------------------------------------------===//
#ifndef SNNC_RUNTIME_IO_ISOLATED_H
#define SNNC_RUNTIME_IO_ISOLATED_H

#include <cstdint>
#include <functional>
#include <string>
#include <variant>

namespace snnc::runtime {

struct IsolationLimits {
  unsigned seconds = 20;                    ///< wall clock and CPU time
  uint64_t memoryBytes = uint64_t(8) << 30; ///< address space of the child
  uint64_t resultBytes = uint64_t(6) << 30; ///< what it may send back
};

/// Why there is no result: "it crashed (Segmentation fault)".
struct IsolationFailure {
  std::string why;
};

/// Runs `work` in a child and returns what it returned. Nothing that it does to
/// memory is seen here; its standard error is discarded.
std::variant<std::string, IsolationFailure>
runIsolated(const std::function<std::string()> &work,
            const IsolationLimits &limits);

} // namespace snnc::runtime

#endif // SNNC_RUNTIME_IO_ISOLATED_H
