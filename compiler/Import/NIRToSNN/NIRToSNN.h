//===- NIRToSNN.h - A NIR graph becomes imported snn -------------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef SNNC_IMPORT_NIRTOSNN_NIRTOSNN_H
#define SNNC_IMPORT_NIRTOSNN_NIRTOSNN_H

#include "compiler/Import/NIR/NirGraph.h"

#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/OwningOpRef.h"

namespace snnc {

/// One op per node, nothing clever: linear chains stay, neurons stay in
/// continuous time (phase Imported). `graph` is flat and normalised. Numbers go
/// to the context's parameter store, under the node's name and field. Locations
/// are the node's path in the file. Null after an emitted error.
mlir::OwningOpRef<mlir::ModuleOp> translateNir(const nir::Graph &graph,
                                               mlir::MLIRContext *context);

/// The location of a NIR node: the file, named by the node's path.
mlir::Location nirLocation(mlir::MLIRContext *context, llvm::StringRef file,
                           llvm::StringRef path);

} // namespace snnc

#endif // SNNC_IMPORT_NIRTOSNN_NIRTOSNN_H
