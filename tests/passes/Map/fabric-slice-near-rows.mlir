// RUN: snnc-opt %s --fabric-slice=max-sources=24 --fabric-place --fabric-assign-keys --fabric-route --fabric-plan-memory --fabric-verify-mapping | FileCheck %s
// RUN: snnc-opt %s --fabric-slice=max-sources=24 --fabric-place --fabric-assign-keys --fabric-route --fabric-plan-memory --tick-outline-programs | FileCheck %s --check-prefix=PROGRAM

// Row split of a population with two feedback loops. Synapses of "near" have a
// delay of one tick, which leaves none for a partial sum: the dominant slice keeps
// them as rows, beside the sums it gathers, and gets the packets of its neurons.
// Those of "far" are on subordinates.

// CHECK: %[[D:.+]] = fabric.slice "hid" [0, 40) at
// CHECK: %[[A:.+]] = fabric.slice "hid" [0, 40) parallel subordinate
// CHECK-DAG: fabric.block 1 "near" (%[[D]]) to %[[D]] encoding #fabric.{{(dense|sparse|strided|bitmap)}}
// CHECK-NOT: fabric.block {{[02]}} {{.*}} to %[[D]]
// CHECK: fabric.gather (%[[A]], {{.*}}) to %[[D]] encodings [#fabric.sums<1 x
// CHECK: fabric.flow %[[D]]
// The ring is that of one tick, however long other delays are.
// CHECK: fabric.buffer %[[D]] "ring" bytes 160

// PROGRAM: tick.ring_add {{.*}}#fabric.{{(dense|sparse|strided|bitmap)}}<{{.*}}#fabric.sums<1 x 12>
// PROGRAM: tick.send_sums receptors 1 digits 1 bits

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
  snn.projection "near" %h to %h weights #snn.one_to_one<1.0> delay(1.0) quant <8, nearest, 10.0> : tensor<40xi1>, tensor<40xi1>
  snn.projection "far" %h to %h weights #snn.one_to_one<-1.0> delay(9.0) quant <8, nearest, 10.0> : tensor<40xi1>, tensor<40xi1>
}
