//===- ChildProcess.h - Run fragile code in a process of its own -*- C++ -*-===//
//
// Part of the snnc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A forked child with limits on time and memory, whose result comes back
// through an anonymous memory file. A crash, an endless loop or exhausted
// memory ends the child only. Why it is needed: libhdf5 1.10.8 crashes on about
// 1.3 % and loops for ever on 2.4 % of mutated files.
//
//===----------------------------------------------------------------------===//
#ifndef SNNC_RUNTIME_SUPPORT_CHILDPROCESS_H
#define SNNC_RUNTIME_SUPPORT_CHILDPROCESS_H

#include <cstdint>
#include <functional>
#include <string>
#include <variant>

namespace snnc {

/// An owned file descriptor; negative: none.
class Descriptor {
public:
  explicit Descriptor(int fd = -1) : fd(fd) {}
  Descriptor(Descriptor &&other) noexcept : fd(other.release()) {}
  Descriptor &operator=(Descriptor &&other) noexcept;
  ~Descriptor();
  int get() const { return fd; }
  int release();

private:
  int fd;
};

struct ChildLimits {
  /// Computing time. A loaded machine or a slow disk is no fault of the file,
  /// so the wall clock gets twenty times as much.
  double seconds = 20;
  /// Address space beyond what this process uses; not enforced under
  /// AddressSanitizer, whose shadow exceeds any limit.
  uint64_t memoryBytes = uint64_t(8) << 30;
  uint64_t resultBytes = uint64_t(6) << 30;
  /// Leave standard error open (sanitizer reports).
  bool showErrors = false;
};

enum class ChildEnd : uint8_t { NotStarted, Crashed, TimedOut, OutOfMemory };

struct ChildFailure {
  ChildEnd end = ChildEnd::Crashed;
  std::string why; ///< "it crashed (Segmentation fault)"
};

/// Runs `work`, which writes its result to the descriptor it is given and
/// returns whether it could. Nothing that it does to memory is seen here. The
/// caller must distrust what comes back: the child's memory may be damaged.
std::variant<Descriptor, ChildFailure>
runInChild(const std::function<bool(int fd)> &work, const ChildLimits &limits);

/// The same for a result that is one string of bytes.
std::variant<std::string, ChildFailure>
bytesFromChild(const std::function<std::string()> &work,
               const ChildLimits &limits);

} // namespace snnc

#endif // SNNC_RUNTIME_SUPPORT_CHILDPROCESS_H
