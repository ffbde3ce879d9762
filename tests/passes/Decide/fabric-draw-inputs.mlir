// RUN: snnc-opt %s --fabric-draw-inputs | FileCheck %s
// RUN: snnc-opt %s --fabric-draw-inputs --fabric-slice --fabric-place --fabric-assign-keys --fabric-route --fabric-plan-memory --tick-outline-programs --fabric-verify-mapping | FileCheck %s --check-prefix=MAPPED

snn.neuron @m receptors ["x"] states ["v"] params ["threshold"] {
^bb0(%x: f32, %v: f32, %threshold: f32):
  %v1 = arith.addf %v, %x : f32
  %s = arith.cmpf ogt, %v1, %threshold : f32
  snn.yield spike %s states %v1 : f32
}

// No block, no flow, no route; 144 B of record, 16 of weights, the table.
// MAPPED: fabric.machine
// MAPPED-NOT: fabric.block 0
// MAPPED: fabric.block 1
// MAPPED-NOT: fabric.flow %one
// MAPPED: fabric.buffer %a "drives" bytes {{[0-9]+}} at
// MAPPED: tick.draw 0 receptor 0
// MAPPED-NEXT: tick.for_neurons
snn.network @n dt 1.0 {
  %one = snn.input "one" drive(#snn.poisson<1.5 : f64, seed = 1, stream = 0>) : tensor<8xf32>
  %two = snn.input "two" drive(#snn.poisson<1.5 : f64, seed = 1, stream = 1>) : tensor<8xf32>
  %fed = snn.input "fed" drive(#snn.poisson<1.5 : f64, seed = 1, stream = 2>) {fabric.most_spikes = array<i64: 4, 1>} : tensor<8xf32>
  %image = snn.input "image" drive(#snn.poisson<0.5 : f64, seed = 1, stream = 3>) : tensor<2x2x2xf32>
  %list = snn.input "list" : tensor<8xf32>
  %a = snn.population "a" model @m params {threshold = 1.0} latency 1 start 1 : tensor<8xi1>
  %b = snn.population "b" model @m params {threshold = 1.0} latency 1 start 1 {fabric.order = #fabric.channels_last} : tensor<2x2x2xi1>
  // CHECK: snn.projection "drive" {{.*}} {fabric.drawn}
  snn.projection "drive" %one to %a weights #snn.one_to_one<1.0> delay(3.0) quant <8, nearest, 10.0> : tensor<8xf32>, tensor<8xi1>
  // Read twice; an array is there; in another order; not drawn at all.
  // CHECK-NOT: fabric.drawn
  snn.projection "two_a" %two to %a weights #snn.one_to_one<1.0> delay(1.0) quant <8, nearest, 10.0> : tensor<8xf32>, tensor<8xi1>
  snn.projection "two_b" %two to %b weights #snn.one_to_one<1.0> delay(1.0) quant <8, nearest, 10.0> : tensor<8xf32>, tensor<2x2x2xi1>
  snn.projection "fed" %fed to %a weights #snn.one_to_one<1.0> delay(1.0) quant <8, nearest, 10.0> : tensor<8xf32>, tensor<8xi1>
  snn.projection "image" %image to %b weights #snn.one_to_one<1.0> delay(1.0) quant <8, nearest, 10.0> : tensor<2x2x2xf32>, tensor<2x2x2xi1>
  snn.projection "list" %list to %a weights #snn.one_to_one<1.0> delay(1.0) quant <8, nearest, 10.0> : tensor<8xf32>, tensor<8xi1>
  snn.projection "loop" %a to %a weights #snn.one_to_one<1.0> delay(1.0) quant <8, nearest, 10.0> : tensor<8xi1>, tensor<8xi1>
}
