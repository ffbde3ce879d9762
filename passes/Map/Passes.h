//===- Passes.h - Map: from the network to cores ----------------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef SNNC_PASSES_MAP_PASSES_H
#define SNNC_PASSES_MAP_PASSES_H

#include "passes/Map/SlicedLayers.h"
#include "compiler/Fabric/Fabric.h"
#include "runtime/machine/MachineModel.h"

#include "mlir/IR/BuiltinOps.h"
#include "mlir/Pass/Pass.h"

#include <memory>

namespace snnc::map {

#define GEN_PASS_DECL
#include "passes/Map/Passes.h.inc"

/// A machine model that outlives the pass pipeline; clones share it.
using MachinePtr = std::shared_ptr<const MachineModel>;

/// The real time that the chip has for a tick.
struct RealTime {
  double tickSeconds = 0; ///< 0: time does not matter
  bool stated = true;     ///< by the user; else the tick may become longer
};

/// The same passes with the driver's machine instead of a built-in one.
/// `layers`: receives how each population was cut; may be null.
std::unique_ptr<mlir::Pass>
createFabricSlice(MachinePtr machine, const FabricSliceOptions &options = {},
                  std::shared_ptr<SlicedLayers> layers = nullptr);
std::unique_ptr<mlir::Pass> createFabricPlace(MachinePtr machine);
std::unique_ptr<mlir::Pass> createFabricRoute(MachinePtr machine);
std::unique_ptr<mlir::Pass>
createFabricPlanMemory(MachinePtr machine,
                       const FabricPlanMemoryOptions &options = {});
std::unique_ptr<mlir::Pass>
createFabricVerifyMapping(MachinePtr machine,
                          const FabricVerifyMappingOptions &options = {});

#define GEN_PASS_REGISTRATION
#include "passes/Map/Passes.h.inc"

} // namespace snnc::map

#endif // SNNC_PASSES_MAP_PASSES_H
