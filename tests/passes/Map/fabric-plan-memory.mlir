// RUN: snnc-opt %s --fabric-plan-memory | FileCheck %s
// RUN: snnc-opt %s --fabric-plan-memory > %t
// RUN: snnc-opt %t --fabric-plan-memory | diff %t -

// Header first, the record window takes what is left; the pinned ring stays.

// CHECK: fabric.buffer %hid "ring" bytes 256 at 0x3000
// CHECK-NEXT: fabric.buffer %hid "header" bytes 288 at 0x2000
// CHECK-NEXT: fabric.buffer %hid "table" bytes 44 at 0x2120
// CHECK-NEXT: fabric.buffer %hid "rows" block 0 bytes 96 at 0x2150
// CHECK-NEXT: fabric.buffer %hid "param.threshold" bytes 24 at 0x21b0
// CHECK-NEXT: fabric.buffer %hid "state.v" bytes 24 at 0x21d0
// CHECK-NEXT: fabric.buffer %hid "spikes" bytes 4 at 0x21f0
// CHECK-NEXT: fabric.buffer %hid "fifo" bytes 96 at 0x2200
// CHECK-NEXT: fabric.buffer %hid "record" bytes 114432 at 0x3100

snn.neuron @lif receptors ["input"] states ["v"] params ["alpha", "threshold"] {
^bb0(%x: f32, %v: f32, %alpha: f32, %threshold: f32):
  %d = arith.mulf %v, %alpha : f32
  %v1 = arith.addf %d, %x : f32
  %s = arith.cmpf ogt, %v1, %threshold : f32
  snn.yield spike %s states %v1 : f32
}
snn.network @net {
  %in = snn.input "in" : tensor<12xf32>
  %h = snn.population "hid" model @lif params {alpha = 0.5, threshold = dense<[1.0, 2.0, 3.0, 4.0, 5.0, 6.0]> : tensor<6xf64>} latency 1 : tensor<6xi1>
  snn.projection "fc" %in to %h weights #snn.dense<dense<1.0> : tensor<6x12xf64>> delay(3.0) quant <8, nearest, 10.0> : tensor<12xf32>, tensor<6xi1>
}
fabric.machine @chip maps @net target "spinnaker2" {
  %in = fabric.input "in" channels 12 key 0x10
  %h = fabric.slice "hid" [0, 6) at <7, 6, 0> key 0x0
  fabric.block 0 "fc" (%in) to %h encoding #fabric.dense<8> bytes 96
  fabric.buffer %h "ring" bytes 256 at 0x3000
}
