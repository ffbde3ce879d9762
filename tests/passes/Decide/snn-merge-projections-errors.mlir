// RUN: not snnc-opt %s --snn-merge-projections=least=2 2>&1 | FileCheck %s
// RUN: not snnc-opt %s --fabric-cluster 2>&1 | FileCheck %s
// CHECK: snn-merge-projections-errors.mlir:[[#@LINE+12]]:3: error: SNN0303: projection: there are no numbers 't'

// Lists whose blobs are not there.

snn.neuron @m receptors ["x"] states ["v"] params [] {
^bb0(%x: f32, %v: f32):
  %s = arith.cmpf ogt, %x, %v : f32
  snn.yield spike %s states %x : f32
}
snn.network @n dt 1.0 {
  %in = snn.input "in" : tensor<2xf32>
  %a = snn.population "a" model @m params {} latency 1 start 1 : tensor<2xi1>
  snn.projection "w" %in to %a weights #snn.csr<offsets = <"lost", tensor<3xui32>>, targets = <"t", tensor<2xui16>>, weights = 0.5 : f64> delay(1.0) quant <8, nearest, 1.0> : tensor<2xf32>, tensor<2xi1>
  snn.projection "x" %in to %a weights #snn.csr<offsets = <"lost", tensor<3xui32>>, targets = <"t", tensor<2xui16>>, weights = 0.5 : f64> delay(1.0) quant <8, nearest, 1.0> : tensor<2xf32>, tensor<2xi1>
}
