//===- RowPipeline.cpp - Rows out of DRAM, some ahead ---------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "passes/Program/RowPipeline.h"

#include "compiler/Pe/Pe.h"
#include "planner/CorePlanner.h"

#include <cstddef>

namespace snnc::program {

using namespace mlir;
using arith::CmpIPredicate;
using fabric::kTransferUnit;
using tick::RowContext;

RowPipeline::RowPipeline(tick::LoopEmitter &e, uint32_t header, uint32_t queue,
                         Rest rest)
    : e(e), rest(std::move(rest)) {
  auto field = [&](size_t offset) {
    return e.load(e.constant(header + uint32_t(offset)));
  };
  uint32_t buffers = fabric::rowBuffers(queue);
  first = field(offsetof(SnncCoreHeader, fetch_base));
  bytes = field(offsetof(SnncCoreHeader, fetch_bytes));
  if (buffers == 2)
    both = e.add(e.add(first, first), bytes);
  else
    end = e.add(first, e.mul(bytes, e.constant(buffers)));
  buffer = e.variable(first);
  auto zero = [&] { return e.variable(e.constant(0)); };
  for (uint32_t k = 0; k < queue; ++k)
    waiting.push_back({zero(), zero(), zero()});
}

void RowPipeline::push(const fabric::FetchedRow &row, const RowContext &context,
                       Work work) {
  e.ifThen(e.compare(CmpIPredicate::ne, row.count, e.constant(0)), [&] {
    Value to = e.get(buffer);
    // Whole units of the DMA unit around the row.
    Value lead = e.bitAnd(row.from, kTransferUnit - 1);
    // With room for a transfer the oldest of `queue` rows is there; its buffer
    // is not the next one. Behind the last packet nothing begins.
    e.ifThen(
        isRow(context.entry),
        [&] {
          wait(/*room=*/true);
          begin(row, lead, to);
        },
        [&] { wait(/*room=*/false); });
    e.ifThen(isRow(e.get(waiting.front().entry)),
             [&] { workOn(waiting.front(), context, work); });
    for (size_t k = 0; k + 1 < waiting.size(); ++k) {
      e.set(waiting[k].entry, e.get(waiting[k + 1].entry));
      e.set(waiting[k].at, e.get(waiting[k + 1].at));
      e.set(waiting[k].count, e.get(waiting[k + 1].count));
    }
    e.set(waiting.back().entry, context.entry);
    e.set(waiting.back().at, e.add(to, lead));
    e.set(waiting.back().count, row.count);
  });
}

/// Of a row that is not none; the next one gets the next buffer.
void RowPipeline::begin(const fabric::FetchedRow &row, Value lead, Value to) {
  Value length = e.bitAnd(e.add(e.add(lead, row.bytes), kTransferUnit - 1),
                          ~(kTransferUnit - 1));
  e.b.create<pe::FetchStartOp>(e.loc, e.core, e.sub(row.from, lead), to, length,
                               e.b.getI64IntegerAttr(kTransferUnit));
  if (both) // the other one
    return e.set(buffer, e.sub(both, to));
  Value next = e.add(to, bytes);
  e.set(buffer,
        e.b.create<arith::SelectOp>(
            e.loc, e.compare(CmpIPredicate::eq, next, end), first, next));
}

void RowPipeline::wait(bool room) {
  e.b.create<pe::FetchWaitOp>(e.loc, e.core, room);
}

Value RowPipeline::isRow(Value of) {
  return e.compare(CmpIPredicate::ne, of, e.constant(0));
}

void RowPipeline::workOn(const Row &row, RowContext context, Work work) {
  context.entry = e.get(row.entry);
  context.source = {};
  context.fetched = e.get(row.at);
  context.count = e.get(row.count);
  if (!rest) {
    work(context);
    return;
  }
  // Its buffer takes the rest, behind the transfers that run.
  fabric::FetchedRow more; // variables
  e.whileLoop(
      {},
      [&](ValueRange) {
        work(context);
        more = rest(context);
        return e.compare(CmpIPredicate::ne, e.get(more.count), e.constant(0));
      },
      [&](ValueRange) -> llvm::SmallVector<Value> {
        wait(/*room=*/true);
        e.b.create<pe::FetchStartOp>(e.loc, e.core, e.get(more.from),
                                     context.fetched, e.get(more.bytes),
                                     e.b.getI64IntegerAttr(kTransferUnit));
        wait(/*room=*/false);
        return {};
      });
}

} // namespace snnc::program
