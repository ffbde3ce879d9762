// RUN: snnc-opt %s --fabric-slice="tick=0.00001 tick-stated=false" 2>&1 | FileCheck %s

// As in fabric-slice-tick-errors, but nobody asked for this tick: the least of
// 10, 20, 50, 100 ... us in which the network finishes.

// CHECK: warning: SNN0364: the chip's tick is [[#%u,LONGER:]] us instead of 10 us: even neurons
// CHECK: fabric.machine @chip maps @net target "spinnaker2" tick {{[1-9]}}.000000e-0{{[345]}} {

snn.neuron @lif receptors ["input"] states ["v"] params ["threshold"] {
^bb0(%x: f32, %v: f32, %threshold: f32):
  %v1 = arith.addf %v, %x : f32
  %s = arith.cmpf ogt, %v1, %threshold : f32
  snn.yield spike %s states %v1 : f32
}
snn.network @net {
  %in = snn.input "in" drive(#snn.poisson<1.0 : f64, seed = 1, stream = 0>) : tensor<400xf32>
  %h = snn.population "hid" model @lif params {threshold = 1.0} latency 1 : tensor<8xi1>
  snn.projection "fc" %in to %h weights #snn.dense<dense<1.0> : tensor<8x400xf64>> delay(1.0) quant <8, nearest, 10.0> : tensor<400xf32>, tensor<8xi1>
}
