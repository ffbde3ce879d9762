// RUN: snnc-opt %s --fabric-route | FileCheck %s
// RUN: snnc-opt %s --fabric-route > %t
// RUN: snnc-opt %t --fabric-route | diff %t -

// Four sibling flows with the same targets share an entry; the input's does
// not, it goes elsewhere.

// CHECK: fabric.route chip 0, 0 key 0x0 mask 0xffffffc0 to [#fabric.pe<7, 6, 1>]
// CHECK-NEXT: fabric.route chip 0, 0 key 0x40 mask 0xfffffff0 to [#fabric.pe<7, 6, 0>, #fabric.pe<7, 6, 1>]
// CHECK-NOT: fabric.route
fabric.machine @chip maps @net target "spinnaker2" {
  %in = fabric.input "in" channels 12 key 0x40
  %a = fabric.slice "a" [0, 64) at <7, 6, 0> key 0x0
  %b = fabric.slice "b" [0, 3) at <7, 6, 1> key 0x80
  fabric.flow %in to (%b, %a) key 0x40 mask 0xfffffff0
  fabric.flow %a to (%b) key 0x10 mask 0xfffffff0
  fabric.flow %a to (%b) key 0x30 mask 0xfffffff0
  fabric.flow %a to (%b) key 0x0 mask 0xfffffff0
  fabric.flow %a to (%b) key 0x20 mask 0xfffffff0
}
