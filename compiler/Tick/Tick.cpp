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
