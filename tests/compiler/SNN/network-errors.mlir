// RUN: snnc-opt %s --split-input-file --verify-diagnostics

snn.network @n {
  // expected-error@+1 {{must be tensor of static shape with 1 to 2^31 elements}}
  %in = snn.input "in" : tensor<?xf32>
}

// -----

snn.network @n {
  // expected-error@+1 {{must be tensor of static shape with 1 to 2^31 elements}}
  %in = snn.input "in" : tensor<4294967296x4294967296xf32>
}

// -----

snn.network @n {
  // expected-error@+1 {{must be tensor of static shape with 1 to 2^31 elements}}
  %in = snn.input "in" : tensor<0xf32>
}

// -----

snn.network @n {
  %in = snn.input "in" : tensor<2xf32>
  // expected-error@+1 {{latency is negative}}
  %p = snn.population "p" model @m params {} latency -1 : tensor<2xi1>
}

// -----

snn.network @n {
  %in = snn.input "in" : tensor<2xf32>
  // expected-error@+1 {{start is negative}}
  %p = snn.population "p" model @m params {} start -1 : tensor<2xi1>
}

// -----

snn.network @n {
  %in = snn.input "in" : tensor<2xf32>
  %p = snn.population "p" model @m params {} : tensor<2xi1>
  // expected-error@+1 {{weights are #snn.dense, #snn.conv, #snn.one_to_one, #snn.procedural, #snn.csr or #snn.list}}
  snn.projection "w" %in to %p weights 1.0 delay(1) : tensor<2xf32>, tensor<2xi1>
}

// -----

snn.network @n {
  %in = snn.input "in" : tensor<2xf32>
  %p = snn.population "p" model @m params {} : tensor<2xi1>
  // expected-error@+1 {{receptor is negative}}
  snn.projection "w" %in to %p weights #snn.one_to_one<1.0> delay(1) {receptor = -1 : i64} : tensor<2xf32>, tensor<2xi1>
}

// -----

snn.network @n {
  %in = snn.input "in" : tensor<2xf32>
  %p = snn.population "p" model @m params {} : tensor<2xi1>
  // expected-error@+1 {{#snn.csr has 3 rows for 2 sources}}
  snn.projection "w" %in to %p weights #snn.csr<offsets = <"o", tensor<4xui32>>, targets = <"t", tensor<4xui16>>, weights = 1.0 : f64> delay(1) : tensor<2xf32>, tensor<2xi1>
}
