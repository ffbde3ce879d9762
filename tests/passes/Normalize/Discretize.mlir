// RUN: snnc-opt %s --snn-discretize="dt=1e-3" | FileCheck %s
// RUN: snnc-opt %s --snn-discretize="dt=1e-3 reset=subtract integrator=exponential" | FileCheck %s --check-prefix=EXP
// RUN: snnc-opt %s --snn-discretize="dt=1e-3 membrane-bias=true" | FileCheck %s --check-prefix=MEMBRANE
// RUN: snnc-opt %s --snn-discretize="dt=1e-3" > %t.1 && snnc-opt %t.1 --snn-discretize="dt=5" | diff %t.1 -

// CHECK: snn.network @n dt 1.000000e-03
snn.network @n {
  %in = snn.input "in" : tensor<1xf32>
  // v' = 0.9 v + 0.1 (x + 0.5) in the unit 0.1: threshold 1 is 10.
  // CHECK: snn.population "lif" model @lif_value params {alpha = 9.000000e-01 : f64, bias = 0.000000e+00 : f64, gain = 1.000000e+00 : f64, offset = 5.000000e-01 : f64, reset = 2.500000e+00 : f64, threshold = 1.000000e+01 : f64} scales {v = 1.000000e+01 : f64} initial {v = 5.000000e+00 : f64} : tensor<1xi1>
  // EXP: snn.population "lif" model @lif_subtract params {alpha = 0.904837{{.*}}, drop = 10.5083{{.*}} threshold = 10.5083
  %lif = snn.ode "lif" lif() params {tau = 0.01, r = 1.0, v_leak = 0.5, v_threshold = 1.0, v_reset = 0.25} : () -> tensor<1xf32>
  // The bias enters the current, where the equation has it.
  // CHECK: snn.population "cuba" model @cuba_lif_value params {alpha = 0.94999999999999996 : f64, bias = 3.000000e+00 : f64, gain = 1.000000e+00 : f64, offset = 0.000000e+00 : f64, reset = 0.000000e+00 : f64, syn = 7.500000e-01 : f64, threshold = 7.000000e+00 : f64} scales {i = 1.000000e+00 : f64, v = 1.000000e+00 : f64}
  // With py-spinnaker2 it settles at w_in / (w_in dt/tau_syn) = 4 times itself.
  // MEMBRANE: snn.population "cuba" model @cuba_lif_value params {{.*}}bias = 0.000000e+00 : f64{{.*}}offset = 1.200000e+01 : f64
  %cuba = snn.ode "cuba" cuba_lif() params {tau_mem = 0.02, r = 20.0, tau_syn = 0.004, w_in = 4.0, v_leak = 0.0, v_threshold = 7.0, bias = 3.0} : () -> tensor<1xf32>
  // A gain that cannot be folded stays a parameter.
  // CHECK: snn.population "neg" model @if_value params {bias = 0.000000e+00 : f64, gain = -2.000000e+00 : f64, reset = 0.000000e+00 : f64, threshold = 1.000000e+00 : f64} scales {v = 1.000000e+00 : f64}
  %neg = snn.ode "neg" if() params {r = -2000.0, v_threshold = 1.0} : () -> tensor<1xf32>
  // CHECK: snn.population "i" model @i params {{.*}} : tensor<1xf32>
  %i = snn.ode "i" i() params {r = 1.0} : () -> tensor<1xf32>
  // CHECK: snn.population "th" model @threshold params {bias = 0.000000e+00 : f64, gain = 1.000000e+00 : f64, threshold = 5.000000e-01 : f64} : tensor<1xi1>
  %th = snn.ode "th" threshold() params {threshold = 0.5} : () -> tensor<1xf32>
  // Ticks of rest in a state of their own; none anywhere: the plain model.
  // CHECK: snn.population "ref" model @lif_value_refractory params {{{.*}}refractory = #snn.param<"ref.refractory", tensor<2xf64>>{{.*}}} scales {v = 1.000000e+01 : f64}
  // EXP: snn.population "ref" model @lif_subtract_refractory
  %ref = snn.ode "ref" lif() params {tau = 0.01, r = 1.0, v_threshold = 1.0, refractory = dense<[0.0, 0.003]> : tensor<2xf64>} : () -> tensor<2xf32>
  // CHECK: snn.population "noref" model @if_value params
  %noref = snn.ode "noref" if() params {r = 1000.0, v_threshold = 1.0, refractory = 0.0} : () -> tensor<1xf32>
  // Without a reset nothing is subtracted, whatever the option says.
  // CHECK: snn.population "free" model @if_subtract params {{{.*}}drop = 0.000000e+00 : f64
  %free = snn.ode "free" if() params {r = 1000.0, v_threshold = 1.0, no_reset} : () -> tensor<1xf32>
  // CHECK: snn.population "sum" model @sum params {bias = 0.000000e+00 : f64, gain = 1.000000e+00 : f64} scales {v = 1.000000e+00 : f64} : tensor<1xf32>
  %sum = snn.ode "sum" i() params {memoryless} : () -> tensor<1xf32>
  // CHECK: snn.projection "w" {{.*}} delay(2.000000e+00 : f64)
  snn.projection "w" %in to %lif weights #snn.one_to_one<1.0> delay(0.002) : tensor<1xf32>, tensor<1xf32>
}
