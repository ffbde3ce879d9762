// RUN: snnc-opt %s --split-input-file --fabric-assign-keys --verify-diagnostics

fabric.machine @chip maps @net target "spinnaker2" {
  // expected-error @+2 {{SNN0359: key 0x14 of 'a' is not a multiple of 8, the block that 5 neurons or channels take}}
  // expected-note @+1 {{help: use 0x10 or remove the key}}
  %a = fabric.slice "a" [0, 5) key 0x14
}

// -----

fabric.machine @chip maps @net target "spinnaker2" {
  // expected-note @+1 {{the other block is here}}
  %a = fabric.slice "a" [0, 8) key 0x10
  // expected-error @+1 {{SNN0359: key 0x14 of 'b' lies in the keys of 'a'}}
  %b = fabric.slice "b" [0, 4) key 0x14
}

// -----

fabric.machine @chip maps @net target "spinnaker2" {
  %a = fabric.input "a" channels 4294967295
  // expected-error @+1 {{SNN0356: no 4 aligned keys left of 4,294,967,296 for 'b'}}
  %b = fabric.slice "b" [0, 4)
}

// -----

fabric.machine @chip maps @net target "spinnaker2-jib-map" {
  %a = fabric.input "a" channels 4294967295
  // expected-error @+2 {{SNN0356: no 65,536 aligned keys left of 4,294,967,296 for 'b'}}
  // expected-note @+1 {{help: compute 'b' serially (paradigm): its sources are split over 1 core(s), which send sums as 65,536 keys each}}
  %b = fabric.slice "b" [0, 4) parallel subordinate 65536
}
