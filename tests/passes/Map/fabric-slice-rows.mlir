// RUN: snnc-opt %s --fabric-slice=max-sources=24 | FileCheck %s
// RUN: snnc-opt %s --fabric-slice=max-sources=24 --fabric-place --fabric-assign-keys --fabric-route --fabric-plan-memory --fabric-verify-mapping | FileCheck %s --check-prefix=PLAN

// Row split of 64 input channels and 40 recurrent neurons, at most 24 sources a
// core: a dominant slice with all neurons, subordinates that know neighbouring
// sources. Channels go to the cores that know them, in aligned pieces; sums go to
// the dominant slice. Weights are 10, a channel spikes up to 6 times in a tick:
// 24 of them add up to 1,440: a digit of 12 bits on all cores, for keys suffice.

// CHECK: %[[D:.+]] = fabric.slice "hid" [0, 40){{$}}
// CHECK-NEXT: %[[A:.+]] = fabric.slice "hid" [0, 40) parallel subordinate 163840
// CHECK-NEXT: %[[B:.+]] = fabric.slice "hid" [0, 40) parallel subordinate 163840
// CHECK: fabric.block 0 "fc" (%in) from [0, 24) to %[[A]] encoding #fabric.map<8> bytes 1200
// CHECK: fabric.block 1 "rec" () to %[[A]] encoding #fabric.map<8> bytes 0
// CHECK: fabric.block 0 "fc" (%in) from [48, 64) to %[[C:.+]] encoding #fabric.map<8> bytes 832
// CHECK: fabric.block 1 "rec" (%[[D]]) from [0, 8) to %[[C]] encoding #fabric.map<8> bytes 144
// CHECK: fabric.gather (%[[A]], %[[B]], {{.*}}) to %[[D]] encodings [#fabric.sums<1 x 12>, #fabric.sums<1 x 12>, #fabric.sums<1 x 12>, #fabric.sums<1 x 12>, #fabric.sums<1 x 12>]
// CHECK: fabric.flow %in[0, 16) to (%[[A]])
// CHECK: fabric.flow %in[16, 32) to (%[[A]], %[[B]])
// CHECK: fabric.flow %[[A]] to (%[[D]])

// PLAN: %[[D:.+]] = fabric.slice "hid" [0, 40) at <
// PLAN: %[[A:.+]] = fabric.slice "hid" [0, 40) parallel subordinate
// PLAN: fabric.flow %{{.*}}[32, 48) to ({{.*}}) key 0x{{.*}} mask 0xfffffff0
// A dominant core has a ring of one tick and no map, a subordinate no neurons.
// PLAN: fabric.buffer %[[D]] "state.v"
// PLAN: fabric.buffer %[[D]] "ring" bytes 160
// PLAN: fabric.buffer %[[D]] "record"
// PLAN-NOT: fabric.buffer %[[A]] "{{state|record|spikes}}

snn.neuron @lif receptors ["input"] states ["v"] params ["alpha", "threshold"] {
^bb0(%x: f32, %v: f32, %alpha: f32, %threshold: f32):
  %d = arith.mulf %v, %alpha : f32
  %v1 = arith.addf %d, %x : f32
  %s = arith.cmpf ogt, %v1, %threshold : f32
  snn.yield spike %s states %v1 : f32
}
snn.network @net {
  %in = snn.input "in" drive(#snn.poisson<0.01 : f64, seed = 1, stream = 0>) : tensor<64xf32>
  %h = snn.population "hid" model @lif params {alpha = 0.5, threshold = 1.0} latency 2 paradigm <parallel> row_split : tensor<40xi1>
  snn.projection "fc" %in to %h weights #snn.dense<dense<1.0> : tensor<40x64xf64>> delay(2.0) quant <8, nearest, 10.0> : tensor<64xf32>, tensor<40xi1>
  snn.projection "rec" %h to %h weights #snn.one_to_one<1.0> delay(4.0) quant <8, nearest, 10.0> : tensor<40xi1>, tensor<40xi1>
}
