// RUN: snnc-opt %s --snn-quantize=mode=py-spinnaker2 --verify-diagnostics -o /dev/null

// One scale for the population, truncation (S6.5): what is below one integer is
// gone, and py-spinnaker2 takes no wider ones.
snn.neuron @sum receptors ["x"] states ["v"] params [] {
^bb0(%x: f32, %v: f32):
  %v1 = arith.addf %v, %x : f32
  snn.yield states %v1 : f32
}
snn.network @n dt 1.0 {
  %in = snn.input "in" : tensor<2xf32>
  %a = snn.population "a" model @sum params {} : tensor<2xf32>
  snn.projection "strong" %in to %a weights #snn.dense<dense<[[1.27, 0.1], [0.01, -1.0]]> : tensor<2x2xf32>> delay(1) : tensor<2xf32>, tensor<2xf32>
  // expected-warning @+1 {{SNN0346: all 2 weights of 'weak' become 0 in int8, beside the largest into 'a'}}
  snn.projection "weak" %in to %a weights #snn.one_to_one<-0.0099> delay(1) : tensor<2xf32>, tensor<2xf32> // expected-note {{help: leave --quantize out}}
  snn.projection "enough" %in to %a weights #snn.one_to_one<0.0101> delay(1) : tensor<2xf32>, tensor<2xf32>
}
