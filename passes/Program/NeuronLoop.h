//===- NeuronLoop.h - The loop over a core's neurons ------------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef SNNC_PASSES_PROGRAM_NEURONLOOP_H
#define SNNC_PASSES_PROGRAM_NEURONLOOP_H

#include "compiler/Tick/LoopEmitter.h"

#include "mlir/IR/IRMapping.h"
#include "llvm/ADT/MapVector.h"

namespace snnc::program {

using tick::LoopEmitter;

/// Emits tick.for_neurons as loops with walking pointers: groups of four
/// neurons in straight-line code with one test for "did any of them spike",
/// then the rest one by one. Spikes leave in ascending order either way.
class NeuronLoop {
public:
  /// Loads what stays the same for all neurons: stores into state arrays keep
  /// LLVM from hoisting it.
  NeuronLoop(LoopEmitter &emitter, tick::ForNeuronsOp loop, uint32_t header,
             mlir::Value bitmap);

  /// Neurons [first, end). `sums` holds, per receptor, the address at which
  /// neuron 0's weight sum would stand; `clearSums`: leave zeros behind.
  void emit(mlir::Value first, mlir::Value end,
            llvm::ArrayRef<mlir::Value> sums, bool clearSums);

private:
  /// Neighbouring neurons in straight-line code.
  struct Group {
    mlir::Value first;
    mlir::ValueRange pointers;
    std::vector<mlir::IRMapping> maps; ///< one a neuron
    /// Pointers of the group behind, where an access leaves them.
    llvm::SmallVector<mlir::Value> next;
  };
  static constexpr unsigned kGroup = 4;

  /// The pointers of the neurons behind.
  llvm::SmallVector<mlir::Value> emitNeurons(mlir::Value n,
                                             mlir::ValueRange pointers,
                                             unsigned count, bool clearSums);
  void emitLoads(Group &group, bool clearSums);
  void emitLoad(mlir::Value result, unsigned place, Group &group, bool isSum,
                bool walks);
  void emitArithmetic(Group &group,
                      llvm::function_ref<bool(mlir::Operation *)> wanted);
  void emitSpikes(tick::EmitOp spike, Group &group,
                  llvm::function_ref<bool(mlir::Operation *)> late);
  void emitSpike(mlir::Value neuron, bool local);
  void emitStores(Group &group, bool clearSums);
  /// What the body stores, in order.
  llvm::SmallVector<mlir::Value> stored();
  mlir::Value headerField(size_t offset);

  LoopEmitter &e;
  tick::ForNeuronsOp loop;
  uint32_t header;
  mlir::Value bitmap, keyBase;
  unsigned receptors = 0; ///< pointers 0 .. receptors - 1 walk over the sums
  /// State or parameter number -> its place among the pointers, base address.
  llvm::MapVector<int64_t, std::pair<unsigned, mlir::Value>> states, arrays;
  llvm::MapVector<int64_t, mlir::Value> uniforms;
};

} // namespace snnc::program

#endif // SNNC_PASSES_PROGRAM_NEURONLOOP_H
