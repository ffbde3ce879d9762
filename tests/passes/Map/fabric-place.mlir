// RUN: snnc-opt %s --fabric-place | FileCheck %s
// RUN: snnc-opt %s --fabric-place > %t
// RUN: snnc-opt %t --fabric-place | diff %t -

// The four slices of "b" share the first quad a hop from the
// router, "a" is pinned and stays.

// CHECK: fabric.slice "a" [0, 4) at <1, 1, 2>
// CHECK: fabric.slice "b" [0, 4) at <5, 4, 3>
// CHECK: fabric.slice "b" [4, 8) at <5, 4, 2>
// CHECK: fabric.slice "b" [8, 12) at <5, 4, 1>
// CHECK: fabric.slice "b" [12, 16) at <5, 4, 0>
fabric.machine @chip maps @net target "spinnaker2" {
  %in = fabric.input "in" channels 2
  %a = fabric.slice "a" [0, 4) at <1, 1, 2>
  %b0 = fabric.slice "b" [0, 4)
  %b1 = fabric.slice "b" [4, 8)
  %b2 = fabric.slice "b" [8, 12)
  %b3 = fabric.slice "b" [12, 16)
  fabric.flow %in to (%a)
  fabric.flow %a to (%b0, %b1, %b2, %b3)
}
