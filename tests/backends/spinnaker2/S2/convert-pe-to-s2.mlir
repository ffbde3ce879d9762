// RUN: snnc-opt %s --convert-pe-to-s2 | FileCheck %s
// RUN: snnc-opt %s --convert-pe-to-s2 --convert-pe-to-s2 | FileCheck %s
// RUN: snnc-opt %s --convert-pe-to-s2=header-address=4096 \
// RUN:   | FileCheck %s --check-prefix=HEADER

// The ring is read where it lies; one acknowledgement frees it all.
// CHECK-LABEL: func.func @packets
// HEADER-LABEL: func.func @packets
func.func @packets(%core: !llvm.ptr) {
  // HEADER: arith.constant 4136 : i32
  // CHECK: %[[WORDS:.*]] = s2.read receive_words
  // CHECK: %[[OLDEST:.*]] = s2.read receive_read
  // CHECK: %[[LAST:.*]]:2 = scf.while (%{{.*}} = %[[OLDEST]], %{{.*}} = %[[WORDS]])
  // CHECK: llvm.load
  // CHECK: s2.poll send_ready
  // CHECK-NEXT: s2.write send_key
  // CHECK: s2.write receive_read, %[[LAST]]#0
  pe.for_packets %core : !llvm.ptr { ^bb0(%key: i32):
    pe.send %core, %key : !llvm.ptr
  }
  return
}

// CHECK-LABEL: func.func @product
func.func @product(%core: !llvm.ptr, %panel: i32) {
  // CHECK: s2.write mac_a
  // CHECK: s2.write mac_n
  // CHECK: s2.set mac_int16
  // CHECK: s2.poll mac_idle
  pe.mac_start %core, %panel bits 16 batch 2 : !llvm.ptr
  pe.mac_wait %core : !llvm.ptr
  return
}

// CHECK-LABEL: func.func @fetch
func.func @fetch(%core: !llvm.ptr, %from: i32, %to: i32, %bytes: i32) {
  // CHECK: s2.poll dma_idle
  // CHECK-NEXT: s2.write dma_remote, %arg1
  // CHECK-NEXT: s2.write dma_local, %arg2
  // CHECK-NEXT: s2.write dma_length, %arg3
  // CHECK-NEXT: s2.set dma_read
  // CHECK-NEXT: s2.poll dma_room
  pe.fetch_wait %core : !llvm.ptr
  pe.fetch_start %core, %bytes from %from to %to unit 16 : !llvm.ptr
  pe.fetch_wait %core room : !llvm.ptr
  return
}

// CHECK-LABEL: func.func @parts
func.func @parts(%x: i32, %y: i32) -> i32 {
  // CHECK: s2.sxta %{{.*}} bits 8 rotate 16
  %a = pe.add_part %x, %y bits 8 part 2
  // The top part is a shifted operand.
  // CHECK-NOT: s2.sxta
  // CHECK: arith.shrui
  %b = pe.add_part %a, %y bits 8 part 3
  return %b : i32
}

// CHECK-LABEL: func.func @groups
func.func @groups(%core: !llvm.ptr, %x: i32) -> i32 {
  // CHECK: s2.vldm convert %{{.*}} place 6
  %a, %b, %c, %d, %n = pe.load_group convert %core[%x] place 6 : !llvm.ptr
  // No register is left for the eighth group.
  // CHECK-COUNT-4: llvm.store
  %m = pe.store_group %a, %b, %c, %d to %core[%n] place 7 : !llvm.ptr
  return %m : i32
}

// CHECK-LABEL: func.func @order
func.func @order(%core: !llvm.ptr, %x: i32) -> i32 {
  // CHECK: llvm.load volatile
  // CHECK-NOT: tick.in_order
  %p = pe.address %core[%x] : !llvm.ptr
  %v = llvm.load %p {tick.in_order} : !llvm.ptr -> i32
  return %v : i32
}
