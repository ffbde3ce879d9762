// RUN: snnc-opt %s --split-input-file --fabric-verify-mapping --verify-diagnostics

snn.neuron @lif receptors ["input"] states ["v"] params ["alpha", "threshold"] {
^bb0(%x: f32, %v: f32, %alpha: f32, %threshold: f32):
  %d = arith.mulf %v, %alpha : f32
  %v1 = arith.addf %d, %x : f32
  %s = arith.cmpf ogt, %v1, %threshold : f32
  snn.yield spike %s states %v1 : f32
}
snn.network @net {
  %in = snn.input "in" : tensor<1xf32>
  %h = snn.population "hid" model @lif params {alpha = 0.5, threshold = 1.0} latency 1 : tensor<4xi1>
  snn.projection "fc" %in to %h weights #snn.dense<dense<1.0> : tensor<4x1xf64>> delay(1.0) quant <8, nearest, 10.0> : tensor<1xf32>, tensor<4xi1>
}
fabric.machine @chip maps @net target "spinnaker2" {
  // expected-error @+1 {{SNN0373: spikes of 'in' (key 0x10) do not reach PE 7.6.0}}
  %in = fabric.input "in" channels 1 key 0x10
  %h = fabric.slice "hid" [0, 4) at <7, 6, 0> key 0x0
  fabric.block 0 "fc" (%in) to %h encoding #fabric.dense<8> bytes 4
  fabric.route chip 0, 0 key 0x11 mask 0xffffffff to [#fabric.pe<7, 6, 0>]
  fabric.buffer %h "header" bytes 288 at 0x2000
  fabric.buffer %h "table" bytes 32 at 0x2120
  fabric.buffer %h "rows" block 0 bytes 4 at 0x2140
  fabric.buffer %h "state.v" bytes 16 at 0x2150
  fabric.buffer %h "ring" bytes 16 at 0x2160
  fabric.buffer %h "spikes" bytes 4 at 0x2170
  fabric.buffer %h "fifo" bytes 16 at 0x2180
  fabric.buffer %h "record" bytes 256 at 0x2190
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
  %in = snn.input "in" : tensor<1xf32>
  %h = snn.population "hid" model @lif params {alpha = 0.5, threshold = 1.0} latency 1 : tensor<4xi1>
  snn.projection "fc" %in to %h weights #snn.dense<dense<1.0> : tensor<4x1xf64>> delay(1.0) quant <8, nearest, 10.0> : tensor<1xf32>, tensor<4xi1>
}
fabric.machine @chip maps @net target "spinnaker2" {
  %in = fabric.input "in" channels 1 key 0x10
  %h = fabric.slice "hid" [0, 4) at <7, 6, 0> key 0x0
  fabric.block 0 "fc" (%in) to %h encoding #fabric.dense<8> bytes 4
  // expected-error @+1 {{SNN0374: spikes of 'in' (key 0x10) reach PE 7.6.1, which has no synapse from there}}
  fabric.route chip 0, 0 key 0x10 mask 0xffffffff to [#fabric.pe<7, 6, 0>, #fabric.pe<7, 6, 1>]
  fabric.buffer %h "header" bytes 288 at 0x2000
  fabric.buffer %h "table" bytes 32 at 0x2120
  fabric.buffer %h "rows" block 0 bytes 4 at 0x2140
  fabric.buffer %h "state.v" bytes 16 at 0x2150
  fabric.buffer %h "ring" bytes 16 at 0x2160
  fabric.buffer %h "spikes" bytes 4 at 0x2170
  fabric.buffer %h "fifo" bytes 16 at 0x2180
  fabric.buffer %h "record" bytes 256 at 0x2190
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
  %in = snn.input "in" : tensor<1xf32>
  %h = snn.population "hid" model @lif params {alpha = 0.5, threshold = 1.0} latency 1 : tensor<4xi1>
  snn.projection "fc" %in to %h weights #snn.dense<dense<1.0> : tensor<4x1xf64>> delay(1.0) quant <8, nearest, 10.0> : tensor<1xf32>, tensor<4xi1>
}
// expected-error @+1 {{SNN0370: 'in' has 1 neurons or channels, 0 are mapped}}
fabric.machine @chip maps @net target "spinnaker2" {
  // expected-error @+3 {{SNN0370: 'hid' has 4 neurons or channels, 3 are mapped}}
  // expected-error @+2 {{SNN0371: neurons [0, 3) of 'hid' have no core}}
  // expected-error @+1 {{SNN0376: projection 'fc' has 0 blocks in neurons [0, 3) of 'hid', not 1}}
  %h = fabric.slice "hid" [0, 3) key 0x0
  fabric.buffer %h "header" bytes 288 at 0x2000
  fabric.buffer %h "table" bytes 32 at 0x2120
  fabric.buffer %h "rows" block 0 bytes 4 at 0x2140
  fabric.buffer %h "state.v" bytes 16 at 0x2150
  fabric.buffer %h "ring" bytes 16 at 0x2160
  fabric.buffer %h "spikes" bytes 4 at 0x2170
  fabric.buffer %h "fifo" bytes 16 at 0x2180
  fabric.buffer %h "record" bytes 256 at 0x2190
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
  %in = snn.input "in" : tensor<1xf32>
  %h = snn.population "hid" model @lif params {alpha = 0.5, threshold = 1.0} latency 1 : tensor<4xi1>
  snn.projection "fc" %in to %h weights #snn.dense<dense<1.0> : tensor<4x1xf64>> delay(1.0) quant <8, nearest, 10.0> : tensor<1xf32>, tensor<4xi1>
}
fabric.machine @chip maps @net target "spinnaker2" {
  // expected-error @+1 {{SNN0372: key 0x2 belongs to 'hid' and to 'in'}}
  %in = fabric.input "in" channels 1 key 0x2
  %h = fabric.slice "hid" [0, 4) at <7, 6, 0> key 0x0
  fabric.block 0 "fc" (%in) to %h encoding #fabric.dense<8> bytes 4
  fabric.buffer %h "header" bytes 288 at 0x2000
  fabric.buffer %h "table" bytes 32 at 0x2120
  fabric.buffer %h "rows" block 0 bytes 4 at 0x2140
  fabric.buffer %h "state.v" bytes 16 at 0x2150
  fabric.buffer %h "ring" bytes 16 at 0x2160
  fabric.buffer %h "spikes" bytes 4 at 0x2170
  fabric.buffer %h "fifo" bytes 16 at 0x2180
  fabric.buffer %h "record" bytes 256 at 0x2190
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
  %in = snn.input "in" : tensor<1xf32>
  %h = snn.population "hid" model @lif params {alpha = 0.5, threshold = 1.0} latency 1 : tensor<4xi1>
  snn.projection "fc" %in to %h weights #snn.dense<dense<1.0> : tensor<4x1xf64>> delay(1.0) quant <8, nearest, 10.0> : tensor<1xf32>, tensor<4xi1>
}
fabric.machine @chip maps @net target "spinnaker2" {
  %in = fabric.input "in" channels 1 key 0x10
  // expected-error @+1 {{SNN0377: neurons [0, 4) of 'hid' need a buffer 'ring' of 16 B or more}}
  %h = fabric.slice "hid" [0, 4) at <7, 6, 0> key 0x0
  fabric.block 0 "fc" (%in) to %h encoding #fabric.dense<8> bytes 4
  fabric.route chip 0, 0 key 0x10 mask 0xffffffff to [#fabric.pe<7, 6, 0>]
  fabric.buffer %h "header" bytes 288 at 0x2000
  fabric.buffer %h "table" bytes 32 at 0x2120
  fabric.buffer %h "rows" block 0 bytes 4 at 0x2140
  // expected-error @+1 {{SNN0377: buffers 'spikes' and 'state.v' of neurons [0, 4) of 'hid' overlap at 0x2150}}
  fabric.buffer %h "state.v" bytes 16 at 0x2150
  fabric.buffer %h "spikes" bytes 4 at 0x2150
  fabric.buffer %h "fifo" bytes 16 at 0x2180
  fabric.buffer %h "record" bytes 256 at 0x2190
}
