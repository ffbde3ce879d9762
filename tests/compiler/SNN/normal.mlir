// RUN: snnc-opt %s | snnc-opt | FileCheck %s
// RUN: snnc-opt %s --snn-retime --snn-quantize --snn-specialize | FileCheck %s --check-prefix=RUNS

// The scale of the weights goes into mean and deviation, which are in the unit
// of the weights; what is drawn keeps deviation 1, although scaling it in place
// of the deviation would do, too. A mean of 0 is no term.
// RUNS: snn.neuron @noisy.mean0 {{.*}} params ["alpha", "z", "std"]
// RUNS-NOT: %mean
snn.neuron @noisy receptors ["in"] states ["v"] params ["alpha", "mean", "z", "std"] {
^bb0(%in: f32, %v: f32, %alpha: f32, %mean: f32, %z: f32, %std: f32):
  %0 = arith.mulf %std, %z : f32
  %1 = arith.addf %mean, %0 : f32
  %2 = arith.addf %in, %1 : f32
  %3 = arith.mulf %alpha, %v : f32
  %4 = arith.addf %3, %2 : f32
  snn.yield states %4 : f32
}

snn.network @net dt 1.0e-3 {
  %a = snn.input "a" : tensor<2xf32>
  // CHECK: z = #snn.normal<seed = 7, stream = 12>
  // RUNS: std = 6.000000e+01 : f64
  // RUNS-SAME: z = #snn.normal<seed = 7, stream = 12>
  // RUNS-SAME: scales {v = 1.200000e+02 : f64}
  %p = snn.population "p" model @noisy params {alpha = 0.9 : f64, mean = 0.0 : f64, std = 0.5 : f64, z = #snn.normal<seed = 7, stream = 12>} : tensor<2xf32>
  snn.projection "f" %a to %p weights #snn.dense<dense<[[1.0, -0.3], [0.7, 1.0]]> : tensor<2x2xf64>> delay(1.0 : f64) : tensor<2xf32>, tensor<2xf32>
}
