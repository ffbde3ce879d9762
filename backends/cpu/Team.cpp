//===- Team.cpp - Threads that work side by side --------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "backends/cpu/Team.h"

#include "runtime/support/Threads.h"

namespace snnc::cpu {

Team::Team(unsigned wanted) {
  std::atomic<unsigned> next = 1;
  if (wanted > 1)
    startThreads(threads, wanted - 1, [this, &next] { serve(next++); });
  while (next < size()) // each has its number before `next` is gone
    std::this_thread::yield();
}

Team::~Team() {
  ends = true;
  ++started;
  started.notify_all();
  for (std::thread &thread : threads)
    thread.join();
}

void Team::waitWhile(const std::atomic<uint32_t> &value, uint32_t old) {
  for (int look = 0; look < 200; ++look)
    if (value.load(std::memory_order_acquire) != old)
      return;
  while (value.load(std::memory_order_acquire) == old)
    value.wait(old, std::memory_order_acquire);
}

void Team::serve(unsigned worker) {
  for (uint32_t seen = 0;; ++seen) {
    waitWhile(started, seen);
    if (ends)
      return;
    (*work)(worker);
    meet();
  }
}

void Team::run(const std::function<void(unsigned)> &todo) {
  work = &todo;
  if (!threads.empty()) {
    started.fetch_add(1, std::memory_order_release);
    started.notify_all();
  }
  todo(0);
  meet();
}

void Team::meet() {
  if (threads.empty())
    return;
  uint32_t meeting = meetings.load(std::memory_order_acquire);
  if (arrived.fetch_add(1, std::memory_order_acq_rel) + 1 == size()) {
    arrived.store(0, std::memory_order_relaxed);
    meetings.fetch_add(1, std::memory_order_release);
    meetings.notify_all();
    return;
  }
  waitWhile(meetings, meeting);
}

} // namespace snnc::cpu
