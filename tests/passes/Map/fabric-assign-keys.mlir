// RUN: snnc-opt %s --fabric-assign-keys | FileCheck %s
// RUN: snnc-opt %s --fabric-assign-keys > %t
// RUN: snnc-opt %t --fabric-assign-keys | diff %t -

// The slices of "a" share one aligned block of 64 keys; "pinned" stays.

// CHECK: fabric.input "in" channels 12 key 0x50
// CHECK: fabric.slice "a" [0, 20) key 0x0
// CHECK: fabric.slice "a" [20, 38) key 0x20
// CHECK: fabric.slice "pinned" [0, 3) key 0x40
// CHECK: fabric.flow %in to (%a) key 0x50 mask 0xfffffff0
// CHECK: fabric.flow %a to (%pinned) key 0x0 mask 0xffffffe0
// CHECK: fabric.flow %{{.*}} to (%pinned) key 0x20 mask 0xffffffe0
// CHECK: fabric.flow %pinned to (%a) key 0x40 mask 0xfffffffc
fabric.machine @chip maps @net target "spinnaker2" {
  %in = fabric.input "in" channels 12
  %a0 = fabric.slice "a" [0, 20)
  %a1 = fabric.slice "a" [20, 38)
  %p = fabric.slice "pinned" [0, 3) key 0x40
  fabric.flow %in to (%a0)
  fabric.flow %a0 to (%p)
  fabric.flow %a1 to (%p)
  fabric.flow %p to (%a0)
}
