// RUN: snnc-opt %s --fabric-slice --split-input-file --verify-diagnostics

// A partial sum needs a tick of its own.

snn.neuron @m receptors ["input"] states ["v"] params [] {
^bb0(%x: f32, %v: f32):
  %v1 = arith.addf %v, %x : f32
  %s = arith.cmpf ogt, %v1, %x : f32
  snn.yield spike %s states %v1 : f32
}
snn.network @short {
  %in = snn.input "in" : tensor<64xf32>
  // expected-error @+2 {{SNN1108: population 'hid' cannot be split by sources: a synapse into it has a delay of 1 tick(s), at least 2 are needed, one to the subordinate core and one for the partial sum}}
  // expected-note @+1 {{help: run snn-batch-ticks, or compute it serially (paradigm)}}
  %h = snn.population "hid" model @m params {} latency 1 paradigm <parallel> row_split : tensor<40xi1>
  snn.projection "fc" %in to %h weights #snn.dense<dense<1.0> : tensor<40x64xf64>> delay(1.0) quant <8, nearest, 10.0> : tensor<64xf32>, tensor<40xi1>
}

// -----

snn.neuron @m receptors ["input"] states ["v"] params [] {
^bb0(%x: f32, %v: f32):
  %v1 = arith.addf %v, %x : f32
  %s = arith.cmpf ogt, %v1, %x : f32
  snn.yield spike %s states %v1 : f32
}
snn.network @serial {
  %in = snn.input "in" : tensor<64xf32>
  // expected-error @+1 {{SNN1103: population 'hid': only a parallel population without batches is split by sources}}
  %h = snn.population "hid" model @m params {} latency 1 paradigm <serial> row_split : tensor<40xi1>
  snn.projection "fc" %in to %h weights #snn.dense<dense<1.0> : tensor<40x64xf64>> delay(2.0) quant <8, nearest, 10.0> : tensor<64xf32>, tensor<40xi1>
}

// -----

// A layer beyond one core: nothing cuts a tile but a row split, which
// snn-choose-batch looks for.

snn.neuron @m receptors ["input"] states ["v"] params [] {
^bb0(%x: f32, %v: f32):
  %v1 = arith.addf %v, %x : f32
  %s = arith.cmpf ogt, %v1, %x : f32
  snn.yield spike %s states %v1 : f32
}
snn.network @loop {
  %in = snn.input "in" : tensor<9000xf32>
  // expected-error @+4 {{SNN1100: population 'hid' does not fit as parallel: neurons [0, 16) alone need}}
  // expected-note @+3 {{largest parts: weight-delay map}}
  // expected-note @+2 {{help: fits with rows in DRAM: use --paradigm serial and pin no population to parallel (1 cores)}}
  // expected-note @+1 {{help: compute it serially (paradigm), or reduce its 9,016 sources}}
  %h = snn.population "hid" model @m params {} latency 1 paradigm <parallel> : tensor<16xi1>
  snn.projection "fc" %in to %h weights #snn.dense<dense<1.0> : tensor<16x9000xf64>> delay(1.0) quant <8, nearest, 10.0> : tensor<9000xf32>, tensor<16xi1>
  snn.projection "rec" %h to %h weights #snn.one_to_one<1.0> delay(1.0) quant <8, nearest, 10.0> : tensor<16xi1>, tensor<16xi1>
}
