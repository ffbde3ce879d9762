// RUN: snnc-opt %s --snn-fuse-thresholds | FileCheck %s

// One integrator, two thresholds, one behind a flatten: two neurons, no reset.
// CHECK-LABEL: snn.network @fan
snn.network @fan {
  %in = snn.input "in" : tensor<2xf32>
  // CHECK-NOT: "li"
  %li = snn.ode "li" li(%in) params {tau = 0.01, r = 2.0} : (tensor<2xf32>) -> tensor<2xf32>
  // CHECK-NOT: snn.flatten
  %f = snn.flatten "f"(%li) : (tensor<2xf32>) -> tensor<2xf32>
  // CHECK: %[[A:.*]] = snn.ode "a" lif(%in) params {no_reset, r = 2.000000e+00 : f64, tau = 1.000000e-02 : f64, v_threshold = 1.000000e+00 : f64}
  %a = snn.ode "a" threshold(%f) params {threshold = 1.0} : (tensor<2xf32>) -> tensor<2xf32>
  // CHECK: snn.ode "b" lif(%in) params {{.*}}v_threshold = 2.000000e+00 : f64
  %b = snn.ode "b" threshold(%li) params {threshold = 2.0} : (tensor<2xf32>) -> tensor<2xf32>
  // CHECK: snn.probe "out" %[[A]]
  snn.probe "out" %a : tensor<2xf32>
}

// A potential that is read stays; a cycle through the threshold closes again.
// CHECK-LABEL: snn.network @loop
snn.network @loop {
  %in = snn.input "in" : tensor<2xf32>
  // CHECK: snn.ode "i" i(%in, %[[W:[a-z]+]])
  %i = snn.ode "i" i(%in, %w) params {} : (tensor<2xf32>, tensor<2xf32>) -> tensor<2xf32>
  // CHECK: %[[T:.*]] = snn.ode "t" if(%in, %[[W]])
  %t = snn.ode "t" threshold(%i) params {threshold = 1.0} : (tensor<2xf32>) -> tensor<2xf32>
  // CHECK: %[[W]] = snn.linear "w"(%[[T]])
  %w = snn.linear "w"(%t) weight(dense<1.0> : tensor<2x2xf32>) : (tensor<2xf32>) -> tensor<2xf32>
  snn.probe "out" %i : tensor<2xf32>
}

// Weights between, or a second source: two neurons still.
// CHECK-LABEL: snn.network @apart
snn.network @apart {
  %in = snn.input "in" : tensor<2xf32>
  %li = snn.ode "li" li(%in) params {} : (tensor<2xf32>) -> tensor<2xf32>
  %s = snn.scale "s"(%li) factor(2.0 : f32) : (tensor<2xf32>) -> tensor<2xf32>
  // CHECK: snn.ode "a" threshold
  %a = snn.ode "a" threshold(%s) params {threshold = 1.0} : (tensor<2xf32>) -> tensor<2xf32>
  // CHECK: snn.ode "b" threshold
  %b = snn.ode "b" threshold(%li, %in) params {threshold = 1.0} : (tensor<2xf32>, tensor<2xf32>) -> tensor<2xf32>
}
