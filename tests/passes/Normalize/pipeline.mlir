// The stage as a whole: Imported in, Normalized out, entered again in the middle.
// RUN: snnc-opt %s --snnc-check-contract=stage=imported -o /dev/null
// RUN: snnc-opt %s --snn-contract-edges --snn-discretize=dt=1e-3 --snn-retime --snn-quantize --snn-specialize --snnc-check-contract | FileCheck %s
// RUN: not snnc-opt %s --snn-contract-edges --snnc-check-contract 2>&1 | FileCheck %s --check-prefix=EARLY

// EARLY: SNN0722: the network has no dt; run snn-discretize
// EARLY: SNN0723: 'snn.ode' must be gone after Normalize

// CHECK: snn.neuron @li.offset0.bias0.gain1
// CHECK: snn.neuron @lif_value.offset0.reset0.bias0.gain1
// CHECK: snn.network @two dt 1.000000e-03
// CHECK: snn.population "hidden" model @lif_value.offset0.reset0.bias0.gain1 {{.*}} latency 1 start 1 : tensor<2xi1>
// CHECK: snn.population "out" model @li.offset0.bias0.gain1 {{.*}} latency 2 start 2 : tensor<1xf32>
// CHECK: snn.projection "fc" %input to %hidden {{.*}} delay(1.000000e+00 : f64) quant <8, nearest,
// CHECK: snn.projection "fc2" %hidden to %out
snn.network @two {
  %input = snn.input "input" : tensor<2xf32>
  %fc = snn.linear "fc"(%input) weight(dense<[[0.5, -0.25], [1.0, 0.125]]> : tensor<2x2xf32>) : (tensor<2xf32>) -> tensor<2xf32>
  %hidden = snn.ode "hidden" lif(%fc) params {tau = 0.01, r = 1.0, v_threshold = 1.0} : (tensor<2xf32>) -> tensor<2xf32>
  %fc2 = snn.linear "fc2"(%hidden) weight(dense<[[0.5, -0.25]]> : tensor<1x2xf32>) : (tensor<2xf32>) -> tensor<1xf32>
  %out = snn.ode "out" li(%fc2) params {tau = 0.01} : (tensor<1xf32>) -> tensor<1xf32>
  snn.probe "output" %out : tensor<1xf32>
}
