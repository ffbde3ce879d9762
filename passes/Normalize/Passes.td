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
    copied into each; it stays only where an output reads it. Errors: none.

    ```mlir
    snn.network @n {
      %in = snn.input "in" : tensor<2xf32>
      %v = snn.ode "v" li(%in) params {tau = 0.01} : (tensor<2xf32>) -> tensor<2xf32>
      %s = snn.ode "s" threshold(%v) params {threshold = 1.0} : (tensor<2xf32>) -> tensor<2xf32>
      snn.probe "out" %s : tensor<2xf32>
    }
    // becomes
    %s = snn.ode "s" lif(%in) params {no_reset, tau = ..., v_threshold = ...}
    snn.probe "out" %s
    ```
  }];
  let statistics = [Statistic<"fusions", "fused", "Thresholds fused">];
}

def AddReadouts : Pass<"snn-add-readouts", "::mlir::ModuleOp"> {
  let summary = "An output may read a layer without neurons (S2.10)";
  let description = [{
    A probe of a weight layer, pool, scale or delay gets memoryless neurons to
    read: `i` with `memoryless` (the model `sum`), or `threshold` where the layer only delays spikes.

    ```mlir
    snn.network @n {
      %in = snn.input "in" : tensor<2xf32>
      %w = snn.linear "w"(%in) weight(dense<1.0> : tensor<3x2xf32>) : (tensor<2xf32>) -> tensor<3xf32>
      snn.probe "out" %w : tensor<3xf32>
    }
    // becomes
    %w = snn.linear "w"(%in)
    %w_0 = snn.ode "w" i(%w) params {memoryless}
    snn.probe "out" %w_0
    ```
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
    snn.network @n {
      %in = snn.input "in" : tensor<2xf32>
      %fc = snn.linear "fc"(%in) weight(dense<0.5> : tensor<3x2xf32>) : (tensor<2xf32>) -> tensor<3xf32>
      %h = snn.ode "h" lif(%fc) params {tau = 0.01} : (tensor<3xf32>) -> tensor<3xf32>
    }
    // becomes
    %h = snn.ode "h" lif() params {tau = ...} : () -> tensor<3xf32>
    snn.projection "fc" %in to %h weights #snn.dense<...> delay(0...)
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

    ```mlir
    // snnc-opt --snn-discretize=dt=1e-3
    snn.network @n {
      %in = snn.input "in" : tensor<2xf32>
      %h = snn.ode "h" lif() params {tau = 0.01, v_threshold = 1.0} : () -> tensor<2xf32>
      snn.projection "w" %in to %h weights #snn.one_to_one<1.0> delay(0.003) : tensor<2xf32>, tensor<2xf32>
    }
    // becomes
    snn.neuron @lif_value receptors ["input"] states ["v"]
    snn.network @n dt 1.000000e-03 {
    %h = snn.population "h" model @lif_value params {alpha = 9.000000e-01 : f64, ...} scales {v = 1.000000e+01
    snn.projection "w" %in to %h weights ... delay(3.000000e+00 : f64)
    ```
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
    Errors: none.

    | function | error against the true value | special values |
    |---|---|---|
    | exp | at most 1 unit in the last place, 2 below 2^-126 | exp(-inf) = 0, exp(inf) = inf, NaN stays |
    | log | at most 1 unit in the last place | log(0) = -inf, log(inf) = inf, below 0 NaN |
    | abs | exact | abs(-0) = 0 |

    ```mlir
    snn.neuron @m receptors ["x"] states ["v"] params [] {
    ^bb0(%x: f32, %v: f32):
      %v1 = math.absf %x : f32
      snn.yield states %v1 : f32
    }
    // becomes
    %0 = arith.negf %arg0 : f32
    %1 = arith.maximumf %arg0, %0 : f32
    snn.yield states %1 : f32
    ```
  }];
  let dependentDialects = ["::mlir::arith::ArithDialect"];
  let statistics = [Statistic<"expanded", "expanded", "Functions expanded">];
}

def Specialize : Pass<"snn-specialize", "::mlir::ModuleOp"> {
  let summary = "Remove parameters that are 0 or 1 for every neuron (S3.4)";
  let description = [{
    ```mlir
    snn.neuron @scaled receptors ["x"] states ["v"] params ["gain"] {
    ^bb0(%x: f32, %v: f32, %gain: f32):
      %v1 = arith.mulf %x, %gain : f32
      snn.yield states %v1 : f32
    }
    snn.network @n dt 1.0 {
      %a = snn.population "a" model @scaled params {gain = 1.0} : tensor<2xf32>
    }
    // becomes
    snn.neuron @scaled.gain1 receptors ["x"] states ["v"] params []
    snn.yield states %arg0 : f32
    %a = snn.population "a" model @scaled.gain1 params {}
    ```
  }];
  let statistics = [
    Statistic<"removed", "removed", "Parameters removed">];
}

def OrderNetwork : Pass<"snn-order-network", "::mlir::ModuleOp"> {
  let summary = "One order for the same network, whichever file it came from";
  let description = [{
    Inputs by name; populations by how many projections the nearest input is
    away, then by name; projections by source, target and name; probes by name;
    models as their first populations. Probes that name no variable (a NIR
    Output) go: they ask for nothing that is not recorded anyway. Errors: none.

    ```mlir
    snn.network @n dt 1.0 {
      %a = snn.population "a" model @m params {threshold = 1.0} : tensor<2xi1>
      %in = snn.input "in" : tensor<2xf32>
      snn.probe "output" %a : tensor<2xi1>
      snn.projection "w" %in to %a weights #snn.one_to_one<1.0> delay(1.0) : tensor<2xf32>, tensor<2xi1>
    }
    // becomes
    %in = snn.input "in"
    %a = snn.population "a"
    snn.projection "w" %in to %a
    ```
  }];
}

def Retime : Pass<"snn-retime", "::mlir::ModuleOp"> {
  let summary = "Give every population a latency so that every hop takes a tick (S5)";
  let description = [{
    Solves d = delay + latency(target) - latency(source) >= 1 for the smallest
    latencies (Boost.Graph, Bellman-Ford). Infeasible: the error names a cycle.

    ```mlir
    snn.network @n dt 1.0 {
      %in = snn.input "in" : tensor<2xf32>
      %a = snn.population "a" model @m params {threshold = 1.0} : tensor<2xi1>
      %b = snn.population "b" model @m params {threshold = 1.0} : tensor<2xi1>
      snn.projection "w" %in to %a weights #snn.one_to_one<1.0> delay(0.0) : tensor<2xf32>, tensor<2xi1>
      snn.projection "x" %a to %b weights #snn.one_to_one<1.0> delay(2.0) : tensor<2xi1>, tensor<2xi1>
    }
    // becomes
    %a = snn.population "a" ... latency 1 start 1
    %b = snn.population "b" ... latency 0 start 0
    snn.projection "w" ... delay(1.000000e+00 : f64)
    snn.projection "x" ... delay(1.000000e+00 : f64)
    ```
  }];
  let options = [
    Option<"relax", "relax", "bool", "false",
           "Add the ticks that a cycle lacks instead of refusing it">,
    Option<"alignStart", "align-start", "bool", "true",
           "A population holds its initial state until its first own tick">];
}

def Quantize : Pass<"snn-quantize", "::mlir::ModuleOp"> {
  let summary = "Integer weights, scales folded into the neurons (S6)";
  let description = [{
    ```mlir
    snn.network @n dt 1.0 {
      %in = snn.input "in" : tensor<2xf32>
      %a = snn.population "a" model @m params {threshold = 1.0} latency 1 start 1 : tensor<2xi1>
      snn.projection "w" %in to %a weights #snn.dense<dense<[[0.5, -0.25], [0.5, 0.0]]> : tensor<2x2xf64>> delay(1.0) : tensor<2xf32>, tensor<2xi1>
    }
    // becomes
    %a = snn.population "a" model @m params {threshold = #snn.param<"a.threshold", tensor<2xf64>>} scales {v = ...
    snn.projection "w" ... quant <8, nearest, #snn.param<"a.weight_scale", tensor<2xf64>>>
    ```
  }];
  let options = [
    Option<"bits", "bits", "unsigned", "8", "8, 16 or 0: as wide as each population needs">,
    Option<"mode", "mode", "::snnc::normalize::QuantizeMode",
           "::snnc::normalize::QuantizeMode::PerNeuron",
           "per-neuron (nearest even) or py-spinnaker2 (one scale per "
           "population, truncated)",
           [{::llvm::cl::values(
             clEnumValN(::snnc::normalize::QuantizeMode::PerNeuron,
                        "per-neuron", ""),
             clEnumValN(::snnc::normalize::QuantizeMode::PySpinnaker2,
                        "py-spinnaker2", ""))}]>,

    Option<"threads", "threads", "unsigned", "0",
           "that read drawn weights; 0: as many as there are cores">];
}

#endif // SNNC_NORMALIZE_PASSES
