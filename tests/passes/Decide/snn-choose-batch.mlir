// RUN: snnc-opt %s --snn-choose-batch | FileCheck %s
// RUN: snnc-opt %s --snn-choose-batch=objective=cycles | FileCheck %s --check-prefix=CYCLES
// RUN: not snnc-opt %s --snn-choose-batch=objective=speed 2>&1 | FileCheck %s --check-prefix=BAD
// BAD: 'speed'

// As many ticks a product as take the fewest cores: four for a small layer; one
// in a feedback loop (not written) and for a serial layer (not written). What
// is asked for stays.

// CHECK: snn.population "small" {{.*}}batch 4
// CHECK: snn.population "loop"
// CHECK-NOT: batch
// CHECK: snn.population "serial"
// CHECK-NOT: batch
// CHECK: snn.population "asked" {{.*}}batch 2
// A layer whose operand and results of four ticks would take one core more.
// CHECK: snn.population "tight" {{.*}}batch {{[12]}} 
// By cycles that core pays.
// CYCLES: snn.population "tight" {{.*}}batch 4

snn.neuron @m receptors ["input"] states ["v"] params [] {
^bb0(%x: f32, %v: f32):
  %v1 = arith.addf %v, %x : f32
  %s = arith.cmpf ogt, %v1, %x : f32
  snn.yield spike %s states %v1 : f32
}
snn.network @net {
  %in = snn.input "in" : tensor<256xf32>
  %a = snn.population "small" model @m params {} latency 1 paradigm <parallel> : tensor<32xi1>
  %b = snn.population "loop" model @m params {} latency 1 paradigm <parallel> : tensor<32xi1>
  %c = snn.population "serial" model @m params {} latency 1 paradigm <serial> : tensor<32xi1>
  %d = snn.population "asked" model @m params {} latency 1 paradigm <parallel> batch 2 : tensor<32xi1>
  %e = snn.population "tight" model @m params {} latency 1 paradigm <parallel> : tensor<400xi1>
  snn.projection "a" %in to %a weights #snn.dense<dense<1.0> : tensor<32x256xf64>> delay(1.0) quant <8, nearest, 10.0> : tensor<256xf32>, tensor<32xi1>
  snn.projection "b" %in to %b weights #snn.dense<dense<1.0> : tensor<32x256xf64>> delay(1.0) quant <8, nearest, 10.0> : tensor<256xf32>, tensor<32xi1>
  snn.projection "bb" %b to %b weights #snn.one_to_one<1.0> delay(1.0) quant <8, nearest, 10.0> : tensor<32xi1>, tensor<32xi1>
  snn.projection "c" %in to %c weights #snn.dense<dense<1.0> : tensor<32x256xf64>> delay(1.0) quant <8, nearest, 10.0> : tensor<256xf32>, tensor<32xi1>
  snn.projection "d" %in to %d weights #snn.dense<dense<1.0> : tensor<32x256xf64>> delay(2.0) quant <8, nearest, 10.0> : tensor<256xf32>, tensor<32xi1>
  snn.projection "e" %in to %e weights #snn.dense<dense<1.0> : tensor<400x256xf64>> delay(1.0) quant <8, nearest, 10.0> : tensor<256xf32>, tensor<400xi1>
}
