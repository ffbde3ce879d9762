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

    ```mlir
    // snnc-opt --fabric-slice --fabric-place --fabric-assign-keys --fabric-route --fabric-plan-memory --tick-outline-programs
    snn.network @n dt 1.0 {
      %in = snn.input "in" : tensor<4xf32>
      %a = snn.population "a" model @m params {threshold = 1.0} latency 1 start 1 : tensor<8xi1>
      snn.projection "w" %in to %a weights #snn.dense<dense<1.0> : tensor<8x4xf64>> delay(1.0) quant <8, nearest, 10.0> : tensor<4xf32>, tensor<8xi1>
    }
    // becomes
    %a = fabric.slice "a" [0, 8) at <5, 4, 3> key 0x0 program @p0
    tick.program @p0 {
    tick.ring_add ... formats [#fabric.dense<8>]
    tick.ring_take ... receptor 0
    tick.emit
    ```
  }];
  let dependentDialects = ["::snnc::tick::TickDialect"];
  let statistics = [Statistic<"programs", "programs", "Programs emitted">];
}

def TickToLoops : Pass<"tick-to-loops", "::mlir::ModuleOp"> {
  let summary = "Handlers become one function of loops and memory accesses";
  let description = [{
    Consumes: tick.program and what is inside. Emits: func.func @NAME(%core) in
    scf, arith and llvm memory accesses, and pe ops for what only the backend
    knows.

    ```mlir
    tick.program @p0 {
      tick.on timer {
        tick.for_neurons {
        ^bb0(%n: i32):
          %v = tick.load_state %n state 0
          tick.store_state %v to %n state 0
        }
      }
    }
    // becomes
    func.func @p0(%arg0: !llvm.ptr)
    scf.for
    llvm.load
    llvm.store
    return
    ```
  }];
  let dependentDialects = ["::mlir::scf::SCFDialect", "::mlir::func::FuncDialect",
                           "::mlir::LLVM::LLVMDialect"];
  let options = [
    Option<"headerAddress", "header-address", "uint32_t", "8192",
           "Where the core header stands in SRAM">,
    Option<"fetchQueue", "fetch-queue", "uint32_t", "2",
           "Transfers from DRAM that the machine's DMA unit takes at a time">];
}

#endif // SNNC_PROGRAM_PASSES
