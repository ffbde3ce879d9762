// RUN: snnc-opt %s --split-input-file --verify-diagnostics --snn-discretize=dt=1e-3
// RUN: not snnc-opt %s --split-input-file --snn-discretize 2>&1 | FileCheck %s --check-prefix=NODT
// RUN: not snnc-opt %s --split-input-file --snn-discretize="dt=1 reset=half" 2>&1 | FileCheck %s --check-prefix=RESET
// RUN: not snnc-opt %s --split-input-file --snn-discretize="dt=1 integrator=heun" 2>&1 | FileCheck %s --check-prefix=INTEGRATOR
// RUN: not snnc-opt %s --split-input-file --snn-discretize="dt=nan" 2>&1 | FileCheck %s --check-prefix=NODT
// NODT: SNN0330: the time step is not known
// NODT: help: give --dt
// RESET: SNN0331: unknown reset 'half'
// INTEGRATOR: SNN0331: unknown integrator 'heun'

snn.network @n {
  // expected-error@+1 {{SNN0332: field 'tau' is missing or has the wrong size}}
  %a = snn.ode "a" lif() params {v_threshold = 1.0} : () -> tensor<2xf32>
}

// -----

snn.network @n {
  // expected-error@+1 {{SNN0332: field 'tau' is missing or has the wrong size}}
  %a = snn.ode "a" li() params {tau = dense<1.0> : tensor<3xf32>} : () -> tensor<2xf32>
}

// -----

snn.network @n {
  %in = snn.input "in" : tensor<1xf32>
  %a = snn.ode "a" li() params {tau = 1.0} : () -> tensor<1xf32>
  // expected-error@+1 {{SNN0333: a delay of}}
  snn.projection "w" %in to %a weights #snn.one_to_one<1.0> delay(-1.0) : tensor<1xf32>, tensor<1xf32>
}

// -----

snn.network @n {
  %in = snn.input "in" : tensor<1xf32>
  %a = snn.ode "a" li() params {tau = 1.0} : () -> tensor<1xf32>
  // expected-warning@+2 {{SNN0334: a delay is not a whole number of ticks; rounding moves it by up to 0.4 tick}}
  // expected-note@+1 {{help: use --dt 0.0002}}
  snn.projection "w" %in to %a weights #snn.one_to_one<1.0> delay(0.0024) : tensor<1xf32>, tensor<1xf32>
}

// -----

snn.network @n {
  %in = snn.input "in" : tensor<1xf32>
  %a = snn.ode "a" li() params {tau = 1.0} : () -> tensor<1xf32>
  // expected-error@+2 {{SNN0333: a delay of 100000 ticks is outside 0 to 65535}}
  // expected-note@+1 {{help: if it is meant so, use --dt 0.0016 or more}}
  snn.projection "w" %in to %a weights #snn.one_to_one<1.0> delay(100.0) : tensor<1xf32>, tensor<1xf32>
}
