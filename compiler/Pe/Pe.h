//===- Pe.h - The pe dialect -------------------------------------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef SNNC_PE_PE_H
#define SNNC_PE_PE_H

#include "mlir/Bytecode/BytecodeOpInterface.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/IR/Dialect.h"
#include "mlir/IR/OpDefinition.h"
#include "mlir/IR/OpImplementation.h"
#include "mlir/Interfaces/SideEffectInterfaces.h"

#include "compiler/Pe/PeDialect.h.inc"

#define GET_OP_CLASSES
#include "compiler/Pe/PeOps.h.inc"

#endif // SNNC_PE_PE_H
