// RUN: snnc-opt %s --snn-discretize="dt=1e-3 reset=subtract reset-late=true" | FileCheck %s --check-prefix=LATE
// RUN: snnc-opt %s --snn-discretize="dt=1e-3 jump=undamped" | FileCheck %s --check-prefix=JUMP
// RUN: not snnc-opt %s --snn-discretize="dt=1e-3 jump=high" 2>&1 | FileCheck %s --check-prefix=WRONG
// RUN: snnc-opt %s --snn-discretize="dt=1e-3 reset=subtract compare=lowered" | FileCheck %s --check-prefix=LOWERED
// RUN: snnc-opt %s --snn-discretize="dt=1e-3 compare=reached" | FileCheck %s --check-prefix=REACHED
// RUN: snnc-opt %s --snn-discretize="dt=1e-3 reset-late=true" | FileCheck %s --check-prefix=SKIP
// RUN: snnc-opt %s --snn-discretize="dt=1e-3 reset=subtract reset-late=true compare=before jump=unit" --snn-retime | FileCheck %s --check-prefix=BEFORE
// RUN: snnc-opt %s --snn-discretize="dt=1e-3 jump=decayed start=reset" | FileCheck %s --check-prefix=DECAYED
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
  // LOWERED: "lif" model @lif_subtract_lowered
  // LOWERED: "cuba" model @cuba_lif_subtract_lowered
  // A threshold of 10 is reached above the float32 number below it.
  // REACHED: "lif" model @lif_value {{.*}} threshold = 9.999999{{[0-9]+}} : f64
  %cuba = snn.ode "cuba" cuba_lif() params {tau_mem = 0.01, r = 1.0, tau_syn = 0.005, w_in = 1.0, v_leak = 0.0, v_threshold = 1.0} : () -> tensor<1xf32>
  // Spikes that come back to an LIF: what arrives in the tick after one is lost.
  // What a layer's own metadata say goes before the options.
  // SKIP: "lif" model @lif_value_late
  // SKIP: "loop" model @lif_value_skip
  // SKIP: "own" model @lif_subtract params {{.*}} drop = 0.000000e+00
  // LOWERED: "loop" model @lif_subtract_lowered
  // LOWERED: "own" model @lif_subtract params {{.*}} drop = 0.000000e+00
  %loop = snn.ode "loop" lif() params {tau = 0.01, r = 1.0, v_threshold = 1.0} : () -> tensor<1xf32>
  %own = snn.ode "own" lif() params {tau = 0.01, r = 1.0, v_threshold = 1.0, reset = "none", reset_late = false} : () -> tensor<1xf32>
  snn.projection "rec" %loop to %loop weights #snn.one_to_one<1.0> delay(0.0) : tensor<1xf32>, tensor<1xf32>
  // Who compares before the tick runs a tick after its signal, and needs no more
  // for spikes that come back; the drop of a current-based neuron decays.
  // BEFORE: "lif" model @lif_subtract_late {{.*}} drop = 1.000000e+00{{.*}} latency 0 start 1
  // BEFORE: "cuba" model @cuba_lif_subtract_late {{.*}} drop = 9.000000e-01
  // BEFORE: "loop" {{.*}} latency 0 start 1
  // BEFORE: "own" model @lif_subtract {{.*}} latency 0 start 0
  // BEFORE: snn.projection "rec" {{.*}} delay(1
  // A spike adds 1 to the membrane, 0.8 to the current: a threshold of 1 is 1.25.
  // DECAYED: "lif" model @lif_value {{.*}} threshold = 1.000000e+00 : f64
  // DECAYED: "cuba" model @cuba_lif_value {{.*}} threshold = 1.250000e+00 : f64
}
