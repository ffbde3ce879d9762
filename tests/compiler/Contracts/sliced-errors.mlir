// RUN: snnc-opt %s --split-input-file --verify-diagnostics --snnc-check-contract=stage=sliced

// No machine at all.
snn.neuron @m receptors ["x"] states ["v"] params ["threshold"] {
^bb0(%x: f32, %v: f32, %threshold: f32):
  %v1 = arith.addf %v, %x : f32
  %s = arith.cmpf ogt, %v1, %threshold : f32
  snn.yield spike %s states %v1 : f32
}
// expected-error@+1 {{SNN0592: no fabric.machine maps this network; run fabric-slice}}
snn.network @n dt 1.0 {
  %in = snn.input "in" : tensor<4xf32>
  %a = snn.population "a" model @m params {threshold = 1.0} latency 1 start 1 paradigm <serial> : tensor<8xi1>
  snn.projection "w" %in to %a weights #snn.dense<dense<1.0> : tensor<8x4xf64>> delay(1.0) quant <8, nearest, 10.0> : tensor<4xf32>, tensor<8xi1>
}

// -----

// A gap, an overlap, an end too early; blocks of nothing and twice the same.
snn.neuron @m receptors ["x"] states ["v"] params ["threshold"] {
^bb0(%x: f32, %v: f32, %threshold: f32):
  %v1 = arith.addf %v, %x : f32
  %s = arith.cmpf ogt, %v1, %threshold : f32
  snn.yield spike %s states %v1 : f32
}
snn.network @n dt 1.0 {
  // expected-error@+1 {{SNN0592: input 'in' stands 0 times in the machine}}
  %in = snn.input "in" : tensor<4xf32>
  %two = snn.input "two" : tensor<4xf32>
  // expected-error@+1 {{SNN0592: the slices of 'a' end at neuron 7 of 8}}
  %a = snn.population "a" model @m params {threshold = 1.0} latency 1 start 1 paradigm <serial> : tensor<8xi1>
  // expected-error@+1 {{SNN0592: the slices of 'none' end at neuron 0 of 8}}
  %n = snn.population "none" model @m params {threshold = 1.0} latency 1 start 1 paradigm <serial> : tensor<8xi1>
  snn.projection "w" %two to %a weights #snn.dense<dense<1.0> : tensor<8x4xf64>> delay(1.0) quant <8, nearest, 10.0> : tensor<4xf32>, tensor<8xi1>
}
fabric.machine @chip maps @n target "spinnaker2" {
  %two = fabric.input "two" channels 4
  %a0 = fabric.slice "a" [0, 2)
  // expected-error@+2 {{SNN0592: neurons 2 to 3 of 'a' are in no slice}}
  // expected-error@+1 {{SNN0593: this slice of 'a' has 0 blocks of projection 'w'}}
  %a1 = fabric.slice "a" [3, 6)
  // expected-error@+2 {{SNN0592: neurons 5 to 6 of 'a' are in two slices}}
  // expected-error@+1 {{SNN0593: this slice of 'a' has 2 blocks of projection 'w'}}
  %a2 = fabric.slice "a" [5, 7)
  fabric.block 0 "w" (%two) to %a0 encoding #fabric.dense<8> bytes 8
  fabric.block 0 "w" (%two) to %a2 encoding #fabric.dense<8> bytes 8
  fabric.block 0 "w" (%two) to %a2 encoding #fabric.dense<8> bytes 8
}
