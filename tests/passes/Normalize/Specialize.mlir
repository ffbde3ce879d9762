// RUN: snnc-opt %s --snn-specialize | FileCheck %s
// RUN: snnc-opt %s --snn-specialize > %t.1 && snnc-opt %t.1 --snn-specialize | diff %t.1 -

// A factor 0 is no identity (0 * NaN is NaN): it stays a constant.
// CHECK: snn.neuron @m.gain0.limit1 receptors ["x"] states ["v"] params ["bias"]
// CHECK: arith.mulf
// A model that nobody uses goes, one that two use is made once.
// CHECK-NOT: snn.neuron @m receptors
// CHECK: snn.neuron @m.gain1.bias0 receptors ["x"] states ["v"] params ["limit"]
// CHECK-NEXT: ^bb0(%[[X:.*]]: f32, %[[V:.*]]: f32, %[[L:.*]]: f32):
// CHECK-NEXT: %[[S:.*]] = arith.cmpf ogt, %[[X]], %[[L]] : f32
// CHECK-NEXT: snn.yield spike %[[S]] states %[[X]] : f32
// CHECK-NOT: snn.neuron @m.gain1.bias0
snn.neuron @m receptors ["x"] states ["v"] params ["gain", "bias", "limit"] {
^bb0(%x: f32, %v: f32, %gain: f32, %bias: f32, %limit: f32):
  %0 = arith.mulf %x, %gain : f32
  %1 = arith.addf %0, %bias : f32
  %spike = arith.cmpf ogt, %1, %limit : f32
  snn.yield spike %spike states %1 : f32
}

// CHECK-LABEL: snn.network @n
snn.network @n dt 1.0 {
  // CHECK: "a" model @m.gain1.bias0 params {limit = 2.000000e+00 : f64}
  %a = snn.population "a" model @m params {gain = 1.0, bias = 0.0, limit = 2.0} : tensor<2xi1>
  // CHECK: "b" model @m.gain1.bias0 params {limit = dense<[0.000000e+00, 1.000000e+00]> : tensor<2xf32>}
  %b = snn.population "b" model @m params {gain = dense<1.0> : tensor<2xf32>, bias = 0.0, limit = dense<[0.0, 1.0]> : tensor<2xf32>} : tensor<2xi1>
  // x + -0 is x for every x, but -0 is not the literal 0: left alone.
  // CHECK: "c" model @m.gain0.limit1 params {bias = -0.000000e+00 : f64}
  %c = snn.population "c" model @m params {gain = 0.0, bias = -0.0, limit = 1.0} : tensor<2xi1>
}
