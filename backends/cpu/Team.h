//===- Team.h - Threads that work side by side ------------------*- C++ -*-===//
//
// Part of the snnc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Rounds of a few microseconds on a computer that others use too. A thread that
// has no core of its own at the moment must not hold up those that have, so
// nobody waits for a thread, only for an item that one is at: whoever comes
// first takes it.
//
//===----------------------------------------------------------------------===//
#ifndef SNNC_BACKENDS_CPU_TEAM_H
#define SNNC_BACKENDS_CPU_TEAM_H

#include <atomic>
#include <cstdint>
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
  /// What a round does with an item; `member` < wanted is another for each
  /// thread. It must not throw.
  using Work = std::function<void(size_t item, unsigned member)>;
  /// Calls `work` once for each item below `items` and returns when all are
  /// done. A member begins with its own, those of which the remainder by
  /// `wanted` is its number, so that what an item needs stays in its cache from
  /// round to round; then it takes what others have not begun.
  void run(size_t items, const Work &work);

private:
  /// The items of a member in a round that nobody has taken, in one word, so
  /// that who takes one knows that the round is not over.
  struct alignas(64) Queue {
    std::atomic<uint64_t> word = 0; ///< round << 32 | next << 16 | end
  };
  static constexpr size_t kMostItems = 0xffff; ///< of a queue, of a round

  void serve(unsigned member);
  void runRound(size_t first, size_t items, const Work &work);
  void takeItems(unsigned member);
  bool takeItem(size_t queue, unsigned member);
  /// Looks for a while, then sleeps until `value` is not `old`.
  void waitWhile(const std::atomic<uint32_t> &value, uint32_t old) const;

  std::vector<Queue> queues; ///< `wanted`
  unsigned looks;            ///< before a thread sleeps
  std::vector<std::thread> threads;
  std::atomic<unsigned> members = 0;
  std::atomic<bool> ends = false;
  alignas(64) std::atomic<uint32_t> rounds = 0;
  alignas(64) std::atomic<uint32_t> left = 0; ///< items of the round
  // Of the round; read by whoever has taken an item of it.
  size_t firstItem = 0;
  const Work *work = nullptr;
};

} // namespace snnc::cpu

#endif // SNNC_BACKENDS_CPU_TEAM_H
