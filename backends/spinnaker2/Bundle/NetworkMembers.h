//===- NetworkMembers.h - The network that a bundle holds -------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef SNNC_BACKENDS_SPINNAKER2_BUNDLE_NETWORKMEMBERS_H
#define SNNC_BACKENDS_SPINNAKER2_BUNDLE_NETWORKMEMBERS_H

#include "mlir/IR/BuiltinOps.h"

#include <string>

namespace snnc::s2 {

struct NetworkMembers {
  std::string text;       ///< network.mlir
  std::string parameters; ///< parameters.safetensors
};

/// The normalised network of `module` and the numbers it names. Nothing of it
/// tells which file or program the network came from: no location, and numbers
/// are called as if they had been stored in the network's own order.
NetworkMembers networkMembers(mlir::ModuleOp module);

/// As text, without locations: those hold the user's path, which must not reach
/// the bundle's bytes.
std::string printBare(mlir::Operation *op);

} // namespace snnc::s2

#endif // SNNC_BACKENDS_SPINNAKER2_BUNDLE_NETWORKMEMBERS_H
