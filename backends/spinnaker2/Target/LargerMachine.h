//===- LargerMachine.h - Which machine would hold a network -----*- C++ -*-===//
//
// Part of the snnc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A network that is refused for the machine's size is planned again, from the
// choice of paradigms to memory and routes, for machines of more boards. What
// holds it becomes a help line: no number in it is an estimate.
//
//===----------------------------------------------------------------------===//
#ifndef SNNC_BACKENDS_SPINNAKER2_TARGET_LARGERMACHINE_H
#define SNNC_BACKENDS_SPINNAKER2_TARGET_LARGERMACHINE_H

#include "backends/spinnaker2/Target/MapNetwork.h"

#include "llvm/ADT/STLFunctionalExtras.h"

namespace snnc::s2 {

/// Runs `map`, which takes `module`, Normalized, some stages further on
/// `machine` and fills `sliced`. Its findings are told when it has ended; where
/// it failed because the machine is too small, the first of them with the
/// boards that would do.
mlir::LogicalResult
withLargerMachines(mlir::ModuleOp module, const MapOptions &options,
                   const MachineModel &machine, const map::SlicedLayers &sliced,
                   llvm::function_ref<mlir::LogicalResult()> map);

} // namespace snnc::s2

#endif // SNNC_BACKENDS_SPINNAKER2_TARGET_LARGERMACHINE_H
