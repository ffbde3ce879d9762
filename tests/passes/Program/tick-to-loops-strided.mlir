// RUN: snnc-opt %s --tick-to-loops=header-address=8192 | FileCheck %s

// A row at its number times the stride; where it goes on, its buffer takes the
// rest before the next row is worked on.
// CHECK-LABEL: func.func @strided
// CHECK: pe.for_packets
// CHECK:   arith.shrui
// CHECK:   pe.fetch_wait %arg0 room
// CHECK:   pe.fetch_start
// CHECK:   scf.while
// CHECK:     pe.add_part
// CHECK:     scf.condition
// CHECK:     pe.fetch_wait %arg0 room
// CHECK:     pe.fetch_start
// CHECK:     pe.fetch_wait %arg0 :
tick.program @strided {
  tick.on spike { ^bb0(%key: i32):
    tick.for_rows %key { ^bb0(%row: !tick.row):
      tick.ring_add %row formats [#fabric.strided<16, index = 8, delay = 0, weight = 8, stride = 0, length = 0, dram = true>]
    }
  }
}

// Rows of one length end where their transfer ends.
// CHECK-LABEL: func.func @equal
// CHECK-COUNT-1: pe.fetch_start
// CHECK-NOT: pe.fetch_start
tick.program @equal {
  tick.on spike { ^bb0(%key: i32):
    tick.for_rows %key { ^bb0(%row: !tick.row):
      tick.ring_add %row formats [#fabric.strided<16, index = 8, delay = 0, weight = 8, stride = 0, length = 1, dram = true>]
    }
  }
}

// A source without a row is done with one bit; the rows before it are counted.
// CHECK-LABEL: func.func @bitmap
// CHECK: %[[SHIFT:.*]] = arith.andi %{{.*}}, %c31_i32
// CHECK-NEXT: %[[ONE:.*]] = arith.shli %{{.*}}, %[[SHIFT]]
// CHECK: arith.andi %{{.*}}, %[[ONE]]
// CHECK: scf.if
// CHECK:   arith.constant 1431655765
// CHECK:   pe.add_part
tick.program @bitmap {
  tick.on spike { ^bb0(%key: i32):
    tick.for_rows %key { ^bb0(%row: !tick.row):
      tick.ring_add %row formats [#fabric.bitmap<16, index = 8, delay = 0, weight = 8, rows = 0>]
    }
  }
}
