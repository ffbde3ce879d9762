// RUN: snnc-opt %s | FileCheck %s
// RUN: snnc-opt %s | snnc-opt | FileCheck %s
// RUN: snnc-opt %s --emit-bytecode | snnc-opt | FileCheck %s

// CHECK-LABEL: fabric.machine @chip maps @braille target "spinnaker2" {
// CHECK-DAG: %input = fabric.input "input" channels 12 key 0x40
// CHECK-DAG: %lif1 = fabric.slice "lif1" [0, 38) at <7, 6, 0> key 0x0 program @p0
// CHECK-DAG: fabric.block 0 "fc1" (%input) to %lif1 encoding #fabric.dense<8> bytes 480
// CHECK-DAG: fabric.block 1 "rec" (%lif1) to %lif1 encoding #fabric.sparse<16, index = 6, delay = 2, weight = 8> bytes 96
// CHECK-DAG: fabric.flow %input to (%lif1) key 0x40 mask 0xfffffff0
// CHECK-DAG: fabric.route chip 0, 0 key 0x40 mask 0xfffffff0 to [#fabric.pe<7, 6, 0>]
// CHECK-DAG: fabric.buffer %lif1 "rows" block 0 bytes 480 at 0x20f0
fabric.machine @chip maps @braille target "spinnaker2" {
  fabric.block 0 "fc1" (%input) to %lif1 encoding #fabric.dense<8> bytes 480
  fabric.block 1 "rec" (%lif1) to %lif1 encoding #fabric.sparse<16, index = 6, delay = 2, weight = 8> bytes 96
  fabric.flow %input to (%lif1) key 0x40 mask 0xfffffff0
  fabric.route chip 0, 0 key 0x40 mask 0xfffffff0 to [#fabric.pe<7, 6, 0>]
  fabric.buffer %lif1 "rows" block 0 bytes 480 at 0x20f0
  %input = fabric.input "input" channels 12 key 0x40
  %lif1 = fabric.slice "lif1" [0, 38) at <7, 6, 0> key 0x0 program @p0
  // CHECK-DAG: %out = fabric.slice "out" [0, 16) parallel at <7, 6, 1>
  // CHECK-DAG: fabric.block 2 "fc2" (%lif1) to %out encoding #fabric.map<8> bytes 684
  fabric.block 2 "fc2" (%lif1) to %out encoding #fabric.map<8> bytes 684
  %out = fabric.slice "out" [0, 16) parallel at <7, 6, 1>
  // Of the first chip nothing is said.
  // CHECK-DAG: fabric.slice "far" [0, 8) at <7, 6, 1 chip 0, 3>
  // CHECK-DAG: fabric.route chip 0, 3 key 0x80 mask 0xfffffff0 to [#fabric.pe<7, 6, 1 chip 0, 3>, #fabric.pe<7, 6, 2 chip 0, 3>] links [0, 2]
  // Blocks and flows name slices together; an input says in which parts it goes.
  // CHECK-DAG: %[[BOTH:group.*]] = fabric.group (%part, %{{.*}})
  // CHECK-DAG: fabric.block 3 "fc3" (%[[BOTH]]) from [2, 6) to %out encoding #fabric.map<8> bytes 64
  // CHECK-DAG: fabric.flow %part to (%[[BOTH]], %out)
  // CHECK-DAG: fabric.block 4 "none" () to %out encoding #fabric.map<8> bytes 0
  // CHECK-DAG: fabric.input "wide" channels 64 unit 32 key 0x100
  %part = fabric.slice "part" [0, 4)
  %part_0 = fabric.slice "part" [4, 8)
  %both = fabric.group (%part, %part_0)
  fabric.block 3 "fc3" (%both) from [2, 6) to %out encoding #fabric.map<8> bytes 64
  fabric.block 4 "none" () to %out encoding #fabric.map<8> bytes 0
  fabric.flow %part to (%both, %out)
  %wide = fabric.input "wide" channels 64 unit 32 key 0x100
  %far = fabric.slice "far" [0, 8) at <7, 6, 1 chip 0, 3>
  fabric.route chip 0, 3 key 0x80 mask 0xfffffff0 to [#fabric.pe<7, 6, 1 chip 0, 3>, #fabric.pe<7, 6, 2 chip 0, 3>] links [0, 2]
}
