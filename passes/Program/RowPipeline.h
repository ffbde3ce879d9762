//===- RowPipeline.h - Rows out of DRAM, one ahead --------------*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// While the core works on a row, the DMA unit copies the next one into the
// other of two row buffers (SnncCoreHeader::fetch_base). Rows are worked on in
// the order in which they were found, those in SRAM at once: integer sums do
// not care. A row that goes on behind what was fetched of it is waited for.
// Loops over rows are most of a program: they are emitted once.
//
//===----------------------------------------------------------------------===//
#ifndef SNNC_PASSES_PROGRAM_ROWPIPELINE_H
#define SNNC_PASSES_PROGRAM_ROWPIPELINE_H

#include "compiler/Rows/RowFormat.h"
#include "compiler/Tick/RowContext.h"

#include <functional>

namespace snnc::program {

class RowPipeline {
public:
  using Value = mlir::Value;
  /// Adds the row, which is in SRAM now, into the ring buffer; `context` has
  /// everything but `source`.
  using Work = llvm::function_ref<void(const tick::RowContext &context)>;

  /// Where a row goes on behind what was fetched of it, RowFormat::emitRest;
  /// variables.
  using Rest = std::function<fabric::FetchedRow(const tick::RowContext &)>;

  /// Before the loop over packets. The core's header stands at `header`;
  /// `rest` may be null.
  RowPipeline(tick::LoopEmitter &e, uint32_t header, Rest rest);

  /// Fetches `row` of `context.entry`, and works on the one before. Nothing
  /// where the row has no synapse. Behind the last packet: any row but of entry
  /// 0, which is none.
  void push(const fabric::FetchedRow &row, const tick::RowContext &context,
            Work work);

private:
  void workOnPending(tick::RowContext context, Work work);
  Value isRow(Value of); ///< an entry that is not 0

  tick::LoopEmitter &e;
  Rest rest;
  Value bothBuffers; ///< sum of their addresses
  // Variables: the row on its way (entry 0: none) and the buffer of the next.
  Value entry, at, count, buffer;
};

} // namespace snnc::program

#endif // SNNC_PASSES_PROGRAM_ROWPIPELINE_H
