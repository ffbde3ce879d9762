// RUN: not snnc-opt %s --fabric-verify-mapping 2>&1 | FileCheck %s

// A mapping whose paradigm is not that of the network, with rows that a serial
// core cannot read and a map that is too small in every part.

// CHECK-DAG: error: SNN1105: neurons [0, 4) of 'hid' are parallel, their population is not
// CHECK-DAG: error: SNN1105: block 1 of neurons [0, 4) of 'out' is encoded as #fabric.map<8>, which its core cannot read
// CHECK-DAG: error: SNN1105: neurons [0, 4) of 'hid': 0 B of weights and positions do not belong to a weight-delay map of 3 sources and delays up to 1
// CHECK-DAG: error: SNN1105: neurons [0, 4) of 'hid': 0 B of the scatter table do not belong
// CHECK-DAG: error: SNN1105: neurons [0, 4) of 'hid': 0 B of history do not belong
// CHECK-DAG: error: SNN1105: neurons [0, 4) of 'hid': 0 B of panels do not belong
// CHECK-DAG: error: SNN1105: neurons [0, 4) of 'hid': 0 B of results do not belong

snn.neuron @lif receptors ["input"] states ["v"] params ["threshold"] {
^bb0(%x: f32, %v: f32, %threshold: f32):
  %v1 = arith.addf %v, %x : f32
  %s = arith.cmpf ogt, %v1, %threshold : f32
  snn.yield spike %s states %v1 : f32
}
snn.network @net {
  %in = snn.input "in" : tensor<3xf32>
  %h = snn.population "hid" model @lif params {threshold = 1.0} latency 1 paradigm <serial> : tensor<4xi1>
  %o = snn.population "out" model @lif params {threshold = 1.0} latency 2 : tensor<4xi1>
  snn.projection "w" %in to %h weights #snn.dense<dense<1.0> : tensor<4x3xf64>> delay(1.0) quant <8, nearest, 10.0> : tensor<3xf32>, tensor<4xi1>
  snn.projection "u" %h to %o weights #snn.dense<dense<1.0> : tensor<4x4xf64>> delay(1.0) quant <8, nearest, 10.0> : tensor<4xi1>, tensor<4xi1>
}
fabric.machine @chip maps @net target "spinnaker2" {
  %in = fabric.input "in" channels 3 key 0x10
  %h = fabric.slice "hid" [0, 4) parallel at <7, 6, 0> key 0x0
  %o = fabric.slice "out" [0, 4) at <7, 6, 1> key 0x20
  fabric.block 0 "w" (%in) to %h encoding #fabric.map<8> bytes 54
  fabric.block 1 "u" (%h) to %o encoding #fabric.map<8> bytes 72
}
