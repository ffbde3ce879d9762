//===- Findings.h - What breaks a contract ----------------------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef SNNC_CONTRACTS_FINDINGS_H
#define SNNC_CONTRACTS_FINDINGS_H

#include "compiler/Support/Report.h"

namespace snnc::contracts {

/// Counts findings; every check goes on after one, so that the user sees all.
class Findings {
public:
  mlir::InFlightDiagnostic report(mlir::Operation *op, DiagnosticCode code) {
    ++count;
    return snnc::report(op, code);
  }
  mlir::LogicalResult result() const { return mlir::success(count == 0); }

private:
  unsigned count = 0;
};

} // namespace snnc::contracts

#endif // SNNC_CONTRACTS_FINDINGS_H
