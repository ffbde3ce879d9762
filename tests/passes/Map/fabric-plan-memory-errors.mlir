// RUN: snnc-opt %s --split-input-file --fabric-plan-memory --verify-diagnostics

snn.neuron @lif receptors ["input"] states ["v"] params ["alpha", "threshold"] {
^bb0(%x: f32, %v: f32, %alpha: f32, %threshold: f32):
  %d = arith.mulf %v, %alpha : f32
  %v1 = arith.addf %d, %x : f32
  %s = arith.cmpf ogt, %v1, %threshold : f32
  snn.yield spike %s states %v1 : f32
}
snn.network @net {
  %in = snn.input "in" : tensor<12xf32>
  %h = snn.population "hid" model @lif params {alpha = 0.5, threshold = 1.0} latency 1 : tensor<6xi1>
  snn.projection "fc" %in to %h weights #snn.dense<dense<1.0> : tensor<6x12xf64>> delay(1.0) quant <8, nearest, 10.0> : tensor<12xf32>, tensor<6xi1>
}
fabric.machine @chip maps @net target "spinnaker2" {
  %in = fabric.input "in" channels 12 key 0x10
  // expected-error @+3 {{SNN0361: neurons [0, 6) of 'hid' do not fit their core: 200,544 B needed, 118,784 B available}}
  // expected-note @+2 {{largest parts: synapse rows 200,000 B}}
  // expected-note @+1 {{help: cut the population into smaller slices, or let fabric-slice do it}}
  %h = fabric.slice "hid" [0, 6)
  fabric.block 0 "fc" (%in) to %h encoding #fabric.dense<8> bytes 200000
}

// -----

snn.neuron @lif receptors ["input"] states ["v"] params ["alpha", "threshold"] {
^bb0(%x: f32, %v: f32, %alpha: f32, %threshold: f32):
  %d = arith.mulf %v, %alpha : f32
  %v1 = arith.addf %d, %x : f32
  %s = arith.cmpf ogt, %v1, %threshold : f32
  snn.yield spike %s states %v1 : f32
}
snn.network @net {
  %h = snn.population "hid" model @lif params {alpha = 0.5, threshold = 1.0} latency 1 : tensor<6xi1>
}
fabric.machine @chip maps @net target "spinnaker2" {
  // expected-error @+2 {{SNN0361: neurons [0, 6) of 'hid': no room for 'header', 288 B in one piece, beside the pinned buffers}}
  // expected-note @+1 {{help: remove `at` or `bytes`}}
  %h = fabric.slice "hid" [0, 6)
  fabric.buffer %h "ring" bytes 118784 at 0x2000
}

// -----

// expected-error @+1 {{SNN0350: maps '@net', but there is no such network}}
fabric.machine @chip maps @net target "spinnaker2" {
}

// -----

// expected-error @+2 {{SNN0350: this mapping is for 'other', not for machine 'spinnaker2'}}
// expected-note @+1 {{help: choose that machine or map the network again}}
fabric.machine @chip maps @net target "other" {
}
