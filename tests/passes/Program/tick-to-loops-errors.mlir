// RUN: snnc-opt %s --split-input-file --verify-diagnostics --tick-to-loops

tick.program @p0 {
  // expected-error@+1 {{SNN0395: not part of a core program}}
  tick.record states 1
}

// -----

tick.program @p0 {
  tick.on timer {
    // expected-error@+1 {{SNN0395: not part of a timer handler}}
    %0 = arith.constant 1.0 : f32
  }
}

// -----

tick.program @p0 {
  tick.on spike { ^bb0(%key: i32):
    tick.for_rows %key { ^bb0(%row: !tick.row):
      // expected-error@+1 {{SNN0396: no loop for the row format "braille"}}
      tick.ring_add %row formats ["braille"]
    }
  }
}
