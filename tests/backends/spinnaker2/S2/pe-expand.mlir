// RUN: snnc-opt %s --pe-expand | FileCheck %s
// RUN: snnc-opt %s --pe-expand --pe-expand | FileCheck %s

// CHECK-LABEL: func.func @part
func.func @part(%sum: i32, %word: i32) -> i32 {
  // CHECK: %[[SHIFT:.*]] = arith.constant 8 : i32
  // CHECK: %[[PART:.*]] = arith.shrui %{{.*}}, %[[SHIFT]] : i32
  // CHECK: %[[NARROW:.*]] = arith.trunci %[[PART]] : i32 to i8
  // CHECK: %[[WIDE:.*]] = arith.extsi %[[NARROW]] : i8 to i32
  // CHECK: arith.addi %{{.*}}, %[[WIDE]] : i32
  %next = pe.add_part %sum, %word bits 8 part 1
  return %next : i32
}

// CHECK-LABEL: func.func @group
func.func @group(%core: !llvm.ptr, %from: i32, %to: i32) -> i32 {
  // CHECK-COUNT-4: llvm.load
  // CHECK: %[[TWELVE:.*]] = arith.constant 16 : i32
  // CHECK-COUNT-4: llvm.store
  // CHECK-NOT: pe.{{(load|store)}}_group
  %a, %b, %c, %d, %n = pe.load_group convert %core[%from] place 0 : !llvm.ptr
  %m = pe.store_group %a, %b, %c, %d to %core[%to] place 0 : !llvm.ptr
  return %m : i32
}

// What needs the machine stays.
// CHECK-LABEL: func.func @rest
func.func @rest(%core: !llvm.ptr, %key: i32) {
  // CHECK: pe.send
  pe.send %core, %key : !llvm.ptr
  return
}
