// Every op and attribute of the dialect prints as it parses.
// RUN: snnc-opt %s | snnc-opt | FileCheck %s
// RUN: snnc-opt %s --mlir-print-op-generic | snnc-opt | FileCheck %s
// RUN: snnc-opt %s --verify-roundtrip -o /dev/null

// CHECK: snn.neuron @relay receptors ["x", "y"] states ["v"] params ["p"]
// CHECK-NEXT: ^bb0(%[[X:.*]]: f32, %[[Y:.*]]: f32, %[[V:.*]]: f32, %[[P:.*]]: f32):
// CHECK: %[[S:.*]] = arith.cmpf ogt
// CHECK: snn.yield spike %[[S]] states %[[V]] : f32
snn.neuron @relay receptors ["x", "y"] states ["v"] params ["p"] {
^bb0(%x: f32, %y: f32, %v: f32, %p: f32):
  %sum = arith.addf %x, %y : f32
  %spike = arith.cmpf ogt, %sum, %p : f32
  snn.yield spike %spike states %v : f32
}
// CHECK: snn.neuron @stateless receptors ["x"] states [] params []
// CHECK: snn.yield
snn.neuron @stateless receptors ["x"] states [] params [] {
^bb0(%x: f32):
  snn.yield
}

// CHECK: snn.network @normalized dt 1.000000e-03 {
snn.network @normalized dt 1.0e-3 {
  // CHECK: %in = snn.input "in" : tensor<1x4x4xf32>
  %in = snn.input "in" : tensor<1x4x4xf32>
  // CHECK: %lif1.lif = snn.population "lif1.lif" model @relay params {p = 1.000000e+00 : f32} scales {v = 2.000000e+00 : f64} latency 1 start 1 : tensor<2x2x2xi1>
  %a = snn.population "lif1.lif" model @relay params {p = 1.0 : f32} scales {v = 2.0} latency 1 start 1 : tensor<2x2x2xi1>
  // CHECK: %b = snn.population "b" model @relay params {p = #snn.param<"b.p", tensor<8xf64>>} : tensor<8xi1>
  %b = snn.population "b" model @relay params {p = #snn.param<"b.p", tensor<8xf64>>} : tensor<8xi1>
  // CHECK: snn.projection "conv" %in to %lif1.lif weights #snn.conv<dense<5.000000e-01> : tensor<2x1x3x3xf32>, in = [1, 4, 4], out = [2, 2, 2], stride = [1, 1], padding = [0, 0, 0, 0], dilation = [1, 1], groups = 1> delay(1.000000e+00 : f64) quant <8, nearest, 1.270000e+02 : f64>
  snn.projection "conv" %in to %a weights #snn.conv<dense<0.5> : tensor<2x1x3x3xf32>, in = [1, 4, 4], out = [2, 2, 2], stride = [1, 1], padding = [0, 0, 0, 0], dilation = [1, 1], groups = 1> delay(1.0) quant <8, nearest, 127.0> : tensor<1x4x4xf32>, tensor<2x2x2xi1>
  // CHECK: snn.projection "pooled" %in to %b weights #snn.dense<#snn.param<"w", tensor<8x4xf32>>> pool <average, in = [1, 4, 4], kernel = [2, 2], stride = [2, 2], padding = [0, 0]> delay(3 : i64) quant <16, truncate, {{.*}}> {receptor = 1 : i64}
  snn.projection "pooled" %in to %b weights #snn.dense<#snn.param<"w", tensor<8x4xf32>>> pool <average, in = [1, 4, 4], kernel = [2, 2], stride = [2, 2], padding = [0, 0]> delay(3) quant <16, truncate, #snn.param<"s", tensor<8xf64>>> {receptor = 1 : i64} : tensor<1x4x4xf32>, tensor<8xi1>
  // Recurrence is plain use before definition.
  // CHECK: snn.projection "loop" %b to %b weights #snn.one_to_one<1.000000e+00 : f32> delay(#snn.param<"d", tensor<8xf64>>)
  snn.projection "loop" %b to %b weights #snn.one_to_one<1.0 : f32> delay(#snn.param<"d", tensor<8xf64>>) : tensor<8xi1>, tensor<8xi1>
  // CHECK: snn.probe "out" %lif1.lif, %b : tensor<2x2x2xi1>, tensor<8xi1>
  snn.probe "out" %a, %b : tensor<2x2x2xi1>, tensor<8xi1>
}

// CHECK: snn.network @imported {
snn.network @imported {
  %in = snn.input "in" : tensor<1x4x4xf32>
  // CHECK: snn.pool "pool"(%in) window <sum, in = [1, 4, 4], kernel = [2, 2], stride = [2, 2], padding = [0, 0]>
  %p = snn.pool "pool"(%in) window <sum, in = [1, 4, 4], kernel = [2, 2], stride = [2, 2], padding = [0, 0]> : (tensor<1x4x4xf32>) -> tensor<1x2x2xf32>
  // CHECK: snn.conv "conv"(%pool) kernel <{{.*}}> bias(dense<1.000000e+00> : tensor<2xf32>)
  %c = snn.conv "conv"(%p) kernel <dense<0.5> : tensor<2x1x1x1xf32>, in = [1, 2, 2], out = [2, 2, 2], stride = [1, 1], padding = [0, 0, 0, 0], dilation = [1, 1], groups = 1> bias(dense<1.0> : tensor<2xf32>) : (tensor<1x2x2xf32>) -> tensor<2x2x2xf32>
  // CHECK: snn.flatten "flat"(%conv)
  %f = snn.flatten "flat"(%c) : (tensor<2x2x2xf32>) -> tensor<8xf32>
  // CHECK: snn.scale "scale"(%flat) factor(5.000000e-01 : f32)
  %s = snn.scale "scale"(%f) factor(0.5 : f32) : (tensor<8xf32>) -> tensor<8xf32>
  // CHECK: snn.delay "delay"(%scale) by(1.000000e-03 : f64)
  %d = snn.delay "delay"(%s) by(1.0e-3) : (tensor<8xf32>) -> tensor<8xf32>
  // CHECK: snn.linear "fc"(%delay, %rec) weight(#snn.param<"fc", tensor<8x8xf32>>)
  %l = snn.linear "fc"(%d, %r) weight(#snn.param<"fc", tensor<8x8xf32>>) : (tensor<8xf32>, tensor<8xf32>) -> tensor<8xf32>
  // CHECK: snn.ode "rec"  cuba_lif(%fc) params {tau_mem = 2.000000e-02 : f64}
  %r = snn.ode "rec" cuba_lif(%l) params {tau_mem = 0.02} : (tensor<8xf32>) -> tensor<8xf32>
  // CHECK: snn.ode "th"  threshold(%rec) params {threshold = 1.000000e+00 : f32}
  %t = snn.ode "th" threshold(%r) params {threshold = 1.0 : f32} : (tensor<8xf32>) -> tensor<8xf32>
  // CHECK: snn.probe "none"
  snn.probe "none"
}
