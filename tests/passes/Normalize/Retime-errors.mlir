// RUN: snnc-opt %s --split-input-file --verify-diagnostics --snn-retime
// RUN: not snnc-opt %s --split-input-file --snn-retime=relax=true 2>&1 | FileCheck %s --check-prefix=RELAX

// Two hops, and the feedback edge gives only one tick.
// RELAX: warning: SNN0322: --relax-timing: 1 tick(s) added to this projection, its cycle has 2 hops and 1 tick(s) of delay
// RELAX: "a" {{.*}} latency 1
// RELAX: "b" {{.*}} latency 2
// RELAX: snn.projection "a-b" {{.*}} delay(1.000000e+00 : f64)
// RELAX: snn.projection "b-a" {{.*}} delay(1.000000e+00 : f64)
snn.network @two dt 1.0 {
  %in = snn.input "in" : tensor<1xf32>
  %a = snn.population "a" model @m params {} : tensor<1xi1>
  %b = snn.population "b" model @m params {} : tensor<1xi1>
  snn.projection "in-a" %in to %a weights #snn.one_to_one<1.0> delay(0) : tensor<1xf32>, tensor<1xi1>
  // expected-error@+2 {{SNN0321: the cycle a -> b -> a has 2 hops but only 1 tick(s) of delay}}
  // expected-note@+1 {{help: add 1 tick(s) of delay to the cycle, or let --relax-timing do it}}
  snn.projection "a-b" %a to %b weights #snn.one_to_one<1.0> delay(0) : tensor<1xi1>, tensor<1xi1>
  snn.projection "b-a" %b to %a weights #snn.one_to_one<1.0> delay(0) : tensor<1xi1>, tensor<1xi1>
}

// -----

snn.network @missing dt 1.0 {
  %in = snn.input "in" : tensor<2xf32>
  %a = snn.population "a" model @m params {} : tensor<2xi1>
  // expected-error@+1 {{SNN0320: the projection's delay is missing}}
  snn.projection "w" %in to %a weights #snn.one_to_one<1.0> delay(dense<1.0> : tensor<3xf32>) : tensor<2xf32>, tensor<2xi1>
}
