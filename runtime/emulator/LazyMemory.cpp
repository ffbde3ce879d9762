//===- LazyMemory.cpp - Memory that costs what is touched -----------------===//
//
// Part of the snnc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "runtime/emulator/LazyMemory.h"

#include <cstring>
#include <new>
#include <sys/mman.h>

namespace snnc::emulator {

LazyMemory::LazyMemory(size_t bytes) : bytes(bytes) {
  if (bytes == 0)
    return;
  void *mapped = mmap(nullptr, bytes, PROT_READ | PROT_WRITE,
                      MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (mapped == MAP_FAILED)
    throw std::bad_alloc();
  data = static_cast<std::byte *>(mapped);
}

LazyMemory::~LazyMemory() {
  if (data)
    munmap(data, bytes);
}

void LazyMemory::clear() {
  // Private and anonymous: the next read of a page that was given back is zero.
  if (data && madvise(data, bytes, MADV_DONTNEED) != 0)
    std::memset(data, 0, bytes);
}

} // namespace snnc::emulator
