//===- Temporaries.cpp - What must go when the process ends early ---------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "runtime/support/Temporaries.h"

#include <atomic>
#include <cstring>
#include <unistd.h>
#include <utility>

namespace snnc {

namespace {

enum State : int { Free, Filling, Used };

struct Slot {
  std::atomic<int> state = Free;
  char path[4096];
};

} // namespace

// A signal handler can reach nothing but static memory, and must not allocate.
static constexpr int kSlots = 32;
static Slot slots[kSlots];
static_assert(std::atomic<int>::is_always_lock_free);

/// One more than there are slots, or a path that no system call would take, is
/// removed by the destructor alone.
Temporary::Temporary(std::string path) : name(std::move(path)) {
  if (name.size() >= sizeof(Slot::path))
    return;
  for (int i = 0; i < kSlots && slot < 0; ++i) {
    int expected = Free;
    if (slots[i].state.compare_exchange_strong(expected, Filling))
      slot = i;
  }
  if (slot < 0)
    return;
  std::memcpy(slots[slot].path, name.c_str(), name.size() + 1);
  slots[slot].state = Used;
}

void Temporary::keep() {
  kept = true;
  if (slot >= 0)
    slots[slot].state = Free;
  slot = -1;
}

static void removePath(const char *path) {
  if (::unlink(path) != 0 && ::rmdir(path) != 0)
    ::unlink(path); // what failed once (a file server) may succeed
}

Temporary::~Temporary() {
  if (kept)
    return;
  removePath(name.c_str());
  keep();
}

void removeTemporaries() {
  for (bool folders : {false, true}) // empty only once their files have gone
    for (const Slot &slot : slots)
      if (slot.state == Used)
        folders ? ::rmdir(slot.path) : ::unlink(slot.path);
}

} // namespace snnc
