// RUN: snnc-opt %s --split-input-file --verify-diagnostics --snnc-check-contract=stage=imported

// expected-error@+1 {{SNN0722: the imported network has a dt already}}
snn.network @n dt 1.0 {
  // expected-error@+1 {{SNN0721: a signal without a name}}
  %in = snn.input "" : tensor<2xf32>
  // expected-error@+1 {{SNN0723: 'snn.population' does not belong to the Imported stage}}
  %a = snn.population "a" model @m params {} : tensor<2xf32>
  %o = snn.ode "o" li(%in) params {} : (tensor<2xf32>) -> tensor<2xf32>
}

// -----

// Written in ticks: nothing that later stages decide.
snn.network @ticks dt 1.0 {
  %in = snn.input "in" : tensor<2xf32>
  %a = snn.population "a" model @m params {} : tensor<2xf32>
  snn.projection "w" %in to %a weights #snn.one_to_one<1.0> delay(1) : tensor<2xf32>, tensor<2xf32>
  // expected-error@+1 {{SNN0723: 'q' has integer weights already}}
  snn.projection "q" %in to %a weights #snn.one_to_one<1.0> delay(1) quant <8, nearest, 1.0> : tensor<2xf32>, tensor<2xf32>
}
