// RUN: snnc-opt %s --snn-select-paradigm=mode=serial | FileCheck %s --check-prefix=SERIAL
// RUN: snnc-opt %s --snn-select-paradigm=mode=parallel | FileCheck %s --check-prefix=PARALLEL
// RUN: snnc-opt %s --snn-select-paradigm=mode=oracle | FileCheck %s --check-prefix=ORACLE
// RUN: snnc-opt %s --snn-select-paradigm=mode=cost-model | FileCheck %s --check-prefix=ORACLE
// RUN: snnc-opt %s "--snn-select-paradigm=mode=oracle explain" 2>&1 | FileCheck %s --check-prefix=EXPLAIN
// RUN: snnc-opt %s --snn-select-paradigm=mode=oracle > %t
// RUN: snnc-opt %t --snn-select-paradigm=mode=serial | diff %t -

// The busy dense layer is for the MAC array, the sparse silent one for the Arm
// core; what is pinned stays in every mode.

// SERIAL: snn.population "busy" {{.*}} paradigm <serial>
// SERIAL: snn.population "silent" {{.*}} paradigm <serial>
// SERIAL: snn.population "pinned" {{.*}} paradigm <parallel>
// PARALLEL: snn.population "busy" {{.*}} paradigm <parallel>
// PARALLEL: snn.population "silent" {{.*}} paradigm <parallel>
// PARALLEL: snn.population "pinned" {{.*}} paradigm <parallel>
// ORACLE: snn.population "busy" {{.*}} paradigm <parallel>
// ORACLE: snn.population "silent" {{.*}} paradigm <serial>
// ORACLE: snn.population "pinned" {{.*}} paradigm <parallel>

// EXPLAIN: remark: population 'busy' is parallel
// EXPLAIN: serial: 1 PE(s), {{[0-9]+}} B, {{[0-9]+}} cycles a tick (worst {{[0-9]+}})
// EXPLAIN: parallel: 1 PE(s), {{[0-9]+}} B, {{[0-9]+}} cycles a tick
// EXPLAIN: remark: population 'silent' is serial
// EXPLAIN: remark: population 'pinned' is parallel: pinned by the network
// EXPLAIN: serial: not planned

snn.neuron @lif receptors ["input"] states ["v"] params ["alpha", "threshold"] {
^bb0(%x: f32, %v: f32, %alpha: f32, %threshold: f32):
  %d = arith.mulf %v, %alpha : f32
  %v1 = arith.addf %d, %x : f32
  %s = arith.cmpf ogt, %v1, %threshold : f32
  snn.yield spike %s states %v1 : f32
}
snn.network @net {
  %in = snn.input "in" : tensor<128xf32>
  %a = snn.population "busy" model @lif params {alpha = 0.5, threshold = 1.0} latency 1 rate 0.5 paradigm <auto> : tensor<64xi1>
  %b = snn.population "silent" model @lif params {alpha = 0.5, threshold = 1.0} latency 2 rate 0.001 : tensor<64xi1>
  %c = snn.population "pinned" model @lif params {alpha = 0.5, threshold = 1.0} latency 3 paradigm <parallel> : tensor<64xi1>
  snn.projection "w1" %in to %a weights #snn.dense<dense<1.0> : tensor<64x128xf64>> delay(1.0) quant <8, nearest, 10.0> : tensor<128xf32>, tensor<64xi1>
  snn.projection "w2" %a to %a weights #snn.dense<dense<1.0> : tensor<64x64xf64>> delay(1.0) quant <8, nearest, 10.0> : tensor<64xi1>, tensor<64xi1>
  snn.projection "w3" %b to %b weights #snn.one_to_one<1.0> delay(1.0) quant <8, nearest, 10.0> : tensor<64xi1>, tensor<64xi1>
  snn.projection "w4" %b to %c weights #snn.one_to_one<1.0> delay(1.0) quant <8, nearest, 10.0> : tensor<64xi1>, tensor<64xi1>
}
