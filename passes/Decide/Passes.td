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
    * auto: a trained model (classifier/) says which one, from features that
      need no synapse; only that one is planned. Both are planned where that
      plan fails, outside the model's training range, without a model for the
      machine (a warning, SNN1111) and, for at most `budget` populations, where
      the model is least sure. Where both are planned the better plan wins.
    * serial, parallel: that one for all.
    * oracle: both are planned, every synapse is read; the better plan wins,
      ties go to serial. A population that the MAC array cannot add up or a core
      cannot hold as parallel is serial.
    * cost-model: the same rule on closed formulas of shapes, densities and
      delays (planner/LayerEstimate.h).
    Better is what `objective` says: pes (cores, then cycles of the busiest core
    at the expected rates, then bytes), memory (cores, bytes, cycles), cycles or
    energy (an estimate). `explain` remarks features, probability, rule and
    plans per population. Errors: SNN1110, SNN1112, of
    the model file SNN120x.
  }];
  let options = [
    Option<"mode", "mode", "::snnc::decide::ParadigmMode",
           "::snnc::decide::ParadigmMode::Auto", "Who decides",
           [{::llvm::cl::values(
             clEnumValN(::snnc::decide::ParadigmMode::Auto, "auto", ""),
             clEnumValN(::snnc::decide::ParadigmMode::Serial, "serial", ""),
             clEnumValN(::snnc::decide::ParadigmMode::Parallel, "parallel", ""),
             clEnumValN(::snnc::decide::ParadigmMode::Oracle, "oracle", ""),
             clEnumValN(::snnc::decide::ParadigmMode::CostModel, "cost-model", "")
           )}]>,
    Option<"objective", "objective", "std::string", "\"pes\"",
           "pes, memory, cycles or energy">,
    Option<"budget", "budget", "std::string", "\"10%\"",
           "Populations that auto may plan both ways because the model is "
           "unsure: a count, a share in %, or all">,
    Option<"model", "model", "std::string", "\"\"",
           "Model file that auto asks, the tool's own when empty">,
    Option<"explain", "explain", "bool", "false", "Remark what decided">,
    Option<"machineName", "machine", "std::string", "\"\"",
           "Built-in machine, the default one when empty">];
  let statistics = [
    Statistic<"parallels", "parallel", "Populations that became parallel">,
    Statistic<"twice", "planned-twice", "Populations planned both ways">];
}

def SnnChooseBatch : Pass<"snn-choose-batch", "::mlir::ModuleOp"> {
  let summary = "Ticks per matrix product of parallel populations";
  let description = [{
    Emits: `row_split` on parallel populations that fit no core by columns, or
    need fewer cores with their sources split over subordinate cores and are
    better so: those whose feedback loops have no delay below two ticks.

    Emits: `batch` on parallel populations that have none: the number of ticks,
    from the rows of the MAC array down to 1, whose plan is best. Those in
    feedback loops and those of 16-bit weights take 1. snn-batch-ticks then
    gives them the delays that this needs.

    Best is what `objective` says, as for snn-select-paradigm. Error: SNN1112.
  }];
  let options = [
    Option<"objective", "objective", "std::string", "\"pes\"",
           "pes, memory, cycles or energy">,
    Option<"tickSeconds", "tick", "double", "0",
           "Real time of a tick in seconds that plans keep to, 0: none">,
    Option<"maxSources", "max-sources", "uint32_t", "0",
           "Most sources of a parallel core where more can be split, 0: what "
           "fits">,
    Option<"machineName", "machine", "std::string", "\"\"",
           "Built-in machine, the default one when empty">];
}

#endif // SNNC_DECIDE_PASSES
