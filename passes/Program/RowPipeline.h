//===- RowPipeline.h - Rows out of DRAM, some ahead -------------*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// While the core works on a row, the DMA unit copies the next ones into the
// other row buffers (SnncCoreHeader::fetch_base). As many transfers run as the
// unit takes, so that a stream of rows waits for their bytes or the core's
// work, and not for each latency. Rows are worked on in the order in which they
// were found, which is that in which transfers end; those in SRAM at once:
// integer sums do not care. A row that goes on behind what was fetched of it is
// waited for. Loops over rows are most of a program: they are emitted once.
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

  /// Before the loop over packets. The core's header stands at `header`; the
  /// DMA unit takes `queue` transfers at a time; `rest` may be null.
  RowPipeline(tick::LoopEmitter &e, uint32_t header, uint32_t queue, Rest rest);

  /// Fetches `row` of `context.entry`, and works on the oldest one that waits
  /// where there are pending() ones. Nothing where the row has no synapse.
  /// pending() times behind the last packet: any row but of entry 0, which is
  /// none.
  void push(const fabric::FetchedRow &row, const tick::RowContext &context,
            Work work);

  /// Rows found and not worked on.
  size_t pending() const { return waiting.size(); }

private:
  /// Variables. Entry 0: none.
  struct Row {
    Value entry, at, count;
  };
  void begin(const fabric::FetchedRow &row, Value lead, Value to);
  void wait(bool room);
  void workOn(const Row &row, tick::RowContext context, Work work);
  Value isRow(Value of); ///< an entry that is not 0

  tick::LoopEmitter &e;
  Rest rest;
  Value first, bytes; ///< of the row buffers: address, bytes of each
  Value both, end;    ///< sum of the addresses of two; end of more
  Value buffer;       ///< of the next row; a variable
  llvm::SmallVector<Row, 2> waiting; ///< oldest first
};

} // namespace snnc::program

#endif // SNNC_PASSES_PROGRAM_ROWPIPELINE_H
