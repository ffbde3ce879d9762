//===- Threads.h - As many threads as there can be --------------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef SNNC_RUNTIME_SUPPORT_THREADS_H
#define SNNC_RUNTIME_SUPPORT_THREADS_H

#include <atomic>
#include <exception>
#include <mutex>
#include <system_error>
#include <thread>
#include <vector>

namespace snnc {

/// Cores that this process may use: what its affinity and its control group's
/// share of time leave of the computer's. At least 1.
unsigned usableCores();

/// Adds up to `count` threads that run `work`; fewer, perhaps none, where the
/// system starts no more (limits on memory and processes). An exception of
/// std::thread that leaves a constructor would wait for the threads before it.
template <typename Thread, typename Work>
void startThreads(std::vector<Thread> &threads, unsigned count,
                  const Work &work) {
  threads.reserve(threads.size() + count);
  try {
    for (unsigned i = 0; i < count; ++i)
      threads.emplace_back(work);
  } catch (const std::system_error &) {
    // Those that run share the work.
  }
}

/// Calls work(i) once for each i below `count`, by up to `threads` threads, the
/// caller among them; 0: as many as there are cores. Who finds nothing to do
/// takes the next. What a call throws, the caller gets, after all have ended.
template <typename Work>
void parallelFor(unsigned threads, size_t count, const Work &work) {
  std::atomic<size_t> next = 0;
  std::exception_ptr thrown;
  std::mutex mutex;
  auto takeAll = [&] {
    try {
      for (size_t i; (i = next++) < count;)
        work(i);
    } catch (...) {
      next = count;
      std::lock_guard lock(mutex);
      thrown = std::current_exception();
    }
  };
  std::vector<std::thread> team;
  size_t most = threads ? threads : usableCores();
  if (size_t wanted = most < count ? most : count; wanted > 1)
    startThreads(team, unsigned(wanted - 1), takeAll);
  takeAll();
  for (std::thread &thread : team)
    thread.join();
  if (thrown)
    std::rethrow_exception(thrown);
}

} // namespace snnc

#endif // SNNC_RUNTIME_SUPPORT_THREADS_H
