//===- BundleNetwork.h - The network that a bundle carries ------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Its text and its numbers, for the reference and for what the cores do not
// hold. A bundle is not trusted: sizes and nesting are bounded before anything
// is parsed, and what was parsed is held against manifest and machine.
//
//===----------------------------------------------------------------------===//
#ifndef SNNC_TOOLS_BUNDLENETWORK_H
#define SNNC_TOOLS_BUNDLENETWORK_H

#include "runtime/bundle/Bundle.h"
#include "runtime/support/Diagnostic.h"

#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/OwningOpRef.h"

namespace snnc {

/// A module of one snn.network, its numbers in the context's store. SNN0441
/// where the bundle has none or a damaged one.
Expected<mlir::OwningOpRef<mlir::ModuleOp>>
readBundleNetwork(const runtime::Bundle &bundle, mlir::MLIRContext *context);

/// Whether the network draws inputs itself (YAML: poisson). By its text: most
/// bundles have none, and their network need not be parsed.
bool hasDrivenInputs(const runtime::Bundle &bundle);

/// Whether the network has probes that name variables, by its text.
bool namesProbes(const runtime::Bundle &bundle);

} // namespace snnc

#endif // SNNC_TOOLS_BUNDLENETWORK_H
