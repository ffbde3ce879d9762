//===- LazyMemory.h - Memory that costs what is touched ---------*- C++ -*-===//
//
// Part of the snnc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
#ifndef SNNC_RUNTIME_EMULATOR_LAZYMEMORY_H
#define SNNC_RUNTIME_EMULATOR_LAZYMEMORY_H

#include <cstddef>
#include <span>

namespace snnc::emulator {

/// Bytes that read as zero until they are written. A page of the host stands
/// behind them from its first write on only: a board's 7,104 SRAMs are 0.9 GiB.
class LazyMemory {
public:
  /// Throws std::bad_alloc.
  explicit LazyMemory(size_t bytes);
  ~LazyMemory();
  LazyMemory(const LazyMemory &) = delete;
  LazyMemory &operator=(const LazyMemory &) = delete;

  std::span<std::byte> span() { return {data, bytes}; }
  /// All zero again; gives the pages back.
  void clear();

private:
  std::byte *data = nullptr;
  size_t bytes = 0;
};

} // namespace snnc::emulator

#endif // SNNC_RUNTIME_EMULATOR_LAZYMEMORY_H
