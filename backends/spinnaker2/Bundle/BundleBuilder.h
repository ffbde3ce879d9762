//===- BundleBuilder.h - A mapped module becomes a bundle -------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef SNNC_BACKENDS_SPINNAKER2_BUNDLE_BUNDLEBUILDER_H
#define SNNC_BACKENDS_SPINNAKER2_BUNDLE_BUNDLEBUILDER_H

#include "backends/spinnaker2/Codegen/CompileProgram.h"
#include "runtime/bundle/Bundle.h"
#include "runtime/machine/MachineModel.h"

#include "mlir/IR/BuiltinOps.h"

#include <memory>

namespace snnc::s2 {

struct BundleOptions {
  double tickSeconds = 1e-3; ///< where fabric.machine does not say
  unsigned jobs = 1;         ///< threads; 0: as many as there are cores
  nlohmann::json asked;      ///< the user's options, kept in the manifest
  /// Of the module's tick.programs, in their order.
  std::vector<CompiledProgram> programs;
};

/// Builds every core's image and collects them with programs, routes, network,
/// parameters and report. The module is at Programs, mapped to `machine`. Null
/// after an emitted error.
std::shared_ptr<runtime::Bundle> buildBundle(mlir::ModuleOp module,
                                             const MachineModel &machine,
                                             BundleOptions options);

} // namespace snnc::s2

#endif // SNNC_BACKENDS_SPINNAKER2_BUNDLE_BUNDLEBUILDER_H
