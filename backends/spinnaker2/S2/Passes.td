//===- Passes.td - From pe to LLVM for an Armv7E-M core ----*- tablegen -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef SNNC_S2_PASSES
#define SNNC_S2_PASSES

include "mlir/Pass/PassBase.td"

def PeExpand : Pass<"pe-expand"> {
  let summary = "pe ops that are hints become ordinary operations";
  let description = [{
    Consumes: pe.add_part, pe.load_group, pe.store_group. Emits: arith, and llvm
    accesses to pe.address. Errors: none.

    ```mlir
    func.func @f(%sum: i32, %word: i32) -> i32 {
      %next = pe.add_part %sum, %word bits 8 part 1
      return %next : i32
    }
    // becomes
    arith.shrui
    arith.trunci ... i32 to i8
    arith.extsi ... i8 to i32
    arith.addi
    ```
  }];
  let dependentDialects = ["::snnc::pe::PeDialect"];
}

def PeToS2 : Pass<"convert-pe-to-s2"> {
  let summary = "pe ops become registers and instructions of a SpiNNaker2 PE";
  let description = [{
    Consumes: every pe op. Emits: s2 ops, llvm pointers. Accesses that are marked
    `tick.in_order` become volatile, which is how LLVM is told to leave them as
    they stand. Errors: none.

    ```mlir
    func.func @f(%core: !llvm.ptr, %key: i32) {
      pe.send %core, %key : !llvm.ptr
      return
    }
    // becomes
    s2.poll send_ready
    s2.write send_key
    ```
  }];
  let dependentDialects = ["::snnc::s2::S2Dialect", "::mlir::scf::SCFDialect"];
  let options = [
    Option<"headerAddress", "header-address", "uint32_t", "8192",
           "Where the core header stands in SRAM">];
}

def S2ToLLVM : Pass<"convert-s2-to-llvm"> {
  let summary = "s2 ops become volatile accesses and inline assembly";
  let description = [{
    Consumes: every s2 op. Register addresses and values are those of the machine
    file.

    ```mlir
    func.func @f(%key: i32) {
      s2.write send_key, %key
      s2.wfi
      return
    }
    // becomes
    llvm.inttoptr
    llvm.store volatile
    llvm.inline_asm has_side_effects "wfi"
    ```
  }];
  let dependentDialects = ["::mlir::LLVM::LLVMDialect",
                           "::mlir::scf::SCFDialect"];
  let options = [
    Option<"machine", "machine", "std::string", "\"\"",
           "Name of a machine that snnc ships; empty: the usual one">];
}

#endif // SNNC_S2_PASSES
