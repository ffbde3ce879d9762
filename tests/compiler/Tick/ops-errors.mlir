// RUN: snnc-opt %s --split-input-file --verify-diagnostics

tick.program @p {
  tick.on spike { ^bb0(%key: i32):
    tick.for_rows %key { ^bb0(%row: !tick.row):
      tick.ring_add %row formats [#fabric.dense<8>]
      // expected-error @+1 {{is the second use of a row; the first is tick.ring_add}}
      tick.ring_add %row formats [#fabric.dense<16>]
    }
  }
}

// -----

tick.program @p {
  tick.on spike { ^bb0(%key: i32):
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
  tick.on spike { ^bb0(%key: i32):
    // expected-error @+1 {{needs a tick.ring_add or a tick.note}}
    tick.for_rows %key { ^bb0(%row: !tick.row):
    }
  }
}

// -----

tick.program @p {
  tick.on spike { ^bb0(%key: i32):
    // expected-error @+1 {{needs one block argument of type '!tick.row'}}
    tick.for_rows %key { ^bb0(%row: i32):
    }
  }
}

// -----

tick.program @p {
  // expected-error @+1 {{needs one block argument of type 'i32'}}
  tick.on spike {
  }
}

// -----

tick.program @p {
  // expected-error @+1 {{takes no block arguments}}
  tick.on timer { ^bb0(%n: i32):
  }
}

// -----

tick.program @p {
  tick.on timer {
    // expected-error @+1 {{needs one block argument of type 'i32'}}
    tick.for_neurons { ^bb0(%n: i64):
    }
  }
}

// -----

tick.program @p {
  tick.on spike { ^bb0(%key: i32):
    tick.for_rows %key { ^bb0(%row: !tick.row):
      // expected-error @+1 {{needs at least one format}}
      tick.ring_add %row formats []
    }
  }
}

// -----

tick.program @p {
  tick.on spike { ^bb0(%key: i32):
    tick.for_rows %key { ^bb0(%row: !tick.row):
      // expected-error @+1 {{says of 2 formats whether they are joined and has 1}}
      tick.ring_add %row formats [#fabric.dense<8>] joined [true, false]
    }
  }
}

// -----

tick.program @p {
  tick.on timer {
  }
  // expected-error @+1 {{is the second handler of timer}}
  tick.on timer {
  }
}

// -----

// expected-error @+1 {{expects parent op 'tick.program'}}
tick.on timer {
}

// -----

tick.program @p {
  tick.on timer {
    tick.for_neurons { ^bb0(%n: i32):
      // expected-error @+1 {{names receptor 2; a core has 2}}
      %s = tick.ring_take %n receptor 2
    }
  }
}

// -----

tick.program @p {
  tick.on timer {
    tick.for_neurons { ^bb0(%n: i32):
      // expected-error @+1 {{names state 8; a core has 8}}
      %s = tick.load_state %n state 8
    }
  }
}

// -----

tick.program @p {
  tick.on timer {
    tick.for_neurons { ^bb0(%n: i32):
      %s = tick.load_state %n state 0
      // expected-error @+1 {{names state -1; a core has 8}}
      tick.store_state %s to %n state -1
    }
  }
}

// -----

tick.program @p {
  tick.on timer {
    tick.for_neurons { ^bb0(%n: i32):
      // expected-error @+1 {{names parameter 24; a core has 24}}
      %s = tick.param %n param 24
    }
  }
}

// -----

tick.program @p {
  tick.on timer {
    // expected-error @+1 {{records 9 states; a core has 8}}
    tick.record states 9
  }
}

// -----

tick.program @p {
  tick.on timer {
    // expected-error @+1 {{takes 8 or 16 bits, not 4}}
    tick.scatter bits 4 batch 1
  }
}

// -----

tick.program @p {
  tick.on timer {
    // expected-error @+1 {{needs a batch of at least 1, not 0}}
    tick.matmul bits 8 batch 0 receptors 1 {
      tick.send_sums receptors 1 digits 1 bits 8
    }
  }
}

// -----

tick.program @p {
  tick.on timer {
    // expected-error @+1 {{is of 3 receptors; a core has 1 to 2}}
    tick.matmul bits 8 batch 1 receptors 3 {
      tick.send_sums receptors 1 digits 1 bits 8
    }
  }
}

// -----

tick.program @p {
  tick.on timer {
    // expected-error @+1 {{holds one tick.for_neurons or one tick.send_sums}}
    tick.matmul bits 8 batch 1 receptors 1 {
      tick.record states 0
    }
  }
}

// -----

tick.program @p {
  tick.on timer {
    tick.matmul bits 8 batch 1 receptors 1 {
      // expected-error @+1 {{is of 2 receptors, the products of 1}}
      tick.send_sums receptors 2 digits 2 bits 8
    }
  }
}

// -----

tick.program @p {
  tick.on timer {
    tick.matmul bits 8 batch 1 receptors 1 {
      tick.for_neurons {
      ^bb0(%n: i32):
        // expected-error @+1 {{names receptor 1, the products have 1}}
        %sum = tick.ring_take %n receptor 1
        tick.store_state %sum to %n state 0
      }
    }
  }
}

// -----

tick.program @p {
  tick.on timer {
    tick.matmul bits 8 batch 1 receptors 1 {
      // expected-error @+1 {{sends digits of 1 to 24 bits, not 25}}
      tick.send_sums receptors 1 digits 1 bits 25
    }
  }
}

// -----

tick.program @p {
  tick.on timer {
    // expected-error @+1 {{has no tick.for_neurons behind it, which would take what it adds}}
    tick.draw 0 receptor 0
  }
}

// -----

tick.program @p {
  tick.on start {
    // expected-error @+1 {{stands beside neurons, in a timer handler or a tick.matmul}}
    tick.draw 0 receptor 0
    tick.for_neurons { ^bb0(%n: i32): }
  }
}

// -----

tick.program @p {
  tick.on timer {
    // expected-error @+1 {{names drive 4; a core has 4}}
    tick.draw 4 receptor 0
    tick.for_neurons { ^bb0(%n: i32): }
  }
}

// -----

tick.program @p {
  tick.on timer {
    tick.matmul bits 8 batch 1 receptors 1 {
      // expected-error @+1 {{names receptor 1, the products have 1}}
      tick.draw 0 receptor 1
      tick.for_neurons { ^bb0(%n: i32): }
    }
  }
}

// -----

tick.program @p {
  tick.on timer {
    // expected-error @+1 {{has no tick.for_neurons behind it, which would take what it draws}}
    tick.normal at 0 param 0
  }
}

// -----

tick.program @p {
  tick.on timer {
    // expected-error @+1 {{has its record at 2, not a whole number of words behind the drives}}
    tick.normal at 2 param 0
    tick.for_neurons { ^bb0(%n: i32): }
  }
}

// -----

tick.program @p {
  tick.on timer {
    // expected-error @+1 {{names parameter 24; a core has 24}}
    tick.normal at 0 param 24
    tick.for_neurons { ^bb0(%n: i32): }
  }
}
