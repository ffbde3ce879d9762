//===- Gate.cpp - Nobody forks while somebody compiles --------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "tools/snnc/api/Gate.h"
#include "tools/snnc/api/Api.h"

#include <condition_variable>
#include <mutex>
#include <new>

namespace snnc::api {

namespace {
struct Gate {
  std::mutex mutex; ///< held by the thread that forks
  std::condition_variable changed;
  unsigned inside = 0;
  unsigned forking = 0; ///< threads that wait until nobody is inside
};
} // namespace

static Gate &gate() {
  static auto *one = new Gate; // never destroyed: threads may outlive main
  return *one;
}

void Pass::enter() {
  std::unique_lock lock(gate().mutex);
  gate().changed.wait(lock, [] { return gate().forking == 0; });
  ++gate().inside;
}

void Pass::leave() {
  {
    std::lock_guard lock(gate().mutex);
    --gate().inside;
  }
  gate().changed.notify_all();
}

void beforeFork() {
  std::unique_lock lock(gate().mutex);
  ++gate().forking;
  gate().changed.wait(lock, [] { return gate().inside == 0; });
  lock.release(); // until one of the functions below
}

void afterForkInParent() {
  --gate().forking;
  gate().mutex.unlock();
  gate().changed.notify_all();
}

void afterForkInChild() {
  // Threads that waited here are not in the child.
  new (&gate()) Gate;
}

} // namespace snnc::api
