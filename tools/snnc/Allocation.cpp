//===- Allocation.cpp - malloc() that ends as operator new does -----------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// MLIR and LLVM write to what malloc() returns without a look at it. The linker
// (--wrap) sends their calls here, and ours: memory that runs out calls the new
// handler, which ends the command with a finding. Without a handler, as in a
// child process, the caller gets the null pointer.
//
//===----------------------------------------------------------------------===//

#include <cstddef>
#include <new>

extern "C" {

void *__real_malloc(size_t size);
void *__real_calloc(size_t count, size_t size);
void *__real_realloc(void *old, size_t size);

static void *checked(void *memory, bool wanted) {
  if (!memory && wanted)
    if (std::new_handler handler = std::get_new_handler())
      handler();
  return memory;
}

void *__wrap_malloc(size_t size) { return checked(__real_malloc(size), true); }

void *__wrap_calloc(size_t count, size_t size) {
  return checked(__real_calloc(count, size), true);
}

void *__wrap_realloc(void *old, size_t size) {
  return checked(__real_realloc(old, size), size != 0); // 0 bytes: freed
}

} // extern "C"
