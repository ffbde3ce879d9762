// RUN: snnc-opt %s --fabric-slice --split-input-file --verify-diagnostics
// RUN: not snnc-opt %s --split-input-file --fabric-order=machine=abacus 2>&1 | FileCheck %s
// CHECK: error: SNN1110: there is no built-in machine named 'abacus'

// An order names every neuron once.

snn.neuron @m receptors ["input"] states ["v"] params [] {
^bb0(%x: f32, %v: f32):
  %v1 = arith.addf %v, %x : f32
  snn.yield states %v1 : f32
}
snn.network @net {
  // expected-error @+1 {{SNN1107: the order does not name each of 3 neurons exactly once}}
  %h = snn.population "hid" model @m params {} latency 1 {fabric.order = array<i32: 0, 2, 2>} : tensor<3xf32>
}

// -----

snn.network @net {
  // expected-error @+1 {{SNN1107: the order does not name each of 3 neurons exactly once}}
  %in = snn.input "in" {fabric.order = array<i32: 0, 1, -1>} : tensor<3xf32>
}

// -----

snn.network @net {
  // expected-error @+1 {{SNN1107: 'fabric.order' is no list of neurons: "reversed"}}
  %in = snn.input "in" {fabric.order = "reversed"} : tensor<3xf32>
}
