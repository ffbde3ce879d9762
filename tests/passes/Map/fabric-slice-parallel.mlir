// RUN: snnc-opt %s --fabric-slice=max-neurons=32 | FileCheck %s
// RUN: snnc-opt %s --fabric-slice=max-neurons=32 --fabric-place --fabric-assign-keys --fabric-route --fabric-plan-memory --fabric-verify-mapping | FileCheck %s --check-prefix=PLAN
// RUN: snnc-opt %s --fabric-slice=max-neurons=32 --fabric-plan-memory > %t
// RUN: snnc-opt %t --fabric-slice --fabric-plan-memory | diff %t -

// Slices of 32 neurons: one panel of 32 columns. Dense input: 12 rows of 32
// weights and 12 positions; recurrence one to one: 32 rows that both tiles do
// not share, so its rows decide between one panel and two. 12 + 32 sources.

// CHECK: %[[A:.+]] = fabric.slice "hid" [0, 32) parallel
// CHECK: %[[B:.+]] = fabric.slice "hid" [32, 40) parallel
// CHECK: fabric.block 0 "fc" (%in) to %[[A]] encoding #fabric.map<8> bytes 432
// CHECK: %[[H:.+]] = fabric.group (%[[A]], %[[B]])
// CHECK: fabric.block 1 "rec" (%[[H]]) from [0, 32) to %[[A]] encoding #fabric.map<8> bytes 576
// CHECK: fabric.buffer %[[A]] "panels" bytes 64
// CHECK: fabric.buffer %[[A]] "weights" bytes 896
// CHECK: fabric.buffer %[[A]] "scatter" bytes 354
// CHECK: fabric.buffer %[[A]] "positions" bytes 112
// CHECK: fabric.buffer %[[A]] "operand" bytes 64
// CHECK: fabric.buffer %[[A]] "output" bytes 128
// CHECK: fabric.buffer %[[A]] "history" bytes 368
// CHECK: fabric.buffer %[[A]] "history_count" bytes 8

// PLAN: fabric.buffer %{{.*}} "panels" bytes 64 at 0x
// PLAN: fabric.buffer %{{.*}} "header"
// PLAN-NOT: "ring"

snn.neuron @lif receptors ["input"] states ["v"] params ["alpha", "threshold"] {
^bb0(%x: f32, %v: f32, %alpha: f32, %threshold: f32):
  %d = arith.mulf %v, %alpha : f32
  %v1 = arith.addf %d, %x : f32
  %s = arith.cmpf ogt, %v1, %threshold : f32
  snn.yield spike %s states %v1 : f32
}
snn.network @net {
  %in = snn.input "in" : tensor<12xf32>
  %h = snn.population "hid" model @lif params {alpha = 0.5, threshold = 1.0} latency 1 paradigm <parallel> : tensor<40xi1>
  snn.projection "fc" %in to %h weights #snn.dense<dense<1.0> : tensor<40x12xf64>> delay(1.0) quant <8, nearest, 10.0> : tensor<12xf32>, tensor<40xi1>
  snn.projection "rec" %h to %h weights #snn.one_to_one<1.0> delay(4.0) quant <8, nearest, 10.0> : tensor<40xi1>, tensor<40xi1>
}
