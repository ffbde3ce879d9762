// RUN: snnc-opt %s --tick-to-loops=header-address=8192 | FileCheck %s
// RUN: snnc-opt %s --tick-to-loops=header-address=8192 | snnc-opt | FileCheck %s

// What the blocks of a tick share, once, then one of four words for four neurons;
// each word is a number by one row of the table, in a line where the core holds
// all four neurons, else one by one.
// CHECK-LABEL: func.func @noisy
// CHECK: scf.if
// CHECK-COUNT-20: llvm.store
// CHECK: scf.while
// CHECK-COUNT-18: arith.muli {{.*}} : i64
// CHECK: scf.if
// CHECK-COUNT-4: arith.uitofp {{.*}} : i32 to f32
// CHECK: else
// CHECK-COUNT-4: llvm.store
// CHECK: scf.for
// CHECK: arith.uitofp {{.*}} : i32 to f32
// CHECK: arith.shrui
// CHECK-COUNT-3: arith.mulf
// CHECK: arith.xori
// The neurons load what was drawn as any other parameter.
// CHECK: pe.load_group
tick.program @noisy {
  tick.on timer {
    tick.normal at 0 param 1
    tick.for_neurons {
    ^bb0(%n: i32):
      %normal = tick.param %n param 1
      tick.store_state %normal to %n state 0
    }
  }
}
