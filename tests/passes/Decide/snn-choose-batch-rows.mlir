// RUN: snnc-opt %s --snn-choose-batch | FileCheck %s
// RUN: snnc-opt %s --snn-choose-batch=max-sources=100 | FileCheck %s --check-prefix=FEW

// A layer whose sources fit no core by columns is split by sources, also one with
// a feedback loop of one tick, whose synapses dominant cores keep as rows. A small
// one stays as it is unless its cores may have few sources only.

// CHECK: snn.population "wide" {{.*}}paradigm <parallel> row_split
// CHECK: snn.population "loop" {{.*}}paradigm <parallel> row_split
// CHECK: snn.population "small" {{.*}}batch 4
// FEW: snn.population "small" {{.*}}paradigm <parallel> row_split

snn.neuron @m receptors ["input"] states ["v"] params [] {
^bb0(%x: f32, %v: f32):
  %v1 = arith.addf %v, %x : f32
  %s = arith.cmpf ogt, %v1, %x : f32
  snn.yield spike %s states %v1 : f32
}
snn.network @net {
  %in = snn.input "in" : tensor<9000xf32>
  %few = snn.input "few" : tensor<256xf32>
  %a = snn.population "wide" model @m params {} latency 1 paradigm <parallel> : tensor<16xi1>
  %b = snn.population "loop" model @m params {} latency 1 paradigm <parallel> : tensor<16xi1>
  %c = snn.population "small" model @m params {} latency 1 paradigm <parallel> : tensor<32xi1>
  snn.projection "a" %in to %a weights #snn.dense<dense<1.0> : tensor<16x9000xf64>> delay(1.0) quant <8, nearest, 10.0> : tensor<9000xf32>, tensor<16xi1>
  snn.projection "b" %in to %b weights #snn.dense<dense<1.0> : tensor<16x9000xf64>> delay(1.0) quant <8, nearest, 10.0> : tensor<9000xf32>, tensor<16xi1>
  snn.projection "bb" %b to %b weights #snn.one_to_one<1.0> delay(1.0) quant <8, nearest, 10.0> : tensor<16xi1>, tensor<16xi1>
  snn.projection "c" %few to %c weights #snn.dense<dense<1.0> : tensor<32x256xf64>> delay(1.0) quant <8, nearest, 10.0> : tensor<256xf32>, tensor<32xi1>
}
