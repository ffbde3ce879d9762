//===- FabricOps.cpp - Verifiers and accessors of the fabric ops ----------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Structural rules only; whether a mapping is complete and right is the
// business of fabric-verify-mapping.

#include "compiler/Fabric/Belongings.h"

#include "mlir/IR/Builders.h"
#include "llvm/ADT/StringExtras.h"

using namespace mlir;
using namespace snnc::fabric;

//===----------------------------------------------------------------------===//
// Keys, masks and addresses print as hexadecimal
//===----------------------------------------------------------------------===//

static ParseResult parseHex(OpAsmParser &parser, IntegerAttr &attr) {
  uint64_t value = 0;
  if (parser.parseInteger(value))
    return failure();
  attr = parser.getBuilder().getI64IntegerAttr(int64_t(value));
  return success();
}

static void printHex(OpAsmPrinter &printer, Operation *, IntegerAttr attr) {
  printer << "0x" << llvm::utohexstr(attr.getValue().getZExtValue(), true);
}

#define GET_OP_CLASSES
#include "compiler/Fabric/FabricOps.cpp.inc"

RegionKind MachineOp::getRegionKind(unsigned) { return RegionKind::Graph; }

void InputOp::getAsmResultNames(OpAsmSetValueNameFn setName) {
  setName(getSlice(), getName());
}
void SliceOp::getAsmResultNames(OpAsmSetValueNameFn setName) {
  setName(getSlice(), getPopulation());
}
void GroupOp::getAsmResultNames(OpAsmSetValueNameFn setName) {
  setName(getGroup(), "group");
}

//===----------------------------------------------------------------------===//
// Verifiers: every number fits the 32-bit field it ends up in
//===----------------------------------------------------------------------===//

static bool fits32(std::optional<uint64_t> value) {
  return !value || *value <= UINT32_MAX;
}

LogicalResult InputOp::verify() {
  if (getChannels() == 0 || !fits32(getChannels()))
    return emitOpError("has ") << int64_t(getChannels()) << " channels";
  if (getUnit() && !llvm::isPowerOf2_64(*getUnit()))
    return emitOpError("unit is no power of two: ") << int64_t(*getUnit());
  if (!fits32(getKey()))
    return emitOpError("key is wider than 32 bits");
  return success();
}

LogicalResult SliceOp::verify() {
  if (getEnd() <= getBegin() || !fits32(getEnd()))
    return emitOpError("holds no neurons: [")
           << int64_t(getBegin()) << ", " << int64_t(getEnd()) << ")";
  if (!fits32(getKey()))
    return emitOpError("key is wider than 32 bits");
  if (getSubordinate() &&
      (!getParallel() || *getSubordinate() == 0 || !fits32(getSubordinate())))
    return emitOpError("is no subordinate: it is not parallel or sends with ")
           << int64_t(*getSubordinate()) << " keys";
  return success();
}

/// SliceOp, InputOp and GroupOp make the type; a block's target is a core.
static LogicalResult verifyIsSlice(Operation *op, Value value) {
  if (value.getDefiningOp<SliceOp>())
    return success();
  return op->emitOpError("needs a fabric.slice here, not a ")
         << value.getDefiningOp()->getName();
}

static LogicalResult verifyIsHandle(Operation *op, Value value) {
  if (isa_and_nonnull<SliceOp, InputOp>(value.getDefiningOp()))
    return success();
  return op->emitOpError("needs a fabric.slice or a fabric.input as source");
}

LogicalResult GroupOp::verify() {
  if (getMembers().empty())
    return emitOpError("has no members");
  for (Value member : getMembers())
    if (failed(verifyIsSlice(*this, member)))
      return failure();
  return success();
}

LogicalResult BlockOp::verify() {
  if (!fits32(getProjection()) || !fits32(getBytes()))
    return emitOpError("projection and bytes are at most 32 bits wide");
  if (getFirst().has_value() != getLast().has_value())
    return emitOpError("has one end of a range of sources only");
  if (getFirst() && (*getFirst() >= *getLast() || !fits32(getLast())))
    return emitOpError("has no sources in [")
           << int64_t(*getFirst()) << ", " << int64_t(*getLast()) << ")";
  if (Value source = getSource();
      source &&
      !isa_and_nonnull<SliceOp, InputOp, GroupOp>(source.getDefiningOp()))
    return emitOpError("needs a fabric.slice, a fabric.input or a fabric.group "
                       "as source");
  return verifyIsSlice(*this, getTarget());
}

LogicalResult GatherOp::verify() {
  if (failed(verifyIsSlice(*this, getTarget())))
    return failure();
  auto dominant = getTarget().getDefiningOp<SliceOp>();
  if (dominant.getParallel())
    return emitOpError("ends in a parallel slice, which adds up nothing else");
  if (getEncodings().size() != getSources().size())
    return emitOpError("has ") << getEncodings().size() << " encodings for "
                               << getSources().size() << " sources";
  for (auto sums : getEncodings().getAsRange<SumsAttr>())
    if (sums.getBits() == 0)
      return emitOpError("needs digits of 1 bit or more");
  for (Value source : getSources()) {
    auto part = source.getDefiningOp<SliceOp>();
    if (!part || !part.getSubordinate())
      return emitOpError("needs subordinate slices as sources");
    if (part.getPopulation() != dominant.getPopulation() ||
        part.getBegin() < dominant.getBegin() ||
        part.getEnd() > dominant.getEnd())
      return emitOpError("gathers sums of neurons that its target does not "
                         "hold");
  }
  return success();
}

LogicalResult FlowOp::verify() {
  if (getFirst().has_value() != getLast().has_value())
    return emitOpError("has one end of a range of keys only");
  if (getFirst()) {
    uint64_t size = *getLast() - *getFirst();
    if (*getFirst() >= *getLast() || !fits32(getLast()) ||
        !llvm::isPowerOf2_64(size) || *getFirst() % size != 0)
      return emitOpError("range is no aligned power of two: [")
             << int64_t(*getFirst()) << ", " << int64_t(*getLast()) << ")";
  }
  if (getKey().has_value() != getMask().has_value())
    return emitOpError("has a key without a mask or a mask without a key");
  if (!fits32(getKey()) || !fits32(getMask()))
    return emitOpError("key and mask are 32 bits wide");
  if (getKey() && (*getKey() & ~*getMask()))
    return emitOpError("key has bits outside its mask");
  if (failed(verifyIsHandle(*this, getSource())))
    return failure();
  for (Value target : getTargets())
    if (!target.getDefiningOp<GroupOp>() &&
        failed(verifyIsSlice(*this, target)))
      return failure();
  return success();
}

LogicalResult RouteOp::verify() {
  if (getChipX() > UINT16_MAX || getChipY() > UINT16_MAX)
    return emitOpError(
        "names a chip whose column or row has more than 16 bits");
  if (!fits32(getKey()) || !fits32(getMask()))
    return emitOpError("key and mask are 32 bits wide");
  if (getKey() & ~getMask())
    return emitOpError("key has bits outside its mask and never matches");
  for (auto pe : getTargets().getAsRange<PeAttr>())
    if (addressOf(pe).chip != chipOf(*this))
      return emitOpError("names a core of another chip");
  int64_t last = -1;
  for (int64_t link : getLinks().value_or(llvm::ArrayRef<int64_t>())) {
    if (link <= last || link >= int64_t(kLinksPerChip))
      return emitOpError("names links that are not 0 to ")
             << kLinksPerChip - 1 << ", rising";
    last = link;
  }
  return success();
}

LogicalResult BufferOp::verify() {
  if (!fits32(getBytes()) || !fits32(getAt()) ||
      !fits32(getBytes() + getAt().value_or(0)))
    return emitOpError("does not end inside 32-bit addresses");
  return verifyIsSlice(*this, getSlice());
}

//===----------------------------------------------------------------------===//
// Queries
//===----------------------------------------------------------------------===//

llvm::SmallVector<BlockOp> snnc::fabric::blocksOf(SliceOp slice) {
  llvm::SmallVector<BlockOp> blocks;
  for (Operation *user : slice.getSlice().getUsers())
    if (auto block = dyn_cast<BlockOp>(user))
      if (block.getTarget() == slice.getSlice() &&
          !llvm::is_contained(blocks, block))
        blocks.push_back(block);
  // Use lists run backwards and a recurrent block uses its slice twice.
  llvm::sort(blocks, [](BlockOp a, BlockOp b) {
    return a.getOperation() != b.getOperation() &&
           a->isBeforeInBlock(b.getOperation());
  });
  return blocks;
}

snnc::ChipCoordinate snnc::fabric::chipOf(RouteOp route) {
  return {uint16_t(route.getChipX()), uint16_t(route.getChipY())};
}

unsigned snnc::fabric::linksOf(RouteOp route) {
  unsigned links = 0;
  for (int64_t link : route.getLinks().value_or(llvm::ArrayRef<int64_t>()))
    links |= 1u << link;
  return links;
}

GatherOp snnc::fabric::gatherOf(SliceOp slice) {
  for (Operation *user : slice.getSlice().getUsers())
    if (auto gather = dyn_cast<GatherOp>(user))
      if (gather.getTarget() == slice.getSlice())
        return gather;
  return nullptr;
}

uint64_t snnc::fabric::sumKeys(uint32_t neurons, uint32_t receptors,
                               SumsAttr encoding) {
  return (uint64_t(neurons) * receptors * encoding.getDigits())
         << encoding.getBits();
}

SumsAttr snnc::fabric::sumsOf(SliceOp part) {
  for (OpOperand &use : part.getSlice().getUses())
    if (auto gather = dyn_cast<GatherOp>(use.getOwner()))
      if (use.getOperandNumber() < gather.getSources().size()) // not its target
        return gather.encodingOf(use.getOperandNumber());
  return nullptr;
}

SumsAttr snnc::fabric::loopEncodingOf(SumsAttr encoding) {
  return SumsAttr::get(encoding.getContext(), encoding.getDigits(), 0);
}

Attribute snnc::fabric::loopEncodingOf(BlockOp block) {
  auto rows = dyn_cast<RowsAttr>(block.getEncoding());
  if (!rows)
    return block.getEncoding();
  return RowsAttr::get(block.getContext(), rows.getFormat(),
                       rows.getFormat()->forLoop(rows.getFields()));
}

llvm::SmallVector<Attribute> snnc::fabric::rowEncodingsOf(SliceOp slice) {
  return rowEncodingsOf({blocksOf(slice), {}, gatherOf(slice)});
}

static std::optional<uint32_t> narrow(std::optional<uint64_t> key) {
  return key ? std::optional<uint32_t>(uint32_t(*key)) : std::nullopt;
}

llvm::SmallVector<Value> snnc::fabric::membersOf(ValueRange handles) {
  llvm::SmallVector<Value> members;
  for (Value handle : handles)
    if (auto group = handle.getDefiningOp<GroupOp>())
      llvm::append_range(members, group.getMembers());
    else
      members.push_back(handle);
  return members;
}

SliceInfo snnc::fabric::infoOf(Value value) {
  if (auto input = value.getDefiningOp<InputOp>())
    return {input.getName(),
            0,
            uint32_t(input.getChannels()),
            narrow(input.getKey()),
            uint32_t(input.getChannels()),
            uint32_t(input.getUnit().value_or(kRouteUnit))};
  auto slice = cast<SliceOp>(value.getDefiningOp());
  return {slice.getPopulation(), uint32_t(slice.getBegin()),
          uint32_t(slice.getEnd()), narrow(slice.getKey()),
          slice.getSubordinate() ? uint32_t(*slice.getSubordinate())
                                 : slice.numNeurons()};
}
