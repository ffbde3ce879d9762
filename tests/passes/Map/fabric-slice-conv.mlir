// RUN: snnc-opt %s --fabric-slice --fabric-place --fabric-assign-keys --fabric-route --fabric-plan-memory --fabric-verify-mapping | FileCheck %s
// RUN: snnc-opt %s --fabric-slice=max-neurons=100 | FileCheck %s --check-prefix=CUT

// 8 channels of 12 x 12: a kernel of 8 x 2 x 3 x 3 bytes, once, instead of 20,736
// synapses of two bytes. A slice keeps the channels that it meets: neurons
// [100, 200) lie in channels 0 and 1, 2 x 18 bytes; [0, 100) see no source below
// row 9 of the last channel.

// CHECK: fabric.block 0 "conv" (%in) to %map encoding #fabric.conv<8, source = [2, 12, 12], pool = [1, 1], in = [12, 12], out = [8, 12, 12], kernel = [3, 3], stride = [1, 1], padding = [1, 1], groups = 1> bytes 144
// CHECK: fabric.buffer %map "rows" block 0 bytes 144
// CHECK-NOT: "index"

// CUT: fabric.block 0 "conv" (%in) from [0, 257) to %map encoding #fabric.conv<{{.*}}> bytes 20
// CUT: fabric.block 0 "conv" (%in) to %map_0 encoding #fabric.conv<{{.*}}> bytes 36

snn.neuron @lif receptors ["input"] states ["v"] params ["threshold"] {
^bb0(%x: f32, %v: f32, %threshold: f32):
  %v1 = arith.addf %v, %x : f32
  %s = arith.cmpf ogt, %v1, %threshold : f32
  snn.yield spike %s states %v1 : f32
}
snn.network @net {
  %in = snn.input "in" : tensor<2x12x12xf32>
  %h = snn.population "map" model @lif params {threshold = 1.0} latency 1 : tensor<8x12x12xi1>
  snn.projection "conv" %in to %h weights #snn.conv<dense<1.0> : tensor<8x2x3x3xf64>, in = [2, 12, 12], out = [8, 12, 12], stride = [1, 1], padding = [1, 1, 1, 1], dilation = [1, 1], groups = 1> delay(1.0) quant <8, nearest, 10.0> : tensor<2x12x12xf32>, tensor<8x12x12xi1>
}
