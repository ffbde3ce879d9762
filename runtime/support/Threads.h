//===- Threads.h - As many threads as there can be --------------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef SNNC_RUNTIME_SUPPORT_THREADS_H
#define SNNC_RUNTIME_SUPPORT_THREADS_H

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

} // namespace snnc

#endif // SNNC_RUNTIME_SUPPORT_THREADS_H
