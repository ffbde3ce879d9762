//===- S2.cpp - The exit dialect of the SpiNNaker2 backend ----------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "backends/spinnaker2/S2/S2.h"

#include "mlir/IR/Builders.h"
#include "mlir/IR/DialectImplementation.h"
#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;
using namespace snnc::s2;

#include "backends/spinnaker2/S2/S2Dialect.cpp.inc"
#include "backends/spinnaker2/S2/S2Enums.cpp.inc"

#define GET_ATTRDEF_CLASSES
#include "backends/spinnaker2/S2/S2Attributes.cpp.inc"

#define GET_OP_CLASSES
#include "backends/spinnaker2/S2/S2Ops.cpp.inc"

/// Registers that only the device writes.
static bool isStatus(Register reg) {
  return reg == Register::ReceiveWords || reg == Register::TimerStatus;
}

LogicalResult ReadOp::verify() {
  if (isStatus(getReg()) || getReg() == Register::ReceiveRead)
    return success();
  return emitOpError("reads ")
         << stringifyRegister(getReg()) << ", which can only be written";
}

LogicalResult WriteOp::verify() {
  if (!isStatus(getReg()))
    return success();
  return emitOpError("writes ")
         << stringifyRegister(getReg()) << ", which can only be read";
}

LogicalResult SxtaOp::verify() {
  if (getBits() != 8 && getBits() != 16)
    return emitOpError("takes 8 or 16 bits, not ") << getBits();
  if (getRotate() >= 0 && getRotate() < 32 && getRotate() % 8 == 0)
    return success();
  return emitOpError("rotates by 0, 8, 16 or 24 bits, not ") << getRotate();
}

static LogicalResult verifyPlace(Operation *op, int64_t place) {
  if (place >= 0 && place < kGroupPlaces)
    return success();
  return op->emitOpError("has the place ")
         << place << "; there are registers for " << kGroupPlaces << " groups";
}

LogicalResult VldmOp::verify() { return verifyPlace(*this, getPlace()); }

LogicalResult VstmOp::verify() { return verifyPlace(*this, getPlace()); }

void S2Dialect::initialize() {
  addOperations<
#define GET_OP_LIST
#include "backends/spinnaker2/S2/S2Ops.cpp.inc"
      >();
  addAttributes<
#define GET_ATTRDEF_LIST
#include "backends/spinnaker2/S2/S2Attributes.cpp.inc"
      >();
}
