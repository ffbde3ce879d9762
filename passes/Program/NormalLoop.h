//===- NormalLoop.h - The loop over the numbers a core draws ----*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef SNNC_PASSES_PROGRAM_NORMALLOOP_H
#define SNNC_PASSES_PROGRAM_NORMALLOOP_H

#include "passes/Program/PhiloxCode.h"

namespace snnc::program {

/// Emits tick.normal: a block of Philox4x32-10 for every four neurons, each
/// word a number by a polynomial (runtime/support/Normals.h).
class NormalLoop {
public:
  /// What all blocks of a tick share.
  NormalLoop(LoopEmitter &emitter, tick::NormalOp draw, uint32_t header,
             mlir::Value tick);

  /// Writes the numbers of neurons [first, end).
  void emit(mlir::Value first, mlir::Value end);

private:
  using Value = mlir::Value;

  Value address(size_t offset) { return e.add(base, uint32_t(offset)); }
  Value field(size_t offset) { return e.load(address(offset)); }
  PhiloxCode philox();
  /// Of the neurons at, at + 1, ... stop - 1 of one block.
  void emitBlock(Value at, Value stop, const PhiloxCode::Words &words);
  void emitNumbers(llvm::ArrayRef<Value> words, llvm::ArrayRef<Value> places);

  LoopEmitter &e;
  Value base;    ///< of the SnncNoise
  Value neuron;  ///< of the population: the core's first
  Value numbers; ///< where the one of the population's neuron 0 would stand
  Value rows;    ///< of the table, were it one for float exponents from 0 on
};

} // namespace snnc::program

#endif // SNNC_PASSES_PROGRAM_NORMALLOOP_H
