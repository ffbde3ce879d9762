// RUN: snnc-opt %s --snn-quantize="bits=0 threads=1" -o %t.one
// RUN: snnc-opt %s --snn-quantize="bits=0 threads=5" -o %t.five
// RUN: cmp %t.one %t.five
// RUN: FileCheck %s < %t.one

// More synapses than are kept (DrawnRows.h), so that threads draw the weights
// of their targets: the scales do not depend on how many there are.
snn.neuron @sum receptors ["x"] states ["v"] params [] {
^bb0(%x: f32, %v: f32):
  %v1 = arith.addf %v, %x : f32
  snn.yield states %v1 : f32
}

// CHECK-LABEL: snn.network @n
snn.network @n dt 1.0 {
  %in = snn.input "in" : tensor<2000xf32>
  %a = snn.population "a" model @sum params {} : tensor<300xf32>
  // CHECK: snn.projection "w" {{.*}} quant <8, nearest, #snn.param<"a.weight_scale", tensor<300xf64>>>
  snn.projection "w" %in to %a weights #snn.procedural<fixed_indegree, amount = 29000.0 : f64, weight = <normal, [0.3, 0.1, 0.0, 10.0]>, delay = <constant, [0.0]>, autapses = 1, multapses = 1, seed = 1, stream = 1> delay(1) : tensor<2000xf32>, tensor<300xf32>
}
