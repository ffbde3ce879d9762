//===- SNN.h - The snn dialect -----------------------------------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef SNNC_SNN_SNN_H
#define SNNC_SNN_SNN_H

#include "compiler/Params/ParameterStore.h"

#include "mlir/Bytecode/BytecodeOpInterface.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/IR/BuiltinAttributes.h"
#include "mlir/IR/BuiltinTypes.h"
#include "mlir/IR/Dialect.h"
#include "mlir/IR/OpDefinition.h"
#include "mlir/IR/OpImplementation.h"
#include "mlir/IR/RegionKindInterface.h"
#include "mlir/IR/SymbolTable.h"
#include "mlir/Interfaces/SideEffectInterfaces.h"

#include <memory>

namespace snnc::snn {
class DrawnRows;
/// A ranked tensor of static shape with 1 to 2^31 elements.
bool isSignalType(mlir::Type type);
} // namespace snnc::snn

#include "compiler/SNN/SNNDialect.h.inc"
#include "compiler/SNN/SNNEnums.h.inc"

#define GET_ATTRDEF_CLASSES
#include "compiler/SNN/SNNAttrs.h.inc"

#define GET_OP_CLASSES
#include "compiler/SNN/SNNOps.h.inc"

#endif // SNNC_SNN_SNN_H
