//===- ThreadPool.cpp - Run a function for each index ---------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "runtime/emulator/ThreadPool.h"

#include "runtime/support/Threads.h"

#include <algorithm>

namespace snnc::emulator {

ThreadPool::ThreadPool(unsigned threads) {
  if (threads == 0)
    threads = usableCores();
  threads = std::min(threads, 256u);
  startThreads(workers, threads - 1, [this] { threadMain(); });
}

ThreadPool::~ThreadPool() {
  {
    std::lock_guard lock(mutex);
    stopping = true;
  }
  started.notify_all();
  for (std::thread &worker : workers)
    worker.join();
}

void ThreadPool::drain() {
  for (size_t i = next++; i < jobSize; i = next++)
    (*job)(i);
}

void ThreadPool::forEach(size_t count,
                         const std::function<void(size_t)> &work) {
  if (workers.empty() || count < 2) {
    for (size_t i = 0; i < count; ++i)
      work(i);
    return;
  }
  {
    std::lock_guard lock(mutex);
    job = &work;
    jobSize = count;
    next = 0;
    busy = unsigned(workers.size());
    ++generation;
  }
  started.notify_all();
  drain();
  std::unique_lock lock(mutex);
  finished.wait(lock, [this] { return busy == 0; });
}

void ThreadPool::threadMain() {
  unsigned seen = 0;
  for (;;) {
    {
      std::unique_lock lock(mutex);
      started.wait(lock, [&] { return stopping || generation != seen; });
      if (stopping)
        return;
      seen = generation;
    }
    drain();
    std::lock_guard lock(mutex);
    if (--busy == 0)
      finished.notify_one();
  }
}

} // namespace snnc::emulator
