// RUN: snnc-opt %s --split-input-file --fabric-slice="tick=0.001 max-neurons=4" --verify-diagnostics

// Rates are stated and so is the tick, but no tick would do: 250 slices of 4
// neurons are more than a chip has cores.

snn.neuron @lif receptors ["input"] states ["v"] params ["threshold"] {
^bb0(%x: f32, %v: f32, %threshold: f32):
  %v1 = arith.addf %v, %x : f32
  %s = arith.cmpf ogt, %v1, %threshold : f32
  snn.yield spike %s states %v1 : f32
}
// expected-error @+3 {{SNN0354: the network needs 250 cores, machine 'spinnaker2' has 148}}
// expected-note @+2 {{largest: 'hid' 250 cores}}
// expected-note @+1 {{help: make 'hid' smaller or its connections sparser}}
snn.network @stated {
  %in = snn.input "in" drive(#snn.poisson<0.01 : f64, seed = 1, stream = 0>) : tensor<4xf32>
  %h = snn.population "hid" model @lif params {threshold = 1.0} latency 1 : tensor<1000xi1>
  snn.projection "fc" %in to %h weights #snn.dense<dense<1.0> : tensor<1000x4xf64>> delay(1.0) quant <8, nearest, 10.0> : tensor<4xf32>, tensor<1000xi1>
}

// -----

// 100 dominant cores and at least as many subordinates, each of which would fit.

snn.neuron @m receptors ["input"] states ["v"] params [] {
^bb0(%x: f32, %v: f32):
  %v1 = arith.addf %v, %x : f32
  %s = arith.cmpf ogt, %v1, %x : f32
  snn.yield spike %s states %v1 : f32
}
snn.network @rows {
  %in = snn.input "in" drive(#snn.poisson<0.01 : f64, seed = 1, stream = 0>) : tensor<64xf32>
  // expected-error @+2 {{SNN0354: population 'hid' does not fit: its 400 neurons, computed in parallel with their sources split, need more cores than the 148 of machine 'spinnaker2'}}
  // expected-note @+1 {{help: compute it serially (paradigm), or make it smaller or its connections sparser}}
  %h = snn.population "hid" model @m params {} latency 1 paradigm <parallel> row_split : tensor<400xi1>
  snn.projection "fc" %in to %h weights #snn.dense<dense<1.0> : tensor<400x64xf64>> delay(2.0) quant <8, nearest, 10.0> : tensor<64xf32>, tensor<400xi1>
}
