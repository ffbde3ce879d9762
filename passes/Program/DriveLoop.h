//===- DriveLoop.h - The loop over the channels a core draws ----*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef SNNC_PASSES_PROGRAM_DRIVELOOP_H
#define SNNC_PASSES_PROGRAM_DRIVELOOP_H

#include "passes/Program/PhiloxCode.h"

namespace snnc::program {

/// Emits tick.draw: a block of Philox4x32-10 for every eight channels, and
/// their counts by the table's guide, in straight-line code. Where the guide
/// leaves one of four open, and at the ends of a core's channels, a loop goes
/// over the channels and, seldom, the table's limits.
class DriveLoop {
public:
  /// What all blocks of a tick share.
  DriveLoop(LoopEmitter &emitter, tick::DrawOp draw, uint32_t header,
            mlir::Value tick);

  /// Adds to neurons [first, end). `sums` as NeuronLoop's.
  void emit(mlir::Value first, mlir::Value end,
            llvm::ArrayRef<mlir::Value> sums);

private:
  using Value = mlir::Value;
  using Words = PhiloxCode::Words;
  /// Where those of channel 0 would stand.
  struct Arrays {
    Value sums, weights, means;
  };

  Value address(size_t offset);
  Value field(size_t offset) { return e.load(address(offset)); }
  PhiloxCode philox();
  void keep(const Words &words);
  /// The block of channel `at`, from there on; returns where it ends.
  Value emitBlock(Value at, Value last, const Arrays &arrays);
  /// Of four channels and their words, whether the guide settles them; adds
  /// nothing where it does not.
  Value emitFour(Value at, llvm::ArrayRef<Value> words, const Arrays &arrays);
  void addPair(llvm::ArrayRef<Value> counts, Value weight, Value sum);
  void emitOne(Value channel, const Arrays &arrays);
  Value tableOf(Value channel, const Arrays &arrays);
  /// The count that the guide leaves open.
  Value search(Value table, Value known, Value first, Value channel);
  void settleTie(Value table, Value first, Value channel, Value known);

  LoopEmitter &e;
  tick::DrawOp draw;
  Value base; ///< of the SnncDrive
  Value active;
  Value channel, weights, tables, means;
};

} // namespace snnc::program

#endif // SNNC_PASSES_PROGRAM_DRIVELOOP_H
