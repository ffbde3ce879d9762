// RUN: snnc-opt %s --fabric-draw-inputs=explain 2>&1 >/dev/null | FileCheck %s
// RUN: snnc-opt %s --fabric-draw-inputs 2>&1 >/dev/null | FileCheck %s --check-prefix=SILENT --allow-empty

// What is drawn, or no Poisson input, is not talked about.
// SILENT-NOT: remark
// CHECK-NOT: 'drawn'
// CHECK-NOT: 'list'

snn.neuron @m receptors ["x"] states ["v"] params ["threshold"] {
^bb0(%x: f32, %v: f32, %threshold: f32):
  %v1 = arith.addf %v, %x : f32
  %s = arith.cmpf ogt, %v1, %threshold : f32
  snn.yield spike %s states %v1 : f32
}

snn.network @n dt 1.0 {
  %drawn = snn.input "drawn" drive(#snn.poisson<1.5 : f64, seed = 1, stream = 0>) : tensor<4xf32>
  %list = snn.input "list" : tensor<4xf32>
  %dense = snn.input "dense" drive(#snn.poisson<1.5 : f64, seed = 1, stream = 1>) : tensor<2xf32>
  %twice = snn.input "twice" drive(#snn.poisson<1.5 : f64, seed = 1, stream = 2>) : tensor<4xf32>
  %late = snn.input "late" drive(#snn.poisson<1.5 : f64, seed = 1, stream = 4>) : tensor<4xf32>
  %second = snn.input "second" drive(#snn.poisson<1.5 : f64, seed = 1, stream = 5>) : tensor<4xf32>
  %third = snn.input "third" drive(#snn.poisson<1.5 : f64, seed = 1, stream = 6>) : tensor<4xf32>
  %fourth = snn.input "fourth" drive(#snn.poisson<1.5 : f64, seed = 1, stream = 7>) : tensor<4xf32>
  %fifth = snn.input "fifth" drive(#snn.poisson<1.5 : f64, seed = 1, stream = 8>) : tensor<4xf32>
  %a = snn.population "a" model @m params {threshold = 1.0} latency 1 start 1 : tensor<4xi1>
  %b = snn.population "b" model @m params {threshold = 1.0} latency 1 start 1 : tensor<4xi1>
  snn.projection "p0" %drawn to %a weights #snn.one_to_one<1.0> delay(1.0) quant <8, nearest, 10.0> : tensor<4xf32>, tensor<4xi1>
  snn.projection "p1" %list to %a weights #snn.one_to_one<1.0> delay(1.0) quant <8, nearest, 10.0> : tensor<4xf32>, tensor<4xi1>
  // CHECK: remark: Poisson input 'dense' reaches population 'a' as packets, because it is not connected one to one
  // CHECK: help: where each neuron may have spikes of its own, give the input as many channels as 'a' has neurons and connect it one_to_one, at the summed rate; then the cores draw it, without packets
  snn.projection "p2" %dense to %a weights #snn.dense<dense<1.0> : tensor<4x2xf32>> delay(1.0) quant <8, nearest, 10.0> : tensor<2xf32>, tensor<4xi1>
  // CHECK: remark: Poisson input 'twice' reaches population 'a' as packets, because it has several projections
  // CHECK: help: give each an input of its own; then
  snn.projection "p3" %twice to %a weights #snn.one_to_one<1.0> delay(1.0) quant <8, nearest, 10.0> : tensor<4xf32>, tensor<4xi1>
  // CHECK: remark: Poisson input 'twice' reaches population 'b'
  snn.projection "p4" %twice to %b weights #snn.one_to_one<1.0> delay(1.0) quant <8, nearest, 10.0> : tensor<4xf32>, tensor<4xi1>
  snn.projection "p6" %late to %a weights #snn.one_to_one<1.0> delay(1.0) quant <8, nearest, 10.0> : tensor<4xf32>, tensor<4xi1>
  snn.projection "p7" %second to %a weights #snn.one_to_one<1.0> delay(1.0) quant <8, nearest, 10.0> : tensor<4xf32>, tensor<4xi1>
  snn.projection "p8" %third to %a weights #snn.one_to_one<1.0> delay(1.0) quant <8, nearest, 10.0> : tensor<4xf32>, tensor<4xi1>
  // CHECK: remark: Poisson input 'fourth' reaches population 'a' as packets, because the cores draw 4 inputs of these neurons already
  // CHECK: help: join inputs of the same weight: their rates add up; then
  snn.projection "p9" %fourth to %a weights #snn.one_to_one<1.0> delay(1.0) quant <8, nearest, 10.0> : tensor<4xf32>, tensor<4xi1>
  snn.projection "p10" %fifth to %b weights #snn.one_to_one<1.0> delay(1.0) quant <8, nearest, 10.0> : tensor<4xf32>, tensor<4xi1>
}
