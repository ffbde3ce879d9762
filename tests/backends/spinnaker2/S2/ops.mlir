// RUN: snnc-opt %s | FileCheck %s
// RUN: snnc-opt %s | snnc-opt | FileCheck %s
// RUN: snnc-opt %s --mlir-print-op-generic | snnc-opt | FileCheck %s

// CHECK-LABEL: func.func @all
func.func @all(%x: i32) {
  // CHECK: s2.cpsid
  s2.cpsid
  // CHECK: s2.set fpu_access
  s2.set fpu_access
  // CHECK: s2.barrier
  s2.barrier
  // CHECK: s2.write timer_load, %{{.*}}
  s2.write timer_load, %x
  // CHECK: s2.wfi
  s2.wfi
  // CHECK: s2.read timer_status
  %due = s2.read timer_status
  // CHECK: s2.poll send_ready
  s2.poll send_ready
  // CHECK: s2.sxta %{{.*}}, %{{.*}} bits 8 rotate 16
  %s = s2.sxta %x, %due bits 8 rotate 16
  // CHECK: s2.vldm convert %{{.*}} place 0
  %a, %b, %c, %d, %n = s2.vldm convert %s place 0
  // CHECK: s2.vldm %{{.*}} place 6
  %e, %f, %g, %h, %o = s2.vldm %n place 6
  // CHECK: s2.vstm %{{.*}}, %{{.*}}, %{{.*}}, %{{.*}} to %{{.*}} place 1
  %q = s2.vstm %a, %b, %e, %h to %o place 1
  return
}
