// RUN: snnc-opt %s | FileCheck %s
// RUN: snnc-opt %s | snnc-opt | FileCheck %s
// RUN: snnc-opt %s --mlir-print-op-generic | snnc-opt | FileCheck %s
// Bundles of earlier versions spell the handlers otherwise.
// RUN: sed "s/tick.on \([a-z]*\)/tick.on_\1/" %s | snnc-opt | FileCheck %s

// A serial core and a parallel one, all that stands before tick-to-loops.
// CHECK-LABEL: tick.program @serial
tick.program @serial {
  tick.on start {}
  // CHECK: tick.on spike
  tick.on spike { ^bb0(%key: i32):
    // CHECK: tick.for_rows %{{.*}} {
    tick.for_rows %key { ^bb0(%row: !tick.row):
      // CHECK: tick.ring_add %{{.*}} formats [#fabric.dense<8>] joined {{\[}}true]
      tick.ring_add %row formats [#fabric.dense<8>] joined [true]
    }
  }
  tick.on timer {
    // CHECK: tick.draw 0 receptor 0
    tick.draw 0 receptor 0
    // CHECK: tick.draw 1 receptor 1 each
    tick.draw 1 receptor 1 each
    // CHECK: tick.normal at 272 param 3
    tick.normal at 272 param 3
    // CHECK: tick.for_neurons
    tick.for_neurons { ^bb0(%n: i32):
      // CHECK: tick.ring_take %{{.*}} receptor 0
      %in = tick.ring_take %n receptor 0
      %v = tick.load_state %n state 0
      // CHECK: tick.param %{{.*}} param 2 uniform
      %p = tick.param %n param 2 uniform
      %next = arith.addf %v, %in : f32
      // CHECK: tick.store_state %{{.*}} to %{{.*}} state 0
      tick.store_state %next to %n state 0
      %spike = arith.cmpf oge, %next, %p : f32
      // CHECK: tick.emit %{{.*}} if %{{.*}} local
      tick.emit %n if %spike local
    }
    // CHECK: tick.record states 1
    tick.record states 1
  }
}

// CHECK-LABEL: tick.program @lookup
tick.program @lookup {
  tick.on spike { ^bb0(%key: i32):
    // CHECK: tick.for_rows %{{.*}} contiguous exclusive {
    tick.for_rows %key contiguous exclusive { ^bb0(%row: !tick.row):
      tick.ring_add %row formats [#fabric.dense<8>]
    }
  }
}

// CHECK-LABEL: tick.program @parallel
tick.program @parallel {
  tick.on start {}
  tick.on spike { ^bb0(%key: i32):
    tick.for_rows %key { ^bb0(%row: !tick.row):
      // CHECK: tick.note
      tick.note %row
    }
  }
  tick.on timer {
    // CHECK: tick.scatter bits 8 batch 1
    tick.scatter bits 8 batch 1
    // CHECK: tick.matmul bits 8 batch 1 receptors 2
    tick.matmul bits 8 batch 1 receptors 2 {
      // CHECK: tick.send_sums receptors 2 digits 2 bits 8
      tick.send_sums receptors 2 digits 2 bits 8
    }
    tick.record states 0
  }
}
