//===- WholeTicks.h - Times as whole numbers of ticks -----------*- C++ -*-===//
//
// Part of the snnc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
#ifndef SNNC_PASSES_NORMALIZE_WHOLETICKS_H
#define SNNC_PASSES_NORMALIZE_WHOLETICKS_H

#include "compiler/Support/Report.h"

#include "llvm/ADT/SmallVector.h"

#include <string>

namespace snnc::normalize {

using Numbers = llvm::SmallVector<double>;

/// `exact` ticks of `dt` seconds rounded to whole ones: error `outside` at `op`
/// where one is no number from 0 to 65535, warning `rounded` where one moves.
/// `what`: "a delay".
mlir::LogicalResult wholeTicks(mlir::Operation *op, double dt,
                               llvm::ArrayRef<double> exact, Numbers &ticks,
                               llvm::StringRef what, DiagnosticCode outside,
                               DiagnosticCode rounded);

/// To six digits.
std::string shortText(double value);

} // namespace snnc::normalize

#endif // SNNC_PASSES_NORMALIZE_WHOLETICKS_H
