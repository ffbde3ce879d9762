// RUN: snnc-opt %s --split-input-file --verify-diagnostics --snn-quantize
// RUN: not snnc-opt %s --split-input-file --snn-quantize=bits=7 2>&1 | FileCheck %s --check-prefix=BITS
// RUN: not snnc-opt %s --split-input-file --snn-quantize=mode=other 2>&1 | FileCheck %s --check-prefix=MODE
// BITS: SNN0340: weights have 8 or 16 bits, not 7
// MODE: 'other'

snn.network @n dt 1.0 {
  %in = snn.input "in" : tensor<2xf32>
  // expected-error@+1 {{SNN0310: neuron model 'nobody' does not exist}}
  %p = snn.population "p" model @nobody params {} : tensor<2xi1>
  snn.projection "w" %in to %p weights #snn.one_to_one<1.0> delay(1) : tensor<2xf32>, tensor<2xi1>
}

// -----

snn.network @n dt 1.0 {
  %in = snn.input "in" : tensor<2xf32>
  %p = snn.population "p" model @nobody params {} : tensor<2xi1>
  // expected-error@+1 {{SNN0303: projection: weights are missing or not 4 numbers}}
  snn.projection "w" %in to %p weights #snn.dense<#snn.param<"gone", tensor<2x2xf32>>> delay(1) : tensor<2xf32>, tensor<2xi1>
}

// -----

snn.network @n dt 1.0 {
  %in = snn.input "in" : tensor<3xf32>
  %p = snn.population "p" model @nobody params {} : tensor<2xi1>
  // expected-error@+1 {{SNN0303: projection: one-to-one needs as many sources as targets, not 3 and 2}}
  snn.projection "w" %in to %p weights #snn.one_to_one<1.0> delay(1) : tensor<3xf32>, tensor<2xi1>
}
