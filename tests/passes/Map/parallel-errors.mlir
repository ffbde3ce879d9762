// RUN: snnc-opt %s --split-input-file --verify-diagnostics --fabric-slice --fabric-plan-memory

snn.neuron @lif receptors ["input"] states ["v"] params ["threshold"] {
^bb0(%x: f32, %v: f32, %threshold: f32):
  %v1 = arith.addf %v, %x : f32
  %s = arith.cmpf ogt, %v1, %threshold : f32
  snn.yield spike %s states %v1 : f32
}
snn.network @net {
  %in = snn.input "in" : tensor<8000xf32>
  // expected-error @+4 {{SNN1100: population 'big' does not fit as parallel: neurons [0, 16) alone need}}
  // expected-note @+3 {{largest parts: weight-delay map 128,000 B}}
  // expected-note @+2 {{help: fits with rows in DRAM: use --paradigm serial and pin no population to parallel (1 cores)}}
  // expected-note @+1 {{help: compute it serially (paradigm), or reduce its 8,000 sources}}
  %h = snn.population "big" model @lif params {threshold = 1.0} latency 1 paradigm <parallel> : tensor<20xi1>
  snn.projection "w" %in to %h weights #snn.dense<dense<1.0> : tensor<20x8000xf64>> delay(1.0) quant <8, nearest, 10.0> : tensor<8000xf32>, tensor<20xi1>
}

// -----

snn.neuron @lif receptors ["input"] states ["v"] params ["threshold"] {
^bb0(%x: f32, %v: f32, %threshold: f32):
  %v1 = arith.addf %v, %x : f32
  %s = arith.cmpf ogt, %v1, %threshold : f32
  snn.yield spike %s states %v1 : f32
}
snn.network @net {
  %in = snn.input "in" : tensor<300xf32>
  // expected-error @+2 {{SNN1101: population 'wide' cannot be parallel: the weights into neuron 0, receptor 0, may add up to 9,830,100, the MAC array's 24-bit accumulator holds 8,388,607}}
  // expected-note @+1 {{help: use --weights=int8, or compute it serially}}
  %h = snn.population "wide" model @lif params {threshold = 1.0} latency 1 paradigm <parallel> : tensor<4xi1>
  snn.projection "w" %in to %h weights #snn.dense<dense<1.0> : tensor<4x300xf64>> delay(1.0) quant <16, nearest, 32767.0> : tensor<300xf32>, tensor<4xi1>
}

// -----

snn.neuron @lif receptors ["input"] states ["v"] params ["threshold"] {
^bb0(%x: f32, %v: f32, %threshold: f32):
  %v1 = arith.addf %v, %x : f32
  %s = arith.cmpf ogt, %v1, %threshold : f32
  snn.yield spike %s states %v1 : f32
}
snn.network @net {
  %in = snn.input "in" : tensor<3xf32>
  // expected-error @+2 {{SNN1102: population 'b': batch of 4 ticks, but a synapse into it has a delay of 2 ticks}}
  // expected-note @+1 {{help: a batch is at most the least delay}}
  %h = snn.population "b" model @lif params {threshold = 1.0} latency 1 paradigm <parallel> batch 4 : tensor<4xi1>
  snn.projection "w" %in to %h weights #snn.dense<dense<1.0> : tensor<4x3xf64>> delay(2.0) quant <8, nearest, 10.0> : tensor<3xf32>, tensor<4xi1>
}

// -----

snn.neuron @lif receptors ["input"] states ["v"] params ["threshold"] {
^bb0(%x: f32, %v: f32, %threshold: f32):
  %v1 = arith.addf %v, %x : f32
  %s = arith.cmpf ogt, %v1, %threshold : f32
  snn.yield spike %s states %v1 : f32
}
snn.network @net {
  // expected-error @+1 {{SNN1103: population 'b': batch 3 is not 1, 2, 4, 8 or 16 ticks}}
  %h = snn.population "b" model @lif params {threshold = 1.0} latency 1 paradigm <parallel> batch 3 : tensor<4xi1>
}

// -----

snn.neuron @lif receptors ["input"] states ["v"] params ["threshold"] {
^bb0(%x: f32, %v: f32, %threshold: f32):
  %v1 = arith.addf %v, %x : f32
  %s = arith.cmpf ogt, %v1, %threshold : f32
  snn.yield spike %s states %v1 : f32
}
snn.network @net {
  %in = snn.input "in" : tensor<3xf32>
  %h = snn.population "hid" model @lif params {threshold = 1.0} latency 1 paradigm <parallel> : tensor<4xi1>
  snn.projection "w" %in to %h weights #snn.dense<dense<1.0> : tensor<4x3xf64>> delay(1.0) quant <8, nearest, 10.0> : tensor<3xf32>, tensor<4xi1>
}
fabric.machine @chip maps @net target "spinnaker2" {
  %in = fabric.input "in" channels 3
  // expected-error @+2 {{SNN1104: neurons [0, 4) of 'hid' are parallel, but there is no buffer 'panels'}}
  // expected-note @+1 {{help: let fabric-slice make}}
  %h = fabric.slice "hid" [0, 4) parallel at <7, 6, 0>
  fabric.block 0 "w" (%in) to %h encoding #fabric.map<8> bytes 54
}
