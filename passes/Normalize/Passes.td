//===- Passes.td - Normalize: from the file to integers ----*- tablegen -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// In:  Imported   (NIR-shaped, continuous time)
// Out: Normalized (inputs, populations, projections, probes; ticks; integers)

#ifndef SNNC_NORMALIZE_PASSES
#define SNNC_NORMALIZE_PASSES

include "mlir/Pass/PassBase.td"

def FuseThresholds : Pass<"snn-fuse-thresholds", "::mlir::ModuleOp"> {
  let summary = "I, LI or CubaLI into Threshold becomes one neuron (S2.9)";
  let description = [{
    Consumes: snn.ode threshold whose one input is an integrator. Emits: the
    spiking kind with `no_reset`. An integrator that feeds several thresholds is
    copied into each; it stays only where an output reads it.
  }];
  let statistics = [Statistic<"fusions", "fused", "Thresholds fused">];
}

def AddReadouts : Pass<"snn-add-readouts", "::mlir::ModuleOp"> {
  let summary = "An output may read a layer without neurons (S2.10)";
  let description = [{
    A probe of a weight layer, pool, scale or delay gets memoryless neurons to
    read: `i` with `memoryless` (the model `sum`), or `threshold` where the layer only delays spikes.
  }];
}

def ContractEdges : Pass<"snn-contract-edges", "::mlir::ModuleOp"> {
  let summary = "Fold linear, conv, pool, scale, flatten and delay into projections";
  let description = [{
    Consumes: snn.linear, snn.conv, snn.pool, snn.scale, snn.flatten, snn.delay.
    Emits: snn.projection; biases become the `bias` parameter of the snn.ode
    they reach. A convolution stays a shared kernel; a chain that has no shared
    form is multiplied out to one dense matrix, bounded by `max-dense`.

    ```mlir
    %fc = snn.linear "fc"(%in) weight(...) : (tensor<12xf32>) -> tensor<38xf32>
    %h = snn.ode "h" lif(%fc) params {...} : (tensor<38xf32>) -> tensor<38xf32>
    // becomes
    %h = snn.ode "h" lif() params {...} : () -> tensor<38xf32>
    snn.projection "fc" %in to %h weights #snn.dense<...> delay(0.0)
    ```
  }];
  let options = [
    Option<"maxDense", "max-dense", "int64_t", "67108864",
           "Largest matrix that a chain may be multiplied out to, elements">];
  let statistics = [
    Statistic<"contracted", "contracted", "Projections made">];
}

def Discretize : Pass<"snn-discretize", "::mlir::ModuleOp"> {
  let summary = "Continuous neurons become one-tick models (semantics S2)";
  let description = [{
    Consumes: snn.ode, delays in time. Emits: snn.neuron from the library,
    snn.population, delays in ticks.
  }];
  let dependentDialects = ["::mlir::arith::ArithDialect"];
  let options = [
    Option<"dt", "dt", "double", "0",
           "Model time of one tick in the file's unit">,
    Option<"integrator", "integrator", "std::string", "\"forward\"",
           "forward (Euler) or exponential">,
    Option<"reset", "reset", "std::string", "\"value\"",
           "value (v_reset of the file), zero, subtract or none">,
    Option<"resetLate", "reset-late", "bool", "false",
           "The reset of a spike acts in the next tick">,
    Option<"compare", "compare", "std::string", "\"above\"",
           "When a neuron spikes: above its threshold, reached (equal too), or "
           "lowered (above, less the threshold where the tick began above it: "
           "snnTorch's subtract without a delay), or before (above, before the "
           "tick: Spyx)">,
    Option<"jump", "jump", "std::string", "\"damped\"",
           "What of an input reaches its state in one tick: damped (leak times "
           "w_in or r, NIR's equation), undamped (w_in, on the current alone: "
           "Norse), decayed (1 on the membrane, the decay of a tick on a "
           "current: Rockpool), unit (1 on either: Spyx)">,
    Option<"start", "start", "std::string", "\"leak\"",
           "Where neurons that reset start: leak (v_leak) or reset (v_reset)">,
    Option<"membraneBias", "membrane-bias", "bool", "false",
           "Put the bias of current-based neurons on the membrane, as "
           "py-spinnaker2 does">];
}

def ExpandMath : Pass<"snn-expand-math", "::mlir::ModuleOp"> {
  let summary = "exp, log and abs become one fixed float32 sequence (S3.6)";
  let description = [{
    Consumes: math.exp, math.log, math.absf in snn.neuron. Emits arith on f32
    and, for the exponent field, i32: every backend then gives the same bits.

    | function | error against the true value | special values |
    |---|---|---|
    | exp | at most 1 unit in the last place, 2 below 2^-126 | exp(-inf) = 0, exp(inf) = inf, NaN stays |
    | log | at most 1 unit in the last place | log(0) = -inf, log(inf) = inf, below 0 NaN |
    | abs | exact | abs(-0) = 0 |
  }];
  let dependentDialects = ["::mlir::arith::ArithDialect"];
  let statistics = [Statistic<"expanded", "expanded", "Functions expanded">];
}

def Specialize : Pass<"snn-specialize", "::mlir::ModuleOp"> {
  let summary = "Remove parameters that are 0 or 1 for every neuron (S3.4)";
  let statistics = [
    Statistic<"removed", "removed", "Parameters removed">];
}

def Retime : Pass<"snn-retime", "::mlir::ModuleOp"> {
  let summary = "Give every population a latency so that every hop takes a tick (S5)";
  let description = [{
    Solves d = delay + latency(target) - latency(source) >= 1 for the smallest
    latencies (Boost.Graph, Bellman-Ford). Infeasible: the error names a cycle.
  }];
  let options = [
    Option<"relax", "relax", "bool", "false",
           "Add the ticks that a cycle lacks instead of refusing it">,
    Option<"alignStart", "align-start", "bool", "true",
           "A population holds its initial state until its first own tick">];
}

def Quantize : Pass<"snn-quantize", "::mlir::ModuleOp"> {
  let summary = "Integer weights, scales folded into the neurons (S6)";
  let options = [
    Option<"bits", "bits", "unsigned", "8", "8, 16 or 0: as wide as each population needs">,
    Option<"mode", "mode", "std::string", "\"per-neuron\"",
           "per-neuron (nearest even) or py-spinnaker2 (one scale per "
           "population, truncated)">];
}

def BatchTicks : Pass<"snn-batch-ticks", "::mlir::ModuleOp"> {
  let summary = "Let parallel populations multiply several ticks at once (S5)";
  let description = [{
    A parallel population outside every feedback loop may compute `ticks` ticks
    with one matrix product when no delay into it is shorter. Latencies grow as
    far as that needs; what the user sees does not change. Populations that have
    a batch already (snn-choose-batch) keep it and get the delays that it needs.
  }];
  let options = [
    Option<"ticks", "ticks", "int64_t", "4",
           "Ticks per product of those without a batch, a power of two; 1: "
           "leave these alone">];
}

def MergeProjections : Pass<"snn-merge-projections", "::mlir::ModuleOp"> {
  let summary = "Many small listed projections become one";
  let description = [{
    A network that was written synapse by synapse has a projection for each: a
    core would get a block, an index and a table entry for every one. Lists with
    the same source, target, receptor and `quant` become one list, which keeps
    the first one's name. The integers stay as they are, and their sum does not
    depend on the order (S1), so no spike changes.
  }];
  let options = [
    Option<"least", "least", "int64_t", "8",
           "Projections that a pair of nodes has at the least; fewer stay as "
           "they are">];
  let statistics = [Statistic<"merged", "merged", "Projections removed">];
}

#endif // SNNC_NORMALIZE_PASSES
