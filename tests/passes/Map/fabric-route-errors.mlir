// RUN: snnc-opt %s --split-input-file --fabric-route --verify-diagnostics

fabric.machine @chip maps @net target "spinnaker2" {
  %in = fabric.input "in" channels 2
  %a = fabric.slice "a" [0, 4) at <7, 6, 0> key 0x0
  // expected-error @+1 {{SNN0360: flow of 'in' has no key yet; run fabric-assign-keys first}}
  fabric.flow %in to (%a)
}

// -----

fabric.machine @chip maps @net target "spinnaker2" {
  %in = fabric.input "in" channels 2 key 0x10
  // expected-error @+1 {{SNN0360: neurons [0, 4) of 'a' have no core yet; run fabric-place first}}
  %a = fabric.slice "a" [0, 4) key 0x0
  fabric.flow %in to (%a) key 0x10 mask 0xfffffffe
}
