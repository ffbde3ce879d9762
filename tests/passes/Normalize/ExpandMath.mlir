// RUN: snnc-opt %s --snn-expand-math | FileCheck %s
// RUN: snnc-opt %s --snn-expand-math --snn-expand-math | FileCheck %s

// CHECK-LABEL: snn.neuron @m
// CHECK-NOT: math.exp
// CHECK-NOT: math.log
// CHECK-NOT: math.absf
// CHECK: arith.fptosi
// CHECK: math.sqrt
// CHECK: snn.yield
snn.neuron @m receptors ["x"] states ["v"] params [] {
^bb0(%x: f32, %v: f32):
  %0 = math.exp %x : f32
  %1 = math.log %0 : f32
  %2 = math.absf %1 : f32
  %3 = math.sqrt %2 : f32
  snn.yield states %3 : f32
}
