// RUN: snnc-opt %s | snnc-opt | FileCheck %s

snn.neuron @lif receptors ["x"] states ["v"] params [] {
^bb0(%x: f32, %v: f32):
  %s = arith.cmpf ogt, %x, %v : f32
  snn.yield spike %s states %x : f32
}
// CHECK-LABEL: snn.network @net
snn.network @net dt 1.0e-3 {
  // CHECK: snn.input "in" drive(#snn.poisson<2.000000e-02 : f64, seed = 1, stream = 2>)
  %in = snn.input "in" drive(#snn.poisson<0.02 : f64, seed = 1, stream = 2>) : tensor<8xf32>
  // CHECK: initial {v = 1.000000e+00 : f64} rate 1.000000e-02 paradigm <parallel>
  %p = snn.population "p" model @lif params {} initial {v = 1.0 : f64} rate 1.0e-2 paradigm <parallel> : tensor<8xi1>
  // CHECK: #snn.procedural<fixed_indegree, amount = 3.000000e+00 : f64, weight = <uniform, [-1.2345678901230001E-5, 1.000000e+00]>, delay = <uniform_int, [0.000000e+00, 6.300000e+01]>, autapses = 0, multapses = 1, seed = 4, stream = 5>
  snn.projection "a" %p to %p weights #snn.procedural<fixed_indegree, amount = 3.0 : f64, weight = <uniform, [-1.234567890123e-5, 1.0]>, delay = <uniform_int, [0.0, 63.0]>, autapses = 0, multapses = 1, seed = 4, stream = 5> delay(1.0) : tensor<8xi1>, tensor<8xi1>
  // CHECK: #snn.list<sources = <"s", tensor<2xf64>>, targets = <"t", tensor<2xf64>>, weights = 1.000000e+00 : f64>
  snn.projection "b" %in to %p weights #snn.list<sources = <"s", tensor<2xf64>>, targets = <"t", tensor<2xf64>>, weights = 1.0 : f64> delay(1.0) : tensor<8xf32>, tensor<8xi1>
}
