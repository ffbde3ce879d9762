//===- Passes.h - Program: from the mapping to core programs ----*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef SNNC_PASSES_PROGRAM_PASSES_H
#define SNNC_PASSES_PROGRAM_PASSES_H

#include "compiler/Tick/Tick.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/Pass/Pass.h"

namespace snnc::program {

#define GEN_PASS_DECL
#include "passes/Program/Passes.h.inc"

#define GEN_PASS_REGISTRATION
#include "passes/Program/Passes.h.inc"

} // namespace snnc::program

#endif // SNNC_PASSES_PROGRAM_PASSES_H
