// RUN: snnc-opt %s --fabric-order | FileCheck %s

// A kernel of 64 x 64 x 5 x 5 weights is more than half a PE: its channels stay
// first, and so do those of the signal in front of them.

// CHECK-NOT: channels_last

snn.neuron @m receptors ["input"] states ["v"] params ["threshold"] {
^bb0(%x: f32, %v: f32, %threshold: f32):
  %v1 = arith.addf %v, %x : f32
  %s = arith.cmpf ogt, %v1, %threshold : f32
  snn.yield spike %s states %v1 : f32
}
snn.network @net {
  %i = snn.input "in" : tensor<2x4x4xf32>
  %w = snn.population "wide" model @m params {threshold = 1.0} latency 1 : tensor<64x4x4xi1>
  %v = snn.population "wider" model @m params {threshold = 1.0} latency 2 : tensor<64x4x4xi1>
  snn.projection "small" %i to %w weights #snn.conv<dense<1.0> : tensor<64x2x1x1xf64>, in = [2, 4, 4], out = [64, 4, 4], stride = [1, 1], padding = [0, 0, 0, 0], dilation = [1, 1], groups = 1> delay(1.0) quant <8, nearest, 10.0> : tensor<2x4x4xf32>, tensor<64x4x4xi1>
  snn.projection "large" %w to %v weights #snn.conv<dense<1.0> : tensor<64x64x5x5xf64>, in = [64, 4, 4], out = [64, 4, 4], stride = [1, 1], padding = [2, 2, 2, 2], dilation = [1, 1], groups = 1> delay(1.0) quant <8, nearest, 10.0> : tensor<64x4x4xi1>, tensor<64x4x4xi1>
}
