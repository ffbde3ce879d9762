// RUN: snnc-opt %s --snn-batch-ticks=ticks=1 | FileCheck %s

// A row-split layer needs delays of two ticks: it and what follows move one tick
// later. Inside its feedback loop, where the delay is 3, nothing changes.

// CHECK: snn.population "a" {{.*}}latency 2 start 2
// CHECK: snn.population "b" {{.*}}latency 3 start 3
// CHECK: snn.projection "in_a" {{.*}}delay(2.0
// CHECK: snn.projection "a_a" {{.*}}delay(3.0
// CHECK: snn.projection "a_b" {{.*}}delay(1.0

snn.neuron @m receptors ["input"] states ["v"] params [] {
^bb0(%x: f32, %v: f32):
  %v1 = arith.addf %v, %x : f32
  %s = arith.cmpf ogt, %v1, %x : f32
  snn.yield spike %s states %v1 : f32
}
snn.network @net {
  %in = snn.input "in" : tensor<8xf32>
  %a = snn.population "a" model @m params {} latency 1 start 1 paradigm <parallel> row_split : tensor<4xi1>
  %b = snn.population "b" model @m params {} latency 2 start 2 : tensor<4xi1>
  snn.projection "in_a" %in to %a weights #snn.dense<dense<1.0> : tensor<4x8xf64>> delay(1.0) quant <8, nearest, 10.0> : tensor<8xf32>, tensor<4xi1>
  snn.projection "a_a" %a to %a weights #snn.one_to_one<1.0> delay(3.0) quant <8, nearest, 10.0> : tensor<4xi1>, tensor<4xi1>
  snn.projection "a_b" %a to %b weights #snn.one_to_one<1.0> delay(1.0) quant <8, nearest, 10.0> : tensor<4xi1>, tensor<4xi1>
}
