// RUN: snnc-opt %s --snn-quantize=bits=0 --verify-diagnostics | FileCheck %s

// How wide weights are where nobody says it (S6.6), and scales that keep
// weights as they are (S6.7).
snn.neuron @sum receptors ["x"] states ["v"] params [] {
^bb0(%x: f32, %v: f32):
  %v1 = arith.addf %v, %x : f32
  snn.yield states %v1 : f32
}

// CHECK-LABEL: snn.network @n
snn.network @n dt 1.0 {
  %in = snn.input "in" : tensor<4xf32>
  %fine = snn.population "fine" model @sum params {} : tensor<1xf32>
  // expected-warning @below {{SNN0342: 66.7 % of the weights of 'lost' would become 0 in int8: the weights into 'wide' are int16}}
  %wide = snn.population "wide" model @sum params {} : tensor<1xf32>
  // expected-warning @+2 {{SNN0342: 100.0 % of the weights of 'weak'}}
  // expected-warning @+1 {{SNN0341: 100.0 % of the weights of 'weak' (1 of 1) become 0 in int16 beside the largest weight}}
  %hopeless = snn.population "hopeless" model @sum params {} : tensor<1xf32> // expected-note {{help: see what the integers change}}
  // Multiples of 1/4 that 8 bits hold: their scale is 4.
  // CHECK: snn.projection "exact" {{.*}} quant <8, nearest, 4.000000e+00 : f64>
  snn.projection "exact" %in to %fine weights #snn.dense<dense<[[31.75, 0.25, -1.5, 8.0]]> : tensor<1x4xf32>> delay(1) : tensor<4xf32>, tensor<1xf32>
  // CHECK: snn.projection "lost" {{.*}} quant <16, nearest
  snn.projection "lost" %in to %wide weights #snn.dense<dense<[[0.3, 1.0e-3, 2.0e-4, 0.0]]> : tensor<1x4xf32>> delay(1) : tensor<4xf32>, tensor<1xf32>
  // Each projection counts by itself: four strong weights beside a weak one.
  // CHECK: snn.projection "strong" {{.*}} quant <16, nearest
  snn.projection "strong" %in to %hopeless weights #snn.dense<dense<[[0.3, 0.3, 0.3, 0.3]]> : tensor<1x4xf32>> delay(1) : tensor<4xf32>, tensor<1xf32>
  %one = snn.input "one" : tensor<1xf32>
  snn.projection "weak" %one to %hopeless weights #snn.one_to_one<1.0e-6> delay(1) : tensor<1xf32>, tensor<1xf32>
}

// Weights of 0 in the file reach nobody; a list of nothing is meant.
snn.network @zeros dt 1.0 {
  %in = snn.input "in" : tensor<2xf32>
  %a = snn.population "a" model @sum params {} : tensor<2xf32>
  // expected-warning @+1 {{SNN0346: all weights of 'dense' are 0: 'a' gets nothing of 'in'}}
  snn.projection "dense" %in to %a weights #snn.dense<dense<0.0> : tensor<2x2xf32>> delay(1) : tensor<2xf32>, tensor<2xf32> // expected-note {{help: write a weight that is not 0}}
  // expected-warning @+1 {{SNN0346: all weights of 'each' are 0}}
  snn.projection "each" %in to %a weights #snn.one_to_one<0.0> delay(1) : tensor<2xf32>, tensor<2xf32> // expected-note {{help: write a weight that is not 0}}
  snn.projection "some" %in to %a weights #snn.dense<dense<[[0.0, 0.5], [0.0, 0.0]]> : tensor<2x2xf32>> delay(1) : tensor<2xf32>, tensor<2xf32>
}
