//===- Passes.td - Decide: how each population is computed -*- tablegen -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// In:  Normalized
// Out: Decided: every population says `paradigm` serial or parallel
//
// What is pinned by hand (`paradigm` other than auto) stays.

#ifndef SNNC_DECIDE_PASSES
#define SNNC_DECIDE_PASSES

include "mlir/Pass/PassBase.td"

def SnnSelectParadigm : Pass<"snn-select-paradigm", "::mlir::ModuleOp"> {
  let summary = "Serial on the Arm core or parallel on the MAC array";
  let description = [{
    Emits: `paradigm` on every snn.population. Modes:
    * serial, parallel: that one for all.
    * oracle: both are planned, every synapse is read; the fewest cores that
      hold the layer win, ties go to the fewer cycles of its busiest core at the
      expected rates, then to the fewer bytes, then to serial. A population that
      the MAC array cannot add up or a core cannot hold as parallel is serial.
    * cost-model: the same rule on closed formulas of shapes, densities and
      delays (passes/Decide/CostModel.h).
    `explain` remarks both plans per population. Errors: SNN1110.
  }];
  let options = [
    Option<"mode", "mode", "::snnc::decide::ParadigmMode",
           "::snnc::decide::ParadigmMode::Serial", "Who decides",
           [{::llvm::cl::values(
             clEnumValN(::snnc::decide::ParadigmMode::Serial, "serial", ""),
             clEnumValN(::snnc::decide::ParadigmMode::Parallel, "parallel", ""),
             clEnumValN(::snnc::decide::ParadigmMode::Oracle, "oracle", ""),
             clEnumValN(::snnc::decide::ParadigmMode::CostModel, "cost-model", "")
           )}]>,
    Option<"explain", "explain", "bool", "false", "Remark both plans">,
    Option<"machineName", "machine", "std::string", "\"\"",
           "Built-in machine, the default one when empty">];
  let statistics = [
    Statistic<"parallels", "parallel", "Populations that became parallel">];
}

#endif // SNNC_DECIDE_PASSES
