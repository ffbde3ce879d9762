// RUN: snnc-opt %s --split-input-file --verify-diagnostics --snnc-check-contract=stage=placed

snn.neuron @m receptors ["x"] states ["v"] params ["threshold"] {
^bb0(%x: f32, %v: f32, %threshold: f32):
  %v1 = arith.addf %v, %x : f32
  %s = arith.cmpf ogt, %v1, %threshold : f32
  snn.yield spike %s states %v1 : f32
}
snn.network @n dt 1.0 {
  %in = snn.input "in" : tensor<4xf32>
  %a = snn.population "a" model @m params {threshold = 1.0} latency 1 start 1 paradigm <serial> : tensor<8xi1>
  snn.projection "w" %in to %a weights #snn.dense<dense<1.0> : tensor<8x4xf64>> delay(1.0) quant <8, nearest, 10.0> : tensor<4xf32>, tensor<8xi1>
}
fabric.machine @chip maps @n target "spinnaker2" {
  %in = fabric.input "in" channels 4
  // expected-error@+1 {{SNN0594: this slice of 'a' has no core; run fabric-place}}
  %a0 = fabric.slice "a" [0, 4)
  %a1 = fabric.slice "a" [4, 8) at <7, 6, 0>
  fabric.block 0 "w" (%in) to %a0 encoding #fabric.dense<8> bytes 16
  fabric.block 0 "w" (%in) to %a1 encoding #fabric.dense<8> bytes 16
}

// -----

snn.neuron @m receptors ["x"] states ["v"] params ["threshold"] {
^bb0(%x: f32, %v: f32, %threshold: f32):
  %v1 = arith.addf %v, %x : f32
  %s = arith.cmpf ogt, %v1, %threshold : f32
  snn.yield spike %s states %v1 : f32
}
snn.network @n dt 1.0 {
  %in = snn.input "in" : tensor<4xf32>
  %a = snn.population "a" model @m params {threshold = 1.0} latency 1 start 1 paradigm <serial> : tensor<8xi1>
  snn.projection "w" %in to %a weights #snn.dense<dense<1.0> : tensor<8x4xf64>> delay(1.0) quant <8, nearest, 10.0> : tensor<4xf32>, tensor<8xi1>
}
fabric.machine @chip maps @n target "spinnaker2" {
  %in = fabric.input "in" channels 4
  // expected-note@+1 {{the other one}}
  %a0 = fabric.slice "a" [0, 4) at <7, 6, 0>
  // expected-error@+1 {{SNN0594: core #fabric.pe<7, 6, 0> holds two slices}}
  %a1 = fabric.slice "a" [4, 8) at <7, 6, 0>
  fabric.block 0 "w" (%in) to %a0 encoding #fabric.dense<8> bytes 16
  fabric.block 0 "w" (%in) to %a1 encoding #fabric.dense<8> bytes 16
}
