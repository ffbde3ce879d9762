// RUN: snnc-opt --snn-order-network %s | FileCheck %s

// Models as their first populations: m is that of "a", n that of "far".
// CHECK: snn.neuron @m
// CHECK: snn.neuron @n
snn.neuron @n receptors ["input"] states ["v"] params ["threshold"] {
^bb0(%input: f32, %v: f32, %threshold: f32):
  %s = arith.cmpf ogt, %input, %threshold : f32
  snn.yield spike %s states %input : f32
}
snn.neuron @m receptors ["input"] states ["v"] params ["threshold"] {
^bb0(%input: f32, %v: f32, %threshold: f32):
  %s = arith.cmpf oge, %input, %threshold : f32
  snn.yield spike %s states %input : f32
}

// CHECK: snn.network @order
// CHECK-NEXT: %a_in = snn.input "a_in"
// CHECK-NEXT: %b_in = snn.input "b_in"
// CHECK-NEXT: %near = snn.population "near"
// CHECK-NEXT: %far = snn.population "far"
// No input reaches it. CHECK-NEXT: %alone = snn.population "alone"
// CHECK-NEXT: snn.projection "y" %a_in to %near
// CHECK-NEXT: snn.projection "x" %b_in to %near
// CHECK-NEXT: snn.projection "v" %near to %far
// CHECK-NEXT: snn.projection "w" %near to %far
// An Output asks for nothing. CHECK-NEXT: snn.probe "far:spikes"
// CHECK-NEXT: snn.probe "near:v"
// CHECK-NEXT: }
snn.network @order dt 1.0 {
  %alone = snn.population "alone" model @m params {threshold = 1.0} : tensor<2xi1>
  %far = snn.population "far" model @n params {threshold = 1.0} : tensor<2xi1>
  snn.probe "output" %far : tensor<2xi1>
  snn.probe "near:v" %near : tensor<2xi1>
  snn.probe "far:spikes" %far : tensor<2xi1>
  snn.projection "w" %near to %far weights #snn.one_to_one<1.0> delay(1.0) : tensor<2xi1>, tensor<2xi1>
  snn.projection "v" %near to %far weights #snn.one_to_one<1.0> delay(1.0) : tensor<2xi1>, tensor<2xi1>
  snn.projection "x" %b_in to %near weights #snn.one_to_one<1.0> delay(1.0) : tensor<2xf32>, tensor<2xi1>
  %near = snn.population "near" model @m params {threshold = 1.0} : tensor<2xi1>
  %b_in = snn.input "b_in" : tensor<2xf32>
  snn.projection "y" %a_in to %near weights #snn.one_to_one<1.0> delay(1.0) : tensor<2xf32>, tensor<2xi1>
  %a_in = snn.input "a_in" : tensor<2xf32>
}
