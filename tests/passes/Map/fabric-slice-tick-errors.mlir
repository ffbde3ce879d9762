// RUN: snnc-opt %s --split-input-file --fabric-slice=tick=0.00001 --verify-diagnostics

// 3,000 cycles a tick. What a packet costs does not shrink with the slices: 100
// packets are too many for any number of cores.

snn.neuron @lif receptors ["input"] states ["v"] params ["threshold"] {
^bb0(%x: f32, %v: f32, %threshold: f32):
  %v1 = arith.addf %v, %x : f32
  %s = arith.cmpf ogt, %v1, %threshold : f32
  snn.yield spike %s states %v1 : f32
}
snn.network @stated {
  %in = snn.input "in" drive(#snn.poisson<1.0 : f64, seed = 1, stream = 0>) : tensor<400xf32>
  // expected-error-re @+3 {{SNN0362: too slow for its tick: even neurons [{{[0-9]+}}, {{[0-9]+}}) of population 'hid' alone take {{[0-9,]+}} cycles of a tick at the expected rates, 3,000 cycles fit a tick of 10 us at 300 MHz}}
  // expected-note @+2 {{expected spikes a tick: 'in' 400 (1 a neuron)}}
  // expected-note-re @+1 {{help: give the chip a tick of {{[0-9.]+}} us (--tick {{[0-9e.-]+}}), or lower rates, or fewer sources; or paradigm parallel, whose cost hardly grows with the rate}}
  %h = snn.population "hid" model @lif params {threshold = 1.0} latency 1 : tensor<8xi1>
  snn.projection "fc" %in to %h weights #snn.dense<dense<1.0> : tensor<8x400xf64>> delay(1.0) quant <8, nearest, 10.0> : tensor<400xf32>, tensor<8xi1>
}

// -----

// Nobody states the rate of the input: a warning, and cut by bytes alone.

snn.neuron @lif receptors ["input"] states ["v"] params ["threshold"] {
^bb0(%x: f32, %v: f32, %threshold: f32):
  %v1 = arith.addf %v, %x : f32
  %s = arith.cmpf ogt, %v1, %threshold : f32
  snn.yield spike %s states %v1 : f32
}
snn.network @assumed {
  %in = snn.input "in" : tensor<8000xf32>
  // expected-warning-re @+4 {{SNN0363: ticks may overrun: even neurons [{{[0-9]+}}, {{[0-9]+}}) of population 'hid' alone take {{[0-9,]+}} cycles}}
  // expected-note @+3 {{the network does not state all of these rates, so this is not refused}}
  // expected-note @+2 {{expected spikes a tick: 'in' 400 (0.05 a neuron, assumed)}}
  // expected-note-re @+1 {{help: give the chip a tick of at least}}
  %h = snn.population "hid" model @lif params {threshold = 1.0} latency 1 : tensor<8xi1>
  snn.projection "fc" %in to %h weights #snn.dense<dense<1.0> : tensor<8x8000xf64>> delay(1.0) quant <8, nearest, 10.0> : tensor<8000xf32>, tensor<8xi1>
}
