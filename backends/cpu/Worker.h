//===- Worker.h - The ticks of a group of partitions ------------*- C++ -*-===//
//
// Part of the snnc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
#ifndef SNNC_BACKENDS_CPU_WORKER_H
#define SNNC_BACKENDS_CPU_WORKER_H

#include "backends/cpu/Engine.h"

namespace snnc::cpu {

class Engine::Worker {
public:
  explicit Worker(Engine &engine);

  /// Before a batch.
  void begin(const runtime::Batch &batch);
  /// Ticks [first, first + ticks) of a group, no more than an exchange; what
  /// was sent in the `before` ticks in front of them is booked first.
  void run(Group &group, uint64_t first, uint64_t ticks, uint64_t before);

  /// What was sent before `now` and arrives then or later.
  void bookAgain(Group &group, uint64_t now);

  /// What ended the run, and where: the first.
  struct Failure {
    uint64_t tick;
    size_t part;
    std::optional<Diagnostic> diagnostic; ///< none: no memory
  };
  std::optional<Failure> failure;
  std::vector<NoNumber> noNumbers;

private:
  bool runTick(Group &group, uint64_t tick);
  void fail(uint64_t tick, const Part *part,
            std::optional<Diagnostic> diagnostic);
  void updatePart(const Part &part, uint64_t tick);
  /// What a parameter is in this tick; valid until the next partition.
  float *drawParam(const Part &part, size_t param, uint64_t tick);
  /// False after a failure.
  bool takeSums(Group &group, uint64_t tick);
  template <typename Sum> bool addArrivals(Group &group, uint64_t tick);
  template <typename Sum> Status convertSums(const Part &part, uint64_t tick);
  /// What arrives over `incoming` in a tick.
  std::span<const Volley> arriving(const Group::Incoming &incoming,
                                   uint64_t tick) const;
  void drawArrivals(const Group &group, uint64_t tick);
  bool isNarrow(Group &group, uint64_t tick) const;
  void book(Group &group, size_t firstSource, size_t lastSource, uint64_t tick,
            uint64_t earliest = 0);
  void record(const Part &part, uint64_t row, const runtime::Tape &tape) const;
  void watch(const Part &part, uint64_t tick);

  Engine &engine;
  const Program &program;
  size_t stride = 0;                   ///< of a receptor, in the accumulators
  std::vector<std::byte> accumulators; ///< receptors x stride
  std::vector<Column> sums;            ///< per receptor, of a group
  std::vector<Column> normals;         ///< per drawn parameter, of a partition
  std::vector<void *> arrays;
  KernelScratch scratch;
  const runtime::Batch *batch = nullptr;
  /// Of drives, beside the pulled blocks of the group at hand.
  std::vector<Volley> drawn;
  const Group *drawnOf = nullptr;
};

} // namespace snnc::cpu

#endif // SNNC_BACKENDS_CPU_WORKER_H
