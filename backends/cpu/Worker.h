//===- Worker.h - The ticks of one thread's partitions ----------*- C++ -*-===//
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
  explicit Worker(Engine &engine) : engine(engine), program(*engine.program) {}

  /// After `owned` is complete.
  void prepare();
  /// Before a batch.
  void begin(const runtime::Batch &batch);
  /// Ticks [first, first + ticks), no more than an exchange; what was sent in
  /// the `before` ticks in front of them is booked first. False after a
  /// failure.
  bool run(uint64_t first, uint64_t ticks, uint64_t before);

  /// What was sent before `now` and arrives then or later.
  void bookAgain(uint64_t now);

  std::vector<Part *> owned;
  /// What ended the run, and where.
  struct Failure {
    uint64_t tick;
    size_t part;
    std::optional<Diagnostic> diagnostic; ///< none: no memory
  };
  std::optional<Failure> failure;
  std::vector<NoNumber> noNumbers;

private:
  bool runTick(uint64_t tick);
  Status updatePart(Part &part, uint64_t tick);
  Status takeSums(Part &part, uint64_t tick);
  template <typename Sum> Status addArrivals(Part &part, uint64_t tick);
  template <typename Sum> Status convertSums(const Part &part, uint64_t tick);
  /// What arrives over `incoming` in a tick.
  std::span<const Volley> arriving(const Part::Incoming &incoming,
                                   uint64_t tick) const;
  void drawArrivals(const Part &part, uint64_t tick);
  bool isNarrow(Part &part, uint64_t tick) const;
  void book(Part &part, size_t firstSource, size_t lastSource, uint64_t tick,
            uint64_t earliest = 0);
  void record(const Part &part, uint64_t row, const runtime::Tape &tape) const;
  void watch(const Part &part, uint64_t tick);

  Engine &engine;
  const Program &program;
  size_t stride = 0;                   ///< of a receptor, in the accumulators
  std::vector<std::byte> accumulators; ///< receptors x stride
  std::vector<Column> sums;            ///< per receptor, of a partition
  std::vector<void *> arrays;
  KernelScratch scratch;
  const runtime::Batch *batch = nullptr;
  /// Of drives, beside the pulled blocks of the partition at hand.
  std::vector<Volley> drawn;
  const Part *drawnOf = nullptr;
};

} // namespace snnc::cpu

#endif // SNNC_BACKENDS_CPU_WORKER_H
