//===- HeldDiagnostics.h - Findings that wait ------------------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef SNNC_BACKENDS_SPINNAKER2_TARGET_HELDDIAGNOSTICS_H
#define SNNC_BACKENDS_SPINNAKER2_TARGET_HELDDIAGNOSTICS_H

#include "mlir/IR/Diagnostics.h"

#include <optional>
#include <vector>

namespace snnc::s2 {

/// What is said while it lives, until it is known whether it counts.
class HeldDiagnostics {
public:
  explicit HeldDiagnostics(mlir::MLIRContext *context)
      : context(context),
        handler(std::in_place, context, [this](mlir::Diagnostic &said) {
          held.push_back(std::move(said));
          return mlir::success();
        }) {}

  /// Null: none. Valid until release().
  mlir::Diagnostic *firstError() {
    for (mlir::Diagnostic &said : held)
      if (said.getSeverity() == mlir::DiagnosticSeverity::Error)
        return &said;
    return nullptr;
  }

  void release() {
    handler.reset();
    for (mlir::Diagnostic &said : held)
      context->getDiagEngine().emit(std::move(said));
    held.clear();
  }

private:
  mlir::MLIRContext *context;
  std::vector<mlir::Diagnostic> held;
  std::optional<mlir::ScopedDiagnosticHandler> handler;
};

} // namespace snnc::s2

#endif // SNNC_BACKENDS_SPINNAKER2_TARGET_HELDDIAGNOSTICS_H
