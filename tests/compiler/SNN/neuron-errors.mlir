// RUN: snnc-opt %s --split-input-file --verify-diagnostics

// expected-error@+1 {{needs one block argument per receptor, state and parameter: 2, found 1}}
snn.neuron @m receptors ["x"] states ["v"] params [] {
^bb0(%x: f32):
  snn.yield states %x : f32
}

// -----

// expected-error@+1 {{block arguments are f32, found 'f64'}}
snn.neuron @m receptors ["x"] states [] params [] {
^bb0(%x: f64):
  snn.yield
}

// -----

// expected-error@+1 {{yields 0 states, declares 1}}
snn.neuron @m receptors ["x"] states ["v"] params [] {
^bb0(%x: f32, %v: f32):
  snn.yield
}

// -----

// expected-error@+1 {{needs a name of its own for every receptor, state and parameter, found 'x'}}
snn.neuron @m receptors ["x"] states ["x"] params [] {
^bb0(%x: f32, %v: f32):
  snn.yield states %v : f32
}

// -----

snn.neuron @m receptors ["x"] states ["v"] params [] {
^bb0(%x: f32, %v: f32):
  // expected-error@+1 {{in a neuron model works on f32, i1 and i32 only}}
  %d = arith.extf %x : f32 to f64
  snn.yield states %v : f32
}

// -----

snn.neuron @m receptors ["x"] states ["v"] params [] {
^bb0(%x: f32, %v: f32):
  // expected-error@+1 {{has fast-math flags}}
  %s = arith.addf %x, %v fastmath<fast> : f32
  snn.yield states %s : f32
}

// -----

snn.neuron @m receptors ["x"] states ["v"] params [] {
^bb0(%x: f32, %v: f32):
  // expected-error@+1 {{cannot be part of a neuron model}}
  %s = func.call @f(%x) : (f32) -> f32
  snn.yield states %s : f32
}

// -----

// expected-error@+1 {{expects parent op 'snn.network'}}
%in = snn.input "in" : tensor<2xf32>
