// RUN: snnc-opt %s --snn-contract-edges | FileCheck %s
// RUN: snnc-opt %s --snn-contract-edges > %t.1 && snnc-opt %t.1 --snn-contract-edges | diff %t.1 -

// A weight layer becomes a projection; its bias goes to the neurons.
// CHECK-LABEL: snn.network @linear
snn.network @linear {
  %in = snn.input "in" : tensor<2xf32>
  // CHECK-NOT: snn.linear
  %fc = snn.linear "fc"(%in) weight(dense<[[1.0, 2.0]]> : tensor<1x2xf32>) bias(dense<3.0> : tensor<1xf32>) : (tensor<2xf32>) -> tensor<1xf32>
  // CHECK: snn.ode "h"  if() params {bias = 3.000000e+00 : f64, r = 1.000000e+00 : f32}
  %h = snn.ode "h" if(%fc) params {r = 1.0 : f32} : (tensor<1xf32>) -> tensor<1xf32>
  // CHECK: snn.projection "fc" %in to %h weights #snn.dense<dense<{{\[\[}}1.000000e+00, 2.000000e+00]]> : tensor<1x2xf32>> delay(0.000000e+00 : f64)
}

// Pool, flatten and delay stay in front of the weights, in shared form.
// CHECK-LABEL: snn.network @chain
snn.network @chain {
  %in = snn.input "in" : tensor<1x4x4xf32>
  %d = snn.delay "d"(%in) by(2.0e-3) : (tensor<1x4x4xf32>) -> tensor<1x4x4xf32>
  %p = snn.pool "p"(%d) window <sum, in = [1, 4, 4], kernel = [2, 2], stride = [2, 2], padding = [0, 0]> : (tensor<1x4x4xf32>) -> tensor<1x2x2xf32>
  %f = snn.flatten "f"(%p) : (tensor<1x2x2xf32>) -> tensor<4xf32>
  %fc = snn.linear "fc"(%f) weight(dense<1.0> : tensor<3x4xf32>) : (tensor<4xf32>) -> tensor<3xf32>
  %h = snn.ode "h" if(%fc) params {} : (tensor<3xf32>) -> tensor<3xf32>
  // CHECK: snn.projection "fc" %in to %h weights #snn.dense<dense<1.000000e+00> : tensor<3x4xf32>> pool <sum, in = [1, 4, 4], kernel = [2, 2], stride = [2, 2], padding = [0, 0]> delay(2.000000e-03 : f64)
}

// Two weight layers in a row are multiplied out; a bias passes the second.
// CHECK-LABEL: snn.network @product
snn.network @product {
  %in = snn.input "in" : tensor<2xf32>
  %a = snn.linear "a"(%in) weight(dense<[[1.0, 2.0]]> : tensor<1x2xf32>) bias(dense<5.0> : tensor<1xf32>) : (tensor<2xf32>) -> tensor<1xf32>
  %b = snn.scale "b"(%a) factor(10.0 : f32) : (tensor<1xf32>) -> tensor<1xf32>
  // CHECK: snn.ode "h"  if() params {bias = 5.000000e+01 : f64}
  %h = snn.ode "h" if(%b) params {} : (tensor<1xf32>) -> tensor<1xf32>
  // CHECK: snn.projection "b" %in to %h weights #snn.dense<#snn.param<"b.product", tensor<1x2xf32>>>
}

// Bare edges, fan-in and recurrence: one projection a path, named by its ends.
// CHECK-LABEL: snn.network @bare
snn.network @bare {
  %in = snn.input "in" : tensor<2xf32>
  %h = snn.ode "h" lif(%in, %w) params {tau = 1.0} : (tensor<2xf32>, tensor<2xf32>) -> tensor<2xf32>
  %w = snn.linear "rec"(%h) weight(dense<1.0> : tensor<2x2xf32>) : (tensor<2xf32>) -> tensor<2xf32>
  // CHECK: snn.probe "out" %h
  snn.probe "out" %h : tensor<2xf32>
  // CHECK: snn.projection "in->h" %in to %h weights #snn.one_to_one<1.000000e+00 : f64>
  // CHECK: snn.projection "rec" %h to %h
}
