//===- Tick.h - The tick dialect ---------------------------------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef SNNC_TICK_TICK_H
#define SNNC_TICK_TICK_H

#include "compiler/Fabric/Fabric.h"
#include "compiler/Pe/Pe.h"

#include "mlir/Bytecode/BytecodeOpInterface.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/IR/BuiltinAttributes.h"
#include "mlir/IR/Dialect.h"
#include "mlir/IR/OpDefinition.h"
#include "mlir/IR/OpImplementation.h"
#include "mlir/IR/SymbolTable.h"
#include "mlir/Interfaces/SideEffectInterfaces.h"

#include "compiler/Tick/TickDialect.h.inc"
#include "compiler/Tick/TickEnums.h.inc"

#define GET_ATTRDEF_CLASSES
#include "compiler/Tick/TickAttributes.h.inc"

#define GET_TYPEDEF_CLASSES
#include "compiler/Tick/TickTypes.h.inc"

#define GET_OP_CLASSES
#include "compiler/Tick/TickOps.h.inc"

#endif // SNNC_TICK_TICK_H
