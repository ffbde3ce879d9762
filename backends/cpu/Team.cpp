//===- Team.cpp - Threads that work side by side --------------------------===//
//
// Part of the snnc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "backends/cpu/Team.h"

#include "runtime/support/Threads.h"

#include <algorithm>

namespace snnc::cpu {

/// Some 30 microseconds: longer than a round of a small network, shorter than
/// what the system gives to another process.
static constexpr unsigned kLooks = 1000;

Team::Team(unsigned wanted)
    : queues(std::max(1u, wanted)),
      // Where threads share a core, who looks keeps it from who works.
      looks(wanted > usableCores() ? 0 : kLooks) {
  if (wanted > 1)
    startThreads(threads, wanted - 1, [this] { serve(++members); });
}

Team::~Team() {
  ends = true;
  rounds.fetch_add(1, std::memory_order_release);
  rounds.notify_all();
  for (std::thread &thread : threads)
    thread.join();
}

static void rest() {
#if defined(__x86_64__)
  __builtin_ia32_pause();
#elif defined(__aarch64__)
  __asm__ volatile("yield");
#endif
}

void Team::waitWhile(const std::atomic<uint32_t> &value, uint32_t old) const {
  for (unsigned look = 0; look < looks; ++look) {
    if (value.load(std::memory_order_acquire) != old)
      return;
    rest();
  }
  while (value.load(std::memory_order_acquire) == old)
    value.wait(old, std::memory_order_acquire);
}

void Team::serve(unsigned member) {
  for (uint32_t seen = 0;;) {
    waitWhile(rounds, seen);
    seen = rounds.load(std::memory_order_acquire);
    if (ends)
      return;
    takeItems(member);
  }
}

bool Team::takeItem(size_t queue, unsigned member) {
  std::atomic<uint64_t> &word = queues[queue].word;
  uint64_t seen = word.load(std::memory_order_acquire);
  size_t next;
  do {
    next = seen >> 16 & kMostItems;
    if (next == (seen & kMostItems))
      return false;
  } while (!word.compare_exchange_weak(seen, seen + (uint64_t(1) << 16),
                                       std::memory_order_acq_rel,
                                       std::memory_order_acquire));
  (*work)(firstItem + next * queues.size() + queue, member);
  if (left.fetch_sub(1, std::memory_order_acq_rel) == 1)
    left.notify_one();
  return true;
}

void Team::takeItems(unsigned member) {
  for (size_t k = 0; k < queues.size(); ++k)
    while (takeItem((member + k) % queues.size(), member)) {
    }
}

void Team::runRound(size_t first, size_t items, const Work &todo) {
  firstItem = first;
  work = &todo;
  left.store(uint32_t(items), std::memory_order_relaxed);
  uint32_t round = rounds.load(std::memory_order_relaxed) + 1;
  for (size_t q = 0; q < queues.size(); ++q) {
    size_t end = (items + queues.size() - 1 - q) / queues.size();
    queues[q].word.store(uint64_t(round) << 32 | end,
                         std::memory_order_release);
  }
  rounds.store(round, std::memory_order_release);
  rounds.notify_all();
  takeItems(0);
  for (uint32_t open; (open = left.load(std::memory_order_acquire)) != 0;)
    waitWhile(left, open);
}

void Team::run(size_t items, const Work &todo) {
  if (threads.empty() || items < 2) {
    for (size_t i = 0; i < items; ++i)
      todo(i, 0);
    return;
  }
  size_t most = kMostItems * queues.size();
  for (size_t first = 0; first < items; first += most)
    runRound(first, std::min(most, items - first), todo);
}

} // namespace snnc::cpu
