// RUN: snnc-opt %s --fabric-slice --fabric-plan-memory 2>&1 | FileCheck %s

// 5,000 sources, 60 neurons. With the shortest packet ring (625 packets) 20
// neurons would fit a core and three cores would do; while cores are free the
// ring holds a packet of every source, and nobody is warned.

// CHECK-NOT: SNN0355
// CHECK-COUNT-4: fabric.slice "hid"
// CHECK-NOT: fabric.slice
// CHECK: "fifo" bytes {{2[0-9]+|3[0-9]+|40000}} at

snn.neuron @lif receptors ["input"] states ["v"] params ["threshold"] {
^bb0(%x: f32, %v: f32, %threshold: f32):
  %v1 = arith.addf %v, %x : f32
  %s = arith.cmpf ogt, %v1, %threshold : f32
  snn.yield spike %s states %v1 : f32
}
snn.network @net {
  %in = snn.input "in" : tensor<5000xf32>
  %h = snn.population "hid" model @lif params {threshold = 1.0} latency 1 : tensor<60xi1>
  snn.projection "w" %in to %h weights #snn.dense<dense<1.0> : tensor<60x5000xf64>> delay(1.0) quant <8, nearest, 10.0> : tensor<5000xf32>, tensor<60xi1>
}
