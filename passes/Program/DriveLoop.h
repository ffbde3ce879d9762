//===- DriveLoop.h - The loop over the channels a core draws ----*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef SNNC_PASSES_PROGRAM_DRIVELOOP_H
#define SNNC_PASSES_PROGRAM_DRIVELOOP_H

#include "passes/Program/PhiloxCode.h"

namespace snnc::program {

/// Emits tick.draw: a block of Philox4x32-10 for every four channels, in
/// straight-line code, then a loop over its words, which finds the count by the
/// table's guide and, seldom, its limits.
class DriveLoop {
public:
  /// Makes the keys of the rounds, once a tick.
  DriveLoop(LoopEmitter &emitter, tick::DrawOp draw, uint32_t header,
            mlir::Value tick);

  /// Adds to neurons [first, end). `sums` as NeuronLoop's.
  void emit(mlir::Value first, mlir::Value end,
            llvm::ArrayRef<mlir::Value> sums);

private:
  using Value = mlir::Value;
  using Words = PhiloxCode::Words;

  Value address(size_t offset);
  Value field(size_t offset) { return e.load(address(offset)); }
  PhiloxCode philox();
  void keep(const Words &words);
  void emitWord(Value channel, Value neuron, Value sum);
  /// The count that the guide leaves open.
  Value search(Value table, Value known, Value word, Value channel);
  void settleTie(Value table, Value word, Value channel, Value known);

  LoopEmitter &e;
  tick::DrawOp draw;
  Value base; ///< of the SnncDrive
  Value active, drawTick;
  Value channel, weights, tables, means, sample;
};

} // namespace snnc::program

#endif // SNNC_PASSES_PROGRAM_DRIVELOOP_H
