//===- Team.h - Threads that work side by side ------------------*- C++ -*-===//
//
// Part of the snnc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
#ifndef SNNC_BACKENDS_CPU_TEAM_H
#define SNNC_BACKENDS_CPU_TEAM_H

#include <atomic>
#include <functional>
#include <thread>
#include <vector>

namespace snnc::cpu {

/// The caller and up to `wanted` - 1 threads that wait for work.
class Team {
public:
  explicit Team(unsigned wanted);
  ~Team();
  Team(const Team &) = delete;
  Team &operator=(const Team &) = delete;

  unsigned size() const { return unsigned(threads.size()) + 1; }
  /// Calls `work(k)` for each k below size(), each on a thread of its own, and
  /// waits for all. It must not throw.
  void run(const std::function<void(unsigned)> &work);
  /// Inside of run: waits until all have come here.
  void meet();

private:
  void serve(unsigned worker);
  /// Looks for a while before the thread sleeps.
  static void waitWhile(const std::atomic<uint32_t> &value, uint32_t old);

  std::vector<std::thread> threads;
  const std::function<void(unsigned)> *work = nullptr;
  bool ends = false;
  std::atomic<uint32_t> started = 0, meetings = 0, arrived = 0;
};

} // namespace snnc::cpu

#endif // SNNC_BACKENDS_CPU_TEAM_H
