// RUN: not snnc-opt %s --snn-select-paradigm=machine=spinaker2 2>&1 | FileCheck %s --check-prefix=MACHINE
// RUN: not snnc-opt %s --snn-select-paradigm=mode=fast 2>&1 | FileCheck %s --check-prefix=MODE
// RUN: not snnc-opt %s --snn-select-paradigm=budget=most 2>&1 | FileCheck %s --check-prefix=BUDGET
// RUN: snnc-opt %s "--snn-select-paradigm=mode=oracle explain" 2>&1 | FileCheck %s

// MACHINE: error: SNN1110: {{.*}}spinaker2
// MODE: 'fast'
// BUDGET: error: SNN1112: selector budget 'most' is no count, no share of 0 to 100 % and not 'all'

// Sums that the accumulator does not hold are a reason, not an error.
// CHECK: remark: population 'wide' is serial
// CHECK: parallel: its weights may add up to {{[0-9]+}}, beyond the MAC array's accumulator (8388607)

snn.neuron @lif receptors ["input"] states ["v"] params ["alpha", "threshold"] {
^bb0(%x: f32, %v: f32, %alpha: f32, %threshold: f32):
  %d = arith.mulf %v, %alpha : f32
  %v1 = arith.addf %d, %x : f32
  %s = arith.cmpf ogt, %v1, %threshold : f32
  snn.yield spike %s states %v1 : f32
}
snn.network @net {
  %in = snn.input "in" : tensor<300xf32>
  %h = snn.population "wide" model @lif params {alpha = 0.5, threshold = 1.0} latency 1 : tensor<16xi1>
  snn.projection "w" %in to %h weights #snn.dense<dense<1.0> : tensor<16x300xf64>> delay(1.0) quant <16, nearest, 32767.0> : tensor<300xf32>, tensor<16xi1>
}
