//===- Passes.td - Program: from the mapping to core programs -*- tablegen -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef SNNC_PROGRAM_PASSES
#define SNNC_PROGRAM_PASSES

include "mlir/Pass/PassBase.td"

def OutlinePrograms : Pass<"tick-outline-programs", "::mlir::ModuleOp"> {
  let summary = "One tick.program per distinct core behaviour";
  let description = [{
    Emits: tick.program, the `program` reference of every fabric.slice. Two
    slices share a program when model, row formats and the set of uniform
    parameters agree; everything else is data.
  }];
  let dependentDialects = ["::snnc::tick::TickDialect"];
  let statistics = [Statistic<"programs", "programs", "Programs emitted">];
}

def TickToLoops : Pass<"tick-to-loops", "::mlir::ModuleOp"> {
  let summary = "Handlers become one function of loops and memory accesses";
  let description = [{
    Consumes: tick.program and what is inside. Emits: func.func @NAME(%core) in
    scf, arith and llvm memory accesses, and tick.address, tick.send and
    tick.for_packets for the backend.
  }];
  let dependentDialects = ["::mlir::scf::SCFDialect", "::mlir::func::FuncDialect",
                           "::mlir::LLVM::LLVMDialect"];
  let options = [
    Option<"headerAddress", "header-address", "uint32_t", "8192",
           "Where the core header stands in SRAM">];
}

#endif // SNNC_PROGRAM_PASSES
