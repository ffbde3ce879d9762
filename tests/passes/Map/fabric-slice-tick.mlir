// RUN: snnc-opt %s --split-input-file --fabric-slice=tick=0.0005 2>&1 | FileCheck %s
// RUN: snnc-opt %s --split-input-file --fabric-slice=tick=0 2>&1 | FileCheck %s --check-prefix=BYTES

// 1,000 sources at 0.5 spikes a tick, every synapse there: 500 packets and, for
// n neurons, 500 n events. By bytes one core does; 150,000 cycles a tick
// (0.5 ms at 300 MHz) take fewer neurons on each.

// CHECK-LABEL: snn.network @busy
// CHECK: fabric.machine @chip maps @busy target "spinnaker2" tick 5.000000e-04
// CHECK-COUNT-2: fabric.slice "hid"
// BYTES-LABEL: snn.network @busy
// BYTES: fabric.machine @chip maps @busy target "spinnaker2" {
// BYTES: fabric.slice "hid" [0, 100)
// BYTES-NOT: fabric.slice

snn.neuron @lif receptors ["input"] states ["v"] params ["threshold"] {
^bb0(%x: f32, %v: f32, %threshold: f32):
  %v1 = arith.addf %v, %x : f32
  %s = arith.cmpf ogt, %v1, %threshold : f32
  snn.yield spike %s states %v1 : f32
}
snn.network @busy {
  %in = snn.input "in" drive(#snn.poisson<5.000000e-01 : f64, seed = 1, stream = 0>) : tensor<1000xf32>
  %h = snn.population "hid" model @lif params {threshold = 1.0} latency 1 : tensor<100xi1>
  snn.projection "fc" %in to %h weights #snn.dense<dense<1.0> : tensor<100x1000xf64>> delay(1.0) quant <8, nearest, 10.0> : tensor<1000xf32>, tensor<100xi1>
}
