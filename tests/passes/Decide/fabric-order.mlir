// RUN: snnc-opt %s --fabric-order | FileCheck %s
// RUN: snnc-opt %s --fabric-order --fabric-slice=max-neurons=8 --fabric-place --fabric-assign-keys --fabric-route --fabric-plan-memory --fabric-verify-mapping | FileCheck %s --check-prefix=MAP

// Both ends of a convolution stand channels last, unless they are no image or
// have an order already; a slice of 8 places is one row of the image then, and
// its 3 x 3 kernels see two or three rows of 4 x 2 sources.

// CHECK: snn.input "in" {fabric.order = #fabric.channels_last}
// CHECK: snn.population "hid" {{.*}}{fabric.order = #fabric.channels_last}
// CHECK: snn.population "flat" {{.*}} latency 2 : tensor<16xi1>
// CHECK: snn.population "own" {{.*}}{fabric.order = array<i32: 3, 2, 1, 0>}

// MAP: fabric.block 0 "conv" (%in) from [0, 16) to
// MAP: fabric.block 0 "conv" (%in) from [0, 24) to
// MAP: fabric.block 0 "conv" (%in) from [8, 32) to
// MAP: fabric.block 0 "conv" (%in) from [16, 32) to

snn.neuron @m receptors ["input"] states ["v"] params ["threshold"] {
^bb0(%x: f32, %v: f32, %threshold: f32):
  %v1 = arith.addf %v, %x : f32
  %s = arith.cmpf ogt, %v1, %threshold : f32
  snn.yield spike %s states %v1 : f32
}
snn.network @net {
  %in = snn.input "in" : tensor<2x4x4xf32>
  %h = snn.population "hid" model @m params {threshold = 1.0} latency 1 : tensor<2x4x4xi1>
  %f = snn.population "flat" model @m params {threshold = 1.0} latency 2 : tensor<16xi1>
  %o = snn.population "own" model @m params {threshold = 1.0} latency 2 {fabric.order = array<i32: 3, 2, 1, 0>} : tensor<1x2x2xi1>
  snn.projection "conv" %in to %h weights #snn.conv<dense<1.0> : tensor<2x2x3x3xf64>, in = [2, 4, 4], out = [2, 4, 4], stride = [1, 1], padding = [1, 1, 1, 1], dilation = [1, 1], groups = 1> delay(1.0) quant <8, nearest, 10.0> : tensor<2x4x4xf32>, tensor<2x4x4xi1>
  snn.projection "fc" %h to %f weights #snn.dense<dense<1.0> : tensor<16x32xf64>> delay(1.0) quant <8, nearest, 10.0> : tensor<2x4x4xi1>, tensor<16xi1>
  snn.projection "half" %h to %o weights #snn.conv<dense<1.0> : tensor<1x2x2x2xf64>, in = [2, 4, 4], out = [1, 2, 2], stride = [2, 2], padding = [0, 0, 0, 0], dilation = [1, 1], groups = 1> delay(1.0) quant <8, nearest, 10.0> : tensor<2x4x4xi1>, tensor<1x2x2xi1>
}
