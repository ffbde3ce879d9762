//===- S2.h - The exit dialect of the SpiNNaker2 backend --------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef SNNC_BACKENDS_SPINNAKER2_S2_S2_H
#define SNNC_BACKENDS_SPINNAKER2_S2_S2_H

#include "mlir/Bytecode/BytecodeOpInterface.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/Dialect.h"
#include "mlir/IR/OpDefinition.h"
#include "mlir/IR/OpImplementation.h"
#include "mlir/Interfaces/SideEffectInterfaces.h"

#include "backends/spinnaker2/S2/S2Dialect.h.inc"
#include "backends/spinnaker2/S2/S2Enums.h.inc"

#define GET_ATTRDEF_CLASSES
#include "backends/spinnaker2/S2/S2Attributes.h.inc"

#define GET_OP_CLASSES
#include "backends/spinnaker2/S2/S2Ops.h.inc"

namespace snnc::s2 {

/// Groups of floats that have registers of their own.
inline constexpr int64_t kGroupPlaces = 7;

} // namespace snnc::s2

#endif // SNNC_BACKENDS_SPINNAKER2_S2_S2_H
