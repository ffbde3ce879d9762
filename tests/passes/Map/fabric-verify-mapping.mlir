// RUN: snnc-opt %s --fabric-slice=max-neurons=4 --fabric-place --fabric-assign-keys --fabric-route --fabric-plan-memory --fabric-verify-mapping | FileCheck %s

// The whole stage, then a checker that finds nothing wrong.

// CHECK: fabric.route chip 0, 0 key 0x0 mask 0xfffffff0 to [#fabric.pe<5, 4, 2>, #fabric.pe<5, 4, 3>]
// CHECK-NEXT: fabric.route chip 0, 0 key 0x10 mask 0xfffffffc to [#fabric.pe<5, 4, 3>]
// CHECK-NEXT: fabric.route chip 0, 0 key 0x14 mask 0xfffffffc to [#fabric.pe<5, 4, 2>]

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
