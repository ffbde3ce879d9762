// RUN: snnc-opt %s --snn-quantize | FileCheck %s
// RUN: snnc-opt %s --snn-quantize=bits=16 | FileCheck %s --check-prefix=WIDE
// RUN: snnc-opt %s --snn-quantize=mode=py-spinnaker2 | FileCheck %s --check-prefix=PY
// RUN: snnc-opt %s --snn-quantize > %t.1 && snnc-opt %t.1 --snn-quantize | diff %t.1 -

// Linear in the input's scale: thresholds and states absorb it, beta and the
// decay do not.
snn.neuron @adapt receptors ["x"] states ["v", "a"] params ["alpha", "beta", "threshold"] {
^bb0(%x: f32, %v: f32, %a: f32, %alpha: f32, %beta: f32, %threshold: f32):
  %zero = arith.constant 0.0 : f32
  %one = arith.constant 1.0 : f32
  %decayed = arith.mulf %v, %alpha : f32
  %v1 = arith.addf %decayed, %x : f32
  %raise = arith.mulf %beta, %a : f32
  %limit = arith.addf %threshold, %raise : f32
  %spike = arith.cmpf ogt, %v1, %limit : f32
  %v2 = arith.select %spike, %zero, %v1 : f32
  %jump = arith.select %spike, %one, %zero : f32
  snn.yield spike %spike states %v2, %jump : f32, f32
}
// A square is not: the sum is multiplied by 1 / scale first.
// CHECK: snn.neuron @square.scaled {{.*}} params ["input_scale"]
// CHECK-NEXT: ^bb0(%[[X:.*]]: f32, %[[V:.*]]: f32, %[[S:.*]]: f32):
// CHECK-NEXT: %[[R:.*]] = arith.mulf %[[X]], %[[S]] : f32
// CHECK-NEXT: arith.mulf %[[R]], %[[R]] : f32
snn.neuron @square receptors ["x"] states ["v"] params [] {
^bb0(%x: f32, %v: f32):
  %xx = arith.mulf %x, %x : f32
  %v1 = arith.addf %x, %xx : f32
  snn.yield states %v1 : f32
}

// CHECK-LABEL: snn.network @n
// PY-LABEL: snn.network @n
snn.network @n dt 1.0 {
  %in = snn.input "in" : tensor<1xf32>
  // Rows of 0.5 (exact: scale 2) and 0.3 (127 / 0.3).
  // CHECK: "fold" model @adapt params {alpha = 5.000000e-01 : f64, beta = #snn.param<"fold.beta", tensor<2xf64>>, threshold = #snn.param<"fold.threshold", tensor<2xf64>>} scales {v = #snn.param<"fold.v", tensor<2xf64>>}
  // One scale for the population: all stay numbers.
  // PY: "fold" model @adapt params {alpha = 5.000000e-01 : f64, beta = 5.080000e+02 : f64, threshold = 2.540000e+02 : f64} scales {v = 2.540000e+02 : f64}
  %fold = snn.population "fold" model @adapt params {alpha = 0.5, beta = 2.0, threshold = 1.0} : tensor<2xi1>
  // CHECK: "square" model @square.scaled params {input_scale = 5.000000e-01 : f64}
  %square = snn.population "square" model @square params {} : tensor<1xf32>
  // CHECK: "channels" {{.*}} scales {v = 2.540000e+02 : f64}
  %channels = snn.population "channels" model @adapt params {alpha = 0.5, beta = 2.0, threshold = 1.0} : tensor<1x2x2xi1>
  // CHECK: snn.projection "fold" {{.*}} quant <8, nearest, #snn.param<"fold.weight_scale", tensor<2xf64>>>
  // WIDE: snn.projection "fold" {{.*}} quant <16, nearest
  // PY: snn.projection "fold" {{.*}} quant <8, truncate, 2.540000e+02 : f64>
  snn.projection "fold" %in to %fold weights #snn.dense<dense<[[0.5], [-0.3]]> : tensor<2x1xf32>> delay(1) : tensor<1xf32>, tensor<2xi1>
  // CHECK: snn.projection "square" {{.*}} quant <8, nearest, 2.000000e+00 : f64>
  snn.projection "square" %in to %square weights #snn.one_to_one<0.5> delay(1) : tensor<1xf32>, tensor<1xf32>
  // A shared kernel has one scale for all its targets.
  %map = snn.input "map" : tensor<1x2x2xf32>
  // CHECK: snn.projection "conv" {{.*}} quant <8, nearest, 2.540000e+02 : f64>
  snn.projection "conv" %map to %channels weights #snn.conv<dense<0.5> : tensor<1x1x1x1xf32>, in = [1, 2, 2], out = [1, 2, 2], stride = [1, 1], padding = [0, 0, 0, 0], dilation = [1, 1], groups = 1> delay(1) : tensor<1x2x2xf32>, tensor<1x2x2xi1>
  // CHECK: snn.projection "small" {{.*}} quant <8, nearest, 2.540000e+02 : f64>
  snn.projection "small" %map to %channels weights #snn.one_to_one<dense<[0.1, 0.2, 0.3, 0.4]> : tensor<4xf32>> delay(1) : tensor<1x2x2xf32>, tensor<1x2x2xi1>
}
