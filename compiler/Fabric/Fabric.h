//===- Fabric.h - The fabric dialect ----------------------------*- C++ -*-===//
//
// Part of the snnc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The mapping of one network to one machine: slices, blocks, flows, routes,
// buffers. Nothing here knows a particular chip.
//
//===----------------------------------------------------------------------===//
#ifndef SNNC_FABRIC_FABRIC_H
#define SNNC_FABRIC_FABRIC_H

#include "compiler/Rows/RowFormat.h"
#include "runtime/machine/ChipGrid.h"
#include "runtime/machine/CoreAddress.h"

#include "mlir/Bytecode/BytecodeOpInterface.h"
#include "mlir/IR/BuiltinAttributes.h"
#include "mlir/IR/BuiltinTypes.h"
#include "mlir/IR/Dialect.h"
#include "mlir/IR/OpDefinition.h"
#include "mlir/IR/OpImplementation.h"
#include "mlir/IR/RegionKindInterface.h"
#include "mlir/IR/SymbolTable.h"
#include "llvm/ADT/SmallVector.h"

#include "compiler/Fabric/FabricDialect.h.inc"

#define GET_TYPEDEF_CLASSES
#include "compiler/Fabric/FabricTypes.h.inc"

#define GET_ATTRDEF_CLASSES
#include "compiler/Fabric/FabricAttrs.h.inc"

#define GET_OP_CLASSES
#include "compiler/Fabric/FabricOps.h.inc"

namespace snnc::fabric {

/// The formats that `context` was given.
const RowFormats &rowFormatsOf(mlir::MLIRContext *context);

CoreAddress addressOf(PeAttr pe);
/// The chip whose router has this entry.
ChipCoordinate chipOf(RouteOp route);
/// The links that it copies to: bit l is link l (runtime/machine/ChipGrid.h).
unsigned linksOf(RouteOp route);
PeAttr toAttr(mlir::MLIRContext *context, const CoreAddress &core);

/// The attribute of an encoding and back.
RowsAttr toAttr(mlir::MLIRContext *context, const RowEncoding &encoding);
RowEncoding encodingOf(RowsAttr attr);

/// The blocks that end in `slice`, in the order of the machine op.
llvm::SmallVector<BlockOp> blocksOf(SliceOp slice);

/// The gather that ends in `slice`, a dominant one; null for all others.
GatherOp gatherOf(SliceOp slice);

/// Keys that a subordinate of `neurons` neurons sends with: the digits of each
/// receptor and neuron.
uint64_t sumKeys(uint32_t neurons, uint32_t receptors, SumsAttr encoding);

/// How a subordinate sends its sums: what the gather that it is a source of
/// says; null where none is.
SumsAttr sumsOf(SliceOp part);

/// The encoding of sums without what its loop finds in the table's entry.
SumsAttr loopEncodingOf(SumsAttr encoding);

/// The encoding of a block without what its loop does not ask for
/// (RowFormat::forLoop).
mlir::Attribute loopEncodingOf(BlockOp block);

/// The distinct loopEncodingOf() of a slice's blocks in order of first use,
/// then those of its gather: SnncTableEntry.kind is an index into this list,
/// and the core program has one decoder per element.
llvm::SmallVector<mlir::Attribute> rowEncodingsOf(SliceOp slice);

/// Keys that routes tell apart within a slice or an input, where they do: whole
/// multiples of so many.
inline constexpr uint32_t kRouteUnit = 16;

/// First neuron and key of a slice or an input, uniformly.
struct SliceInfo {
  llvm::StringRef name;        ///< population or input
  uint32_t begin = 0, end = 0; ///< neurons or channels
  std::optional<uint32_t> key;
  uint32_t keys = 0; ///< that it sends: one per neuron, or for partial sums
  /// Of an input: routes tell apart multiples of so many channels.
  uint32_t unit = kRouteUnit;
  uint32_t size() const { return end - begin; }
};
/// `value` is the result of a fabric.slice or a fabric.input.
SliceInfo infoOf(mlir::Value value);

/// With the members of groups in place of the groups.
llvm::SmallVector<mlir::Value> membersOf(mlir::ValueRange handles);

} // namespace snnc::fabric

#endif // SNNC_FABRIC_FABRIC_H
