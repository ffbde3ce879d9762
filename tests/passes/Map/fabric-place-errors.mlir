// RUN: snnc-opt %s --split-input-file --fabric-place --verify-diagnostics

fabric.machine @chip maps @net target "spinnaker2" {
  // expected-error @+2 {{SNN0358: neurons [0, 4) of 'a' are pinned to PE 4.3.0, which this machine does not have}}
  // expected-note @+1 {{help: pin these neurons elsewhere (cores) or leave out the pin}}
  %a = fabric.slice "a" [0, 4) at <4, 3, 0>
}

// -----

fabric.machine @chip maps @net target "spinnaker2" {
  // expected-error @+2 {{SNN0358: neurons [0, 4) of 'a' are pinned to PE 7.6.0 of chip 0.1, which this machine does not have}}
  // expected-note @+1 {{help}}
  %a = fabric.slice "a" [0, 4) at <7, 6, 0 chip 0, 1>
}

// -----

fabric.machine @chip maps @net target "spinnaker2" {
  %a = fabric.slice "a" [0, 4) at <7, 6, 0>
  // expected-error @+2 {{SNN0358: neurons [0, 2) of 'b' are pinned to PE 7.6.0, as neurons [0, 4) of 'a' are}}
  // expected-note @+1 {{help}}
  %b = fabric.slice "b" [0, 2) at <7, 6, 0>
}
