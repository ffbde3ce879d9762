// RUN: snnc-opt %s --fabric-slice --fabric-place --fabric-assign-keys --fabric-route --fabric-plan-memory --tick-outline-programs | FileCheck %s
// RUN: snnc-opt %s --fabric-slice --fabric-place --fabric-assign-keys --fabric-route --fabric-plan-memory --tick-outline-programs --tick-to-loops | FileCheck %s --check-prefix=LOOPS

// Two layers, one behaviour but for the sink that sends nothing: two programs.
snn.network @n dt 1.0 {
  %in = snn.input "in" : tensor<4xf32>
  %a = snn.population "a" model @m params {} latency 1 start 1 : tensor<4xi1>
  %b = snn.population "b" model @m params {} latency 2 start 2 : tensor<4xi1>
  snn.projection "in-a" %in to %a weights #snn.dense<dense<1.0> : tensor<4x4xf32>> delay(1) quant <8, nearest, 127.0> : tensor<4xf32>, tensor<4xi1>
  snn.projection "a-b" %a to %b weights #snn.dense<dense<1.0> : tensor<4x4xf32>> delay(1) quant <8, nearest, 127.0> : tensor<4xi1>, tensor<4xi1>
}
snn.neuron @m receptors ["input"] states ["v"] params [] {
^bb0(%input: f32, %v: f32):
  %v1 = arith.addf %v, %input : f32
  %s = arith.cmpf ogt, %v1, %input : f32
  snn.yield spike %s states %v1 : f32
}

// CHECK: fabric.slice "a" {{.*}} program @p0
// CHECK: fabric.slice "b" {{.*}} program @p1
// CHECK-LABEL: tick.program @p0
// CHECK: tick.on spike
// CHECK: tick.ring_add %{{.*}} formats [#fabric.dense<8>]
// CHECK: tick.for_neurons
// CHECK: tick.ring_take
// CHECK: tick.emit %{{.*}} if %{{[^ ]*}}{{$}}
// CHECK: tick.record states 1
// CHECK-LABEL: tick.program @p1
// CHECK: tick.emit {{.*}} local

// LOOPS-LABEL: func.func @p0(%{{.*}}: !llvm.ptr)
// LOOPS: pe.for_packets
// LOOPS: pe.send
// LOOPS-LABEL: func.func @p1
// LOOPS-NOT: pe.send
