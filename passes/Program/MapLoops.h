//===- MapLoops.h - The weight-delay map on one core ------------*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// History of spikes, operand of the MAC array, products and tiles. The layouts
// are runtime/abi/CoreHeader.h's; the paradigm is docs/paradigms.md.
//
//===----------------------------------------------------------------------===//
#ifndef SNNC_PASSES_PROGRAM_MAPLOOPS_H
#define SNNC_PASSES_PROGRAM_MAPLOOPS_H

#include "compiler/Tick/LoopEmitter.h"

namespace snnc::program {

using tick::LoopEmitter;

/// Where the history of one drained tick stands.
struct HistorySlot {
  mlir::Value count;   ///< address of its u16 count
  mlir::Value sources; ///< address of its first u16 source number
};

/// That of tick `tick`.
HistorySlot historyOf(LoopEmitter &e, uint32_t header, mlir::Value tick);

/// Notes that the source numbers before the address `end` were written.
void closeHistory(LoopEmitter &e, const HistorySlot &slot, mlir::Value end);

/// Builds the operand in the first tick of a batch of `batch` ticks.
void emitScatter(LoopEmitter &e, uint32_t header, mlir::Value tick,
                 unsigned bits, unsigned batch);

struct PanelLoop {
  unsigned bits = 8;      ///< of weights and operand
  unsigned batch = 1;     ///< ticks per product, a power of two
  unsigned receptors = 1; ///< panels per tile
};

/// Runs the products (in the first tick of a batch) and calls `update` once in
/// the loop over tiles with the tile's neurons [first, end) and, per receptor,
/// the address at which neuron 0's sum would stand.
void emitPanels(LoopEmitter &e, uint32_t header, mlir::Value tick,
                const PanelLoop &panels,
                llvm::function_ref<void(mlir::Value first, mlir::Value end,
                                        llvm::ArrayRef<mlir::Value> sums)>
                    update);

/// Sends the partial sums of the columns [first, end) whose panels begin at
/// `sums`, as one or two `digits` of `bits` bits.
void emitSendSums(LoopEmitter &e, uint32_t header, unsigned digits,
                  unsigned bits, mlir::Value first, mlir::Value end,
                  llvm::ArrayRef<mlir::Value> sums);

} // namespace snnc::program

#endif // SNNC_PASSES_PROGRAM_MAPLOOPS_H
