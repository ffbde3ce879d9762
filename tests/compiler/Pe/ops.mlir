// RUN: snnc-opt %s | FileCheck %s
// RUN: snnc-opt %s | snnc-opt | FileCheck %s
// RUN: snnc-opt %s --mlir-print-op-generic | snnc-opt | FileCheck %s

// CHECK-LABEL: func.func @all
func.func @all(%core: !llvm.ptr, %x: i32) {
  // CHECK: pe.address %{{.*}}[%{{.*}}] : !llvm.ptr
  %p = pe.address %core[%x] : !llvm.ptr
  // CHECK: pe.load_group %{{.*}}[%{{.*}}] place 0 : !llvm.ptr
  %a, %b, %c, %d, %n = pe.load_group %core[%x] place 0 : !llvm.ptr
  // CHECK: pe.load_group convert %{{.*}}[%{{.*}}] place 9 : !llvm.ptr
  %e, %f, %g, %h, %o = pe.load_group convert %core[%n] place 9 : !llvm.ptr
  // CHECK: pe.store_group %{{.*}}, %{{.*}}, %{{.*}}, %{{.*}} to %{{.*}}[%{{.*}}] place 1 : !llvm.ptr
  %q = pe.store_group %a, %b, %e, %h to %core[%o] place 1 : !llvm.ptr
  // CHECK: pe.add_part %{{.*}}, %{{.*}} bits 16 part 1
  %s = pe.add_part %x, %q bits 16 part 1
  // CHECK: pe.for_packets %{{.*}} : !llvm.ptr {
  pe.for_packets %core : !llvm.ptr { ^bb0(%key: i32):
    // CHECK: pe.send %{{.*}}, %{{.*}} : !llvm.ptr
    pe.send %core, %key : !llvm.ptr
  }
  // CHECK: pe.for_packets %{{.*}} : !llvm.ptr {
  // CHECK-NEXT: ^bb0(%{{.*}}: i32, %{{.*}}: i1):
  pe.for_packets %core : !llvm.ptr { ^bb0(%key: i32, %more: i1):
  }
  // CHECK: pe.for_packets %{{.*}} behind 3 : !llvm.ptr {
  pe.for_packets %core behind 3 : !llvm.ptr { ^bb0(%key: i32, %more: i1):
  }
  // CHECK: pe.fetch_start %{{.*}}, %{{.*}} from %{{.*}} to %{{.*}} unit 16 : !llvm.ptr
  pe.fetch_start %core, %x from %s to %q unit 16 : !llvm.ptr
  // CHECK: pe.fetch_wait %{{.*}} : !llvm.ptr
  pe.fetch_wait %core : !llvm.ptr
  // CHECK: pe.fetch_wait %{{.*}} room : !llvm.ptr
  pe.fetch_wait %core room : !llvm.ptr
  // CHECK: pe.mac_start %{{.*}}, %{{.*}} bits 8 batch 4 : !llvm.ptr
  pe.mac_start %core, %s bits 8 batch 4 : !llvm.ptr
  // CHECK: pe.mac_wait %{{.*}} : !llvm.ptr
  pe.mac_wait %core : !llvm.ptr
  return
}
