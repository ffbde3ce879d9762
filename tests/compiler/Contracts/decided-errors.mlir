// RUN: snnc-opt %s --split-input-file --verify-diagnostics --snnc-check-contract=stage=decided

snn.neuron @m receptors ["x"] states ["v"] params ["threshold"] {
^bb0(%x: f32, %v: f32, %threshold: f32):
  %v1 = arith.addf %v, %x : f32
  %s = arith.cmpf ogt, %v1, %threshold : f32
  snn.yield spike %s states %v1 : f32
}
snn.network @n dt 1.0 {
  %in = snn.input "in" : tensor<4xf32>
  // expected-error@+1 {{SNN0590: population 'open' is neither serial nor parallel; run snn-select-paradigm}}
  %o = snn.population "open" model @m params {threshold = 1.0} latency 1 start 1 : tensor<8xi1>
  // expected-error@+1 {{SNN0590: population 'auto' is neither serial nor parallel}}
  %u = snn.population "auto" model @m params {threshold = 1.0} latency 1 start 1 paradigm <auto> : tensor<8xi1>
  // expected-error@+1 {{SNN0591: a batch of 3 ticks; it is a power of two}}
  %t = snn.population "three" model @m params {threshold = 1.0} latency 1 start 1 paradigm <parallel> batch 3 : tensor<8xi1>
  // expected-error@+1 {{SNN0591: population 'serial' is not parallel but has a batch or a row split}}
  %s = snn.population "serial" model @m params {threshold = 1.0} latency 1 start 1 paradigm <serial> batch 2 : tensor<8xi1>
  // expected-error@+1 {{SNN0591: population 'split' is not parallel}}
  %l = snn.population "split" model @m params {threshold = 1.0} latency 1 start 1 paradigm <serial> row_split : tensor<8xi1>
  %b = snn.population "batched" model @m params {threshold = 1.0} latency 1 start 1 paradigm <parallel> batch 4 : tensor<8xi1>
  snn.projection "long" %in to %b weights #snn.dense<dense<1.0> : tensor<8x4xf64>> delay(4.0) quant <8, nearest, 10.0> : tensor<4xf32>, tensor<8xi1>
  // expected-error@+1 {{SNN0591: a delay of 2.000000e+00 ticks into 'batched', which needs 4; run snn-batch-ticks}}
  snn.projection "short" %in to %b weights #snn.dense<dense<1.0> : tensor<8x4xf64>> delay(2.0) quant <8, nearest, 10.0> : tensor<4xf32>, tensor<8xi1>
  // expected-error@+1 {{SNN0729: 'float' has no integer weights}}
  snn.projection "float" %in to %b weights #snn.dense<dense<1.0> : tensor<8x4xf64>> delay(4.0) : tensor<4xf32>, tensor<8xi1>
}
