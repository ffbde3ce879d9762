//===- Tick.cpp - The tick dialect ----------------------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "compiler/Tick/Tick.h"

#include "mlir/IR/Builders.h"
#include "mlir/IR/DialectImplementation.h"
#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;
using namespace snnc::tick;

#include "compiler/Tick/TickDialect.cpp.inc"

#define GET_TYPEDEF_CLASSES
#include "compiler/Tick/TickTypes.cpp.inc"

#define GET_OP_CLASSES
#include "compiler/Tick/TickOps.cpp.inc"

/// A loop's body has one argument: what it stands at.
static LogicalResult verifyArgument(Operation *op, Type type) {
  Block &body = op->getRegion(0).front();
  if (body.getNumArguments() == 1 && body.getArgument(0).getType() == type)
    return success();
  return op->emitOpError("needs one block argument of type ") << type;
}

LogicalResult OnStartOp::verifyRegions() {
  if (getBody().getNumArguments())
    return emitOpError("takes no block arguments");
  return success();
}

LogicalResult OnSpikeOp::verifyRegions() {
  if (failed(verifyArgument(*this, IntegerType::get(getContext(), 32))))
    return failure();
  auto loops = getBody().front().getOps<ForRowsOp>();
  if (llvm::range_size(loops) > 1)
    return (*std::next(loops.begin()))
        .emitOpError("is the second of its handler; a key's rows are gone "
                     "through once");
  return success();
}

LogicalResult OnTimerOp::verifyRegions() {
  if (getBody().getNumArguments())
    return emitOpError("takes no block arguments");
  return success();
}

LogicalResult ForRowsOp::verifyRegions() {
  if (failed(verifyArgument(*this, RowType::get(getContext()))))
    return failure();
  Operation *first = nullptr;
  for (Operation &op : getBody().front()) {
    if (!isa<RingAddOp, NoteOp>(op))
      continue;
    if (first)
      return op.emitOpError("is the second use of a row; the first is ")
             << first->getName();
    first = &op;
  }
  if (!first)
    return emitOpError("needs a tick.ring_add or a tick.note");
  return success();
}

LogicalResult RingAddOp::verify() {
  if (getFormats().empty())
    return emitOpError("needs at least one format");
  if (auto joined = getJoined();
      joined && size_t(joined->size()) != getFormats().size())
    return emitOpError("says of ")
           << joined->size() << " formats whether they are joined and has "
           << getFormats().size();
  return success();
}

LogicalResult ForNeuronsOp::verifyRegions() {
  return verifyArgument(*this, IntegerType::get(getContext(), 32));
}

void TickDialect::initialize() {
  addOperations<
#define GET_OP_LIST
#include "compiler/Tick/TickOps.cpp.inc"
      >();
  addTypes<
#define GET_TYPEDEF_LIST
#include "compiler/Tick/TickTypes.cpp.inc"
      >();
}
