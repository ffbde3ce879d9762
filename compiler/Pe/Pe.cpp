//===- Pe.cpp - The pe dialect --------------------------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "compiler/Pe/Pe.h"

#include "mlir/IR/Builders.h"

using namespace mlir;
using namespace snnc::pe;

#include "compiler/Pe/PeDialect.cpp.inc"

#define GET_OP_CLASSES
#include "compiler/Pe/PeOps.cpp.inc"

static LogicalResult verifyPlace(Operation *op, int64_t place) {
  if (place >= 0)
    return success();
  return op->emitOpError("has the place ") << place << "; places count from 0";
}

LogicalResult LoadGroupOp::verify() { return verifyPlace(*this, getPlace()); }

LogicalResult StoreGroupOp::verify() { return verifyPlace(*this, getPlace()); }

static LogicalResult verifyBits(Operation *op, int64_t bits) {
  if (bits == 8 || bits == 16)
    return success();
  return op->emitOpError("takes 8 or 16 bits, not ") << bits;
}

LogicalResult AddPartOp::verify() {
  if (failed(verifyBits(*this, getBits())))
    return failure();
  int64_t part = getPart(), parts = 32 / getBits();
  if (part >= 0 && part < parts)
    return success();
  return emitOpError("takes part ") << part << " of a word that has " << parts
                                    << " parts of " << getBits() << " bits";
}

LogicalResult ForPacketsOp::verifyRegions() {
  Block &body = getBody().front();
  unsigned arguments = body.getNumArguments();
  if (getBehind() && (arguments != 2 || *getBehind() < 1))
    return emitOpError("runs ")
           << *getBehind() << " times behind the last packet, which takes one "
           << "time or more and a block argument of type 'i1'";
  if ((arguments == 1 || arguments == 2) &&
      body.getArgument(0).getType().isSignlessInteger(32) &&
      (arguments == 1 || body.getArgument(1).getType().isSignlessInteger(1)))
    return success();
  return emitOpError("needs a block argument of type 'i32', the key, and none "
                     "or one of type 'i1' behind it");
}

LogicalResult FetchStartOp::verify() {
  if (getUnit() >= 4 && getUnit() <= 256 &&
      llvm::isPowerOf2_64(uint64_t(getUnit())))
    return success();
  return emitOpError("has a unit of ")
         << getUnit() << " B, not a power of two from 4 to 256";
}

LogicalResult MacStartOp::verify() {
  if (failed(verifyBits(*this, getBits())))
    return failure();
  if (getBatch() >= 1)
    return success();
  return emitOpError("needs a batch of at least 1, not ") << getBatch();
}

void PeDialect::initialize() {
  addOperations<
#define GET_OP_LIST
#include "compiler/Pe/PeOps.cpp.inc"
      >();
}
