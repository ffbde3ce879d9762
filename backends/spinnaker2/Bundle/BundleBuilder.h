//===- BundleBuilder.h - A mapped module becomes a bundle -------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef SNNC_BACKENDS_SPINNAKER2_BUNDLE_BUNDLEBUILDER_H
#define SNNC_BACKENDS_SPINNAKER2_BUNDLE_BUNDLEBUILDER_H

#include "runtime/bundle/Bundle.h"
#include "runtime/machine/MachineModel.h"

#include "mlir/IR/BuiltinOps.h"

#include <memory>

namespace snnc::s2 {

class ProgramCache;

struct BundleOptions {
  double tickSeconds = 1e-3;     ///< where fabric.machine does not say
  unsigned jobs = 1;             ///< threads for compiling programs
  ProgramCache *cache = nullptr; ///< see CodegenOptions
  nlohmann::json asked;          ///< the user's options, kept in the manifest
};

/// Compiles every tick.program, builds every core's image and collects them
/// with routes, network, parameters and report. The module is at LaidOut with
/// programs outlined. Null after an emitted error. The result is the same for
/// any number of jobs.
std::shared_ptr<runtime::Bundle> buildBundle(mlir::ModuleOp module,
                                             const MachineModel &machine,
                                             const BundleOptions &options);

} // namespace snnc::s2

#endif // SNNC_BACKENDS_SPINNAKER2_BUNDLE_BUNDLEBUILDER_H
