// RUN: snnc-opt %s --split-input-file --verify-diagnostics --snn-add-readouts | FileCheck %s

// CHECK-LABEL: snn.network @ends
snn.network @ends {
  %in = snn.input "in" : tensor<2xf32>
  %h = snn.ode "h" if(%in) params {} : (tensor<2xf32>) -> tensor<2xf32>
  // A delay of spikes gives spikes. CHECK: %[[D:.*]] = snn.delay
  // expected-remark@+1 {{SNN0312: an output reads this layer: neurons of the same name are added that pass its spikes on}}
  %d = snn.delay "d"(%h) by(2.0e-3) : (tensor<2xf32>) -> tensor<2xf32>
  // CHECK: %[[R:.*]] = snn.ode "d" threshold(%[[D]]) params {threshold = 5.000000e-01 : f64}
  // Anything else gives sums. CHECK: %[[W:.*]] = snn.linear
  // expected-remark@+1 {{hold its sum of each tick as state 'v'}}
  %w = snn.linear "w"(%h) weight(dense<1.0> : tensor<3x2xf32>) : (tensor<2xf32>) -> tensor<3xf32>
  // CHECK: %[[S:.*]] = snn.ode "w" i(%[[W]]) params {memoryless}
  %f = snn.flatten "f"(%w) : (tensor<3xf32>) -> tensor<3xf32>
  // One readout for two outputs. CHECK: snn.probe "a" %[[R]]
  // CHECK: snn.probe "b" %[[S]]
  // CHECK: snn.probe "c" %[[S]]
  // CHECK: snn.probe "e" %h
  snn.probe "a" %d : tensor<2xf32>
  snn.probe "b" %w : tensor<3xf32>
  snn.probe "c" %f : tensor<3xf32>
  snn.probe "e" %h : tensor<2xf32>
}

// -----

snn.network @n {
  %in = snn.input "in" : tensor<2xf32>
  %li = snn.ode "li" li(%in) params {} : (tensor<2xf32>) -> tensor<2xf32>
  // expected-error@+2 {{SNN0309: output 'out' reads the potential of 'li' through 's'}}
  // expected-note@+1 {{help: connect 'li' to the Output itself}}
  %s = snn.scale "s"(%li) factor(2.0 : f32) : (tensor<2xf32>) -> tensor<2xf32>
  snn.probe "out" %s : tensor<2xf32>
}
