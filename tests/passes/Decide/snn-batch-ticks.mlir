// RUN: snnc-opt %s --snn-batch-ticks | FileCheck %s
// RUN: snnc-opt %s --snn-batch-ticks > %t.1 && snnc-opt %t.1 --snn-batch-ticks | diff %t.1 -

// A parallel layer takes four ticks a product: every delay into it becomes at
// least 4, it and what follows it move later by as much.
// CHECK-LABEL: snn.network @chain
snn.network @chain dt 1.0 {
  %in = snn.input "in" : tensor<1xf32>
  // CHECK: "a" {{.*}} latency 4 start 4 {{.*}} batch 4
  %a = snn.population "a" model @m params {} latency 1 start 1 paradigm <parallel> : tensor<1xi1>
  // CHECK: "b" {{.*}} latency 5 start 5
  // CHECK-NOT: batch
  %b = snn.population "b" model @m params {} latency 2 start 2 paradigm <serial> : tensor<1xi1>
  // CHECK: snn.projection "in-a" {{.*}} delay(4.000000e+00 : f64)
  snn.projection "in-a" %in to %a weights #snn.one_to_one<1.0> delay(1) quant <8, nearest, 1.0> : tensor<1xf32>, tensor<1xi1>
  // CHECK: snn.projection "a-b" {{.*}} delay(1 : i64)
  snn.projection "a-b" %a to %b weights #snn.one_to_one<1.0> delay(1) quant <8, nearest, 1.0> : tensor<1xi1>, tensor<1xi1>
}

// A feedback loop cannot wait for its own spikes.
// CHECK-LABEL: snn.network @loop
snn.network @loop dt 1.0 {
  // CHECK: "h" {{.*}} latency 1 start 1
  // CHECK-NOT: batch
  %h = snn.population "h" model @m params {} latency 1 start 1 paradigm <parallel> : tensor<1xi1>
  // CHECK: snn.projection "self" {{.*}} delay(1 : i64)
  snn.projection "self" %h to %h weights #snn.one_to_one<1.0> delay(1) quant <8, nearest, 1.0> : tensor<1xi1>, tensor<1xi1>
}

snn.neuron @m receptors ["input"] states ["v"] params [] {
^bb0(%input: f32, %v: f32):
  %v1 = arith.addf %v, %input : f32
  %s = arith.cmpf ogt, %v1, %input : f32
  snn.yield spike %s states %v1 : f32
}
