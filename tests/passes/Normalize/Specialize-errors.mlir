// RUN: snnc-opt %s --split-input-file --verify-diagnostics --snn-specialize

snn.network @n dt 1.0 {
  // expected-error@+1 {{SNN0310: neuron model 'nobody' does not exist}}
  %a = snn.population "a" model @nobody params {} : tensor<2xi1>
}

// -----

snn.neuron @m receptors ["x"] states ["v"] params ["p"] {
^bb0(%x: f32, %v: f32, %p: f32):
  snn.yield states %p : f32
}
snn.network @n dt 1.0 {
  // expected-error@+1 {{SNN0311: parameter 'p' is missing or does not have one value or 2 values}}
  %a = snn.population "a" model @m params {} : tensor<2xf32>
}
