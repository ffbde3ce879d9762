// RUN: snnc-opt %s --tick-to-loops=header-address=8192 | FileCheck %s
// RUN: snnc-opt %s --tick-to-loops=header-address=8192 | snnc-opt | FileCheck %s

// Ten rounds' keys once a tick, then a block of four words for four channels,
// whose words go to the sums one by one before the neurons take them.
// CHECK-LABEL: func.func @drawn
// The keys: 2^32 / phi added nine times.
// CHECK: scf.if
// CHECK-COUNT-20: llvm.store
// CHECK: scf.while
// CHECK-COUNT-20: arith.muli {{.*}} : i64
// CHECK-COUNT-4: llvm.store
// CHECK: scf.for
// The guide settles nearly all; else the limits do, and a second block where
// the first 32 bits are those of a limit.
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
