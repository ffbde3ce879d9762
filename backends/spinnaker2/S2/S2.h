//===- S2.h - The exit dialect of the SpiNNaker2 backend --------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef SNNC_BACKENDS_SPINNAKER2_S2_S2_H
#define SNNC_BACKENDS_SPINNAKER2_S2_S2_H

#include "runtime/machine/MachineModel.h"

#include "mlir/Bytecode/BytecodeOpInterface.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/Dialect.h"
#include "mlir/IR/OpDefinition.h"
#include "mlir/IR/OpImplementation.h"

#include "backends/spinnaker2/S2/S2Dialect.h.inc"

#define GET_OP_CLASSES
#include "backends/spinnaker2/S2/S2Ops.h.inc"

namespace snnc::s2 {

/// Turns what tick-to-loops left (tick.address, tick.send, tick.for_packets)
/// into pointers and s2 ops. `headerAddress` is that of the core header.
mlir::LogicalResult lowerTickToS2(mlir::ModuleOp module,
                                  uint32_t headerAddress);
/// tick.address alone.
void lowerAddresses(mlir::ModuleOp module);

/// Adds the start-up function @start: it opens the devices and then sleeps from
/// tick to tick, each of which calls `handlers` in turn, functions of other
/// modules that take the core.
void addStart(mlir::ModuleOp module, llvm::ArrayRef<llvm::StringRef> handlers,
              uint32_t headerAddress);

/// s2 ops become volatile accesses at the machine's register addresses.
mlir::LogicalResult lowerS2ToLLVM(mlir::ModuleOp module,
                                  const MachineModel &machine);

} // namespace snnc::s2

#endif // SNNC_BACKENDS_SPINNAKER2_S2_S2_H
