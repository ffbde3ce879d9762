// RUN: snnc-opt %s --tick-to-loops=header-address=8192 | FileCheck %s
// RUN: snnc-opt %s --tick-to-loops=header-address=8192 | snnc-opt | FileCheck %s

// What the blocks of a tick share, once, then a block of four words for eight
// channels: of its first two rounds a product each, of the others two.
// CHECK-LABEL: func.func @drawn
// CHECK: scf.if
// CHECK-COUNT-20: llvm.store
// CHECK: scf.while
// CHECK-COUNT-18: arith.muli {{.*}} : i64
// CHECK-COUNT-4: llvm.store
// Where the guide settles four counts, they go to the sums in a line; twice.
// CHECK-COUNT-4: llvm.load {{.*}} -> i8
// CHECK-COUNT-4: arith.muli {{.*}} : i32
// CHECK-COUNT-4: llvm.load {{.*}} -> i8
// CHECK-COUNT-4: arith.muli {{.*}} : i32
// Else, and at the ends, one by one: the limits settle them, and a second block
// where the first 16 bits are those of a limit.
// CHECK: scf.for
// CHECK: llvm.load {{.*}} -> i16
// CHECK: llvm.load {{.*}} -> i8
// CHECK: arith.cmpi uge
// CHECK: scf.if
// CHECK:   scf.while
// CHECK:   scf.if
// CHECK:     scf.for
// CHECK-COUNT-2: arith.muli {{.*}} : i64
// CHECK: llvm.load {{.*}} -> i16
// CHECK: arith.muli {{.*}} : i32
// The neurons.
// CHECK: pe.load_group convert
tick.program @drawn {
  tick.on timer {
    tick.draw 0 receptor 0
    tick.for_neurons {
    ^bb0(%n: i32):
      %sum = tick.ring_take %n receptor 0
      tick.store_state %sum to %n state 0
    }
  }
}
