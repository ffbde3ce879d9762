// RUN: not snnc-opt %s --fabric-verify-mapping 2>&1 | FileCheck %s

// A row split in which two subordinates know channel 1, nobody knows channel 2,
// a subordinate's sums are gathered by nobody and another one sends with too few
// keys and has sums beyond its digits: 20 with one spike of each channel, of which
// nothing is known here.

// CHECK-DAG: error: SNN0376: block 0 knows sources [1, 2) for neurons [0, 4) of 'hid', another subordinate knows some of them too
// CHECK-DAG: error: SNN0376: the synapse of source 2 and neuron 0 of 'hid' is in no subordinate
// CHECK-DAG: error: SNN1109: the sums of a subordinate for neurons [0, 4) of 'hid' are gathered by 0 dominant slices, not 1
// CHECK-DAG: error: SNN1109: a subordinate sends with 16 keys, not as many as its sums of #fabric.sums<1 x 5> take
// CHECK-DAG: error: SNN1109: sums of a subordinate for neurons [0, 4) of 'hid' are 0 to {{[0-9]+}}, which #fabric.sums<1 x 5> cannot send

snn.neuron @lif receptors ["input"] states ["v"] params ["threshold"] {
^bb0(%x: f32, %v: f32, %threshold: f32):
  %v1 = arith.addf %v, %x : f32
  %s = arith.cmpf ogt, %v1, %threshold : f32
  snn.yield spike %s states %v1 : f32
}
snn.network @net {
  %in = snn.input "in" : tensor<3xf32>
  %h = snn.population "hid" model @lif params {threshold = 1.0} latency 2 paradigm <parallel> row_split : tensor<4xi1>
  snn.projection "w" %in to %h weights #snn.dense<dense<1.0> : tensor<4x3xf64>> delay(2.0) quant <8, nearest, 10.0> : tensor<3xf32>, tensor<4xi1>
}
fabric.machine @chip maps @net target "spinnaker2" {
  %in = fabric.input "in" channels 3 key 0x10
  %h = fabric.slice "hid" [0, 4) at <7, 6, 0> key 0x0
  %a = fabric.slice "hid" [0, 4) parallel subordinate 16 at <7, 6, 1> key 0x100000
  %b = fabric.slice "hid" [0, 4) parallel subordinate 65536 at <7, 6, 2> key 0x200000
  fabric.block 0 "w" (%in) from [0, 2) to %a encoding #fabric.map<8> bytes 36
  fabric.block 0 "w" (%in) from [1, 2) to %b encoding #fabric.map<8> bytes 18
  fabric.gather (%a) to %h encodings [#fabric.sums<1 x 5>]
}
