// RUN: snnc-opt %s --split-input-file --verify-diagnostics --snnc-check-contract=stage=programs

snn.neuron @m receptors ["x"] states ["v"] params ["threshold"] {
^bb0(%x: f32, %v: f32, %threshold: f32):
  %v1 = arith.addf %v, %x : f32
  %s = arith.cmpf ogt, %v1, %threshold : f32
  snn.yield spike %s states %v1 : f32
}
snn.network @n dt 1.0 {
  %in = snn.input "in" : tensor<4xf32>
  %a = snn.population "a" model @m params {threshold = 1.0} latency 1 start 1 paradigm <serial> : tensor<8xi1>
  snn.projection "w" %in to %a weights #snn.dense<dense<1.0> : tensor<8x4xf64>> delay(1.0) quant <8, nearest, 10.0> : tensor<4xf32>, tensor<8xi1>
}
fabric.machine @chip maps @n target "spinnaker2" {
  %in = fabric.input "in" channels 4 key 0x8
  // expected-error@+1 {{SNN0598: this slice of 'a' has no program; run tick-outline-programs}}
  %a0 = fabric.slice "a" [0, 4) at <7, 6, 0> key 0x0
  // expected-error@+1 {{SNN0598: there is no program 'lost'}}
  %a1 = fabric.slice "a" [4, 8) at <7, 6, 1> key 0x4 program @lost
  fabric.block 0 "w" (%in) to %a0 encoding #fabric.dense<8> bytes 16
  fabric.block 0 "w" (%in) to %a1 encoding #fabric.dense<8> bytes 16
  fabric.flow %in to (%a0, %a1) key 0x8 mask 0xfffffffc
  fabric.route chip 0, 0 key 0x8 mask 0xfffffffc to [#fabric.pe<7, 6, 0>, #fabric.pe<7, 6, 1>]
  fabric.buffer %a0 "header" bytes 288 at 0x2000
  fabric.buffer %a1 "header" bytes 288 at 0x2000
}
// expected-error@+2 {{SNN0598: program 'idle' does nothing}}
// expected-error@+1 {{SNN0598: no slice runs program 'idle'}}
tick.program @idle {
}
