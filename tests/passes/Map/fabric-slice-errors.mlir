// RUN: snnc-opt %s --split-input-file --fabric-slice=elsewhere=another-target --verify-diagnostics

snn.neuron @lif receptors ["input"] states ["v"] params ["alpha", "threshold"] {
^bb0(%x: f32, %v: f32, %alpha: f32, %threshold: f32):
  %d = arith.mulf %v, %alpha : f32
  %v1 = arith.addf %d, %x : f32
  %s = arith.cmpf ogt, %v1, %threshold : f32
  snn.yield spike %s states %v1 : f32
}
snn.network @slow {
  %in = snn.input "in" : tensor<2xf32>
  // expected-error @+4 {{SNN0353: population 'hid' does not fit: one neuron alone needs 1,049,024 B of a core, 118,784 B available}}
  // expected-note @+3 {{largest parts: input ring (delays) 1,048,576 B, header and table 332 B, row buffers (DRAM) 48 B, packet ring 16 B}}
  // expected-note @+2 {{help: shorten the longest delay, 40,000 ticks, or use a larger time step (--dt, in YAML `dt`)}}
  // expected-note @+1 {{help: another-target}}
  %h = snn.population "hid" model @lif params {alpha = 0.5, threshold = 1.0} latency 1 : tensor<1xi1>
  snn.projection "fc" %in to %h weights #snn.dense<dense<1.0> : tensor<1x2xf64>> delay(40000.0) quant <8, nearest, 10.0> : tensor<2xf32>, tensor<1xi1>
}

// -----

snn.neuron @lif receptors ["input"] states ["v"] params ["alpha", "threshold"] {
^bb0(%x: f32, %v: f32, %alpha: f32, %threshold: f32):
  %d = arith.mulf %v, %alpha : f32
  %v1 = arith.addf %d, %x : f32
  %s = arith.cmpf ogt, %v1, %threshold : f32
  snn.yield spike %s states %v1 : f32
}
snn.network @raw {
  // expected-error @+1 {{SNN0351: population 'hid' has no latency yet; run snn-retime before mapping}}
  %h = snn.population "hid" model @lif params {alpha = 0.5, threshold = 1.0} : tensor<1xi1>
}

// -----

snn.network @imported {
  %in = snn.input "in" : tensor<4xf32>
  // expected-error @+1 {{SNN0351: 'snn.flatten' is legal only before the Normalize stage ends}}
  %f = snn.flatten "f"(%in) : (tensor<4xf32>) -> tensor<4xf32>
}

// -----

snn.neuron @lif receptors ["input"] states ["v"] params ["alpha", "threshold"] {
^bb0(%x: f32, %v: f32, %alpha: f32, %threshold: f32):
  %d = arith.mulf %v, %alpha : f32
  %v1 = arith.addf %d, %x : f32
  %s = arith.cmpf ogt, %v1, %threshold : f32
  snn.yield spike %s states %v1 : f32
}
snn.network @receptor {
  %in = snn.input "in" : tensor<1xf32>
  %h = snn.population "hid" model @lif params {alpha = 0.5, threshold = 1.0} latency 1 : tensor<1xi1>
  // expected-error @+1 {{SNN0352: projection 'fc' ends in receptor 1, but population 'hid' has 1}}
  snn.projection "fc" %in to %h weights #snn.one_to_one<1.0> delay(1.0) quant <8, nearest, 10.0> {receptor = 1} : tensor<1xf32>, tensor<1xi1>
}

// -----

snn.neuron @lif receptors ["input"] states ["v"] params ["alpha", "threshold"] {
^bb0(%x: f32, %v: f32, %alpha: f32, %threshold: f32):
  %d = arith.mulf %v, %alpha : f32
  %v1 = arith.addf %d, %x : f32
  %s = arith.cmpf ogt, %v1, %threshold : f32
  snn.yield spike %s states %v1 : f32
}
snn.network @twins {
  %a = snn.population "hid" model @lif params {alpha = 0.5, threshold = 1.0} latency 1 : tensor<1xi1>
  // expected-error @+1 {{SNN0351: two populations are named 'hid'; slices refer to names}}
  %b = snn.population "hid" model @lif params {alpha = 0.5, threshold = 1.0} latency 1 : tensor<1xi1>
}
