// RUN: snnc-opt %s --fabric-slice=max-neurons=4 | FileCheck %s
// RUN: snnc-opt %s --fabric-slice=max-neurons=4 > %t
// RUN: snnc-opt %t --fabric-slice=max-neurons=8 | diff %t -

// Six neurons become two slices. Blocks know the range of sources that have
// synapses into their slice; spikes go nowhere else.

// CHECK-LABEL: fabric.machine @chip maps @net target "spinnaker2"
// CHECK-NEXT: %in = fabric.input "in" channels 12
// CHECK-NEXT: %[[A:.+]] = fabric.slice "hid" [0, 4)
// CHECK-NEXT: %[[B:.+]] = fabric.slice "hid" [4, 6)
// CHECK-NEXT: fabric.block 0 "fc" (%in) to %[[A]] encoding #fabric.dense<8> bytes 48
// CHECK-NEXT: %[[H:.+]] = fabric.group (%[[A]], %[[B]])
// CHECK-NEXT: fabric.block 1 "rec" (%[[H]]) from [0, 4) to %[[A]] encoding #fabric.strided<16, index = 8, delay = 0, weight = 8, stride = 2, length = 1> bytes 8
// CHECK-NEXT: fabric.block 0 "fc" (%in) to %[[B]] encoding #fabric.dense<8> bytes 48
// CHECK-NEXT: fabric.block 1 "rec" (%[[H]]) from [4, 6) to %[[B]] encoding #fabric.strided<16, index = 8, delay = 0, weight = 8, stride = 2, length = 1> bytes 4
// CHECK-NEXT: fabric.flow %in to (%[[A]], %[[B]])
// CHECK-NEXT: fabric.flow %[[A]] to (%[[A]])
// CHECK-NEXT: fabric.flow %[[B]] to (%[[B]])

snn.neuron @lif receptors ["input"] states ["v"] params ["alpha", "threshold"] {
^bb0(%x: f32, %v: f32, %alpha: f32, %threshold: f32):
  %d = arith.mulf %v, %alpha : f32
  %v1 = arith.addf %d, %x : f32
  %s = arith.cmpf ogt, %v1, %threshold : f32
  snn.yield spike %s states %v1 : f32
}
snn.network @net {
  %in = snn.input "in" : tensor<12xf32>
  %h = snn.population "hid" model @lif params {alpha = 0.5, threshold = 1.0} latency 1 : tensor<6xi1>
  snn.projection "fc" %in to %h weights #snn.dense<dense<1.0> : tensor<6x12xf64>> delay(1.0) quant <8, nearest, 10.0> : tensor<12xf32>, tensor<6xi1>
  snn.projection "rec" %h to %h weights #snn.one_to_one<1.0> delay(4.0) quant <8, nearest, 10.0> : tensor<6xi1>, tensor<6xi1>
}
