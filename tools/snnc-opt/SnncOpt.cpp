//===- SnncOpt.cpp - Run single passes on IR files ------------------------===//
//
// Part of the snnc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// mlir-opt with the dialects, passes and stages of snnc: for tests and for
// looking inside. Users run `snnc`.
//
//===----------------------------------------------------------------------===//

#include "backends/spinnaker2/Formats/Formats.h"
#include "backends/spinnaker2/S2/Passes.h"
#include "compiler/Fabric/Fabric.h"
#include "compiler/SNN/SNN.h"
#include "compiler/Tick/Tick.h"
#include "passes/Pipeline/Stages.h"
#include "passes/Program/Passes.h"

#include "mlir/Dialect/ControlFlow/IR/ControlFlow.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Tools/mlir-opt/MlirOptMain.h"
#include "mlir/Transforms/Passes.h"

int main(int argc, char **argv) {
  mlir::DialectRegistry registry;
  registry.insert<snnc::snn::SNNDialect, snnc::fabric::FabricDialect,
                  snnc::tick::TickDialect, mlir::arith::ArithDialect,
                  mlir::math::MathDialect, mlir::scf::SCFDialect,
                  mlir::cf::ControlFlowDialect, mlir::func::FuncDialect,
                  mlir::LLVM::LLVMDialect, mlir::memref::MemRefDialect>();
  mlir::registerTransformsPasses();
  snnc::normalize::registerNormalizePasses();
  snnc::contracts::registerContractsPasses();
  registry.insert<snnc::pe::PeDialect, snnc::s2::S2Dialect>();
  snnc::s2::registerRowFormats(registry);
  snnc::decide::registerDecidePasses();
  snnc::map::registerMapPasses();
  snnc::program::registerProgramPasses();
  snnc::s2::registerS2Passes();
  snnc::pipeline::registerStages();
  return mlir::asMainReturnCode(mlir::MlirOptMain(
      argc, argv, "snnc-opt: the passes of snnc, one at a time\n", registry));
}
