// RUN: snnc-opt %s --split-input-file --verify-diagnostics --snnc-check-contract=stage=normalized
// RUN: not snnc-opt %s --snnc-check-contract=stage=soon 2>&1 | FileCheck %s
// CHECK: SNN0720: unknown stage 'soon'

snn.neuron @m receptors ["x"] states ["v"] params ["p"] {
^bb0(%x: f32, %v: f32, %p: f32):
  snn.yield states %p : f32
}
// expected-error@+1 {{SNN0722: the network has no dt}}
snn.network @n {
  %in = snn.input "in" : tensor<2xf32>
  // expected-note@+1 {{first used here}}
  %a = snn.population "a" model @m params {p = 1.0} latency 1 start 1 : tensor<2xf32>
  // expected-error@+1 {{SNN0721: the name 'a' is used twice}}
  %a2 = snn.population "a" model @m params {p = 1.0} latency 1 start 1 : tensor<2xf32>
  // expected-error@+1 {{SNN0724: neuron model 'nobody' does not exist}}
  %b = snn.population "b" model @nobody params {} : tensor<2xf32>
  // expected-error@+1 {{SNN0724: signal of 'c' is 'i1' but its model 'm' never spikes}}
  %c = snn.population "c" model @m params {p = 1.0} latency 1 start 1 : tensor<2xi1>
  // expected-error@+1 {{SNN0725: population 'd' has no latency or no start tick}}
  %d = snn.population "d" model @m params {p = 1.0} : tensor<2xf32>
  // expected-error@+2 {{SNN0726: parameter 'p' of 'e' is missing or has neither one value nor 2}}
  // expected-error@+1 {{SNN0726: scale 'w' of 'e' belongs to no state}}
  %e = snn.population "e" model @m params {} scales {w = 1.0} latency 1 start 1 : tensor<2xf32>
  // expected-error@+1 {{SNN0727: a delay of 0.000000e+00 ticks}}
  snn.projection "w" %in to %a weights #snn.one_to_one<1.0> delay(0) quant <8, nearest, 1.0> : tensor<2xf32>, tensor<2xf32>
  // expected-error@+1 {{SNN0727: a delay of 1.500000e+00 ticks}}
  snn.projection "w" %in to %a weights #snn.one_to_one<1.0> delay(dense<[1.0, 1.5]> : tensor<2xf32>) quant <8, nearest, 1.0> : tensor<2xf32>, tensor<2xf32>
  // expected-error@+1 {{SNN0729: 'w' has no integer weights}}
  snn.projection "w" %in to %a weights #snn.one_to_one<1.0> delay(1) : tensor<2xf32>, tensor<2xf32>
  // expected-error@+1 {{SNN0728: receptor 1 does not exist, model 'm' has 1}}
  snn.projection "w" %in to %a weights #snn.one_to_one<1.0> delay(1) quant <8, nearest, 1.0> {receptor = 1 : i64} : tensor<2xf32>, tensor<2xf32>
  // expected-error@+1 {{SNN0728: the source of 'w' is neither an input nor a spiking population}}
  snn.projection "w" %a to %a weights #snn.one_to_one<1.0> delay(1) quant <8, nearest, 1.0> : tensor<2xf32>, tensor<2xf32>
  // expected-error@+1 {{SNN0728: the target of 'w' is no population}}
  snn.projection "w" %in to %in weights #snn.one_to_one<1.0> delay(1) quant <8, nearest, 1.0> : tensor<2xf32>, tensor<2xf32>
  // expected-error@+1 {{SNN0723: 'snn.ode' must be gone after Normalize}}
  %o = snn.ode "o" li() params {} : () -> tensor<2xf32>
}
