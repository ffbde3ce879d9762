// RUN: snnc-opt %s --tick-to-loops=header-address=8192 | FileCheck %s
// RUN: snnc-opt %s --tick-to-loops=header-address=8192 | snnc-opt | FileCheck %s
// RUN: snnc-opt %s --tick-to-loops="header-address=8192 fetch-queue=1" | FileCheck %s --check-prefix=ONE
// RUN: snnc-opt %s --tick-to-loops="header-address=8192 fetch-queue=4" | FileCheck %s --check-prefix=FOUR

// Rows in DRAM: as many as the DMA unit takes are on their way into the row
// buffers while the core works on the one before; the last ones are worked on in
// the turns behind the last packet, so that the loop over a row stands there
// once.
// CHECK-LABEL: func.func @fetched
// CHECK: pe.for_packets %arg0 behind 2
// CHECK-NEXT: ^bb0(%{{.*}}: i32, %[[MORE:.*]]: i1):
// CHECK: scf.if %[[MORE]]
// CHECK: arith.select %[[MORE]]
// CHECK:   scf.if
// CHECK:     pe.fetch_wait %arg0 room
// CHECK:     %[[START:.*]] = arith.subi
// CHECK:     pe.fetch_start %arg0, %{{.*}} from %[[START]] to %[[BUFFER:.*]] unit 16
// The next buffer, or behind the third the first one.
// CHECK:     %[[NEXT:.*]] = arith.addi %[[BUFFER]]
// CHECK:     arith.select %{{.*}}, %{{.*}}, %[[NEXT]]
// CHECK:   } else {
// CHECK-NEXT: pe.fetch_wait %arg0 :
// CHECK:   scf.if
// CHECK-COUNT-7: pe.add_part
// CHECK-NOT: pe.add_part
// CHECK-NOT: pe.fetch

// One at a time: the other buffer is the next one.
// ONE-LABEL: func.func @fetched
// ONE: pe.for_packets %arg0 :
// ONE: pe.fetch_wait %arg0 room
// ONE: pe.fetch_start %arg0, %{{.*}} from %{{.*}} to %[[BUFFER:.*]] unit 16
// ONE-NEXT: arith.subi %{{.*}}, %[[BUFFER]]

// Four on their way, and one that is worked on.
// FOUR-LABEL: func.func @fetched
// FOUR: arith.constant 5 : i32
// FOUR: pe.for_packets %arg0 behind 4
// FOUR-COUNT-1: pe.fetch_start
// FOUR-NOT: pe.fetch_start
// FOUR-LABEL: func.func @mixed
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
