// The stages one after another, each with its contract, as the tool runs them.
// RUN: snnc-opt %s --snnc-to-imported --snnc-to-normalized=dt=1e-3 --snnc-to-decided=paradigm=serial --snnc-to-sliced=max-neurons=4 --snnc-to-placed --snnc-to-routed --snnc-to-laid-out --snnc-to-programs | FileCheck %s
// RUN: not snnc-opt %s --snnc-to-normalized 2>&1 | FileCheck %s --check-prefix=DT
// RUN: not snnc-opt %s --snnc-to-normalized=dt=1e-3 --snnc-to-placed 2>&1 | FileCheck %s --check-prefix=EARLY
// RUN: not snnc-opt %s --snnc-to-decided=machine=abacus 2>&1 | FileCheck %s --check-prefix=MACHINE

// CHECK: snn.population "hidden" {{.*}} paradigm <serial>
// CHECK: fabric.slice "hidden" [0, 2) at <{{.*}}> key 0x{{[0-9a-f]+}} program @p0
// CHECK: fabric.buffer %hidden "header"
// CHECK: tick.program @p0

// DT: dt
// EARLY: SNN0592: no fabric.machine maps this network; run fabric-slice
// MACHINE: there is no built-in machine named 'abacus'

snn.network @two {
  %input = snn.input "input" : tensor<2xf32>
  %fc = snn.linear "fc"(%input) weight(dense<[[0.5, -0.25], [1.0, 0.125]]> : tensor<2x2xf32>) : (tensor<2xf32>) -> tensor<2xf32>
  %hidden = snn.ode "hidden" lif(%fc) params {tau = 0.01, r = 1.0, v_threshold = 1.0} : (tensor<2xf32>) -> tensor<2xf32>
  snn.probe "output" %hidden : tensor<2xf32>
}
