//===- Passes.td - Decide: how each population is computed -*- tablegen -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// In:  Normalized
// Out: Decided: every population says `paradigm` serial or parallel
//
// In the order in which they run: what costs nothing to join is joined, neurons
// get the order in which they will stand, the paradigm is chosen, then the ticks
// a product and the delays that these need.
//
// What is pinned by hand (`paradigm` other than auto) stays.

#ifndef SNNC_DECIDE_PASSES
#define SNNC_DECIDE_PASSES

include "mlir/Pass/PassBase.td"

def ObjectiveOption
    : Option<"objective", "objective", "::snnc::fabric::Objective",
             "::snnc::fabric::Objective::Pes", "What the better plan has less of",
             [{::llvm::cl::values(
               clEnumValN(::snnc::fabric::Objective::Pes, "pes", ""),
               clEnumValN(::snnc::fabric::Objective::Memory, "memory", ""),
               clEnumValN(::snnc::fabric::Objective::Cycles, "cycles", ""),
               clEnumValN(::snnc::fabric::Objective::Energy, "energy", ""))}]>;

def MergeProjections : Pass<"snn-merge-projections", "::mlir::ModuleOp"> {
  let summary = "Many small listed projections become one";
  let description = [{
    A network that was written synapse by synapse has a projection for each: a
    core would get a block, an index and a table entry for every one. Lists with
    the same source, target, receptor and `quant` become one list, which keeps
    the first one's name. The integers stay as they are, and their sum does not
    depend on the order (S1), so no spike changes.

    ```yaml
    # snnc compile --emit decided
    network: {name: by-hand}
    inputs: {in: {size: 8}}
    populations:
      p: {size: 8, model: lif_subtract, params: {alpha: 0.9, threshold: 1, drop: 1}}
    projections:
      - {name: s0, from: in, to: p, weight: 1, delay: 1, connector: {list: [[0, 0]]}}
      - {name: s1, from: in, to: p, weight: 1, delay: 1, connector: {list: [[1, 1]]}}
      - {name: s2, from: in, to: p, weight: 1, delay: 1, connector: {list: [[2, 2]]}}
      - {name: s3, from: in, to: p, weight: 1, delay: 1, connector: {list: [[3, 3]]}}
      - {name: s4, from: in, to: p, weight: 1, delay: 1, connector: {list: [[4, 4]]}}
      - {name: s5, from: in, to: p, weight: 1, delay: 1, connector: {list: [[5, 5]]}}
      - {name: s6, from: in, to: p, weight: 1, delay: 1, connector: {list: [[6, 6]]}}
      - {name: s7, from: in, to: p, weight: 1, delay: 1, connector: {list: [[7, 7]]}}
    # becomes
    snn.projection "s0" %in to %p weights #snn.csr<... quant
    }
    ```
  }];
  let options = [
    Option<"least", "least", "int64_t", "8",
           "Projections that a pair of nodes has at the least; fewer stay as "
           "they are">];
  let statistics = [Statistic<"merged", "merged", "Projections removed">];
}

def FabricOrder : Pass<"fabric-order", "::mlir::ModuleOp"> {
  let summary = "Let neurons that share their sources stand side by side";
  let description = [{
    Emits: `fabric.order = #fabric.channels_last` on inputs and populations at
    either end of an ungrouped convolution, unless it or one joined to it has
    more weights than half the bytes of a PE; what has an order keeps it. Slices,
    keys, rows and columns count places in this order from then on; recordings
    and inputs stay in the user's.

    ```mlir
    snn.network @n dt 1.0 {
      %in = snn.input "in" : tensor<2x4x4xf32>
      %a = snn.population "a" model @m params {threshold = 1.0} latency 1 start 1 : tensor<2x4x4xi1>
      snn.projection "c" %in to %a weights #snn.conv<dense<1.0> : tensor<2x2x3x3xf64>, in = [2, 4, 4], out = [2, 4, 4], stride = [1, 1], padding = [1, 1, 1, 1], dilation = [1, 1], groups = 1> delay(1.0) quant <8, nearest, 10.0> : tensor<2x4x4xf32>, tensor<2x4x4xi1>
    }
    // becomes
    snn.input "in" {fabric.order = #fabric.channels_last}
    snn.population "a" ... {fabric.order = #fabric.channels_last}
    ```
  }];
  let dependentDialects = ["::snnc::fabric::FabricDialect"];
  let options = [
    Option<"machineName", "machine", "std::string", "\"\"",
           "Built-in machine, the default one when empty">];
  let statistics = [Statistic<"ordered", "ordered", "Signals reordered">];
}

def FabricCluster : Pass<"fabric-cluster", "::mlir::ModuleOp"> {
  let summary = "Let neurons of listed synapses with common sources stand together";
  let description = [{
    Emits: `fabric.order` on populations whose synapses all come from lists,
    where reciprocal averaging finds an order with at least a tenth fewer rows
    per tile of a weight-delay map; what has an order keeps it.

    ```yaml
    # snnc compile --emit decided
    network: {name: combs}
    inputs: {in: {size: 2}}
    populations:
      p: {size: 32, model: lif_subtract, params: {alpha: 0.9, threshold: 1, drop: 1}}
    projections:
      - name: every-other
        from: in
        to: p
        weight: 1
        delay: 1
        connector:
          list: [[0, 0], [1, 1], [0, 2], [1, 3], [0, 4], [1, 5], [0, 6], [1, 7],
                [0, 8], [1, 9], [0, 10], [1, 11], [0, 12], [1, 13], [0, 14], [1, 15],
                [0, 16], [1, 17], [0, 18], [1, 19], [0, 20], [1, 21], [0, 22], [1, 23],
                [0, 24], [1, 25], [0, 26], [1, 27], [0, 28], [1, 29], [0, 30], [1, 31]]
    # becomes
    snn.population "p" ... {fabric.order = array<i32: 0, 2, 4, 6, ...1, 3, 5, 7, ...
    ```
  }];
  let dependentDialects = ["::snnc::fabric::FabricDialect"];
  let statistics = [Statistic<"ordered", "ordered", "Populations reordered">];
}

def FabricDrawInputs : Pass<"fabric-draw-inputs", "::mlir::ModuleOp"> {
  let summary = "Let cores draw the Poisson inputs of their own neurons";
  let description = [{
    Emits: `fabric.drawn` on projections of one synapse to each neuron from a
    Poisson input that nobody else reads (a `drive` of YAML). The cores draw it
    then (docs/semantics.md S7.4, S7.5): no packets, no keys, no rows, no ring for
    its delay; not a spike changes. Left to the host are rates that change over
    time, more than 16 different ones, delays of single synapses, neurons in an
    order of their own, inputs that the run at hand gives an array for, and the
    fifth such input of a population. With `explain` a remark says of each Poisson
    input that is left why, and what to change. Errors: none.

    ```mlir
    snn.network @n dt 1.0 {
      %in = snn.input "in" drive(#snn.poisson<1.5 : f64, seed = 1, stream = 0>) : tensor<8xf32>
      %a = snn.population "a" model @m params {threshold = 1.0} latency 1 start 1 : tensor<8xi1>
      snn.projection "d" %in to %a weights #snn.one_to_one<1.0> delay(1.0) quant <8, nearest, 10.0> : tensor<8xf32>, tensor<8xi1>
    }
    // becomes
    snn.projection "d" %in to %a ... {fabric.drawn}
    ```
  }];
  let options = [
    Option<"explain", "explain", "bool", "false",
           "Say why cores do not draw a Poisson input">
  ];
  let statistics = [Statistic<"drawn", "drawn", "Inputs that cores draw">];
}

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

    ```mlir
    // snnc-opt --snn-select-paradigm=mode=oracle
    snn.network @n dt 1.0 {
      %in = snn.input "in" : tensor<64xf32>
      %a = snn.population "a" model @m params {threshold = 1.0} latency 1 start 1 : tensor<16xi1>
      snn.projection "w" %in to %a weights #snn.dense<dense<1.0> : tensor<16x64xf64>> delay(1.0) quant <8, nearest, 10.0> : tensor<64xf32>, tensor<16xi1>
    }
    // becomes
    %a = snn.population "a" ... paradigm <
    ```
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
    ObjectiveOption,
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

    Best is what `objective` says, as for snn-select-paradigm.

    ```mlir
    snn.network @n dt 1.0 {
      %in = snn.input "in" : tensor<64xf32>
      %a = snn.population "a" model @m params {threshold = 1.0} latency 1 start 1 paradigm <parallel> : tensor<16xi1>
      snn.projection "w" %in to %a weights #snn.dense<dense<1.0> : tensor<16x64xf64>> delay(1.0) quant <8, nearest, 10.0> : tensor<64xf32>, tensor<16xi1>
    }
    // becomes
    %a = snn.population "a" ... paradigm <parallel> batch 4
    ```
  }];
  let options = [
    ObjectiveOption,
    Option<"tickSeconds", "tick", "double", "0",
           "Real time of a tick in seconds that plans keep to, 0: none">,
    Option<"maxSources", "max-sources", "uint32_t", "0",
           "Most sources of a parallel core where more can be split, 0: what "
           "fits">,
    Option<"machineName", "machine", "std::string", "\"\"",
           "Built-in machine, the default one when empty">];
}

def BatchTicks : Pass<"snn-batch-ticks", "::mlir::ModuleOp"> {
  let summary = "Let parallel populations multiply several ticks at once (S5)";
  let description = [{
    A parallel population outside every feedback loop may compute `ticks` ticks
    with one matrix product when no delay into it is shorter. Latencies grow as
    far as that needs; what the user sees does not change. Populations that have
    a batch already (snn-choose-batch) keep it and get the delays that it needs.

    ```mlir
    snn.network @n dt 1.0 {
      %in = snn.input "in" : tensor<64xf32>
      %a = snn.population "a" model @m params {threshold = 1.0} latency 1 start 1 paradigm <parallel> batch 4 : tensor<16xi1>
      snn.projection "w" %in to %a weights #snn.dense<dense<1.0> : tensor<16x64xf64>> delay(1.0) quant <8, nearest, 10.0> : tensor<64xf32>, tensor<16xi1>
    }
    // becomes
    %a = snn.population "a" ... latency 4 start 4 paradigm <parallel> batch 4
    snn.projection "w" ... delay(4...)
    ```
  }];
  let options = [
    Option<"ticks", "ticks", "int64_t", "4",
           "Ticks per product of those without a batch, a power of two; 1: "
           "leave these alone">];
}

#endif // SNNC_DECIDE_PASSES
