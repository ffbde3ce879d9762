//===- BlockBuilder.h - The blocks of a program ------------------*- C++ -*-===//
//
// Part of the snnc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
#ifndef SNNC_BACKENDS_CPU_BLOCKBUILDER_H
#define SNNC_BACKENDS_CPU_BLOCKBUILDER_H

#include "backends/cpu/Engine.h"
#include "backends/cpu/SynapseWalk.h"

namespace snnc::cpu {

/// Plans tasks that several threads do side by side: what is drawn target by
/// target is a task for each group, everything else one for each projection.
/// Projections of one source whose synapses have several delays share blocks:
/// a spike then finds what it brings to a group in one place.
class BlockBuilder {
public:
  BlockBuilder(Program &program, const Tuning &tuning)
      : program(program), tuning(tuning) {}

  /// After the program has its layout. Errors at the op: SNN0303, SNN0304.
  mlir::LogicalResult add(const Projection &projection);
  /// After all. std::bad_alloc.
  void run(unsigned threads);

private:
  /// Where a block of a task is.
  struct Place {
    size_t group = 0;
    uint32_t offset = 0, neurons = 0; ///< in the group
    uint32_t firstNeuron = 0;         ///< of the population
  };
  struct Task {
    std::vector<RowSource> from;
    std::vector<Place> places; ///< one a block
    size_t source = 0;         ///< in Program::blocks
    double synapses = 0;       ///< expected
    double rate = 0;           ///< of a source, as Projection::rate
    std::string name;          ///< of its projections
    std::vector<Block> blocks;
  };
  /// Projections that share blocks.
  struct Shared {
    size_t source = 0;
    unsigned receptor = 0, bits = 0;
    bool byTarget = false;
    std::vector<Projection> projections; ///< onto different populations
  };

  bool isShared(const Projection &projection, const SynapseWalk &walk) const;
  void share(const Projection &projection, bool byTarget);
  void addSeparate(const Projection &projection, bool byTarget);
  void addShared(const Shared &shared);
  RowSource rowsOf(const Projection &projection, size_t first,
                   size_t last) const;
  void push(Task task);
  void make(Task &task);

  Program &program;
  const Tuning &tuning;
  std::vector<Shared> shared;
  std::vector<Task> tasks;
};

} // namespace snnc::cpu

#endif // SNNC_BACKENDS_CPU_BLOCKBUILDER_H
