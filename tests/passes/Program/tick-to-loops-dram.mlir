// RUN: snnc-opt %s --tick-to-loops=header-address=8192 | FileCheck %s
// RUN: snnc-opt %s --tick-to-loops=header-address=8192 | snnc-opt | FileCheck %s

// Rows in DRAM: the next one is fetched into one of two buffers while the core
// works on the one before; the last one is worked on in the turn behind the last
// packet, so that the loop over a row stands there once.
// CHECK-LABEL: func.func @fetched
// CHECK: pe.for_packets
// CHECK-NEXT: ^bb0(%{{.*}}: i32, %[[MORE:.*]]: i1):
// CHECK: scf.if %[[MORE]]
// CHECK: arith.select %[[MORE]]
// CHECK:   pe.fetch_wait
// CHECK:   scf.if
// CHECK:   %[[START:.*]] = arith.subi
// CHECK:   pe.fetch_start %arg0, %{{.*}} from %[[START]] to %[[BUFFER:.*]] unit 16
// The other buffer is the next one.
// CHECK:   arith.subi %{{.*}}, %[[BUFFER]]
// CHECK:   scf.if
// CHECK-COUNT-7: pe.add_part
// CHECK-NOT: pe.add_part
// CHECK-NOT: pe.fetch
tick.program @fetched {
  tick.on spike { ^bb0(%key: i32):
    tick.for_rows %key { ^bb0(%row: !tick.row):
      tick.ring_add %row formats [#fabric.sparse<16, index = 8, delay = 0, weight = 8, dram = true>]
    }
  }
}

// One kind of rows is here, the other there: only one is fetched.
// CHECK-LABEL: func.func @mixed
// CHECK: pe.for_packets
// CHECK-COUNT-1: pe.fetch_start
// CHECK-NOT: pe.fetch_start
tick.program @mixed {
  tick.on spike { ^bb0(%key: i32):
    tick.for_rows %key { ^bb0(%row: !tick.row):
      tick.ring_add %row formats [#fabric.dense<8>, #fabric.dense<8, dram = true>, #fabric.sparse<32, index = 10, delay = 4, weight = 18, repeats = true, dram = true>]
    }
  }
}

// Nothing is fetched where nothing is in DRAM.
// CHECK-LABEL: func.func @here
// CHECK-NOT: pe.fetch
tick.program @here {
  tick.on spike { ^bb0(%key: i32):
    tick.for_rows %key { ^bb0(%row: !tick.row):
      tick.ring_add %row formats [#fabric.dense<8>]
    }
  }
}
