//===- ThreadPool.h - Run a function for each index -------------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef SNNC_RUNTIME_EMULATOR_THREADPOOL_H
#define SNNC_RUNTIME_EMULATOR_THREADPOOL_H

#include <atomic>
#include <condition_variable>
#include <cstddef>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

namespace snnc::emulator {

/// Threads that live as long as the pool. forEach() blocks; the caller works
/// too, so a pool of one has no thread at all.
class ThreadPool {
public:
  /// 0: as many as the host has processors. Fewer where the system starts no
  /// more.
  explicit ThreadPool(unsigned threads);
  ~ThreadPool();
  ThreadPool(const ThreadPool &) = delete;

  unsigned threads() const { return unsigned(workers.size()) + 1; }

  /// Calls work(i) for every i < count, each once, in any order. `work` must
  /// not throw.
  void forEach(size_t count, const std::function<void(size_t)> &work);

private:
  void threadMain();
  void drain();

  std::vector<std::thread> workers;
  std::mutex mutex;
  std::condition_variable started, finished;
  const std::function<void(size_t)> *job = nullptr;
  std::atomic<size_t> next = 0;
  size_t jobSize = 0;
  unsigned generation = 0, busy = 0;
  bool stopping = false;
};

} // namespace snnc::emulator

#endif // SNNC_RUNTIME_EMULATOR_THREADPOOL_H
