//===- RowPipeline.cpp - Rows out of DRAM, one ahead ----------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "passes/Program/RowPipeline.h"

#include "compiler/Pe/Pe.h"

#include <cstddef>

namespace snnc::program {

using namespace mlir;
using arith::CmpIPredicate;
using fabric::kTransferUnit;
using tick::RowContext;

RowPipeline::RowPipeline(tick::LoopEmitter &e, uint32_t header, Rest rest)
    : e(e), rest(std::move(rest)) {
  auto field = [&](size_t offset) {
    return e.load(e.constant(header + uint32_t(offset)));
  };
  Value first = field(offsetof(SnncCoreHeader, fetch_base));
  Value bytes = field(offsetof(SnncCoreHeader, fetch_bytes));
  bothBuffers = e.add(e.add(first, first), bytes);
  buffer = e.variable(first);
  entry = e.variable(e.constant(0));
  at = e.variable(e.constant(0));
  count = e.variable(e.constant(0));
}

void RowPipeline::push(const fabric::FetchedRow &row, const RowContext &context,
                       Work work) {
  e.ifThen(e.compare(CmpIPredicate::ne, row.count, e.constant(0)), [&] {
    Value to = e.get(buffer);
    // Whole units of the DMA unit around the row.
    Value lead = e.bitAnd(row.from, kTransferUnit - 1);
    e.b.create<pe::FetchWaitOp>(e.loc, e.core);
    e.ifThen(isRow(context.entry), [&] {
      Value bytes = e.bitAnd(e.add(e.add(lead, row.bytes), kTransferUnit - 1),
                             ~(kTransferUnit - 1));
      e.b.create<pe::FetchStartOp>(e.loc, e.core, e.sub(row.from, lead), to,
                                   bytes, e.b.getI64IntegerAttr(kTransferUnit));
      e.set(buffer, e.sub(bothBuffers, to));
    });
    e.ifThen(isRow(e.get(entry)), [&] { workOnPending(context, work); });
    e.set(entry, context.entry);
    e.set(at, e.add(to, lead));
    e.set(count, row.count);
  });
}

Value RowPipeline::isRow(Value of) {
  return e.compare(CmpIPredicate::ne, of, e.constant(0));
}

void RowPipeline::workOnPending(RowContext context, Work work) {
  context.entry = e.get(entry);
  context.source = {};
  context.fetched = e.get(at);
  context.count = e.get(count);
  if (!rest) {
    work(context);
    return;
  }
  // Its buffer takes the rest, once the transfer that runs is through.
  fabric::FetchedRow more; // variables
  e.whileLoop(
      {},
      [&](ValueRange) {
        work(context);
        more = rest(context);
        return e.compare(CmpIPredicate::ne, e.get(more.count), e.constant(0));
      },
      [&](ValueRange) -> llvm::SmallVector<Value> {
        e.b.create<pe::FetchWaitOp>(e.loc, e.core);
        e.b.create<pe::FetchStartOp>(e.loc, e.core, e.get(more.from),
                                     context.fetched, e.get(more.bytes),
                                     e.b.getI64IntegerAttr(kTransferUnit));
        e.b.create<pe::FetchWaitOp>(e.loc, e.core);
        return {};
      });
}

} // namespace snnc::program
