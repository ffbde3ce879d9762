// RUN: snnc-opt %s | snnc-opt | FileCheck %s

snn.neuron @lif receptors ["x"] states ["v"] params [] {
^bb0(%x: f32, %v: f32):
  %s = arith.cmpf ogt, %x, %v : f32
  snn.yield spike %s states %x : f32
}
// CHECK-LABEL: snn.network @net
snn.network @net dt 1.0e-3 {
  %in = snn.input "in" : tensor<8xf32>
  %p = snn.population "p" model @lif params {} : tensor<5xi1>
  // CHECK: #snn.csr<offsets = <"o", tensor<9xui32>>, targets = <"t", tensor<20xui16>>, weights = #snn.param<"w", tensor<20xi8>>, delays = <"d", tensor<20xui8>>>
  snn.projection "a" %in to %p weights #snn.csr<offsets = <"o", tensor<9xui32>>, targets = <"t", tensor<20xui16>>, weights = #snn.param<"w", tensor<20xi8>>, delays = <"d", tensor<20xui8>>> delay(1.0) : tensor<8xf32>, tensor<5xi1>
  // CHECK: #snn.csr<offsets = <"o.1", tensor<6xi64>>, targets = <"t.1", tensor<3xui32>>, weights = 5.000000e-01 : f64>
  snn.projection "b" %p to %p weights #snn.csr<offsets = <"o.1", tensor<6xi64>>, targets = <"t.1", tensor<3xui32>>, weights = 0.5 : f64> delay(1.0) : tensor<5xi1>, tensor<5xi1>
}
