// RUN: snnc-opt %s --split-input-file --verify-diagnostics

tick.program @p {
  tick.on_spike { ^bb0(%key: i32):
    tick.for_rows %key { ^bb0(%row: !tick.row):
      tick.ring_add %row formats [#fabric.dense<8>]
      // expected-error @+1 {{is the second use of a row; the first is tick.ring_add}}
      tick.ring_add %row formats [#fabric.dense<16>]
    }
  }
}

// -----

tick.program @p {
  tick.on_spike { ^bb0(%key: i32):
    tick.for_rows %key { ^bb0(%row: !tick.row):
      tick.note %row
    }
    // expected-error @+1 {{is the second of its handler; a key's rows are gone through once}}
    tick.for_rows %key { ^bb0(%row: !tick.row):
      tick.note %row
    }
  }
}

// -----

tick.program @p {
  tick.on_spike { ^bb0(%key: i32):
    // expected-error @+1 {{needs a tick.ring_add or a tick.note}}
    tick.for_rows %key { ^bb0(%row: !tick.row):
    }
  }
}

// -----

tick.program @p {
  tick.on_spike { ^bb0(%key: i32):
    // expected-error @+1 {{needs one block argument of type '!tick.row'}}
    tick.for_rows %key { ^bb0(%row: i32):
    }
  }
}

// -----

tick.program @p {
  // expected-error @+1 {{needs one block argument of type 'i32'}}
  tick.on_spike {
  }
}

// -----

tick.program @p {
  // expected-error @+1 {{takes no block arguments}}
  tick.on_timer { ^bb0(%n: i32):
  }
}

// -----

tick.program @p {
  tick.on_timer {
    // expected-error @+1 {{needs one block argument of type 'i32'}}
    tick.for_neurons { ^bb0(%n: i64):
    }
  }
}

// -----

tick.program @p {
  tick.on_spike { ^bb0(%key: i32):
    tick.for_rows %key { ^bb0(%row: !tick.row):
      // expected-error @+1 {{needs at least one format}}
      tick.ring_add %row formats []
    }
  }
}

// -----

tick.program @p {
  tick.on_spike { ^bb0(%key: i32):
    tick.for_rows %key { ^bb0(%row: !tick.row):
      // expected-error @+1 {{says of 2 formats whether they are joined and has 1}}
      tick.ring_add %row formats [#fabric.dense<8>] joined [true, false]
    }
  }
}
