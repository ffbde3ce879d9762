// RUN: snnc-opt %s --split-input-file --verify-diagnostics --snnc-check-contract=stage=routed

// No keys.
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
  // expected-error@+1 {{SNN0595: 'in' has no key}}
  %in = fabric.input "in" channels 4
  // expected-error@+1 {{SNN0595: 'a' has no key; run fabric-assign-keys}}
  %a0 = fabric.slice "a" [0, 4) at <7, 6, 0>
  %a1 = fabric.slice "a" [4, 8) at <7, 6, 1> key 0x4
  fabric.block 0 "w" (%in) to %a0 encoding #fabric.dense<8> bytes 16
  fabric.block 0 "w" (%in) to %a1 encoding #fabric.dense<8> bytes 16
  // expected-error@+1 {{SNN0595: this flow has no key}}
  fabric.flow %in to (%a0, %a1)
}

// -----

// No route, half a route, an earlier entry that takes the packets elsewhere, and
// one that nobody asked for.
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
  %in = fabric.input "in" channels 4 key 0x8
  %a0 = fabric.slice "a" [0, 4) at <7, 6, 0> key 0x0
  %a1 = fabric.slice "a" [4, 8) at <7, 6, 1> key 0x4
  fabric.block 0 "w" (%in) to %a0 encoding #fabric.dense<8> bytes 16
  fabric.block 0 "w" (%in) to %a1 encoding #fabric.dense<8> bytes 16
  // expected-error@+1 {{SNN0596: a packet with key 0xf goes to 1 cores, the flow to 2 others}}
  fabric.flow %in to (%a0, %a1) key 0x8 mask 0xfffffff8
  // expected-error@+1 {{SNN0596: a packet with key 0x10 goes to 0 cores, the flow to 1 others}}
  fabric.flow %in to (%a1) key 0x10 mask 0xfffffffc
  // expected-error@+1 {{SNN0596: a packet with key 0x20 goes to 1 cores, the flow to 1 others}}
  fabric.flow %in to (%a0) key 0x20 mask 0xfffffffc
  // expected-error@+1 {{SNN0596: a packet with key 0x28 goes to 1 cores, the flow to 0 others}}
  fabric.flow %a0 to () key 0x28 mask 0xfffffffc
  fabric.flow %a1 to () key 0x30 mask 0xfffffffc
  fabric.route chip 0, 0 key 0x8 mask 0xfffffffc to [#fabric.pe<7, 6, 0>, #fabric.pe<7, 6, 1>]
  fabric.route chip 0, 0 key 0xc mask 0xfffffffc to [#fabric.pe<7, 6, 1>]
  fabric.route chip 0, 0 key 0x20 mask 0xfffffff0 to [#fabric.pe<7, 6, 1>]
  fabric.route chip 0, 0 key 0x20 mask 0xfffffffc to [#fabric.pe<7, 6, 0>]
}
