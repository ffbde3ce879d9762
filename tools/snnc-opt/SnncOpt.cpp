//===- SnncOpt.cpp - Run single passes on IR files ------------------------===//
//
// Part of the snnc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// mlir-opt with the dialects and passes of snnc: for tests and for looking
// inside. Users run `snnc`.
//
//===----------------------------------------------------------------------===//

#include "compiler/Contracts/Contracts.h"
#include "compiler/SNN/SNN.h"
#include "passes/Normalize/Passes.h"
#ifdef SNNC_HAVE_FABRIC
#include "compiler/Fabric/Fabric.h"
#endif
#ifdef SNNC_HAVE_TICK
#include "compiler/Tick/Tick.h"
#endif
#ifdef SNNC_HAVE_DECIDE
#include "passes/Decide/Passes.h"
#endif
#ifdef SNNC_HAVE_MAP
#include "passes/Map/Passes.h"
#endif
#ifdef SNNC_HAVE_PROGRAM
#include "passes/Program/Passes.h"
#endif

#include "mlir/Dialect/ControlFlow/IR/ControlFlow.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Tools/mlir-opt/MlirOptMain.h"
#include "mlir/Transforms/Passes.h"

int main(int argc, char **argv) {
  mlir::DialectRegistry registry;
  registry.insert<snnc::snn::SNNDialect, mlir::arith::ArithDialect,
                  mlir::math::MathDialect, mlir::scf::SCFDialect,
                  mlir::cf::ControlFlowDialect, mlir::func::FuncDialect,
                  mlir::LLVM::LLVMDialect, mlir::memref::MemRefDialect>();
  mlir::registerTransformsPasses();
  snnc::normalize::registerNormalizePasses();
  snnc::contracts::registerContractsPasses();
#ifdef SNNC_HAVE_FABRIC
  registry.insert<snnc::fabric::FabricDialect>();
#endif
#ifdef SNNC_HAVE_TICK
  registry.insert<snnc::tick::TickDialect>();
#endif
#ifdef SNNC_HAVE_DECIDE
  snnc::decide::registerDecidePasses();
#endif
#ifdef SNNC_HAVE_MAP
  snnc::map::registerMapPasses();
#endif
#ifdef SNNC_HAVE_PROGRAM
  snnc::program::registerProgramPasses();
#endif
  return mlir::asMainReturnCode(mlir::MlirOptMain(
      argc, argv, "snnc-opt: the passes of snnc, one at a time\n", registry));
}
