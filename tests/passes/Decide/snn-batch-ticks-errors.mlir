// RUN: snnc-opt %s --verify-diagnostics --snn-batch-ticks

snn.neuron @m receptors ["x"] states ["v"] params [] {
^bb0(%x: f32, %v: f32):
  %s = arith.cmpf ogt, %x, %v : f32
  snn.yield spike %s states %x : f32
}
snn.network @n dt 1.0 {
  %in = snn.input "in" : tensor<2xf32>
  %a = snn.population "a" model @m params {} latency 1 start 1 paradigm <parallel> : tensor<2xi1>
  // expected-error@+1 {{SNN0320: the projection's delay is missing}}
  snn.projection "w" %in to %a weights #snn.one_to_one<1.0> delay(#snn.param<"lost", tensor<2xf64>>) quant <8, nearest, 1.0> : tensor<2xf32>, tensor<2xi1>
}
