//===- Passes.td - Check a stage's contract ----------------*- tablegen -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef SNNC_CONTRACTS_PASSES
#define SNNC_CONTRACTS_PASSES

include "mlir/Pass/PassBase.td"

def CheckContract : Pass<"snnc-check-contract", "::mlir::ModuleOp"> {
  let summary = "Fail unless the module keeps the promise of a stage";
  let description = [{
    Changes nothing. Stages and their invariants: compiler/Contracts/Contracts.h.

    ```mlir
    // snnc-opt --snnc-check-contract=stage=imported
    snn.network @n {
      %in = snn.input "in" : tensor<2xf32>
      %h = snn.ode "h" lif(%in) params {tau = 0.01} : (tensor<2xf32>) -> tensor<2xf32>
    }
    // becomes
    %h = snn.ode "h" lif(%in)
    ```
  }];
  let options = [
    Option<"stage", "stage", "std::string", "\"normalized\"",
           "imported, normalized, decided, sliced, placed, routed, laid-out or "
           "programs">];
}

#endif // SNNC_CONTRACTS_PASSES
