// RUN: snnc-opt %s --split-input-file --verify-diagnostics --snn-contract-edges=max-dense=100

snn.network @n {
  %in = snn.input "in" : tensor<2xf32>
  // expected-error@+2 {{SNN0305: this readout never spikes, yet it feeds 'b'}}
  // expected-note@+1 {{help: make it a spiking neuron}}
  %a = snn.ode "a" li(%in) params {} : (tensor<2xf32>) -> tensor<2xf32>
  %b = snn.ode "b" lif(%a) params {} : (tensor<2xf32>) -> tensor<2xf32>
}

// -----

snn.network @n {
  %in = snn.input "in" : tensor<11xf32>
  // expected-error@+2 {{SNN0306: two weight layers in a row would need a matrix of 11 x 10 weights, the limit is 100}}
  // expected-note@+1 {{help: put a neuron}}
  %a = snn.linear "a"(%in) weight(dense<1.0> : tensor<10x11xf32>) : (tensor<11xf32>) -> tensor<10xf32>
  %b = snn.linear "b"(%a) weight(dense<1.0> : tensor<10x10xf32>) : (tensor<10xf32>) -> tensor<10xf32>
  %h = snn.ode "h" if(%b) params {} : (tensor<10xf32>) -> tensor<10xf32>
}

// -----

snn.network @n {
  %in = snn.input "in" : tensor<2xf32>
  // expected-error@+2 {{SNN0308: output 'out' reads this weight layer directly}}
  // expected-note@+1 {{help: end the network in a neuron}}
  %a = snn.linear "a"(%in) weight(dense<1.0> : tensor<2x2xf32>) : (tensor<2xf32>) -> tensor<2xf32>
  snn.probe "out" %a : tensor<2xf32>
}

// -----

snn.network @n {
  %in = snn.input "in" : tensor<2xf32>
  // expected-error@+1 {{SNN0301: the bias is missing or not 2 numbers}}
  %a = snn.linear "a"(%in) weight(dense<1.0> : tensor<2x2xf32>) bias(dense<1.0> : tensor<3xf32>) : (tensor<2xf32>) -> tensor<2xf32>
  %h = snn.ode "h" if(%a) params {} : (tensor<2xf32>) -> tensor<2xf32>
}

// -----

snn.network @n {
  %in = snn.input "in" : tensor<2xf32>
  // expected-error@+2 {{SNN0302: different delays behind a weight layer}}
  // expected-note@+1 {{help: put the Delay node before the weights}}
  %a = snn.linear "a"(%in) weight(dense<1.0> : tensor<2x2xf32>) : (tensor<2xf32>) -> tensor<2xf32>
  %d = snn.delay "d"(%a) by(dense<[1.0, 2.0]> : tensor<2xf32>) : (tensor<2xf32>) -> tensor<2xf32>
  %h = snn.ode "h" if(%d) params {} : (tensor<2xf32>) -> tensor<2xf32>
}

// -----

// A loop of weight layers has no neuron to stop the walk.
snn.network @n {
  %in = snn.input "in" : tensor<2xf32>
  %f = snn.flatten "f"(%in, %f) : (tensor<2xf32>, tensor<2xf32>) -> tensor<2xf32>
  // expected-error@+1 {{SNN0300: a path of more than 256 ops without a neuron leads here}}
  %h = snn.ode "h" if(%f) params {} : (tensor<2xf32>) -> tensor<2xf32>
}

// -----

// Five ops, 8^5 paths.
snn.network @n {
  %in = snn.input "in" : tensor<2xf32>
  %f0 = snn.flatten "f0"(%in, %in, %in, %in, %in, %in, %in, %in) : (tensor<2xf32>, tensor<2xf32>, tensor<2xf32>, tensor<2xf32>, tensor<2xf32>, tensor<2xf32>, tensor<2xf32>, tensor<2xf32>) -> tensor<2xf32>
  %f1 = snn.flatten "f1"(%f0, %f0, %f0, %f0, %f0, %f0, %f0, %f0) : (tensor<2xf32>, tensor<2xf32>, tensor<2xf32>, tensor<2xf32>, tensor<2xf32>, tensor<2xf32>, tensor<2xf32>, tensor<2xf32>) -> tensor<2xf32>
  %f2 = snn.flatten "f2"(%f1, %f1, %f1, %f1, %f1, %f1, %f1, %f1) : (tensor<2xf32>, tensor<2xf32>, tensor<2xf32>, tensor<2xf32>, tensor<2xf32>, tensor<2xf32>, tensor<2xf32>, tensor<2xf32>) -> tensor<2xf32>
  %f3 = snn.flatten "f3"(%f2, %f2, %f2, %f2, %f2, %f2, %f2, %f2) : (tensor<2xf32>, tensor<2xf32>, tensor<2xf32>, tensor<2xf32>, tensor<2xf32>, tensor<2xf32>, tensor<2xf32>, tensor<2xf32>) -> tensor<2xf32>
  %f4 = snn.flatten "f4"(%f3, %f3, %f3, %f3, %f3, %f3, %f3, %f3) : (tensor<2xf32>, tensor<2xf32>, tensor<2xf32>, tensor<2xf32>, tensor<2xf32>, tensor<2xf32>, tensor<2xf32>, tensor<2xf32>) -> tensor<2xf32>
  // expected-error@+1 {{SNN0300: more than 4096 paths lead here}}
  %h = snn.ode "h" if(%f4) params {} : (tensor<2xf32>) -> tensor<2xf32>
}
