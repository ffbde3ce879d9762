// RUN: snnc-opt %s --snn-quantize | FileCheck %s
// RUN: snnc-opt %s --snn-quantize=mode=py-spinnaker2 | FileCheck %s --check-prefix=PY
// RUN: snnc-opt %s --snn-quantize > %t.1 && snnc-opt %t.1 --snn-quantize | diff %t.1 -

// Receptors whose ranges differ have scales of their own (S6.8).

// Sums that meet: all but the first in use are multiplied first.
// CHECK: snn.neuron @met.scaled.inh {{.*}} params ["threshold", "inh_scale_"]
// CHECK-NEXT: ^bb0(%[[E:.*]]: f32, %[[I:.*]]: f32, %{{.*}}: f32, %{{.*}}: f32, %[[F:.*]]: f32):
// CHECK-NEXT: %[[R:.*]] = arith.mulf %[[I]], %[[F]] : f32
// CHECK-NEXT: arith.addf %[[E]], %[[R]] : f32
snn.neuron @met receptors ["exc", "inh"] states ["inh_scale"] params ["threshold"] {
^bb0(%e: f32, %i: f32, %v: f32, %threshold: f32):
  %sum = arith.addf %e, %i : f32
  %spike = arith.cmpf ogt, %sum, %threshold : f32
  snn.yield spike %spike states %sum : f32
}
// Each in a state of its own: parameters take the powers.
snn.neuron @apart receptors ["exc", "inh"] states ["a", "b"] params ["ga", "gb", "threshold"] {
^bb0(%e: f32, %i: f32, %a: f32, %b: f32, %ga: f32, %gb: f32, %threshold: f32):
  %ca = arith.mulf %ga, %e : f32
  %cb = arith.mulf %gb, %i : f32
  %v = arith.addf %ca, %cb : f32
  %spike = arith.cmpf ogt, %v, %threshold : f32
  snn.yield spike %spike states %e, %i : f32, f32
}
// Not linear: both in the user's units.
// CHECK: snn.neuron @square.scaled.exc.inh {{.*}} params ["exc_scale", "inh_scale"]
snn.neuron @square receptors ["exc", "inh"] states ["v"] params [] {
^bb0(%e: f32, %i: f32, %v: f32):
  %ee = arith.mulf %e, %e : f32
  %one = arith.addf %e, %ee : f32
  %v1 = arith.addf %one, %i : f32
  snn.yield states %v1 : f32
}

// CHECK-LABEL: snn.network @n
// PY-LABEL: snn.network @n
snn.network @n dt 1.0 {
  %in = snn.input "in" : tensor<2xf32>
  // 0.3 and 0.21 are 120 and 84 (S6.7), 30.1 is 127: the ratio is 94.80.
  // CHECK: "met" model @met.scaled.inh params {inh_scale_ = 94.80{{.*}}, threshold = 399.99{{.*}}} scales {inh_scale = 399.99
  // PY: "met" model @met params {threshold = 4.219{{.*}}} scales
  %met = snn.population "met" model @met params {threshold = 1.0} : tensor<1xi1>
  // CHECK: "apart" model @apart params {ga = 0.0025{{.*}}, gb = 0.2370{{.*}}, threshold = 1.0{{.*}}} scales {a = 399.99{{.*}}, b = 4.219
  %apart = snn.population "apart" model @apart params {ga = 1.0, gb = 1.0, threshold = 1.0} : tensor<1xi1>
  // CHECK: "square" model @square.scaled.exc.inh params {exc_scale = 0.0025{{.*}}, inh_scale = 0.2370
  %square = snn.population "square" model @square params {} : tensor<1xf32>
  // Whole weights: one scale is exact for both.
  // CHECK: "whole" model @met params {threshold = 1.0
  %whole = snn.population "whole" model @met params {threshold = 1.0} : tensor<1xi1>
  // CHECK: snn.projection "me" {{.*}} quant <8, nearest, 399.99
  // PY: snn.projection "me" {{.*}} quant <8, truncate, 4.219
  snn.projection "me" %in to %met weights #snn.dense<dense<[[0.3, 0.21]]> : tensor<1x2xf64>> delay(1) : tensor<2xf32>, tensor<1xi1>
  // CHECK: snn.projection "mi" {{.*}} quant <8, nearest, 4.219
  snn.projection "mi" %in to %met weights #snn.dense<dense<[[-30.1, -20.2]]> : tensor<1x2xf64>> delay(1) {receptor = 1} : tensor<2xf32>, tensor<1xi1>
  snn.projection "ae" %in to %apart weights #snn.dense<dense<[[0.3, 0.21]]> : tensor<1x2xf64>> delay(1) : tensor<2xf32>, tensor<1xi1>
  snn.projection "ai" %in to %apart weights #snn.dense<dense<[[-30.1, -20.2]]> : tensor<1x2xf64>> delay(1) {receptor = 1} : tensor<2xf32>, tensor<1xi1>
  snn.projection "se" %in to %square weights #snn.dense<dense<[[0.3, 0.21]]> : tensor<1x2xf64>> delay(1) : tensor<2xf32>, tensor<1xf32>
  snn.projection "si" %in to %square weights #snn.dense<dense<[[-30.1, -20.2]]> : tensor<1x2xf64>> delay(1) {receptor = 1} : tensor<2xf32>, tensor<1xf32>
  // CHECK: snn.projection "we" {{.*}} quant <8, nearest, 1.0
  snn.projection "we" %in to %whole weights #snn.dense<dense<[[1.0, 2.0]]> : tensor<1x2xf64>> delay(1) : tensor<2xf32>, tensor<1xi1>
  // CHECK: snn.projection "wi" {{.*}} quant <8, nearest, 1.0
  snn.projection "wi" %in to %whole weights #snn.dense<dense<[[-100.0, -90.0]]> : tensor<1x2xf64>> delay(1) {receptor = 1} : tensor<2xf32>, tensor<1xi1>
}
