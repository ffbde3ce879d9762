// RUN: snnc-opt %s --split-input-file --verify-diagnostics --tick-outline-programs

// expected-error@+1 {{SNN0397: maps a network that does not exist}}
fabric.machine @chip maps @lost target "spinnaker2-jib-map" {
}

// -----

snn.network @n dt 1.0 {
  %in = snn.input "in" : tensor<2xf32>
}
fabric.machine @chip maps @n target "spinnaker2-jib-map" {
  // expected-error@+1 {{SNN0398: population 'nobody'}}
  %a = fabric.slice "nobody" [0, 2) at <7, 6, 0> key 0x0
}
