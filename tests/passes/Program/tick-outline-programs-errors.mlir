// RUN: snnc-opt %s --split-input-file --verify-diagnostics --tick-outline-programs

// expected-error@+1 {{SNN0397: maps a network that does not exist}}
fabric.machine @chip maps @lost target "spinnaker2" {
}

// -----

snn.network @n dt 1.0 {
  %in = snn.input "in" : tensor<2xf32>
}
fabric.machine @chip maps @n target "spinnaker2" {
  // expected-error@+1 {{SNN0398: population 'nobody'}}
  %a = fabric.slice "nobody" [0, 2) at <7, 6, 0> key 0x0
}

// -----

snn.neuron @lif receptors ["input"] states ["v"] params [] {
^bb0(%x: f32, %v: f32):
  %v1 = arith.addf %v, %x : f32
  %s = arith.cmpf ogt, %v1, %v : f32
  snn.yield spike %s states %v1 : f32
}
snn.network @n dt 1.0 {
  %in = snn.input "in" : tensor<2xf32>
  %a = snn.population "a" model @lif params {} latency 1 : tensor<2xi1>
  snn.projection "w" %in to %a weights #snn.dense<dense<1.0> : tensor<2x2xf64>> delay(1.0) quant <8, nearest, 10.0> : tensor<2xf32>, tensor<2xi1>
}
fabric.machine @chip maps @n target "spinnaker2" {
  %in = fabric.input "in" channels 2 key 0x0
  // expected-error@+1 {{SNN1105: a block of neurons [0, 2) of 'a' is encoded as #fabric.dense<8>, which its core cannot read}}
  %a = fabric.slice "a" [0, 2) parallel at <7, 6, 0> key 0x8
  fabric.block 0 "w" (%in) to %a encoding #fabric.dense<8> bytes 8
}

// -----

snn.neuron @lif receptors ["input"] states ["v"] params [] {
^bb0(%x: f32, %v: f32):
  %v1 = arith.addf %v, %x : f32
  %s = arith.cmpf ogt, %v1, %v : f32
  snn.yield spike %s states %v1 : f32
}
snn.network @n dt 1.0 {
  %in = snn.input "in" : tensor<2xf32>
  %a = snn.population "a" model @lif params {} latency 1 : tensor<2xi1>
  snn.projection "w" %in to %a weights #snn.dense<dense<1.0> : tensor<2x2xf64>> delay(1.0) quant <8, nearest, 10.0> : tensor<2xf32>, tensor<2xi1>
}
fabric.machine @chip maps @n target "spinnaker2" {
  %in = fabric.input "in" channels 2 key 0x0
  // expected-error@+1 {{SNN1105: a block of neurons [0, 2) of 'a' is encoded as #fabric.map<8>, which its core cannot read}}
  %a = fabric.slice "a" [0, 2) at <7, 6, 0> key 0x8
  fabric.block 0 "w" (%in) to %a encoding #fabric.map<8> bytes 8
}
