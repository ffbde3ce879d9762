// RUN: snnc-opt %s --snn-discretize="dt=1e-3 reset=subtract reset-late=true" | FileCheck %s --check-prefix=LATE
// RUN: snnc-opt %s --snn-discretize="dt=1e-3 jump=undamped" | FileCheck %s --check-prefix=JUMP
// RUN: not snnc-opt %s --snn-discretize="dt=1e-3 jump=high" 2>&1 | FileCheck %s --check-prefix=WRONG
// WRONG: SNN0331: unknown jump 'high'

snn.network @n {
  // A neuron with a leak starts at rest, in the unit of its potential: S2.8.
  // LATE: snn.population "lif" model @lif_subtract_late {{.*}} initial {v = 5.000000e+00 : f64}
  // JUMP: snn.population "lif" model @lif_value {{.*}} initial {v = 5.000000e+00 : f64}
  %lif = snn.ode "lif" lif() params {tau = 0.01, r = 1.0, v_leak = 0.5, v_threshold = 1.0} : () -> tensor<1xf32>
  // A threshold of 1 is 10 in the unit dt/tau_mem, as the current is not damped.
  // LATE: snn.population "cuba" model @cuba_lif_subtract_late
  // JUMP: snn.population "cuba" model @cuba_lif_value {{.*}} threshold = 1.000000e+01 : f64
  // JUMP-NOT: initial
  %cuba = snn.ode "cuba" cuba_lif() params {tau_mem = 0.01, r = 1.0, tau_syn = 0.005, w_in = 1.0, v_leak = 0.0, v_threshold = 1.0} : () -> tensor<1xf32>
}
